"""What calendars are told: the visits of a home or of a technician, as they stand and as they were called off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("calendars")
Whose = Literal["home", "technician"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEntry:
    """One visit in a calendar. `work` is kind, fault and urgency of each task; `sequence` rises with every change."""

    order_id: UUID
    round: int
    starts: datetime
    ends: datetime
    sequence: int
    cancelled: bool
    changed_at: datetime
    number: int
    household_name: str
    address: str
    latitude: float | None
    longitude: float | None
    technician_name: str | None
    outlet_name: str | None
    phone: str | None
    work: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose calendar it is."""

    name: str
    language: str


def read_holder(connection: Connection, whose: Whose, holder_id: str) -> Holder:
    """The home or technician a calendar belongs to; NotFound."""
    found = row(connection, Holder, _SQL[whose], {"id": holder_id})
    if found is None:
        raise NotFound(f"there is no {whose} {holder_id}")
    return found


def visit_entries(connection: Connection, whose: Whose, holder_id: str, since: datetime) -> list[VisitEntry]:
    """Visits that end after `since`, by time."""
    values = {"home": None, "technician": None, "since": since} | {whose: holder_id}
    return rows(connection, VisitEntry, _SQL["entries"], values)
