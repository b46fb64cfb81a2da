"""Technicians who get no visits until a person has decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import NotFound
from domain.states import SUSPENSION
from store.api_rows import row, rows
from store.database import Connection
from store.moves import move, speak_as
from store.sql import queries
from store.technician_record import set_active

_SQL = queries("suspensions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Why somebody gets no visits, and what was decided about it."""

    id: UUID
    technician_id: str
    cause: Literal["points", "grades"]
    state: str
    why: str
    since: datetime
    answer: str | None
    decided_at: datetime | None
    version: int


def suspend(
    connection: Connection, technician_id: str, cause: Literal["points", "grades"], why: str, *, actor: str,
    at: datetime,
) -> bool:  # fmt: skip
    """Give somebody no visits until a person decides; False if that is so already.

    Of grades an undecided one then says the newer `why`: a third C means removal, where two meant suspension.
    """
    speak_as(connection, actor, why, at)
    values = {"technician_id": technician_id, "cause": cause, "why": why, "at": at}
    begun = connection.execute(_SQL["begin"], values).fetchone() is not None
    if not begun and cause == "grades":
        connection.execute(_SQL["worsen"], values)
    if begun:
        set_active(connection, technician_id, active=False)
    return begun


def read_suspension(connection: Connection, suspension_id: UUID) -> Suspension:
    """One suspension; NotFound."""
    found = row(connection, Suspension, _SQL["one"], {"id": suspension_id})
    if found is None:
        raise NotFound(f"there is no suspension {suspension_id}")
    return found


def read_suspensions(connection: Connection, technician_id: str) -> list[Suspension]:
    """All suspensions of a technician, newest first."""
    return rows(connection, Suspension, _SQL["of_technician"], {"technician_id": technician_id})


def end_suspension(
    connection: Connection, found: Suspension, to: str, answer: str, *, actor: str, at: datetime
) -> Suspension:
    """Decide: `reinstated` and `lifted` let the person work again, `removed` does not; IllegalMove if decided."""
    move(connection, SUSPENSION, found.id, to, actor=actor, reason=answer, at=at)
    if to != "removed":
        set_active(connection, found.technician_id, active=True)
    return read_suspension(connection, found.id)
