"""Earth leakage, flood, limiter trips and food at risk: boundaries, look-alikes and ends."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.faults import fault_of
from domain.readings import Value
from domain.signals import Kind
from ingest.safety import Alarm, StaticFacts, judge

SECOND_US = 1_000_000
START_US = 1_732_255_200 * SECOND_US
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def play(
    kind: Kind, readings: Iterable[tuple[float, dict[str, Value]]], facts: StaticFacts | None = None
) -> list[Alarm]:
    state: dict[str, Any] = {}
    alarms: list[Alarm] = []
    for second, values in readings:
        state, said = judge(kind, facts or StaticFacts(), state, START_US + round(second * SECOND_US), values)
        alarms += said
    assert all(fault_of(kind, alarm.fault) for alarm in alarms)
    return alarms


def told(alarms: list[Alarm]) -> list[tuple[bool, float]]:
    return [(alarm.on, (alarm.at_us - START_US) / SECOND_US) for alarm in alarms]


# Earth leakage


@pytest.mark.parametrize(
    ("kind", "facts", "leakage_ma", "said"),
    [
        (Kind.CIRCUIT, StaticFacts(rcd_ma=30.0), 9.0, False),  # 30 % of 30
        (Kind.CIRCUIT, StaticFacts(rcd_ma=30.0), 9.1, True),
        (Kind.CIRCUIT, StaticFacts(rcd_ma=100.0), 29.0, False),
        (Kind.CIRCUIT, StaticFacts(), 89.0, False),  # unknown: 30 % of 300
        (Kind.CIRCUIT, StaticFacts(), 91.0, True),
        (Kind.WATER_HEATER, StaticFacts(rated_power_w=2000.0), 1.5, False),  # 0.75 * 2
        (Kind.WATER_HEATER, StaticFacts(rated_power_w=2000.0), 1.6, True),
        (Kind.WATER_HEATER, StaticFacts(rated_current_a=10.0), 1.7, False),  # 0.75 * 2.3 = 1.725
        (Kind.WATER_HEATER, StaticFacts(rated_power_w=500.0), 0.7, False),  # at least 0.75
        (Kind.WATER_HEATER, StaticFacts(rated_power_w=9000.0), 4.9, False),  # 6.75, at most 5
        (Kind.WATER_HEATER, StaticFacts(rated_power_w=9000.0), 5.1, True),
        (Kind.WATER_HEATER, StaticFacts(), 3.4, False),  # unknown power: class I, stationary
        (Kind.WATER_HEATER, StaticFacts(), 3.6, True),
    ],
)
def test_leakage_limits(kind: Kind, facts: StaticFacts, leakage_ma: float, said: bool) -> None:
    alarms = play(kind, [(second, {"leakage_ma": leakage_ma}) for second in (0, 10, 20, 30)], facts)
    assert [alarm.fault for alarm in alarms] == (["earth_leakage"] if said else [])


def test_leakage_spikes_and_sentinels_are_not_standing() -> None:
    facts = StaticFacts(rcd_ma=30.0)
    assert play(Kind.CIRCUIT, [(k * 10, {"leakage_ma": 25.0 if k % 3 == 0 else 2.0}) for k in range(99)], facts) == []
    assert play(Kind.CIRCUIT, [(k * 10, {"leakage_ma": 255.0}) for k in range(99)], facts) == []


def test_leakage_ends_a_minute_below_four_fifths_of_the_limit() -> None:
    level = [12.0] * 4 + [8.0] * 20 + [7.0] * 10  # limit 9 mA: 8.0 is below it but not calm, 7.0 < 7.2 is
    alarms = play(Kind.CIRCUIT, [(k * 10, {"leakage_ma": ma}) for k, ma in enumerate(level)], StaticFacts(rcd_ma=30.0))
    assert told(alarms) == [(True, 30), (False, 300)]


# Flood


def rest(levels: Iterable[float], step_s: float = 10, **more: Value) -> list[tuple[float, dict[str, Value]]]:
    values: dict[str, Value] = {"phase": "idle", **more}
    return [(k * step_s, {**values, "level_mm": level}) for k, level in enumerate(levels)]


def test_water_rising_at_rest_is_a_flood() -> None:
    # 2 mm per 10 s from 5 mm: above 25 at reading 11 (27 mm); third reading above at 130 s.
    alarms = play(Kind.WASHING_MACHINE, rest([5.0 + 2 * k for k in range(40)]))
    assert told(alarms) == [(True, 130)]
    assert alarms[0].fault == "flood"
    assert alarms[0].evidence.expected == pytest.approx(5.0, abs=0.1)  # 110 s of drift at 1 mm/h


def test_flood_ends_when_the_level_is_back() -> None:
    alarms = play(Kind.WASHING_MACHINE, rest([0.0] * 3 + [80.0] * 10 + [0.0] * 10))
    assert told(alarms) == [(True, 50), (False, 190)]


@pytest.mark.parametrize(
    "readings",
    [
        rest([5.0, 9.0, 2.0, 11.0, 6.0] * 50),  # ripple
        rest([5.0, 5.0, 300.0, 5.0, 5.0, 255.0, 5.0] * 20),  # single spikes
        rest([0.5 * k / 12 for k in range(12 * 100)], step_s=300),  # 0.5 mm/h for 100 h: the sensor drifts
        [(k * 10, {"phase": "fill" if k % 2 else "wash", "level_mm": 10.0 * k}) for k in range(30)],  # a programme
        [(k * 10, {"level_mm": 10.0 * k}) for k in range(30)],  # nobody knows whether it rests
        [(k * 10, {"level_mm": 10.0 * k, "power_w": 80.0}) for k in range(30)],  # it works
        [*rest([80.0] * 20), (201, {"phase": "drain", "level_mm": 3.0})],  # left full, emptied later
    ],
)
def test_what_is_no_flood(readings: list[tuple[float, dict[str, Value]]]) -> None:
    assert play(Kind.WASHING_MACHINE, readings) == []


def test_power_tells_rest_where_no_phase_does() -> None:
    readings: list[tuple[float, dict[str, Value]]] = [
        (k * 10, {"level_mm": 10.0 * k, "power_w": 1.0}) for k in range(30)
    ]
    assert len(play(Kind.WASHING_MACHINE, readings)) == 1


def test_the_rest_before_a_programme_is_not_the_reference_of_the_rest_after() -> None:
    empty = rest([0.0] * 5)
    programme: list[tuple[float, dict[str, Value]]] = [(50 + k, {"phase": "wash", "level_mm": 60.0}) for k in range(5)]
    full = [(second + 60, values) for second, values in rest([60.0] * 20)]  # stopped by hand with water inside
    assert play(Kind.WASHING_MACHINE, [*empty, *programme, *full]) == []


def test_standing_water_is_never_taken_for_drift() -> None:
    levels = [0.0] * 3 + [80.0] * (12 * 24 * 5)  # five days at five minutes
    assert [on for on, _ in told(play(Kind.WASHING_MACHINE, rest(levels, step_s=300)))] == [True]


# Limiter trips


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([(0, 7), (1, 8), (2, 9)], [2]),  # two in two days
        ([(0, 7), (1, 9)], [1]),
        ([(0, 7), (1, 8), (8.1, 9)], []),  # more than a week apart
        ([(0, 7), (1, 8), (7.9, 9)], [7.9]),
        ([(0, 7), (1, 0), (2, 0)], []),  # reset
        ([(0, 7), (1, 8), (2, 0), (3, 1)], [3]),  # one before and one after a reset
        ([(0, 7)], []),  # history before the first reading is nobody's knowledge
        ([(0, 7), (1, 5000)], []),  # another counter
        ([(0, 7), (30, 9)], []),  # two in a month of silence may be weeks apart
        ([(0, 7), (7, 9)], [7]),
        ([(0, 7), (7.2, 24)], []),  # seventeen that may all be older than a week, and put right since
        ([(0, 7), (7.2, 24), (9, 25)], [9]),  # it goes on
    ],
)
def test_trips_within_a_week(counts: list[tuple[float, float]], said: list[float]) -> None:
    alarms = play(Kind.DRYER, [(day * DAY_S, {"limit_trips": count}) for day, count in counts])
    assert told(alarms) == [(True, day * DAY_S) for day in said]


def test_trips_end_by_three_hours_of_running_not_by_rest() -> None:
    tripped: list[tuple[float, dict[str, Value]]] = [(0, {"limit_trips": 1.0}), (60, {"limit_trips": 3.0})]
    idle: list[tuple[float, dict[str, Value]]] = [
        (60 + k * HOUR_S, {"limit_trips": 3.0, "power_w": 1.0}) for k in range(1, 24 * 20)
    ]
    assert told(play(Kind.DRYER, [*tripped, *idle])) == [(True, 60)]
    hourly: list[tuple[float, dict[str, Value]]] = [  # nobody saw whether it ran between
        (60 + k * HOUR_S, {"limit_trips": 3.0, "power_w": 2400.0}) for k in range(1, 24)
    ]
    assert told(play(Kind.DRYER, [*tripped, *hourly])) == [(True, 60)]
    start_s = 30 * DAY_S
    runs: list[tuple[float, dict[str, Value]]] = [
        (start_s + k * 60, {"limit_trips": 3.0, "power_w": 2400.0}) for k in range(200)
    ]
    assert told(play(Kind.DRYER, [*tripped, *runs])) == [(True, 60), (False, start_s + 3 * HOUR_S)]


# Food at risk


def cabinet(minutes: Iterable[tuple[int, float | None, float | None]]) -> list[tuple[float, dict[str, Value]]]:
    """Rows of (minute, fridge, freezer); None: the cabinet does not tell."""
    return [
        (60.0 * minute, {name: c for name, c in (("fridge_c", fridge), ("freezer_c", freezer)) if c is not None})
        for minute, fridge, freezer in minutes
    ]


def after_an_hour(
    fridge_c: float, freezer_c: float, until_min: int, step_min: int = 5
) -> list[tuple[float, dict[str, Value]]]:
    return cabinet(
        (minute, 4.0 if minute < 60 else fridge_c, -18.0 if minute < 60 else freezer_c)
        for minute in range(0, until_min + 1, step_min)
    )


@pytest.mark.parametrize(
    ("fridge_c", "freezer_c", "said_min"),
    [
        (8.0, -18.0, None),
        (8.1, -18.0, 55 + 120),  # two hours after the last cold reading
        (4.0, -12.0, None),
        (4.0, -11.9, 60 + 60),
        (12.0, -5.0, 60 + 60),  # one alarm for both
    ],
)
def test_warm_compartments_at_their_boundaries(fridge_c: float, freezer_c: float, said_min: int | None) -> None:
    alarms = play(Kind.REFRIGERATOR, after_an_hour(fridge_c, freezer_c, 360))
    assert told(alarms) == ([(True, said_min * 60)] if said_min else [])


@pytest.mark.parametrize(
    "readings",
    [
        after_an_hour(10.0, -18.0, 60 + 110),  # not yet two hours
        # a defrost of 45 minutes every 10 hours
        cabinet((m, 4.0, -8.0 if m % 600 < 45 else -19.0) for m in range(0, 6000, 5)),
        # sentinels: outside the catalogue; on the list; a jump that never moves again
        cabinet((m, 4.0 if m < 60 else 255.0, -18.0) for m in range(0, 600, 5)),
        cabinet((m, 4.0 if m < 60 else 51.1, -18.0) for m in range(0, 600, 5)),
        cabinet((m, 4.0 if m < 60 else 25.5, -18.0) for m in range(0, 600, 5)),
        # installed at 24 degC and pulled down in eight hours
        cabinet((m, max(4.0, 24.0 - m / 24), max(-18.0, 24.0 - m / 12)) for m in range(0, 900, 5)),
        # hourly door openings: 20 minutes warm, then cold
        cabinet((m, 11.0 if m % 60 < 20 else 5.0, None) for m in range(0, 1200, 5)),
    ],
)
def test_what_puts_no_food_at_risk(readings: list[tuple[float, dict[str, Value]]]) -> None:
    assert play(Kind.REFRIGERATOR, readings) == []


def test_a_cabinet_that_never_gets_cold_is_said_after_twelve_hours() -> None:
    alarms = play(Kind.REFRIGERATOR, cabinet((m, 20.0 - m % 2, None) for m in range(0, 1000, 5)))
    assert told(alarms) == [(True, 12 * HOUR_S)]


def test_a_jump_that_moves_again_is_a_measurement() -> None:
    alarms = play(
        Kind.REFRIGERATOR, cabinet((m, 4.0 if m < 60 else 26.0 + (m // 5 % 3) * 0.1, None) for m in range(0, 400, 5))
    )
    assert len(alarms) == 1


def test_an_open_door_is_evidence_and_cold_ends_it() -> None:
    readings = after_an_hour(12.0, -18.0, 240)
    for _, values in readings:
        values["door_open"] = True
    cold = [(60.0 * minute, dict[str, Value](fridge_c=5.0, freezer_c=-18.0)) for minute in range(245, 300, 5)]
    alarms = play(Kind.REFRIGERATOR, [*readings, *cold])
    assert told(alarms) == [(True, 175 * 60), (False, 255 * 60)]
    assert alarms[0].evidence.note == "a door stands open"


def test_two_hours_count_from_the_last_cold_reading_if_it_is_no_more_than_minutes_old() -> None:
    assert told(play(Kind.REFRIGERATOR, after_an_hour(10.0, -18.0, 360, step_min=30))) == [(True, 180 * 60)]


def test_an_element_that_is_off_says_nothing_of_its_leakage() -> None:
    """3 kW may leak 2.25 mA. Ten minutes of heating every three hours, at 1.9 mA, then 2.4: the first such reading."""
    readings: list[tuple[float, dict[str, Value]]] = []
    for minute in range(0, 900, 5):
        heats = minute % 180 < 10
        leaks_ma = (2.4 if minute >= 720 else 1.9) if heats else 0.05
        readings.append((60.0 * minute, {"leakage_ma": leaks_ma, "heater_w": 2900.0 if heats else 0.0}))
    alarms = play(Kind.WATER_HEATER, readings, StaticFacts(rated_power_w=3000.0))
    assert told(alarms) == [(True, 720 * 60)]
    spiked = [(at_s, {**values, "leakage_ma": 2.4 if at_s == 360 * 60 else 0.2}) for at_s, values in readings]
    assert play(Kind.WATER_HEATER, spiked, StaticFacts(rated_power_w=3000.0)) == []


def telling(freezer: list[float], *, defrost_at: int | None = None, door_at: int | None = None) -> list[int]:
    """Minutes at which a unit that tells its defrosts is said to put food at risk; a reading every five minutes."""
    readings: list[tuple[float, dict[str, Value]]] = [
        (
            300.0 * number,
            {"freezer_c": warm_c, "defrost": number == defrost_at, "door_open": number == door_at},
        )
        for number, warm_c in enumerate([-18.0, -18.0, *freezer])
    ]
    return [round(second / 60) for on, second in told(play(Kind.REFRIGERATOR, readings)) if on]


def test_a_freezer_that_tells_its_defrosts_is_said_to_be_warm_at_once() -> None:
    warming = [-15.0, -13.0, -11.5, -10.5, *[-10.0] * 20]
    (said,) = telling(warming)
    assert said == 20  # the first reading above -12
    (after_defrost,) = telling(warming, defrost_at=2)
    assert after_defrost == 75  # excused for an hour after the defrost at 10; then the next reading
    (after_door,) = telling(warming, door_at=3)
    assert after_door == 50  # excused for half an hour after the door at 15


def test_a_leap_of_the_freezer_has_to_be_read_twice() -> None:
    assert telling([-18.0, -8.0, -18.0, -18.0, -8.0, -18.0]) == []
    (said,) = telling([-18.0, -8.0, -7.9, -7.8])
    assert said == 20


def shifted(
    until_min: int, *, by_k: float = 8.0, rests: bool = True, then_k: float = 0.0, **more: Value
) -> list[tuple[float, dict[str, Value]]]:
    """A fridge at 3 degC whose thermometer leaps after an hour; `then_k`: it rises on, 1 K in a quarter of an hour."""
    readings: list[tuple[float, dict[str, Value]]] = []
    for minute in range(0, until_min + 1, 5):
        leapt = minute >= 60
        warm_c = 3.0 + minute % 30 / 30 + by_k * leapt + min(then_k, max(0.0, (minute - 120) / 15))
        values: dict[str, Value] = {"fridge_c": warm_c, "defrost": False, "door_open": False}
        values["compressor_on"] = not rests or minute % 60 < 40
        readings.append((60.0 * minute, {**values, **more}))
    return readings


def test_a_fridge_that_leaps_behind_a_shut_door_while_its_compressor_rests_as_ever_is_its_thermometer() -> None:
    assert play(Kind.REFRIGERATOR, shifted(3000)) == []
    assert told(play(Kind.REFRIGERATOR, shifted(600, rests=False)))  # it works without a rest: warm air
    assert told(play(Kind.REFRIGERATOR, shifted(600, door_open=True)))
    unknown = [(s, {k: v for k, v in values.items() if k != "door_open"}) for s, values in shifted(600)]
    assert told(play(Kind.REFRIGERATOR, unknown))
    (said,) = told(play(Kind.REFRIGERATOR, shifted(600, then_k=8.0)))  # and then it does get warm
    assert said == (True, (180 + 120) * 60)


def test_a_thermometer_that_is_back_is_believed_as_before() -> None:
    back = [(at_s + 4000 * 60, values) for at_s, values in shifted(600, by_k=0.0, then_k=9.0)]
    (said,) = told(play(Kind.REFRIGERATOR, [*shifted(300), *back]))
    assert said[1] > 4000 * 60
