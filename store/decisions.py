"""Decisions about findings: the present one, every change, and what the visit budget counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.decision import Decision
from domain.visit_budget import BUDGET_DAYS, Spent, Wanted
from store.database import Connection
from store.sql import queries

_SQL = queries("decisions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOption:
    """One option with its expected cost (in the unit of the prices) and what it rests on."""

    option: str
    cost: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionChange:
    """A change of mind: from what (None: the first decision) to what, why and when (wall time)."""

    from_option: str | None
    to_option: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDecision:
    """What is done about a finding and why; `weighed` from the cheapest, empty where nothing was weighed."""

    option: str
    reason: str
    weighed: list[ShownOption]
    saving: float
    waits_until: datetime | None
    held_back: bool
    """The visit waits for room in the visit budget."""
    decided_at: datetime
    changes: list[DecisionChange]


def write_decision(
    connection: Connection, finding_id: UUID, decision: Decision, *, judged_at: datetime, now: datetime
) -> None:
    """Write the decision that stands now; a change of option is kept in its history by the database."""
    connection.execute(
        _SQL["write"],
        {
            "finding_id": finding_id,
            "option": decision.option,
            "reason": decision.reason,
            "weighed": Jsonb(
                [{"option": one.option, "cost": round(one.cost, 2), "why": one.why} for one in decision.weighed]
            ),
            "saving": decision.saving,
            "waits_until": decision.waits_until,
            "judged_at": judged_at,
            "now": now,
        },
    )


def held_in_orders(connection: Connection, household_id: str) -> frozenset[UUID]:
    """Findings that an order under way takes care of."""
    rows = connection.execute(_SQL["held_in_orders"], {"household_id": household_id}).fetchall()
    return frozenset(row[0] for row in rows)


def visits_wanted(connection: Connection) -> list[Wanted]:
    """Decided visits that wait for an order, hazards apart."""
    rows = connection.execute(_SQL["visits_wanted"]).fetchall()
    return [Wanted(key=str(finding_id), saving=saving, doubt=doubt) for finding_id, saving, doubt in rows]


def visits_spent(connection: Connection, now: datetime) -> Spent:
    """What was used of the visit budget up to the wall time `now`."""
    row = connection.execute(_SQL["visits_spent"], {"now": now, "window": timedelta(days=BUDGET_DAYS)}).fetchone()
    assert row is not None  # an aggregate has one row
    return Spent(visits=row[0], doubt=row[1], today=row[2])


def watched_appliances(connection: Connection) -> int:
    """Claimed appliances of a known kind."""
    row = connection.execute(_SQL["watched"]).fetchone()
    assert row is not None  # an aggregate has one row
    return int(row[0])


def hold_back(connection: Connection, held: frozenset[str]) -> None:
    """Note which decided visits wait for the budget."""
    connection.execute(_SQL["hold_back"], {"held": sorted(held)})


def read_decision(connection: Connection, finding_id: UUID) -> ShownDecision | None:
    """The decision about a finding with its history; None before there is one."""
    row = connection.execute(_SQL["of_finding"], {"finding_id": finding_id}).fetchone()
    if row is None:
        return None
    option, reason, weighed, saving, waits_until, held_back, decided_at = row
    changes = connection.execute(_SQL["changes"], {"finding_id": finding_id}).fetchall()
    return ShownDecision(
        option=option,
        reason=reason,
        weighed=[_option(one) for one in weighed],
        saving=saving,
        waits_until=waits_until,
        held_back=held_back,
        decided_at=decided_at,
        changes=[DecisionChange(from_option=f, to_option=t, reason=r, at=at) for f, t, r, at in changes],
    )


def _option(stored: dict[str, Any]) -> ShownOption:
    return ShownOption(option=stored["option"], cost=stored["cost"], why=stored["why"])
