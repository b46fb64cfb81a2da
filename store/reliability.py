"""What the maker's figures rest on: months watched, confirmed faults, lives, and the cases that grew out of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("reliability")
Dimension = Literal["model", "batch", "firmware", "climate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Confirmed faults and appliance-months of appliances that share a value."""

    kind: str
    fault: str
    dimension: str
    value: str
    events: int
    failed: int
    """Appliances that had at least one of the events."""
    months: float
    appliances: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLife:
    """One appliance's ages in days since installation; `value` is its group."""

    value: str
    from_d: float
    to_d: float
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartUse:
    """How often a part was needed, and the appliance-months of the kind."""

    part: str
    events: int
    months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCase:
    """A group of appliances that fails more than its like, and what became of it."""

    id: UUID
    number: int
    state: str
    kind: str
    fault: str
    dimension: str
    value: str
    found: dict[str, Any]
    since: datetime
    opened_at: datetime
    node: str | None
    owner: str | None
    fix: str | None
    fixed_at: datetime | None
    effect: dict[str, Any] | None
    version: int


def read_groups(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    kind: str | None = None,
    dimension: Dimension | None = None,
) -> list[Watched]:
    """Every group of appliances with its confirmed faults and months watched between two moments."""
    return rows(
        connection, Watched, _SQL["groups"], {"since": since, "until": until, "kind": kind, "dimension": dimension}
    )


def read_lives(connection: Connection, kind: str, fault: str, dimension: Dimension | None) -> list[WatchedLife]:
    """The lives of all appliances of a kind whose day of installation is known, until their first such fault."""
    return rows(connection, WatchedLife, _SQL["lives"], {"kind": kind, "fault": fault, "dimension": dimension})


def count_without_age(connection: Connection, kind: str) -> int:
    """Appliances of a kind that no life can be told of, because nobody said when they were installed."""
    found = connection.execute(_SQL["without_age"], {"kind": kind}).fetchone()
    return 0 if found is None else int(found[0])


def read_part_use(connection: Connection, kind: str) -> list[PartUse]:
    """The parts that confirmed faults of a kind needed, most needed first."""
    return rows(connection, PartUse, _SQL["parts"], {"kind": kind})


def open_case(connection: Connection, group: Watched, found: Mapping[str, Any], since: datetime, at: datetime) -> bool:
    """Open a case for a group unless one is open; True if it is new."""
    values = {
        "kind": group.kind,
        "fault": group.fault,
        "dimension": group.dimension,
        "value": group.value,
        "found": Jsonb(found),
        "since": since,
        "opened_at": at,
    }
    return connection.execute(_SQL["case_open"], values).fetchone() is not None


def is_resting(connection: Connection, group: Watched, after: datetime) -> bool:
    """Whether people dismissed or closed a case of this group after `after`."""
    values = {
        "kind": group.kind,
        "fault": group.fault,
        "dimension": group.dimension,
        "value": group.value,
        "after": after,
    }
    return connection.execute(_SQL["case_resting"], values).fetchone() == (True,)


def list_cases(
    connection: Connection, after: int | None, limit: int, states: Sequence[str] | None
) -> list[QualityCase]:
    """Cases, newest first, from after number `after`."""
    return rows(connection, QualityCase, _SQL["case_page"], {"after": after, "limit": limit, "states": states})


def read_case(connection: Connection, case_id: UUID) -> QualityCase:
    """One case; NotFound."""
    found = row(connection, QualityCase, _SQL["case_one"], {"id": case_id})
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def cases_fixed(connection: Connection) -> list[QualityCase]:
    """Cases whose fix is in the field and whose effect is not measured yet."""
    return rows(connection, QualityCase, _SQL["cases_fixed"], {})


def assign_case(connection: Connection, case_id: UUID, node: str, owner: str) -> None:
    """Name who is responsible."""
    connection.execute(_SQL["case_assign"], {"id": case_id, "node": node, "owner": owner})


def record_fix(connection: Connection, case_id: UUID, fix: str, fixed_at: datetime) -> None:
    """What was changed and since when; an effect measured of an earlier fix is forgotten."""
    connection.execute(_SQL["case_fix"], {"id": case_id, "fix": fix, "fixed_at": fixed_at})


def record_effect(connection: Connection, case_id: UUID, effect: Mapping[str, Any]) -> None:
    """What the fix did, as measured."""
    connection.execute(_SQL["case_effect"], {"id": case_id, "effect": Jsonb(effect)})


def scope_of(connection: Connection, case: QualityCase, since: datetime, until: datetime) -> tuple[int, float]:
    """Appliances of a case's group that failed between two moments, and the months watched."""
    values = {
        "kind": case.kind,
        "fault": case.fault,
        "dimension": case.dimension,
        "value": case.value,
        "since": since,
        "until": until,
    }
    found = connection.execute(_SQL["scope"], values).fetchone()
    return (0, 0.0) if found is None else (int(found[0]), float(found[1]))
