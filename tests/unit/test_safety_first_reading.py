"""An urgent condition is said by the first reading that can show it, and a sensor that changes its unit is no heat."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.readings import Value
from domain.signals import Kind
from ingest.safety import Alarm, StaticFacts, judge

MINUTE_US = 60_000_000
START_US = 1_732_255_200 * 1_000_000
RCD = StaticFacts(rcd_ma=30.0, breaker_rating_a=16.0)


def play(kind: Kind, readings: Iterable[tuple[int, dict[str, Value]]]) -> list[Alarm]:
    state: dict[str, Any] = {}
    alarms: list[Alarm] = []
    for minute, values in readings:
        state, said = judge(kind, RCD, state, START_US + minute * MINUTE_US, values)
        alarms += said
    return alarms


def minutes(alarms: list[Alarm]) -> list[tuple[bool, int]]:
    return [(alarm.on, (alarm.at_us - START_US) // MINUTE_US) for alarm in alarms]


@pytest.mark.parametrize(
    ("leakage_ma", "said"),
    [
        ([2.0, 5.0, 6.0, 9.1], [(True, 15)]),  # limit 9; above half of it since minute 5: the first reading above
        ([2.0, 2.0, 2.0, 9.1, 2.0], []),  # out of nothing and back: a spike
        ([2.0, 2.0, 2.0, 9.1, 9.1], [(True, 20)]),  # out of nothing: seen twice
        ([6.0, 6.0, 6.0, 9.0], []),  # not above
    ],
)
def test_standing_leakage_that_grows_is_said_by_the_first_reading(
    leakage_ma: list[float], said: list[tuple[bool, int]]
) -> None:
    assert minutes(play(Kind.CIRCUIT, [(5 * k, {"leakage_ma": ma}) for k, ma in enumerate(leakage_ma)])) == said


@pytest.mark.parametrize(
    ("heater_w", "said"),
    [
        ([3000.0, 3000.0, 2400.0], [10]),  # the winding's resistance leapt with the leakage
        ([3000.0, 3000.0, 2900.0], [15]),  # no more than a cold winding and the meters make: read twice
        ([3000.0, 0.0, 2400.0], [10]),  # from one heating to the next
    ],
)
def test_an_element_that_leaks_as_its_resistance_leaps_is_said_at_once(heater_w: list[float], said: list[int]) -> None:
    watts = [*heater_w, heater_w[-1]]
    readings: list[tuple[int, dict[str, Value]]] = [
        (5 * k, {"heater_w": w, "leakage_ma": 6.0 if k >= 2 else 0.1, "voltage_v": 230.0}) for k, w in enumerate(watts)
    ]
    assert [minute for on, minute in minutes(play(Kind.WATER_HEATER, readings)) if on] == said


def test_a_mains_sag_is_no_change_of_resistance() -> None:
    readings: list[tuple[int, dict[str, Value]]] = [
        (0, {"heater_w": 3000.0, "leakage_ma": 0.1, "voltage_v": 230.0}),
        (5, {"heater_w": 2430.0, "leakage_ma": 6.0, "voltage_v": 207.0}),
        (10, {"heater_w": 2430.0, "leakage_ma": 0.1, "voltage_v": 207.0}),
    ]
    assert play(Kind.WATER_HEATER, readings) == []


@pytest.mark.parametrize("silent_min", [12, 60, 14 * 24 * 60])
@pytest.mark.parametrize(("before_ma", "said"), [(6.0, True), (2.0, False)])
def test_a_standing_current_outlasts_a_silence(before_ma: float, said: bool, silent_min: int) -> None:
    readings: list[tuple[int, dict[str, Value]]] = [(0, {"leakage_ma": before_ma}), (silent_min, {"leakage_ma": 9.1})]
    assert minutes(play(Kind.CIRCUIT, readings)) == ([(True, silent_min)] if said else [])


def washer(levels: list[float], step: int = 1) -> list[tuple[int, dict[str, Value]]]:
    return [(step * k, {"phase": "idle", "level_mm": mm}) for k, mm in enumerate(levels)]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([0.0] * 12 + [3.0, 6.0, 9.0, 12.0], [(True, 14)]),  # 5 above the lowest, then 3 more: the second such reading
        ([0.0] * 12 + [6.0, 7.0, 8.0, 9.0, 10.0], []),  # a millimetre a reading is ripple; below 20 in all
        ([0.0] * 3 + [3.0, 6.0, 9.0, 12.0, 12.0], []),  # it has just come to rest: the hose runs back
        ([0.0] * 12 + [6.0, 0.0, 6.0, 0.0, 6.0], []),  # up and down
        ([0.0] * 12 + [180.0, 0.0, 0.0], []),  # one reading
        ([0.0] * 12 + [180.0, 180.0], [(True, 13)]),
    ],
)
def test_water_is_said_when_it_is_seen_rising(levels: list[float], said: list[tuple[bool, int]]) -> None:
    assert minutes(play(Kind.WASHING_MACHINE, washer(levels))) == said


def freezer(celsius: list[float]) -> list[tuple[int, dict[str, Value]]]:
    return [(5 * k, {"freezer_c": warm_c}) for k, warm_c in enumerate(celsius)]


def test_a_freezer_that_creeps_above_its_limit_is_believed_at_once() -> None:
    creeping = [-14.0 + 0.15 * k for k in range(30)]  # 1.8 K an hour; -11.9 at reading 14
    assert minutes(play(Kind.REFRIGERATOR, freezer(creeping))) == [(True, 70)]


def test_three_kelvin_an_hour_are_creeping_too() -> None:
    warming = [-20.5 + 0.25 * k for k in range(50)]  # -11.75 at reading 35
    assert minutes(play(Kind.REFRIGERATOR, freezer(warming))) == [(True, 175)]


def test_a_defrost_that_nobody_tells_is_no_creeping() -> None:
    pulse = [-18.0, -15.0, -12.5, -10.0, -9.0, -11.0, -13.0, -15.0, *[-18.0] * 50]
    assert play(Kind.REFRIGERATOR, freezer([*[-18.0] * 20, *pulse, *pulse])) == []


@pytest.mark.parametrize(
    ("more", "heater_w", "said"),
    [
        ({}, 180.0, []),  # a defrost that nobody tells, but the power does
        ({}, 16.0, [90]),  # a lamp
        ({"defrost": False}, 180.0, [90]),  # the unit tells its defrosts: this is none
    ],
)
def test_what_creeps_up_while_a_heater_works_has_its_hour(
    more: dict[str, Value], heater_w: float, said: list[int]
) -> None:
    readings: list[tuple[int, dict[str, Value]]] = []
    for minute in range(0, 240, 5):
        heats = 75 <= minute < 95
        freezer_c = -13.0 + 0.08 * (minute - 75) if heats else -13.0 if minute < 75 else -14.0
        values: dict[str, Value] = {"compressor_on": False, "power_w": heater_w if heats else 1.5}
        readings.append((minute, {**values, **more, "freezer_c": freezer_c}))
    assert [minute for on, minute in minutes(play(Kind.REFRIGERATOR, readings)) if on] == said


def test_a_reading_that_is_not_above_eight_starts_the_two_hours_anew() -> None:
    around = [8.1] * 12 + [8.0] + [8.1] * 30  # an hour, a reading at the limit, then two hours until minute 185,
    # counted from the reading at the limit, minute 65
    readings: list[tuple[int, dict[str, Value]]] = [(0, {"fridge_c": 4.0})]
    readings += [(5 * (k + 1), {"fridge_c": warm_c}) for k, warm_c in enumerate(around)]
    assert minutes(play(Kind.REFRIGERATOR, readings)) == [(True, 185)]


@pytest.mark.parametrize(
    ("silent_min", "after", "said_min"),
    [
        (120, [10.0] * 30, 125),  # read twice: no door that was open a moment ago
        (4000, [24.0] * 30, 4005),
        (120, [10.0, 7.5] + [5.0] * 30, None),
        (115, [10.0] * 30, 235),  # not as long as the two hours: they begin with the first warm reading
    ],
)
def test_a_fridge_that_is_warm_after_a_long_silence_was_warm_in_it(
    silent_min: int, after: list[float], said_min: int | None
) -> None:
    readings: list[tuple[int, dict[str, Value]]] = [(0, {"fridge_c": 4.0})]
    readings += [(silent_min + 5 * k, {"fridge_c": warm_c}) for k, warm_c in enumerate(after)]
    assert minutes(play(Kind.REFRIGERATOR, readings)) == ([] if said_min is None else [(True, said_min)])


@pytest.mark.parametrize(
    ("silent_min", "after", "said_min"),
    [
        (4000, {"fridge_c": 24.0, "freezer_c": 24.0}, 4000),
        (4000, {"fridge_c": 24.0, "freezer_c": -18.0}, 4005),  # the freezer does not bear it out
        (4000, {"fridge_c": 24.0, "freezer_c": 24.0, "door_open": True}, 4005),
        (4000, {"fridge_c": 4.0, "freezer_c": 24.0}, 4060),  # the freezer's hour
        (115, {"fridge_c": 24.0, "freezer_c": 24.0}, 175),  # not as long as the fridge's two hours; again the hour
    ],
)
def test_both_compartments_warm_after_a_long_silence_need_one_reading(
    silent_min: int, after: dict[str, Value], said_min: int
) -> None:
    readings: list[tuple[int, dict[str, Value]]] = [(0, {"fridge_c": 4.0, "freezer_c": -18.0})]
    for minute in range(silent_min, silent_min + 180, 5):
        warmer_c = 0.01 * (minute - silent_min)  # it moves: no code of a sensor
        readings.append((minute, {k: v + warmer_c if isinstance(v, float) else v for k, v in after.items()}))
    assert minutes(play(Kind.REFRIGERATOR, readings)) == [(True, said_min)]


# Sensors that change their unit


def fahrenheit(celsius: float) -> float:
    return 1.8 * celsius + 32.0


def test_a_freezer_in_fahrenheit_is_not_warm_and_a_warm_one_still_is() -> None:
    """-18 degC is -0.4 degF; back again later; and food that thaws is said in either unit."""
    cold, warm = [-18.0, -17.8] * 6, [-18.0 + 0.2 * k for k in range(40)]  # -11.8 at reading 31
    assert play(Kind.REFRIGERATOR, freezer([*cold, *map(fahrenheit, cold), *cold])) == []
    alarms = play(Kind.REFRIGERATOR, freezer([*cold, *map(fahrenheit, [*cold, *warm])]))
    assert minutes(alarms) == [(True, 5 * (24 + 31))]
    assert alarms[0].evidence.observed == pytest.approx(-11.8)


def terminal(readings: list[tuple[float, float]]) -> list[tuple[int, dict[str, Value]]]:
    return [(5 * k, {"current_a": amps, "terminal_c": warm_c}) for k, (amps, warm_c) in enumerate(readings)]


def test_a_terminal_that_leaps_without_a_load_has_changed_its_unit() -> None:
    flipped = [(0.0, 25.0)] * 3 + [(0.0, 77.0)] * 3 + [(11.0, 78.8)] * 5 + [(0.0, 77.0)] * 2
    assert play(Kind.CIRCUIT, terminal(flipped)) == []


def test_a_leap_under_load_may_be_the_joint() -> None:
    assert minutes(play(Kind.CIRCUIT, terminal([(0.0, 25.0)] * 3 + [(11.0, 77.0)] * 3))) == [(True, 20)]


def test_heat_behind_a_changed_unit_is_still_heat() -> None:
    """25 degC is 77 degF; 15 K more than that is beyond what a change of unit explains: 104 is believed."""
    hot = [(0.0, 25.0)] * 3 + [(0.0, 77.0)] * 3 + [(11.0, 104.0)] * 3
    assert minutes(play(Kind.CIRCUIT, terminal(hot))) == [(True, 35)]


def test_a_changed_unit_outlasts_a_winter_and_heat_is_still_seen_behind_it() -> None:
    """From 25 degC to 9 within four weeks: what it is compared with follows; 45 K over that within minutes is heat."""
    hours = 28 * 24
    winter = [(60 * k, 25.0 - 16.0 * k / hours) for k in range(hours)]
    readings: list[tuple[int, dict[str, Value]]] = [(0, {"current_a": 0.1, "terminal_c": 25.0})]
    readings += [(at + 60, {"current_a": 0.1, "terminal_c": fahrenheit(warm_c)}) for at, warm_c in winter]
    end = readings[-1][0]
    loaded = [(end + 5 * k, {"current_a": 11.0, "terminal_c": fahrenheit(10.0)}) for k in range(1, 4)]
    assert play(Kind.CIRCUIT, [*readings, *loaded]) == []
    hot = [(at, {"current_a": 11.0, "terminal_c": fahrenheit(56.0)}) for at, _ in loaded]
    assert minutes(play(Kind.CIRCUIT, [*readings, *hot])) == [(True, end + 10)]


def test_a_code_for_no_value_does_not_end_a_changed_unit() -> None:
    """51.1 in single precision, as a recording holds it, is the code too: neither cold nor the old unit."""
    coded = [(0.0, 26.0)] * 3 + [(0.0, 79.0)] * 3 + [(0.0, 51.099998474121094)] + [(0.0, 79.0)] * 3 + [(9.0, 85.0)] * 3
    assert play(Kind.CIRCUIT, terminal(coded)) == []


@pytest.mark.parametrize(("lost_v", "said"), [(0.7, []), (4.0, [(True, 20)])])
def test_a_leap_under_a_load_that_heats_nothing_has_changed_its_unit(
    lost_v: float, said: list[tuple[bool, int]]
) -> None:
    """0.7 V at 2.8 A are 2 W in wire and joint together, 4 V are 11 W."""
    readings: list[tuple[int, dict[str, Value]]] = [
        (5 * k, {"current_a": 0.0 if k < 3 else 2.8, "terminal_c": 27.5 if k < 3 else 81.1, "upstream_v": 230.0,
                 "voltage_v": 230.0 if k < 3 else 230.0 - lost_v})
        for k in range(6)
    ]  # fmt: skip
    assert minutes(play(Kind.CIRCUIT, readings)) == said
