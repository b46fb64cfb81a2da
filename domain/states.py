"""The state machines of findings, reminders, orders, parts, promises: a table each, pure; the database has them too.

A change that a person sees as one step but the machine as several (an owner taps "done" on a reminder nobody marked
as seen; a planner agrees a date by phone) is walked step by step with `path`, so that every step is recorded.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.errors import IllegalMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Which states may follow which; `start` is where a new one begins."""

    entity: str
    start: str
    moves: Mapping[str, frozenset[str]]
    open_states: frozenset[str]
    """While in one of these it counts as open: at most one per appliance and fault, or per household."""

    def check(self, state: str, to: str) -> None:
        """Raise IllegalMove, saying what is possible, unless `to` may follow `state`."""
        if to not in self.moves.get(state, frozenset()):
            allowed = ", ".join(sorted(self.moves.get(state, ()))) or "nothing"
            raise IllegalMove(f"this {self.entity} is {state}: it cannot become {to}; possible now: {allowed}")

    def path(self, state: str, to: str, via: frozenset[str]) -> tuple[str, ...]:
        """The shortest chain of states from `state` to `to`, passing only through `via`; IllegalMove if none."""
        queue: deque[tuple[str, ...]] = deque([(state,)])
        met = {state}
        while queue:
            chain = queue.popleft()
            for following in sorted(self.moves.get(chain[-1], ())):
                if following == to:
                    return (*chain[1:], to)
                if following in via and following not in met:
                    met.add(following)
                    queue.append((*chain, following))
        self.check(state, to)
        raise IllegalMove(f"this {self.entity} is {state}: there is no way to {to}")


def _machine(entity: str, start: str, moves: dict[str, str], open_states: str) -> Machine:
    return Machine(
        entity=entity,
        start=start,
        moves=MappingProxyType({state: frozenset(following.split()) for state, following in moves.items()}),
        open_states=frozenset(open_states.split()),
    )


FINDING: Final = _machine(
    "finding",
    "open",
    {"open": "acknowledged resolved dismissed", "acknowledged": "resolved dismissed", "resolved": "", "dismissed": ""},
    "open acknowledged",
)

REMINDER: Final = _machine(
    "reminder",
    "sent",
    {
        "sent": "seen verified escalated",
        "seen": "done snoozed declined verified escalated",
        "snoozed": "sent verified escalated",
        "done": "verified escalated",
        "declined": "verified escalated",
        "verified": "",
        "escalated": "",
    },
    "sent seen snoozed done",
)

ORDER: Final = _machine(
    "order",
    "proposed",
    {
        "proposed": "approved declined cancelled",
        "approved": "offered cancelled",
        "offered": "confirmed declined cancelled",
        "confirmed": "scheduled cancelled",
        "scheduled": "en_route confirmed cancelled",
        "en_route": "on_site confirmed cancelled",
        "on_site": "completed confirmed cancelled",
        "completed": "verified reopened",
        "reopened": "approved cancelled",
        "verified": "",
        "declined": "",
        "cancelled": "",
    },
    "proposed approved offered confirmed scheduled en_route on_site reopened",
)

RESERVATION: Final = _machine(
    "reservation",
    "reserved",
    {
        "reserved": "picked released",
        "picked": "consumed returned released",  # released: it stays in the van, for whoever needs it next
        "consumed": "",
        "returned": "",
        "released": "",
    },
    "reserved picked",
)

TRANSFER: Final = _machine(
    "transfer",
    "requested",
    {
        "requested": "approved refused cancelled",
        "approved": "shipped cancelled",
        "shipped": "received",
        "received": "",
        "refused": "",
        "cancelled": "",
    },
    "requested approved shipped",
)

CASE: Final = _machine(
    "case",
    "open",
    {
        "open": "assigned dismissed",
        "assigned": "fixed dismissed",
        "fixed": "measured assigned",
        "measured": "closed assigned",
        "closed": "",
        "dismissed": "",
    },
    "open assigned fixed measured",
)
"""A quality case of the maker: a group of appliances that fails more than its like, and what was done about it."""

OBLIGATION: Final = _machine(
    "obligation",
    "open",
    {
        "open": "asked to_call met void",
        "asked": "reminded to_call met void",
        "reminded": "to_call met void",
        "to_call": "met void",
        "met": "",
        "void": "",
    },
    "open asked reminded to_call",
)

GRADE: Final = _machine(
    "grade",
    "given",
    {
        "given": "appealed",
        "appealed": "confirmed overturned",
        "confirmed": "",
        "overturned": "",
    },
    "given appealed",
)

APPEAL: Final = _machine(
    "appeal",
    "appealed",
    {"appealed": "confirmed overturned", "confirmed": "", "overturned": ""},
    "appealed",
)
"""Of points taken, or of pay that is held back; `overturned`: the person was right."""

SUSPENSION: Final = _machine(
    "suspension",
    "suspended",
    {"suspended": "reinstated removed lifted", "reinstated": "", "removed": "reinstated", "lifted": ""},
    "suspended",
)
"""Of a technician, until a person decides; `lifted`: an appeal took away what it rested on.
A removal can be taken back."""

CAMPAIGN: Final = _machine(
    "campaign",
    "draft",
    {"draft": "announced cancelled", "announced": "closed cancelled", "closed": "", "cancelled": ""},
    "draft announced",
)

PARTICIPATION: Final = _machine(
    "participation",
    "invited",
    {"invited": "accepted declined", "accepted": "done declined", "declined": "", "done": ""},
    "invited accepted",
)

OPINION: Final = _machine(
    "opinion",
    "recorded",
    {
        "recorded": "handled",
        "handled": "verified recorded",  # back to the start: the owner is not content with the answer
        "verified": "fed_back",
        "fed_back": "",
    },
    "recorded handled verified",
)

MODEL: Final = _machine(
    "model",
    "candidate",
    {
        "candidate": "shadow retired",
        "shadow": "champion candidate retired",
        "champion": "retired",
        "retired": "candidate",
    },
    "shadow champion",
)
"""A trained model speaks to people only after it has judged in the shadow of the one that does."""

MACHINES: Final = (
    *(FINDING, REMINDER, ORDER, OBLIGATION),
    *(RESERVATION, TRANSFER),
    *(CASE, OPINION, GRADE, APPEAL, SUSPENSION, CAMPAIGN, PARTICIPATION),
    *(MODEL,),
)
