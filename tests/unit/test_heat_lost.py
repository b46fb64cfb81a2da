"""An element that breaks at once: no heat, and a tank that is drawn cold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.findings import Verdict
from models.detectors import heat_lost
from models.features.day import Day, Rows
from models.features.water_heater import DRAWN_L, HEAT_H, OVER_MAINS, tank_indices
from models.history import history_of
from tests.unit.synthetic_days import FIRST, evening

BROKE = 20
USUAL_K = 36.0
By = Callable[[int], float]


def said(heat_h: By, left_k: By, drawn_l: By | None = None, *, today: int = BROKE + 2) -> Verdict | None:
    """The verdict on the evening of day `today`, whose rows are not over yet; known for 24 hours of each day."""
    told = {HEAT_H: heat_h, OVER_MAINS: left_k} | ({DRAWN_L: drawn_l} if drawn_l else {})
    rows = [
        (FIRST + timedelta(days=n), index, value(n), 0.0, 24.0)
        for n in range(today + 1)
        for index, value in told.items()
    ]
    return heat_lost.judge(history_of(rows, evening(today)), {}, evening(today))


def broken(n: int) -> float:
    return 2.4 if n < BROKE else 0.0


def left(share: float) -> By:
    return lambda n: USUAL_K if n < BROKE else share * USUAL_K


@pytest.mark.parametrize(("heat_h", "left_k", "drawn_l", "is_said"), [
    (broken, left(0.05), None, True),
    (broken, left(0.26), None, False),  # standing losses alone leave a third: 0.25 is the limit
    (broken, left(0.95), None, False),  # nobody drew: the thermostat did not call
    (broken, left(0.05), lambda n: 60.0, True),
    (broken, left(0.05), lambda n: 60.0 if n < BROKE else 0.0, False),  # away, and switched off
    (lambda n: 2.4 if n < BROKE else 0.3, left(0.05), None, False),  # it does heat: a weak element, not a broken one
    (lambda n: 2.4, left(1.0), None, False),
])  # fmt: skip
def test_only_a_tank_that_was_drawn_cold_and_is_not_heated(
    heat_h: By, left_k: By, drawn_l: By | None, is_said: bool
) -> None:
    verdict = said(heat_h, left_k, drawn_l)
    assert (verdict is not None and verdict.present) is is_said


def test_it_is_said_after_the_first_whole_day_and_says_what_was_expected() -> None:
    assert said(broken, left(0.05), today=BROKE) is None
    verdict = said(broken, left(0.05), today=BROKE + 1)
    assert verdict is not None
    assert verdict.fault == "element_failing"
    hours, kelvins = verdict.evidence
    assert (hours.expected, hours.observed, hours.unit) == (2.4, 0.0, "h a day")
    assert (kelvins.expected, kelvins.observed) == (36.0, pytest.approx(1.8))  # 0.05 of 36 K
    assert hours.since == datetime.combine(FIRST + timedelta(days=BROKE), datetime.min.time(), tzinfo=UTC)


def test_an_empty_home_whose_heater_is_off_gets_cold_slowly() -> None:
    """Its heat falls to 0.55 a day: 0.30 is left when the second day is told, and what is cold later tells nothing."""
    assert said(broken, lambda n: USUAL_K * 0.55 ** max(0, n - BROKE + 1), today=BROKE + 8) is None


def test_it_ends_when_it_heats_again_and_is_forgotten_a_week_later() -> None:
    def heat_h(n: int) -> float:
        return 0.0 if BROKE <= n < BROKE + 3 else 2.4

    def left_k(n: int) -> float:
        return 1.0 if BROKE <= n < BROKE + 3 else USUAL_K

    verdict = said(heat_h, left_k, today=BROKE + 4)
    assert verdict is not None
    assert not verdict.present
    assert verdict.evidence
    assert said(heat_h, left_k, today=BROKE + 12) is None


def test_a_tank_that_was_never_warm_or_hardly_watched_says_nothing() -> None:
    assert said(broken, lambda n: 0.3 * left(0.05)(n)) is None  # 10.8 K over the mains are usual: less than 15 K
    assert said(lambda n: 2.4 if 16 <= n < BROKE else 0.0, left(0.05)) is None  # four days of heating are known


def test_what_a_day_tells_of_the_heat_in_the_tank() -> None:
    """A day of 288 rows: an hour of 2 kW, 2 l/min for half an hour, 55 °C over mains water of 20 °C."""
    at = np.arange(288)
    rows = Rows(
        time_s=datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC).timestamp() + 300.0 * at,
        numbers={
            "heater_w": np.where(at < 12, 2000.0, 0.0),
            "top_c": np.full(288, 55.0),
            "inlet_c": np.full(288, 20.0),
            "flow_lpm": np.where(at < 6, 2.0, 0.01),  # the meter's offset, 14 l a day if it counted
        },
    )
    told = {one.index: one.value for one in tank_indices(Day(day=FIRST, readings=rows))}
    assert told[HEAT_H] == pytest.approx(1.0)
    assert told[OVER_MAINS] == pytest.approx(35.0)
    assert told[DRAWN_L] == pytest.approx(60.0)
