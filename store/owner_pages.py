"""What the holder of a personal link may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("owner_pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersVisit:
    """An order as its owner sees it."""

    id: UUID
    number: int
    state: str
    urgency: str
    household_id: str
    household_name: str
    timezone: str
    language: str
    technician_id: str | None
    technician_name: str | None
    outlet_name: str | None
    phone: str | None
    visit_starts: datetime | None
    visit_ends: datetime | None
    merged_into: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing that is done at the visit."""

    kind: str
    room: str | None
    fault: str
    urgency: str
    minutes: int
    along: bool
    installed_on: date | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesVisit:
    """An order in the list of its home; times only while they are agreed, `work` is kind, fault and urgency."""

    id: UUID
    number: int
    state: str
    urgency: str
    timezone: str
    language: str
    starts: datetime | None
    ends: datetime | None
    completed_at: datetime | None
    work: Sequence[Sequence[str]]


def owners_visit(connection: Connection, order_id: UUID) -> OwnersVisit:
    """The order that a link is about, or the one that it became part of; NotFound."""
    found = row(connection, OwnersVisit, _SQL["visit"], {"id": order_id})
    if found is None:
        raise NotFound(f"there is no order {order_id}")
    return found if found.merged_into is None else owners_visit(connection, found.merged_into)


def work_of(connection: Connection, order_id: UUID) -> list[Work]:
    """What is still to be done at the visit."""
    return rows(connection, Work, _SQL["work"], {"id": order_id})


def visits_of_home(connection: Connection, household_id: str, since: datetime) -> list[HomesVisit]:
    """What is planned at a home, and what was done there since."""
    return rows(connection, HomesVisit, _SQL["visits_of_home"], {"household_id": household_id, "since": since})


def technician_names(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """What these technicians are called."""
    return dict(connection.execute(_SQL["technicians"], {"ids": sorted(set(ids))}).fetchall())


def lock_technician(connection: Connection, technician_id: str) -> None:
    """Wait for whoever books this technician at the moment."""
    connection.execute(_SQL["lock_technician"], {"id": technician_id})
