"""Actions from the field: taken exactly once by their id, applied, and kept with what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import BadInput, Conflict, IllegalMove, NotFound, Unavailable, WellkeptError
from domain.field import Action, Fate, in_order_of_work
from store.api_rows import row, rows
from store.database import Connection, translated
from store.field_deeds import do
from store.field_visit import Superseded, Waits
from store.sql import queries

_SQL = queries("field")
_SLUGS: tuple[tuple[type[WellkeptError], str], ...] = (
    (IllegalMove, "illegal-move"),
    (BadInput, "bad-input"),
    (NotFound, "not-found"),
    (Conflict, "conflict"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAction:
    """An action as it was sent, and what became of it; `problem` is the sort of problem of a conflict."""

    id: UUID
    technician_id: str
    order_id: UUID
    kind: str
    body: dict[str, Any]
    client_at: datetime
    received_at: datetime
    state: str
    detail: str
    problem: str
    settled_by: str | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one action; `duplicate` if it had been here before, with its first result."""

    id: UUID
    state: str
    detail: str
    problem: str = ""
    duplicate: bool = False


def require_technician(connection: Connection, technician_id: str) -> None:
    """BadInput unless the technician exists."""
    if connection.execute(_SQL["has_technician"], {"id": technician_id}).fetchone() is None:
        raise BadInput(f"there is no technician {technician_id}; see GET /api/v1/technicians")


def take_actions(connection: Connection, actions: Sequence[Action], now: datetime) -> list[Result]:
    """Apply what is new, in the order of the work, and say of each what became of it, in the order sent.

    An action that cannot be done is kept as a conflict and does not stop the others. Only Unavailable is raised: then
    nothing of the batch has happened and it can be sent again.
    """
    results: dict[UUID, Result] = {}
    for action in in_order_of_work(actions):
        values = {
            "id": action.id,
            "technician_id": action.technician_id,
            "order_id": action.order_id,
            "kind": action.kind,
            "body": Jsonb(action.body),
            "client_at": action.client_at,
            "now": now,
        }
        if connection.execute(_SQL["take"], values).fetchone() is None:
            results[action.id] = results.get(action.id) or _again(connection, action)
            continue
        results[action.id] = _apply(connection, action, now)
        if results[action.id].state == Fate.APPLIED:
            for late in _apply_waiting(connection, action.order_id, now):
                if late.id in results:
                    results[late.id] = late
    return [results[action.id] for action in actions]


def read_action(connection: Connection, action_id: UUID) -> KeptAction:
    """One action, locked; NotFound."""
    found = row(connection, KeptAction, _SQL["kept"], {"id": action_id})
    if found is None:
        raise NotFound(f"there is no field action {action_id}")
    return found


def list_actions(
    connection: Connection,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    states: Sequence[str] | None,
    technician: str | None,
    order: UUID | None,
) -> list[KeptAction]:
    """Actions, newest first, from after the one received at `after[0]` with id `after[1]`."""
    after_at, after_id = after or (None, None)
    params = {
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit,
        "states": states,
        "technician": technician,
        "order_id": order,
    }
    return rows(connection, KeptAction, _SQL["page"], params)


def retry_action(connection: Connection, action_id: UUID, now: datetime) -> KeptAction:
    """Try a conflict again after its cause was put right; Conflict unless it is one."""
    kept = _open_conflict(connection, action_id)
    result = _apply(connection, _as_action(kept), now)
    if result.state == Fate.APPLIED:
        _apply_waiting(connection, kept.order_id, now)
    return read_action(connection, action_id)


def settle_action(connection: Connection, action_id: UUID, reason: str, *, actor: str, now: datetime) -> KeptAction:
    """Close a conflict that a person has taken care of in another way; it stays on record."""
    _open_conflict(connection, action_id)
    connection.execute(_SQL["settle"], {"id": action_id, "reason": reason, "actor": actor, "now": now})
    return read_action(connection, action_id)


def _open_conflict(connection: Connection, action_id: UUID) -> KeptAction:
    kept = read_action(connection, action_id)
    if kept.state not in (Fate.CONFLICT, Fate.WAITING):
        raise Conflict(f"this action is {kept.state}; only a conflict can be retried or settled")
    return kept


def _as_action(kept: KeptAction) -> Action:
    return Action(
        id=kept.id, technician_id=kept.technician_id, order_id=kept.order_id, kind=kept.kind, body=kept.body,
        client_at=kept.client_at,
    )  # fmt: skip


def _again(connection: Connection, action: Action) -> Result:
    kept = read_action(connection, action.id)
    if (kept.technician_id, kept.order_id, kept.kind, kept.body) != (
        action.technician_id,
        action.order_id,
        action.kind,
        action.body,
    ):
        said = "this id was used for another action, which stays as it was; send this one under an id of its own"
        return Result(id=action.id, state=Fate.CONFLICT, detail=said, problem="id-reused", duplicate=True)
    return Result(id=kept.id, state=kept.state, detail=kept.detail, problem=kept.problem, duplicate=True)


def _apply(connection: Connection, action: Action, now: datetime) -> Result:
    try:
        with translated(), connection.transaction():
            result = Result(id=action.id, state=Fate.APPLIED, detail=do(connection, action, now))
    except Superseded as said:
        result = Result(id=action.id, state=Fate.SUPERSEDED, detail=str(said))
    except Waits as said:
        result = Result(id=action.id, state=Fate.WAITING, detail=str(said))
    except Unavailable:
        raise
    except WellkeptError as error:
        slug = next(slug for kind, slug in _SLUGS if isinstance(error, kind))
        result = Result(id=action.id, state=Fate.CONFLICT, detail=str(error), problem=slug)
    values = {"id": action.id, "state": result.state, "detail": result.detail, "problem": result.problem}
    connection.execute(_SQL["decide"], values)
    return result


def _apply_waiting(connection: Connection, order_id: UUID, now: datetime) -> list[Result]:
    found = rows(connection, Action, _SQL["waiting"], {"order_id": order_id})
    return [_apply(connection, action, now) for action in in_order_of_work(found)]
