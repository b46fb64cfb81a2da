"""What the service's figures rest on: finished orders and omissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.finished_work import DISCONTENT_STARS, Service
from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("service_quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A breakdown nobody predicted, or an order somebody dropped."""

    kind: str
    household_id: str
    region: str
    outlet: str | None
    technician: str | None
    model: str | None
    month: str
    order_id: UUID | None
    finding_id: UUID | None
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A breakdown that telemetry showed, with all that was found on the appliance before."""

    finding_id: UUID
    household_id: str
    model: str
    fault: str
    raised_at: datetime
    broke_at: datetime
    """By the clock that `earlier_times` are by: that of the telemetry if it came late or is replayed."""
    earlier_faults: Sequence[str]
    earlier_times: Sequence[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An open order whose promise has passed."""

    order_id: UUID
    household_id: str
    outlet_id: str | None
    technician_id: str | None
    due_by: datetime
    visit_ends: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An open order of which nobody was told lately."""

    order_id: UUID
    household_id: str
    state: str
    urgent: bool
    due_by: datetime | None
    visit_ends: datetime | None
    created_at: datetime
    offered_at: datetime | None
    """When the offer that waits for the owner's answer was made; None: none waits."""


def read_services(connection: Connection, since: datetime, until: datetime) -> list[Service]:
    """Every order finished between two moments."""
    values = {"since": since, "until": until, "discontent_stars": DISCONTENT_STARS}
    return rows(connection, Service, _SQL["services"], values)


def read_omissions(connection: Connection, since: datetime, until: datetime) -> list[Omission]:
    """Every omission found between two moments."""
    return rows(connection, Omission, _SQL["omissions"], {"since": since, "until": until})


def read_breakdowns(connection: Connection, faults: Sequence[str], since: datetime, late: timedelta) -> list[Breakdown]:
    """Breakdowns since then that are not counted as omissions; telemetry older than `late` goes by its own clock."""
    return rows(connection, Breakdown, _SQL["breakdowns"], {"faults": list(faults), "since": since, "late": late})


def overdue_orders(connection: Connection, due_before: datetime) -> list[OpenOrder]:
    """Open orders that were due before then and are not counted as omissions."""
    return rows(connection, OpenOrder, _SQL["open_orders"], {"due_before": due_before})


def waiting_orders(
    connection: Connection, not_told_since: datetime, due_before: datetime, ended_before: datetime
) -> list[WaitingOrder]:
    """Open orders that are due before then, or whose visit ended before, and that nobody was to call about since."""
    values = {"not_told_since": not_told_since, "due_before": due_before, "ended_before": ended_before}
    return rows(connection, WaitingOrder, _SQL["waiting_orders"], values)


def add_breakdown(connection: Connection, breakdown: Breakdown, why: str) -> None:
    """Count a breakdown as an omission, once."""
    values = {
        "finding_id": breakdown.finding_id,
        "household_id": breakdown.household_id,
        "model": breakdown.model,
        "at": breakdown.raised_at,
        "why": why,
    }
    connection.execute(_SQL["add_breakdown"], values)


def add_dropped(connection: Connection, order: OpenOrder, at: datetime, why: str) -> None:
    """Count a dropped order as an omission, once."""
    values = {
        "order_id": order.order_id,
        "household_id": order.household_id,
        "outlet_id": order.outlet_id,
        "technician_id": order.technician_id,
        "at": at,
        "why": why,
    }
    connection.execute(_SQL["add_dropped"], values)
