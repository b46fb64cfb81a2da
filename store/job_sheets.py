"""What a technician needs to know before and at a visit, as it lies in the database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.knowledge import Outcomes
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("job_sheets")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOrder:
    """An order with its home."""

    id: UUID
    number: int
    state: str
    urgency: str
    household_id: str
    household_name: str
    timezone: str
    contact: dict[str, Any]
    latitude: float | None
    longitude: float | None
    technician_id: str | None
    outlet_id: str | None
    visit_starts: datetime | None
    visit_ends: datetime | None
    explanation: str
    field_note: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTask:
    """A task with its appliance and finding; `evidence` as it is stored."""

    task_id: UUID
    appliance_id: str
    kind: str | None
    maker: str | None
    model: str | None
    serial: str | None
    room: str | None
    installed_on: date | None
    firmware: str | None
    facts: dict[str, Any]
    fault: str
    urgency: str
    probability: float
    evidence: list[dict[str, Any]]
    raised_at: datetime
    fails_p10: datetime | None
    action: str
    minutes: int
    outcome: str | None
    found_fault: str | None
    repaired: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One thing that happened to an appliance: a `visit`, other `work`, or a `finding` that is over."""

    at: datetime
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedAppliance:
    """An appliance found by its serial number or id."""

    id: str
    kind: str | None
    maker: str | None
    model: str | None
    serial: str | None
    room: str | None
    household_id: str | None
    installed_on: date | None
    firmware: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVisit:
    """One visit on a technician's list."""

    id: UUID
    number: int
    state: str
    urgency: str
    household_name: str
    timezone: str
    visit_starts: datetime | None
    visit_ends: datetime | None
    tasks: int


def read_sheet_order(connection: Connection, order_id: UUID) -> SheetOrder:
    """The order with its home; NotFound."""
    found = row(connection, SheetOrder, _SQL["order"], {"order_id": order_id})
    if found is None:
        raise NotFound(f"there is no order {order_id}")
    return found


def read_sheet_tasks(connection: Connection, order_id: UUID) -> list[SheetTask]:
    """The tasks of an order, in the order in which they were added."""
    return rows(connection, SheetTask, _SQL["tasks"], {"order_id": order_id})


def appliance_past(connection: Connection, appliance_id: str) -> list[Past]:
    """The last twenty things that happened to an appliance, newest first."""
    return rows(connection, Past, _SQL["past"], {"appliance_id": appliance_id})


def outcomes_of(connection: Connection, kind: str, fault: str) -> Outcomes:
    """What visits for a fault of a kind found so far."""
    confirmed = nothing = 0
    other: dict[str, int] = {}
    for outcome, found_fault, count in connection.execute(_SQL["outcomes"], {"kind": kind, "fault": fault}):
        if outcome == "confirmed":
            confirmed += count
        elif outcome == "no_fault_found" or found_fault is None:
            nothing += count
        else:
            other[found_fault] = count
    return Outcomes(confirmed=confirmed, other=other, nothing=nothing)


def appliance_by_code(connection: Connection, code: str) -> ScannedAppliance | None:
    """The appliance with this serial number or id."""
    return row(connection, ScannedAppliance, _SQL["by_code"], {"code": code})


def visits_of(connection: Connection, technician_id: str) -> list[DayVisit]:
    """A technician's visits that are not over, by time."""
    return rows(connection, DayVisit, _SQL["day"], {"technician_id": technician_id})
