"""Promises to owners: when they are asked, asked again and called, whatever happens in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.obligations import CLOCKS, URGENT_CLOCKS, Clock, Obligation, Promise, clock_of, next_step
from domain.states import OBLIGATION

T0 = datetime(2026, 3, 1, 9, tzinfo=UTC)
CONSENT = clock_of(Promise.CONSENT)


def promised(state: str = "open", promise: Promise = Promise.CONSENT) -> Obligation:
    return Obligation(
        id=UUID(int=1),
        promise=promise,
        state=state,
        since=T0,
        due_at=T0 + clock_of(promise).due,
        urgent=False,
        household_id="home-1",
        order_id=None,
        reminder_id=None,
    )


def hours(number: float) -> datetime:
    return T0 + timedelta(hours=number)


@pytest.mark.parametrize(
    ("state", "at", "reachable", "expected"),
    [
        ("open", 0, True, "asked"),
        ("open", 0, False, "to_call"),
        ("open", 48, True, "to_call"),  # nobody was there to ask in time: straight to a person
        ("asked", 23.99, True, None),
        ("asked", 24, True, "reminded"),
        ("asked", 48, True, "to_call"),
        ("reminded", 47.99, True, None),
        ("reminded", 48, True, "to_call"),
        ("to_call", 100, True, None),
        ("met", 100, True, None),
        ("void", 100, True, None),
    ],
)
def test_the_next_step_by_the_clock(state: str, at: float, reachable: bool, expected: str | None) -> None:
    assert next_step(promised(state), hours(at), CONSENT, reachable=reachable) == expected


@pytest.mark.parametrize(
    ("asked_at", "at", "expected"),
    [
        (0, 24, "reminded"),
        (30, 30.02, None),  # the program stood still: asked six hours late, and not again a minute after
        (30, 41.99, None),
        (30, 42, "reminded"),  # half of the usual day later
        (40, 48, "to_call"),  # the call is not put off: it is promised
    ],
)
def test_who_was_asked_late_is_not_asked_again_at_once(asked_at: float, at: float, expected: str | None) -> None:
    late = replace(promised("asked"), stepped_at=hours(asked_at))
    assert next_step(late, hours(at), CONSENT, reachable=True) == expected


def test_a_promise_is_kept_by_the_hour_over_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 3, 27, 18, tzinfo=berlin)  # clocks go forward in the night to 29 March
    promise = replace(promised("open", Promise.FOLLOW_UP), since=evening.astimezone(UTC))
    clock = clock_of(Promise.FOLLOW_UP)
    in_time, late = datetime(2026, 3, 30, 6, 59, tzinfo=berlin), datetime(2026, 3, 30, 7, 1, tzinfo=berlin)
    # 60 hours after 17:00 UTC are 05:00 UTC, which is 07:00 by the clock on the wall
    assert [next_step(promise, at, clock, reachable=True) for at in (in_time, late)] == ["asked", "to_call"]


def test_the_promised_times_are_those_of_the_mission() -> None:
    assert clock_of(Promise.FOLLOW_UP).due == timedelta(hours=72)
    assert clock_of(Promise.REMOTE_FOLLOW_UP).due == timedelta(minutes=30)
    for clock in (*CLOCKS.values(), *URGENT_CLOCKS.values()):
        assert clock.call <= clock.due, "who does not answer can still be called in time"


def test_a_clock_out_of_order_is_refused() -> None:
    late = timedelta(hours=2)
    with pytest.raises(ValueError, match="in this order"):
        Clock(ask=late, remind=timedelta(hours=1), call=late, due=late)


def test_in_a_demonstration_a_day_is_a_minute() -> None:
    assert clock_of(Promise.FOLLOW_UP, times_faster=1440).due == timedelta(minutes=3)


class Life(RuleBasedStateMachine):
    """A promise while time passes, links fail, the scheduler sleeps and the owner answers or does not."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.state = OBLIGATION.start
        self.clock = CONSENT
        self.asked_at: list[datetime] = []

    @rule(passed=st.sampled_from([0.1, 1, 23, 24, 25, 48]))
    def time_passes(self, passed: float) -> None:
        self.now += timedelta(hours=passed)

    @precondition(lambda self: self.state in OBLIGATION.open_states)
    @rule(reachable=st.booleans())
    def the_scheduler_looks(self, reachable: bool) -> None:
        step = next_step(promised(self.state), self.now, self.clock, reachable=reachable)
        if step is None:
            return
        OBLIGATION.check(self.state, step)
        if step != "to_call":
            self.asked_at.append(self.now)
        self.state = step

    @precondition(lambda self: self.state in OBLIGATION.open_states)
    @rule(to=st.sampled_from(["met", "void"]))
    def it_is_settled(self, to: str) -> None:
        OBLIGATION.check(self.state, to)
        self.state = to

    @precondition(lambda self: self.state in ("asked", "reminded") and self.now >= T0 + self.clock.call)
    @rule()
    def nobody_waits_for_ever(self) -> None:
        assert next_step(promised(self.state), self.now, self.clock, reachable=True) == "to_call"

    @invariant()
    def an_owner_is_written_to_twice_at_most(self) -> None:
        assert len(self.asked_at) <= 2
        assert all(at < T0 + self.clock.call for at in self.asked_at)


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
TestLife = Life.TestCase
