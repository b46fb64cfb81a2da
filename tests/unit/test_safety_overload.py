"""Overload: when it is said, how grave, in which words, and when it is over. In = 16 A unless told otherwise."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from domain.readings import Value
from domain.signals import Kind
from ingest.safety import Alarm, Level, StaticFacts, judge, rules_for

SECOND_US = 1_000_000
START_US = 1_732_255_200 * SECOND_US
FACTS = StaticFacts(breaker_rating_a=16.0, rcd_ma=30.0)


def play(
    readings: Iterable[tuple[float, dict[str, Value]]], facts: StaticFacts = FACTS
) -> tuple[dict[str, Any], list[Alarm]]:
    """Judge readings stamped in seconds after the start."""
    state: dict[str, Any] = {}
    alarms: list[Alarm] = []
    for second, values in readings:
        state, said = judge(Kind.CIRCUIT, facts, state, START_US + round(second * SECOND_US), values)
        alarms += said
    return state, alarms


def sampled(current_a: Callable[[float], float], until_s: float, step_s: float) -> list[tuple[float, dict[str, Value]]]:
    return [(k * step_s, {"current_a": current_a(k * step_s)}) for k in range(int(until_s / step_s) + 1)]


def told(alarms: list[Alarm]) -> list[tuple[str, bool, float]]:
    """Level, on, seconds after the start."""
    return [(alarm.level.value, alarm.on, (alarm.at_us - START_US) / SECOND_US) for alarm in alarms]


@pytest.mark.parametrize(
    ("step_s", "said_after_s"),
    [
        (1, 30),  # first reading at 100 s; 30 s later
        (10, 30),  # readings at 100, 110, 120, 130
        (60, 80),  # readings at 120 and 180; 180 - 100
        (300, 500),  # readings at 300 and 600; 600 - 100
    ],
)
def test_overload_is_said_with_the_first_reading_that_makes_30_s(step_s: float, said_after_s: float) -> None:
    _, alarms = play(sampled(lambda s: 18.0 if s >= 100 else 5.0, 1200, step_s))
    assert told(alarms) == [("act", True, 100 + said_after_s)]
    assert alarms[0].fault == "overload"


@pytest.mark.parametrize(
    ("length_s", "alarms_due"),
    [(20, 0), (29.9, 0), (30.1, 1), (60, 1)],
)
def test_inrush_ends_before_30_s_and_a_load_does_not(length_s: float, alarms_due: int) -> None:
    _, alarms = play(sampled(lambda s: 60.0 if 50 <= s < 50 + length_s else 3.0, 100, 0.1))
    assert len([alarm for alarm in alarms if alarm.on]) == alarms_due


@pytest.mark.parametrize(
    ("current_a", "level"),
    [
        (12.64, None),  # 0.79 In
        (12.8, None),  # 0.80 In is not above it
        (12.9, "advisory"),
        (16.0, "advisory"),  # In is not above In
        (16.1, "act"),
    ],
)
def test_levels_at_their_boundaries_over_four_hours(current_a: float, level: str | None) -> None:
    _, alarms = play(sampled(lambda _: current_a, 4 * 3600, 60))
    assert [alarm.level.value for alarm in alarms] == ([level] if level else [])


def test_advisory_comes_after_three_hours_and_not_a_reading_earlier() -> None:
    _, alarms = play(sampled(lambda _: 14.0, 4 * 3600, 60))
    assert told(alarms) == [("advisory", True, 3 * 3600)]
    assert alarms[0].evidence.expected == pytest.approx(12.8)
    assert alarms[0].evidence.observed == 14.0


def test_dips_of_a_noisy_load_are_not_counted_but_do_not_start_anew() -> None:
    # Every tenth minute reads 0.78 In: of ten steps two have an end that is not above, so 8 of 10 count:
    # 3 h / 0.8 = 3.75 h.
    _, alarms = play(sampled(lambda s: 12.5 if s % 600 == 540 else 14.0, 5 * 3600, 60))
    assert [alarm.level for alarm in alarms] == [Level.ADVISORY]
    assert (alarms[0].at_us - START_US) / SECOND_US == pytest.approx(3.75 * 3600, abs=600)


def test_a_real_pause_starts_the_three_hours_anew() -> None:
    _, alarms = play(sampled(lambda s: 2.0 if s == 2 * 3600 else 14.0, 4.9 * 3600, 60))
    assert alarms == []


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.05, "carry this for ever"),
        (1.13, "carry this for ever"),
        (1.14, "may hold for 60 min; it has held 0.5 min, about 59 min may be left"),
        (1.45, "may hold for 60 min"),
        (1.46, "opens within 60 min"),
    ],
)
def test_the_band_a_breaker_may_hold_has_its_own_words(share: float, words: str) -> None:
    _, alarms = play(sampled(lambda _: share * 16.0, 60, 10))
    assert words in alarms[0].evidence.note


def test_time_in_the_band_starts_anew_after_a_hole() -> None:
    _, alarms = play([(second, {"current_a": 20.0}) for second in (0, 1200, 1230)])
    assert "has held 0.5 min" in alarms[0].evidence.note


def test_breakers_above_63_a_have_two_hours() -> None:
    _, alarms = play(sampled(lambda _: 100.0, 60, 10), StaticFacts(breaker_rating_a=80.0))
    assert "may hold for 120 min" in alarms[0].evidence.note


def test_escalation_and_both_ends_are_said_once_each() -> None:
    def current_a(second: float) -> float:
        hour = second / 3600
        return 14.0 if hour < 3.5 else 18.0 if hour < 4 else 14.0 if hour < 5 else 3.0

    _, alarms = play(sampled(current_a, 6 * 3600, 60))
    assert told(alarms) == [
        ("advisory", True, 3 * 3600),
        ("act", True, 3.5 * 3600 + 60),
        ("act", False, 4 * 3600 + 600),
        ("advisory", False, 5 * 3600 + 300),
    ]


def test_advisory_waits_while_an_act_alarm_runs_and_comes_when_it_ends() -> None:
    _, alarms = play(sampled(lambda s: 18.0 if s < 4 * 3600 else 14.0, 5 * 3600, 60))
    assert told(alarms) == [("act", True, 60), ("act", False, 4 * 3600 + 600), ("advisory", True, 4 * 3600 + 600)]


def test_a_load_at_the_rating_does_not_flicker() -> None:
    # 16.1 A and 15.5 A (0.97 In) in turn, two readings each: above once, never calm, which is below 0.95 In.
    _, alarms = play(sampled(lambda s: 16.1 if s % 120 < 60 else 15.5, 7200, 30))
    assert told(alarms) == [("act", True, 30)]


def test_pauses_of_a_compressor_do_not_end_an_overload() -> None:
    # 8 minutes at 18 A, 8 minutes at 12 A (0.75 In), in turn for four hours.
    _, alarms = play(sampled(lambda s: 18.0 if s % 960 < 480 else 12.0, 4 * 3600, 30))
    assert [(alarm.level.value, alarm.on) for alarm in alarms if alarm.level is Level.ACT] == [("act", True)]


def test_time_that_nobody_saw_is_not_overload() -> None:
    _, alarms = play([(0, {"current_a": 18.0}), (661, {"current_a": 18.0})])
    assert alarms == []
    _, alarms = play([(0, {"current_a": 18.0}), (660, {"current_a": 18.0})])
    assert told(alarms) == [("act", True, 660)]


def test_silence_does_not_end_an_alarm_and_two_calm_readings_do() -> None:
    loud: list[tuple[float, dict[str, Value]]] = [(0, {"current_a": 18.0}), (30, {"current_a": 18.0})]
    day = 86_400.0
    _, alarms = play([*loud, (day, {"current_a": 18.0})])
    assert told(alarms) == [("act", True, 30)]
    _, alarms = play([*loud, (day, {"current_a": 1.0}), (day + 599, {"current_a": 1.0})])
    assert told(alarms) == [("act", True, 30)]
    _, alarms = play([*loud, (day, {"current_a": 1.0}), (day + 600, {"current_a": 1.0})])
    assert told(alarms) == [("act", True, 30), ("act", False, day + 600)]


def test_a_calm_moment_is_not_calm_for_ten_minutes() -> None:
    # Calm readings at 60 and 660 s are ten minutes apart, but 90 s was not calm; the next pair is 120 and 720 s.
    level = {0: 18.0, 30: 18.0, 60: 1.0, 90: 18.0, 120: 1.0, 660: 1.0, 720: 1.0}
    _, alarms = play((float(second), {"current_a": current_a}) for second, current_a in level.items())
    assert told(alarms) == [("act", True, 30), ("act", False, 720)]


@pytest.mark.parametrize(
    ("values", "amperes", "words"),
    [
        ({"current_a": 17.0, "power_w": 1.0}, 17.0, ""),
        ({"power_w": 4400.0, "voltage_v": 220.0}, 20.0, "computed from power and voltage"),  # 4400 / 220
        ({"power_w": -4600.0}, 20.0, "at nominal voltage"),  # feeding in loads the wires too; 4600 / 230
        ({"power_w": 3680.0, "power_factor": 0.8}, 20.0, "at nominal voltage"),  # 3680 / 230 / 0.8
        ({"power_w": 4600.0, "voltage_v": 20.0}, 20.0, "power"),  # 20 V is no mains: nominal instead
        ({"power_w": 4600.0, "current_a": 999.0}, 20.0, "at nominal voltage"),  # beyond the catalogue: not measured
    ],
)
def test_current_comes_from_the_best_source(values: dict[str, Value], amperes: float, words: str) -> None:
    _, alarms = play([(0, values), (30, values)])
    assert alarms[0].evidence.observed == pytest.approx(amperes)
    assert words in alarms[0].evidence.note


def test_nothing_is_said_without_a_rating_or_a_current() -> None:
    assert play(sampled(lambda _: 100.0, 600, 10), StaticFacts())[1] == []
    assert play([(k * 10.0, {"voltage_v": 230.0}) for k in range(60)])[1] == []


def test_duplicates_and_late_readings_change_nothing() -> None:
    state, _ = play(sampled(lambda _: 18.0, 20, 10))
    for at_s in (20, 10, -500):
        again, alarms = judge(Kind.CIRCUIT, FACTS, state, START_US + at_s * SECOND_US, {"current_a": 0.0})
        assert again is state
        assert alarms == []


def test_kinds_without_rules_cost_and_say_nothing() -> None:
    assert rules_for(Kind.AIR_PURIFIER) == ()
    state: dict[str, Any] = {}
    assert judge(Kind.AIR_PURIFIER, FACTS, state, START_US, {"current_a": 100.0}) == ({}, [])


def test_a_state_of_another_version_is_forgotten_and_the_alarm_begins_anew() -> None:
    state: dict[str, Any] = {"v": 0, "whatever": 1}
    for at_s in (0, 30):
        state, alarms = judge(Kind.CIRCUIT, FACTS, state, START_US + at_s * SECOND_US, {"current_a": 18.0})
    assert [alarm.on for alarm in alarms] == [True]
    assert "whatever" not in state
