"""The rules of whole homes: a lost neutral beside neighbours that hold, and silence where words were due."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from models.homes.mains import (
    MainsReading,
    MainsSaid,
    MainsState,
    region_of,
    share_of,
    state_as_json,
    state_from_json,
    watch_mains,
)
from models.homes.silence import Heard, HomeSilence, anchor_of, watch_home
from models.homes.silence import state_as_json as silence_as_json
from models.homes.silence import state_from_json as silence_from_json

S = 1_000_000
T0 = datetime(2026, 3, 1, tzinfo=UTC)


def said(home: str, at_s: float, share: float, upstream: float | None = None, circuit: str = "a") -> MainsReading:
    """A reading that takes a second to arrive."""
    at_us = int(1e15 + at_s * S)
    return MainsReading(home, "", f"{home}-{circuit}", at_us, at_us + S, share, upstream, 230.0)


def heard(readings: Iterable[MainsReading], until_s: float) -> list[tuple[str, float, bool]]:
    """Circuit, second of arrival and edge of all that was said, one call per reading through JSON."""
    state, found = MainsState(), list[MainsSaid]()
    for reading in sorted(readings, key=lambda one: one.received_us):
        state, new = watch_mains(state, [reading], reading.received_us)
        state = state_from_json(json.loads(json.dumps(state_as_json(state))))
        found += new
    _, new = watch_mains(state, [], int(1e15 + until_s * S))
    return [(one.circuit, (one.said_us - 1e15) / S, one.verdict.present) for one in (*found, *new)]


NEIGHBOURS = [said(f"n{number}", second, 1.0) for second in range(0, 1200, 10) for number in (second % 4,)]


def test_one_home_out_while_neighbours_hold_is_said_at_once() -> None:
    # two witnesses in one reading at 300 s; the neighbours speak at 310 and 320 s, but the home only with them asked
    # again: the end of the wait, 20 s after arrival at 301 s.
    assert heard([*NEIGHBOURS, said("x", 300, 0.7, 0.7)], 400) == [("x-a", 321.0, True)]


def test_all_homes_out_is_the_utility() -> None:
    street = [said(f"n{number}", 300 + number, 0.7, 0.7) for number in range(6)]
    again = [said(f"n{number}", 600 + number, 0.7, 0.7) for number in range(6)]
    assert heard([*street, *again], 1000) == []


def test_a_home_that_stays_out_when_the_street_is_back_is_said() -> None:
    street = [said(f"n{number}", 300 + number, 0.7, 0.7) for number in range(6)]
    back = [said(f"n{number}", at + number, 1.0) for at in (600, 610) for number in range(5)]
    assert heard([*street, *back, said("n5", 620, 0.7, 0.7)], 1000) == [("n5-a", 621.0, True)]


def test_alone_in_its_region_is_said_after_the_wait() -> None:
    assert heard([said("x", 0, 1.2, 1.2)], 60) == [("x-a", 21.0, True)]


@pytest.mark.parametrize(
    "readings",
    [
        [said("x", 0, 1.2)],  # one sensor, once
        [said("x", 0, 0.8, 1.0), said("x", 300, 0.8, 1.0)],  # upstream holds: a contact, not the neutral
        [said("x", 0, 0.85, 0.85), said("x", 300, 1.1, 1.1)],  # the edges belong to the band
        [said("x", 0, 1.2), said("x", 60, 1.0), said("x", 120, 1.2), said("x", 180, 1.0)],  # never twice running
        [said("x", 0, 1.2, 1.2)._replace(received_us=int(1e15 + 700 * S))],  # arrives eleven minutes late
    ],
)
def test_nothing_is_said(readings: list[MainsReading]) -> None:
    assert heard(readings, 1000) == []


def test_it_ends_when_every_circuit_is_calm_and_recurs_on_the_same_circuit() -> None:
    out = [said("x", 0, 0.7, 0.7), said("x", 60, 0.7, 0.7, "b")]
    calm = [said("x", at, 1.0, circuit=circuit) for at, circuit in ((120, "a"), (180, "b"), (240, "a"), (300, "b"))]
    again = [said("x", 900, 1.2, 1.2, "b")]
    assert heard([*out, *calm, *again], 1000) == [("x-a", 21.0, True), ("x-a", 301.0, False), ("x-a", 921.0, True)]


def test_sentinels_are_no_voltage() -> None:
    assert [share_of(volts, 230.0) for volts in (255.0, -64.0, 51.1, 0.0, None, 230.0)] == [None] * 5 + [1.0]


def test_regions_are_cells_and_unknown_places_one() -> None:
    assert region_of(52.0, 13.19) == region_of(52.19, 13.0) != region_of(52.21, 13.0)
    assert region_of(None, 13.0) == region_of(None, None) == ""


def quiet(name: str, hours: float, *, usual_h: float = 1.0, known_days: float = 30.0, now: datetime = T0) -> Heard:
    """Heard last so many hours before `now`."""
    last = now - timedelta(hours=hours)
    return Heard(name, last - timedelta(days=known_days), last, timedelta(hours=usual_h))


def look(*home: Heard, state: HomeSilence | None = None, now: datetime = T0,
         away: tuple[tuple[datetime, datetime], ...] = ()) -> tuple[HomeSilence, list[tuple[str, bool]]]:  # fmt: skip
    state, found = watch_home(state or HomeSilence(), home, now, anchor="main", away=away)
    state = silence_from_json(json.loads(json.dumps(silence_as_json(state))))
    return state, [(one.appliance, one.verdict.present) for one in found]


@pytest.mark.parametrize(
    ("one", "is_silent"),
    [
        (quiet("a", 24), True),
        (quiet("a", 23.9), False),
        (quiet("a", 59, usual_h=20), False),  # three times its usual silence is 60 h
        (quiet("a", 60, usual_h=20), True),
        (quiet("a", 48, usual_h=1.1, known_days=6.9), False),  # nothing is due yet
        (quiet("a", 48, usual_h=1.1, known_days=7), True),
        (quiet("a", 24, known_days=2), True),  # it never rested
        (quiet("a", 24, known_days=1.9), False),
    ],
)
def test_an_appliance_falls_silent_against_its_own_rhythm(one: Heard, is_silent: bool) -> None:
    assert look(one, quiet("b", 0.1))[1] == [("a", True)] * is_silent


@pytest.mark.parametrize("alone", [True, False])
def test_a_silent_plug_says_that_it_is_the_plug_that_is_silent(alone: bool) -> None:
    _, (said,) = watch_home(
        HomeSilence(), [quiet("a", 24)._replace(only_power=alone), quiet("b", 0.1)], T0, anchor="main"
    )
    (evidence,) = said.verdict.evidence
    assert (evidence.only_power, "the plug may be pulled" in evidence.note) == (alone, alone)


def test_a_whole_home_is_one_event_and_comes_back_as_one() -> None:
    state, found = look(quiet("a", 24), quiet("b", 23.8), quiet("c", 23.9))
    assert found == [("main", True)]
    later = T0 + timedelta(hours=5)
    state, found = look(*(quiet(name, 29, now=later) for name in "abc"), state=state, now=later)
    assert found == []
    state, found = look(quiet("a", 0, now=later), quiet("b", 29, now=later), quiet("c", 29, now=later), state=state,
                        now=later)  # fmt: skip
    assert found == [("main", False)]  # b and c have a day from now on
    day_after = later + timedelta(hours=24)
    _, found = look(quiet("a", 0, now=day_after), quiet("b", 53, now=day_after), quiet("c", 1, now=day_after),
                    state=state, now=day_after)  # fmt: skip
    assert found == [("b", True)]


def test_silent_once_is_said_once_and_ends_with_the_next_word() -> None:
    state, found = look(quiet("a", 25), quiet("b", 0.1))
    assert found == [("a", True)]
    assert look(quiet("a", 25), quiet("b", 0.1), state=state)[1] == []
    assert look(quiet("a", 0.1), quiet("b", 0.1), state=state)[1] == [("a", False)]


def test_a_home_that_is_away_is_left_alone_until_a_day_after_its_return() -> None:
    holiday = ((T0 - timedelta(days=9), T0 + timedelta(days=1)),)
    assert look(quiet("a", 100), quiet("b", 100), away=holiday)[1] == []
    for hours, expected in ((23, []), (24, [("main", True)])):
        now = T0 + timedelta(days=1, hours=hours)
        assert look(quiet("a", 200, now=now), quiet("b", 200, now=now), away=holiday, now=now)[1] == expected


def test_the_finding_of_a_home_stands_on_the_circuit_with_most_on_it() -> None:
    assert anchor_of([("ac", False, "c2"), ("c1", True, ""), ("c2", True, ""), ("tv", False, "c2")]) == "c2"
    assert anchor_of([("b", False, ""), ("a", False, "")]) == "a"
