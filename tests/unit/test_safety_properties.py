"""What holds for the safety rules whatever arrives: no exception, no repetition, no dependence on restarts."""

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.readings import Value
from domain.signals import READING_SIGNALS, SIGNALS, Kind, Type
from ingest.safety import Alarm, StaticFacts, judge, rules_for

SECOND_US = 1_000_000
START_US = 1_732_255_200 * SECOND_US
RULED = [kind for kind in Kind if rules_for(kind)]
GENTLY = settings(deadline=None, max_examples=60)
"""No deadline: other processes share the machine."""
Readings = list[tuple[int, dict[str, Value]]]
FACTS = StaticFacts(breaker_rating_a=16.0, rcd_ma=30.0, rated_power_w=2000.0)


def value_of(name: str) -> st.SearchStrategy[Value]:
    """Values near the thresholds as well as anything that is no measurement."""
    signal = SIGNALS[name]
    if signal.type is Type.FLAG:
        return st.booleans()
    if signal.type is Type.CHOICE:
        return st.sampled_from(sorted(signal.choices))
    near = st.floats(max(signal.low, -40.0), min(signal.high, 60.0))
    wild = st.one_of(
        st.floats(allow_nan=True, allow_infinity=True),
        st.integers(-(10**30), 10**30),
        st.sampled_from(["", "12", "on"]),
    )
    return st.one_of(near, near, near, st.sampled_from([255.0, -64.0, 51.1, 0.0]), wild)


@cache
def values_of(kind: Kind) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional={signal.name: value_of(signal.name) for signal in READING_SIGNALS[kind]})


def circuit(current_a: float, ohm: float = 0.3, **more: Value) -> dict[str, Value]:
    return {"current_a": current_a, "upstream_v": 230.0, "voltage_v": 230.0 - ohm * current_a, **more}


TELLING: dict[Kind, list[dict[str, Value]]] = {
    Kind.CIRCUIT: [
        circuit(0.5, terminal_c=25.0, leakage_ma=1.0),
        circuit(10.0, terminal_c=35.0),
        circuit(14.0, ohm=0.37, leakage_ma=12.0),
        circuit(12.0, ohm=0.6, terminal_c=90.0),
        circuit(19.0),
        {"power_w": 5000.0, "leakage_ma": 8.0},
    ],
    Kind.WATER_HEATER: [{"leakage_ma": level} for level in (0.5, 1.4, 3.0)],
    Kind.WASHING_MACHINE: [
        {"phase": "idle", "level_mm": 0.0},
        {"phase": "idle", "level_mm": 12.0},
        {"phase": "idle", "level_mm": 90.0},
        {"phase": "wash", "level_mm": 60.0},
        {"power_w": 1.0, "level_mm": 30.0},
    ],
    Kind.DRYER: [{"limit_trips": trips, "power_w": power} for trips in (0.0, 1.0, 3.0) for power in (1.0, 2000.0)],
    Kind.REFRIGERATOR: [
        {"fridge_c": fridge, "freezer_c": freezer} for fridge in (4.0, 7.5, 12.0) for freezer in (-18.0, -12.5, -3.0)
    ],
}
"""Readings that take part in beginning and ending every alarm."""

LEARNED: Readings = [
    (START_US + k * 10 * SECOND_US, circuit(10.0 if k % 8 >= 4 else 0.5, terminal_c=25.0)) for k in range(170)
]
"""Twenty-one load steps: the circuit knows its own resistance."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[Kind, Readings]:
    """Runs of repeated readings, so that conditions get the time to begin and end."""
    kind = draw(st.sampled_from(RULED))
    readings: Readings = list(LEARNED) if kind is Kind.CIRCUIT else [(START_US, TELLING[kind][0])]
    at_us = readings[-1][0]
    reading = st.one_of(st.sampled_from(TELLING[kind]), st.sampled_from(TELLING[kind]), values_of(kind))
    run = st.tuples(reading, st.sampled_from([1, 10, 60, 300, 1800, 90_000]), st.integers(1, 12))
    for values, step_s, times in draw(st.lists(run, max_size=20)):
        for _ in range(times):
            at_us += step_s * SECOND_US
            readings.append((at_us, values))
    return kind, readings


facts_of_any_sort = st.builds(
    StaticFacts,
    breaker_rating_a=st.none() | st.floats(-100, 1e6),
    rcd_ma=st.none() | st.floats(-1, 500),
    rated_current_a=st.none() | st.floats(-1, 100),
    rated_power_w=st.none() | st.floats(-1, 1e5),
    nominal_v=st.floats(-10, 400),
)


def play(
    kind: Kind, readings: Readings, facts: StaticFacts = FACTS, *, restart: bool = False
) -> tuple[dict[str, Any], list[Alarm]]:
    state: dict[str, Any] = {}
    alarms: list[Alarm] = []
    for at_us, values in readings:
        if restart:
            state = json.loads(json.dumps(state, allow_nan=False))
        state, said = judge(kind, facts, state, at_us, values)
        alarms += said
    return state, alarms


@GENTLY
@given(histories(), facts_of_any_sort)
def test_nothing_raises_and_the_state_stays_small(history: tuple[Kind, Readings], facts: StaticFacts) -> None:
    state, _ = play(*history, facts)
    assert len(json.dumps(state, allow_nan=False)) < 2048


@GENTLY
@given(histories())
def test_a_restart_after_every_reading_changes_nothing(history: tuple[Kind, Readings]) -> None:
    whole, alarms = play(*history)
    again, alarms_again = play(*history, restart=True)
    assert alarms_again == alarms
    assert again == json.loads(json.dumps(whole))


@GENTLY
@given(histories(), st.randoms(use_true_random=False))
def test_redelivered_and_late_readings_change_nothing(history: tuple[Kind, Readings], random: Any) -> None:
    kind, readings = history
    once, alarms = play(kind, readings)
    messy: Readings = []
    for index, reading in enumerate(readings):
        messy += [reading, *random.choices(readings[: index + 1], k=2)]
    assert play(kind, messy) == (once, alarms)


@pytest.mark.parametrize("kind", RULED)
def test_the_telling_readings_begin_and_end_every_alarm(kind: Kind) -> None:
    """What the properties below are drawn from is no empty promise."""
    readings: Readings = list(LEARNED) if kind is Kind.CIRCUIT else []
    at_us = START_US + 2000 * SECOND_US
    for values in [TELLING[kind][0], *TELLING[kind], *TELLING[kind][:2]]:
        for _ in range(300):  # 25 h: a contact is trusted again after a day
            at_us += 300 * SECOND_US
            readings.append((at_us, values))
    due = {
        Kind.CIRCUIT: {"overload", "earth_leakage", "loose_contact"},
        Kind.WATER_HEATER: {"earth_leakage"},
        Kind.WASHING_MACHINE: {"flood"},
        Kind.DRYER: {"overheat_trips"},
        Kind.REFRIGERATOR: {"food_at_risk"},
    }[kind]
    _, alarms = play(kind, readings)
    assert {alarm.fault for alarm in alarms if alarm.on} == due
    assert {alarm.fault for alarm in alarms if not alarm.on} == due


@GENTLY
@given(histories())
def test_each_fault_and_level_alternates_on_and_off(history: tuple[Kind, Readings]) -> None:
    _, alarms = play(*history)
    on: dict[tuple[str, str], bool] = {}
    for alarm in alarms:
        key = (alarm.fault, alarm.level)
        assert on.get(key, False) is not alarm.on
        assert alarm.since_us <= alarm.at_us
        on[key] = alarm.on


@GENTLY
@given(histories())
def test_the_state_given_is_never_changed(history: tuple[Kind, Readings]) -> None:
    kind, readings = history
    state: dict[str, Any] = {}
    for at_us, values in readings:
        before = copy.deepcopy(state)
        following, _ = judge(kind, FACTS, state, at_us, values)
        assert state == before
        state = following


@GENTLY
@given(
    st.lists(st.tuples(st.floats(0.0, 0.79), st.integers(1, 900)), max_size=150),
    st.sampled_from([6.0, 16.0, 32.0, 63.0]),
)
def test_loads_up_to_079_of_the_rating_never_alarm(shape: list[tuple[float, int]], rating_a: float) -> None:
    readings: Readings = []
    at_us = START_US
    for share, step_s in shape * 4:
        at_us += step_s * SECOND_US
        readings.append((at_us, {"current_a": share * rating_a}))
    assert play(Kind.CIRCUIT, readings, StaticFacts(breaker_rating_a=rating_a))[1] == []


@GENTLY
@given(
    st.lists(st.tuples(st.floats(0.0, 0.79), st.floats(1.0, 7.8), st.floats(0.1, 29.9)), min_size=1, max_size=20),
    st.sampled_from([0.5, 1.0, 5.0, 10.0, 60.0, 300.0]),
    st.floats(0.0, 1.0),
)
def test_inrush_below_30_s_never_alarms(starts: list[tuple[float, float, float]], step_s: float, phase: float) -> None:
    """Every start has its own 650 s; inrush comes after 300 s, so that even two samples 5 minutes apart differ."""
    readings: Readings = []
    second = phase * step_s
    while second < 650 * len(starts):
        share, peak, length_s = starts[int(second // 650)]
        inrush = 300 <= second % 650 < 300 + length_s
        readings.append((START_US + round(second * SECOND_US), {"current_a": 16.0 * (peak if inrush else share)}))
        second += step_s
    assert play(Kind.CIRCUIT, readings)[1] == []


@GENTLY
@given(st.floats(1.01, 7.0), st.floats(0.0, 0.79), st.floats(0.0, 10.0))
def test_every_overload_is_said_within_60_s_at_10_s_sampling(share: float, before: float, onset_s: float) -> None:
    readings: Readings = [
        (START_US + k * 10 * SECOND_US, {"current_a": 16.0 * (share if k * 10 >= 300 + onset_s else before)})
        for k in range(60)
    ]
    _, alarms = play(Kind.CIRCUIT, readings)
    assert [alarm.on for alarm in alarms] == [True]
    assert alarms[0].at_us - START_US <= (300 + onset_s + 60) * SECOND_US


@pytest.mark.parametrize("kind", RULED)
def test_an_empty_reading_says_nothing(kind: Kind) -> None:
    state, alarms = judge(kind, FACTS, {}, START_US, {})
    assert alarms == []
    assert judge(kind, FACTS, state, START_US + 1, {})[1] == []
