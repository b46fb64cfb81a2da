"""Technicians' grades, licence points and earnings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.finished_work import DISCONTENT_STARS
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("technician_record")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneJob:
    """One finished job; `mix` is its fault, `trouble`: it was reopened, repeated or left the owner discontent."""

    technician: str
    at: datetime
    mix: str
    trouble: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrade:
    """A grade with what it rests on, and its appeal if there was one."""

    id: UUID
    technician_id: str
    month: date
    grade: Literal["A", "B", "C"]
    promoted: bool
    figures: dict[str, Any]
    state: str
    appeal: str | None
    answer: str | None
    made_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsEntry:
    """Points taken off or given back, with the reason."""

    id: int
    points: int
    reason: str
    order_id: UUID | None
    note: str
    evidence: dict[str, Any]
    """What was found and where, if the system took them."""
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """A finished job and when it passed each gate; None: not yet. `waived_at`: an appeal lifted what was missing."""

    order_id: UUID
    order_number: int
    minutes: int
    finished_at: datetime
    reported_at: datetime | None
    proved_at: datetime | None
    followed_up_at: datetime | None
    no_complaint_at: datetime | None
    waived_at: datetime | None
    repeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A month's statement that somebody confirmed: what is paid, who said so and when."""

    paid: float
    actor: str
    at: datetime


def done_jobs(connection: Connection, since: datetime, until: datetime) -> list[DoneJob]:
    """Jobs finished between two moments."""
    values = {"since": since, "until": until, "discontent_stars": DISCONTENT_STARS}
    return rows(connection, DoneJob, _SQL["graded_jobs"], values)


def ungraded_months(connection: Connection, last: date) -> list[date]:
    """First days of the months with nothing graded yet, from the first finished work to `last`, in order."""
    return [month for (month,) in connection.execute(_SQL["ungraded_months"], {"last": last})]


def begin_month(connection: Connection, month: date, at: datetime) -> bool:
    """Note that a month is graded in this transaction; False if it was already."""
    return connection.execute(_SQL["begin_month"], {"month": month, "at": at}).fetchone() is not None


def add_grade(
    connection: Connection,
    technician_id: str,
    month: date,
    grade: str,
    *,
    promoted: bool,
    figures: Mapping[str, Any],
    made_at: datetime,
) -> None:
    """Give a grade; one that was given stays."""
    values = {
        "technician_id": technician_id,
        "month": month,
        "grade": grade,
        "promoted": promoted,
        "figures": Jsonb(figures),
        "made_at": made_at,
    }
    connection.execute(_SQL["add_grade"], values)


def read_grades(connection: Connection, technician_id: str) -> list[GivenGrade]:
    """All grades of a technician, newest month first."""
    return rows(connection, GivenGrade, _SQL["grades"], {"technician_id": technician_id})


def read_grade(connection: Connection, grade_id: UUID) -> GivenGrade:
    """One grade; NotFound."""
    found = row(connection, GivenGrade, _SQL["grade"], {"id": grade_id})
    if found is None:
        raise NotFound(f"there is no grade {grade_id}")
    return found


def record_appeal(connection: Connection, grade_id: UUID, appeal: str) -> None:
    """What the technician says against a grade."""
    connection.execute(_SQL["set_appeal"], {"id": grade_id, "appeal": appeal})


def record_answer(connection: Connection, grade_id: UUID, answer: str) -> None:
    """What was decided about an appeal, and why."""
    connection.execute(_SQL["set_answer"], {"id": grade_id, "answer": answer})


def read_points(connection: Connection, technician_id: str, since: datetime) -> list[PointsEntry]:
    """Entries since then, newest first."""
    return rows(connection, PointsEntry, _SQL["points"], {"technician_id": technician_id, "since": since})


def charged_since(connection: Connection, since: datetime) -> set[str]:
    """Who has lost points since then, whether the system or a person took them."""
    return {technician_id for (technician_id,) in connection.execute(_SQL["charged_since"], {"since": since})}


def add_points(
    connection: Connection,
    technician_id: str,
    points: int,
    reason: str,
    *,
    order_id: UUID | None,
    note: str,
    actor: str,
    at: datetime,
    event: str | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Enter points; False if the same cause was entered before. `event`: what they are for, if the system found it."""
    values = {
        "technician_id": technician_id,
        "points": points,
        "reason": reason,
        "order_id": order_id,
        "note": note,
        "actor": actor,
        "at": at,
        "event": event,
        "evidence": Jsonb(dict(evidence or {})),
    }
    return connection.execute(_SQL["add_points"], values).fetchone() is not None


def read_earned(connection: Connection, technician_id: str, until: datetime) -> list[Earned]:
    """Jobs that a technician finished before a moment."""
    return rows(connection, Earned, _SQL["earned"], {"technician_id": technician_id, "until": until})


def read_confirmed(connection: Connection, technician_id: str, month: date) -> Confirmed | None:
    """Who confirmed a month's statement; None: nobody yet."""
    return row(connection, Confirmed, _SQL["confirmed_settlement"], {"technician_id": technician_id, "month": month})


def confirm_settlement(
    connection: Connection, technician_id: str, month: date, paid: float, *, actor: str, at: datetime
) -> bool:
    """Confirm a month's statement, once; False if somebody had."""
    values = {"technician_id": technician_id, "month": month, "paid": paid, "actor": actor, "at": at}
    return connection.execute(_SQL["confirm_settlement"], values).fetchone() is not None


def points_in(connection: Connection, technician_id: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Points taken between two moments, and points given back by appeals decided between them."""
    values = {"technician_id": technician_id, "since": since, "until": until}
    found = connection.execute(_SQL["points_in"], values).fetchone()
    assert found is not None, "sums always have a row"
    return int(found[0]), int(found[1])


def set_active(connection: Connection, technician_id: str, *, active: bool) -> bool:
    """Let a technician work or not; True if that changed."""
    return connection.execute(_SQL["set_active"], {"technician_id": technician_id, "active": active}).rowcount > 0
