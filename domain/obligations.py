"""What was promised to an owner, with a clock: asked, asked again, then called by a person. Pure rules.

Wall time, because people are asked: a visit that was offered, the question three days after every service, the one
half an hour after something was put right by guidance, and a call that the owner wants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class Promise(StrEnum):
    """What was promised."""

    CONSENT = "consent"  # an offered visit waits for the owner's choice
    FOLLOW_UP = "follow_up"  # after every completed service
    REMOTE_FOLLOW_UP = "remote_follow_up"  # after something was put right by guidance from afar
    CALL_BACK = "call_back"  # somebody wants, or needs, to be called


ANSWER_WITHIN: Final = timedelta(hours=48)
"""Every opinion is answered within two days (S16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When the owner is asked, asked again and called, and by when it must be settled; all from its beginning."""

    ask: timedelta
    remind: timedelta
    call: timedelta
    due: timedelta

    def __post_init__(self) -> None:
        if not self.ask <= self.remind <= self.call <= self.due:
            raise ValueError("a clock asks, reminds, calls and is due in this order")

    def faster(self, times: float) -> "Clock":
        """The same clock, so many times faster."""
        return Clock(ask=self.ask / times, remind=self.remind / times, call=self.call / times, due=self.due / times)


def _clock(*, ask_h: float, remind_h: float, call_h: float, due_h: float) -> Clock:
    ask, remind, call, due = (timedelta(hours=hours) for hours in (ask_h, remind_h, call_h, due_h))
    return Clock(ask=ask, remind=remind, call=call, due=due)


CLOCKS: Final[Mapping[Promise, Clock]] = MappingProxyType(
    {
        Promise.CONSENT: _clock(ask_h=0, remind_h=24, call_h=48, due_h=72),  # (E)
        # Due times: mission S6. A day of use first, and half a day left to call within the promise (E).
        Promise.FOLLOW_UP: _clock(ask_h=24, remind_h=48, call_h=60, due_h=72),
        Promise.REMOTE_FOLLOW_UP: _clock(ask_h=1 / 6, remind_h=1 / 3, call_h=5 / 12, due_h=1 / 2),
        Promise.CALL_BACK: _clock(ask_h=0, remind_h=0, call_h=0, due_h=24),  # (E)
    }
)
URGENT_CLOCKS: Final[Mapping[Promise, Clock]] = MappingProxyType(
    {
        Promise.CONSENT: _clock(ask_h=0, remind_h=0.5, call_h=1, due_h=2),  # (E)
        Promise.CALL_BACK: _clock(ask_h=0, remind_h=0, call_h=0, due_h=2),  # (E)
    }
)
"""Of hazards."""


def clock_of(promise: Promise, *, urgent: bool = False, times_faster: float = 1) -> Clock:
    """The clock of a promise; `times_faster` is for demonstrations, where a day passes in a minute."""
    found = URGENT_CLOCKS.get(promise, CLOCKS[promise]) if urgent else CLOCKS[promise]
    return found.faster(times_faster)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A promise as it stands; `since` is when its clock began."""

    id: UUID
    promise: Promise
    state: str
    since: datetime
    due_at: datetime
    urgent: bool
    household_id: str
    order_id: UUID | None
    reminder_id: UUID | None
    stepped_at: datetime | None = None
    """When it came into its state; None: unknown, or it is still open."""


def next_step(obligation: Obligation, now: datetime, clock: Clock, *, reachable: bool) -> str | None:
    """The state that it is time for: `asked`, `reminded` or `to_call`; None: nothing yet.

    Who cannot be sent a personal link (not `reachable`) is called when others would be asked. Who was asked late,
    because no program ran, is given half the usual time before the question comes again.
    """
    if obligation.state not in ("open", "asked", "reminded"):
        return None
    waited = now - obligation.since
    if waited >= clock.call or (obligation.state == "open" and waited >= clock.ask and not reachable):
        return "to_call"
    if obligation.state == "open":
        return "asked" if waited >= clock.ask else None
    asked_for = waited if obligation.stepped_at is None else now - obligation.stepped_at
    again = waited >= clock.remind and asked_for >= (clock.remind - clock.ask) / 2
    return "reminded" if obligation.state == "asked" and again else None
