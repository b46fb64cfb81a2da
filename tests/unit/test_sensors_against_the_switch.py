"""A fan's speed against its own switch, a dust sensor that stands still, and what only looks like Fahrenheit."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.sensor_troubles import troubles
from models.detectors.trouble import Trouble
from models.features import daily_indices
from models.features.day import Day, Floats, Rows
from models.features.sensors import USUAL
from models.history import DatedIndex, history_of
from tests.unit.synthetic_days import FIRST, evening

LAST, WRONG_FROM = 16, 10
OFF_ROWS, ON_ROWS = 48, 6

Wrong = Callable[[Floats, np.random.Generator], Floats]


def hood_day(number: int, wrong: Wrong, from_day: int = WRONG_FROM) -> Day:
    """A hood that says a row every half an hour, and six while somebody cooks; `wrong` is what its tachometer does."""
    rng = np.random.default_rng(number)
    level = np.concatenate((np.zeros(OFF_ROWS), np.full(ON_ROWS, 2.0)))
    on = level > 0
    speed = np.where(on, np.round(1320.0 + rng.normal(0.0, 8.0, len(level))), 0.0)
    start_s = evening(number).timestamp() - 23 * 3600.0
    time_s = start_s + np.concatenate((1500.0 * np.arange(OFF_ROWS), 1500.0 * OFF_ROWS + 300.0 * np.arange(ON_ROWS)))
    numbers = {
        "fan_level": level,
        "fan_rpm": wrong(speed, rng) if number >= from_day else speed,
        "power_w": np.where(on, 37.0, 1.0),
    }
    return Day(day=FIRST + timedelta(days=number), readings=Rows(time_s=time_s, numbers=numbers))


def told(kind: Kind, days: list[Day]) -> list[Trouble]:
    rows: list[DatedIndex] = [
        (day.day, one.index, one.value, one.spread, one.weight) for day in days for one in daily_indices(kind, day)
    ]
    return list(troubles(kind, history_of(rows, evening(LAST))))


def turning(speed: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(len(speed)) < 0.1, 8.0, speed)


@pytest.mark.parametrize(
    "wrong",
    [turning, lambda speed, _: np.where(speed > 0, np.nan, speed), lambda speed, _: np.zeros(len(speed))],
    ids=["turns while it is off", "not said while it runs", "zero while it runs"],
)
def test_a_speed_that_its_switch_contradicts_is_a_broken_sensor(wrong: Wrong) -> None:
    found = told(Kind.RANGE_HOOD, [hood_day(number, wrong) for number in range(LAST)])
    assert {one.signal for one in found} == {"fan_rpm"}
    assert found[0].since == FIRST + timedelta(days=WRONG_FROM)


@pytest.mark.parametrize(
    ("wrong", "from_day"),
    [
        (lambda speed, _: speed, 0),
        (lambda speed, _: np.where(speed > 0, speed, np.nan), 0),
        (lambda speed, _: np.where(speed > 0, speed, np.nan), WRONG_FROM),
        (lambda speed, _: np.zeros(len(speed)), 0),
    ],
    ids=["sound", "never says it while off", "says it no longer while off", "never measured it"],
)
def test_how_a_fan_tells_its_speed_is_no_fault(wrong: Wrong, from_day: int) -> None:
    assert told(Kind.RANGE_HOOD, [hood_day(number, wrong, from_day) for number in range(LAST)]) == []


def purifier_day(number: int, dust: Floats) -> Day:
    start_s = evening(number).timestamp() - 23 * 3600.0
    numbers = {"pm25_ugm3": dust, "fan_level": np.full(len(dust), 1.0), "fan_rpm": np.full(len(dust), 700.0)}
    rows = Rows(time_s=start_s + 300.0 * np.arange(len(dust), dtype=np.float64), numbers=numbers)
    return Day(day=FIRST + timedelta(days=number), readings=rows)


@pytest.mark.parametrize(("value", "days", "broken"), [(6.0, 6, True), (6.0, 3, False), (2.0, 6, False)])
def test_no_air_but_the_cleanest_is_the_same_for_days(*, value: float, days: int, broken: bool) -> None:
    def dust(number: int) -> Floats:
        moving = np.round(8.0 + 5.0 * np.sin(np.arange(288.0) / 20.0))
        return np.full(288, value) if number >= LAST - days else moving

    found = told(Kind.AIR_PURIFIER, [purifier_day(number, dust(number)) for number in range(LAST)])
    assert [one.signal for one in found if one.signal == "pm25_ugm3"] == (["pm25_ugm3"] if broken else [])


@pytest.mark.parametrize(
    ("value", "swing", "broken"),
    [(-21.6, 6.5, True), (-24.0, 6.5, False), (-21.6, 3.6, False), (-21.6, 9.0, False)],
    ids=["1.8 times as far", "at another level", "as far as before", "farther than a scale makes it"],
)
def test_what_warms_up_below_freezing_is_not_in_fahrenheit(*, value: float, swing: float, broken: bool) -> None:
    rows: list[DatedIndex] = []
    for number in range(LAST):
        now = number >= WRONG_FROM
        day = FIRST + timedelta(days=number)
        on_that_day = 12.0 if number == WRONG_FROM else swing  # both levels
        rows.append((day, f"{USUAL}.evap_c", value if now else -29.8, on_that_day if now else 3.6, 288.0))
    found = list(troubles(Kind.REFRIGERATOR, history_of(rows, evening(LAST))))
    assert bool(found) == broken
