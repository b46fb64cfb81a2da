"""Changes of state of findings, reminders and orders: locked, checked, walked step by step, with who and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.states import Machine
from store.database import Connection
from store.sql import queries

_SQL = queries("moves")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One recorded change of state."""

    from_state: str | None
    to_state: str
    actor: str
    reason: str
    at: datetime


def speak_as(connection: Connection, actor: str, reason: str, at: datetime | None = None) -> None:
    """Name who acts, why, and when (None: now) for the rest of the transaction."""
    connection.execute(_SQL["speak_as"], {"actor": actor, "reason": reason, "at": at})


def move(
    connection: Connection,
    machine: Machine,
    entity_id: UUID,
    to: str,
    *,
    actor: str,
    reason: str,
    at: datetime,
    via: frozenset[str] = frozenset(),
    until: datetime | None = None,
    version: int | None = None,
) -> tuple[str, ...]:
    """Bring the thing to state `to` and return the states walked through; inside the caller's transaction.

    `via` are states that may be passed on the way; `until` is for snoozing; `version`, if given, must be the present
    one. Raises NotFound, Conflict (changed meanwhile) or IllegalMove.
    """
    row = connection.execute(_SQL[f"lock_{machine.entity}"], {"id": entity_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no {machine.entity} {entity_id}")
    state, present = row
    if version is not None and version != present:
        raise Conflict(f"this {machine.entity} was changed meanwhile (version {present}, not {version}); read it again")
    speak_as(connection, actor, reason, at)
    steps = machine.path(state, to, via)
    for step in steps:
        connection.execute(
            _SQL[f"step_{machine.entity}"], {"id": entity_id, "to": step, "reason": reason, "until": until, "at": at}
        )
    return steps


def history(connection: Connection, machine: Machine, entity_id: UUID) -> list[Change]:
    """Every change of one thing, oldest first."""
    rows = connection.execute(_SQL["history"], {"entity": machine.entity, "id": entity_id}).fetchall()
    return [Change(from_state=f, to_state=t, actor=a, reason=r, at=at) for f, t, a, r, at in rows]
