"""Air conditioner filter clog on hand-made days: what raises it, what must not, what ends it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.findings import Verdict
from domain.signals import Kind
from models.features.air_conditioner import steady_of
from models.features.day import Day
from models.history import history_of
from models.judge import judge_appliance
from tests.unit.synthetic_days import Cooling, Story, cooling_days, evening, remember, without

DAYS = 60


def evenings(days: Sequence[Day]) -> list[Verdict | None]:
    """The verdict of every evening from the 15th on, as it would have been then."""
    history, references = remember(Kind.AIR_CONDITIONER, days, evening(len(days)))
    rows = [
        (day, index, float(value), 0.0, float(weight))
        for index, series in history.series.items()
        for day, value, weight in zip(series.days, series.values, series.weights, strict=True)
    ]
    found: list[Verdict | None] = []
    for number in range(15, len(days) + 1):
        verdicts = judge_appliance(Kind.AIR_CONDITIONER, history_of(rows, evening(number)), references, evening(number))
        found.append(next((verdict for verdict in verdicts if verdict.fault == "filter_clog"), None))
    return found


def first_present(verdicts: Sequence[Verdict | None]) -> int | None:
    return next((number for number, found in enumerate(verdicts, start=15) if found and found.present), None)


def ramp(number: int) -> Cooling:
    """Flow falls by 0.8 % of its healthy value a day from day 18: difference +35 % on day 50, +25 % on day 43."""
    return Cooling(flow=1 - 0.008 * max(0, number - 18))


QUIET: dict[str, Story] = {
    "healthy": lambda number: Cooling(),
    "weather that changes": lambda number: Cooling(outdoor_c=30 + 4 * float(np.sin(number / 4))),
    "heat wave": lambda number: Cooling(outdoor_c=39 if 30 <= number <= 40 else 30),
    "setpoint lower": lambda number: Cooling(setpoint_c=25 if number < 30 else 22),
    "setpoint higher": lambda number: Cooling(setpoint_c=25 if number < 30 else 28),
    "ten days of silence": lambda number: Cooling(silent=30 <= number < 40),
    "supply sensor stuck cold": lambda number: Cooling(supply_stuck_c=6.0 if number >= 30 else None),
    "supply sensor gone": lambda number: Cooling(supply_missing=number >= 30),
    "supply sensor 3 K off": lambda number: Cooling(supply_bias_k=-3.0 if number >= 30 else 0.0),
    "fan level never seen before": lambda number: Cooling(
        level=3 if number < 30 else 1, flow=1 if number < 30 else 0.7
    ),
    "refrigerant leaking": lambda number: Cooling(charge=1 - 0.006 * max(0, number - 18)),
    "one odd day": lambda number: Cooling(flow=0.6 if number == 35 else 1.0),
}


@pytest.mark.parametrize("story", QUIET.values(), ids=QUIET.keys())
def test_it_stays_quiet(story: Story) -> None:
    assert first_present(evenings(cooling_days(story, DAYS))) is None


def test_a_ramp_is_found_before_a_quarter_of_the_flow_is_gone() -> None:
    verdicts = evenings(cooling_days(ramp, DAYS))
    raised = first_present(verdicts)
    assert raised is not None
    assert 24 <= raised <= 43  # +5 % is reached on day 24; +25 % on day 43
    assert all(found is not None and found.present for found in verdicts[raised - 15 :])
    evidence = verdicts[-1].evidence[0] if verdicts[-1] else None
    assert evidence is not None
    # Flow on the last complete days 57 to 59 is 1 - 0.008 * 40 = 0.68: difference 1 / 0.68 = +47 %, within noise.
    assert evidence.observed is not None
    assert evidence.expected is not None
    assert evidence.observed / evidence.expected == pytest.approx(1.47, abs=0.05)
    assert evidence.unit == "K"


@pytest.mark.parametrize(
    "gone",
    [("supply_c",), ("coil_in_c", "outdoor_c"), ("mode", "fan_level", "setpoint_c")],
    ids=["no supply air", "no coil nor outdoor", "no mode nor levels"],
)
def test_units_with_fewer_signals_are_judged_too(gone: tuple[str, ...]) -> None:
    days = [without(day, *gone) for day in cooling_days(ramp, DAYS)]
    raised = first_present(evenings(days))
    assert raised is not None
    assert raised <= 50


def test_cleaning_clears_it_with_proof() -> None:
    verdicts = evenings(cooling_days(lambda number: ramp(number) if number < 48 else Cooling(), DAYS))
    before = verdicts[48 - 15]
    assert before is not None
    assert before.present
    last = verdicts[50 - 15]  # two good days, 48 and 49, are over
    assert last is not None
    assert not last.present
    assert "back" in last.evidence[0].note


def test_a_coil_at_its_frost_guard_is_no_recovery() -> None:
    """At full load the guard holds the difference of a clogged unit near what was healthy there."""

    def clogged(number: int) -> Cooling:
        flow = max(0.55, 1 - 0.02 * max(0, number - 18))
        hot = 47 <= number <= 55
        outdoor_c = 40.0 if hot else 32 + 9 * float(np.sin(number))
        return Cooling(flow=flow, outdoor_c=outdoor_c, setpoint_c=23.0 if hot else 25.0, frost_guard_c=6.0)

    verdicts = evenings(cooling_days(clogged, DAYS))
    raised = first_present(verdicts)
    assert raised is not None
    assert raised < 47
    assert [
        number for number, found in enumerate(verdicts, start=15) if found and not found.present and number > raised
    ] == []


def test_a_unit_that_never_leaves_its_frost_guard_shows_less_air_by_its_speed() -> None:
    """Coil and room stay where they are, and with them every temperature difference."""

    def guarded(flow: float) -> Cooling:
        return Cooling(flow=flow, outdoor_c=44.0, setpoint_c=20.0, frost_guard_c=6.0)

    clogging = evenings(cooling_days(lambda number: guarded(1 - 0.008 * max(0, number - 18)), DAYS))
    raised = first_present(clogging)
    assert raised is not None
    assert 18 < raised <= 50  # flow -25 % on day 49
    found = clogging[raised - 15]
    assert found is not None
    assert {one.signal for one in found.evidence} & {"compressor_hz / (room_c - coil_in_c)", "room_c - supply_c"}
    assert first_present(evenings(cooling_days(lambda _: guarded(1.0), DAYS))) is None


def test_windows_to_learn_from_leave_out_impossible_values() -> None:
    """A thermometer that says 60 °C for one row at noon: whoever asks for windows first gets none of it."""
    day = cooling_days(lambda _: Cooling(), 1)[0]
    supply = day.readings.numbers["supply_c"].copy()
    supply[12 * 12] = 60.0
    spoilt = replace(day.readings, numbers={**day.readings.numbers, "supply_c": supply})
    windows = steady_of(Day(day=day.day, readings=spoilt))
    assert float(np.abs(windows.air_drop_k - steady_of(day).air_drop_k).max()) < 1.0  # in six rows: 8 K


def test_prognosis_only_with_a_credible_trend() -> None:
    rising = evenings(cooling_days(ramp, 40))[-1]
    assert rising is not None
    assert rising.fails_p10 is not None
    assert rising.fails_p50 is not None
    assert rising.fails_p90 is not None
    assert evening(40) - timedelta(days=11) <= rising.fails_p10 < evening(40)  # it may be that bad already
    assert evening(40) < rising.fails_p50 < rising.fails_p90
    assert rising.fails_p10 < evening(50) < rising.fails_p90  # +35 % is reached on day 50
    level = evenings(cooling_days(lambda number: Cooling(flow=1.0 if number < 18 else 0.84), DAYS))[-1]
    assert level is not None
    assert level.present
    assert level.fails_p50 is None


def test_it_cannot_see_what_was_there_from_the_first_day() -> None:
    """Documented blind spot: its own reference is all it has; the fleet's prior comes with the full engine."""
    assert first_present(evenings(cooling_days(lambda number: Cooling(flow=0.7), DAYS))) is None


def test_it_says_nothing_before_the_reference_is_learned() -> None:
    history, references = remember(Kind.AIR_CONDITIONER, cooling_days(ramp, 13), evening(13))
    assert references == {}
    verdicts = judge_appliance(Kind.AIR_CONDITIONER, history, references, evening(13))
    assert {verdict.fault for verdict in verdicts} <= {"sensor_fault"}  # sensors need no reference
