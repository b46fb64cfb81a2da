"""An order as a report from the field meets it, and what all deeds have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec

from domain.errors import BadInput, Conflict, NotFound
from domain.field import Action
from domain.states import ORDER
from store.api_rows import row
from store.database import Connection
from store.moves import move
from store.sql import queries

_SQL = queries("field")
ON_THE_WAY: Final = frozenset({"en_route", "on_site"})
AT_HOME: Final = ("scheduled", "en_route", "on_site", "completed", "verified")
"""States in which a report makes sense: reporting implies having come."""
OVER: Final = ("declined", "cancelled")
Asked = TypeVar("Asked")
Words = Annotated[str, msgspec.Meta(max_length=2_000)]
Id = Annotated[str, msgspec.Meta(max_length=80)]


class Superseded(Exception):
    """Something later has said it already; nothing is to do."""


class Waits(Exception):
    """Another action of the order has to come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An order as a report meets it."""

    number: int
    state: str
    technician_id: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTask:
    """A task of the order, with what was reported of it so far."""

    id: UUID
    kind: str | None
    fault: str
    reported_at: datetime | None


def read_visit(connection: Connection, action: Action) -> Visit:
    """The order, locked; raises unless it is still on and the technician's own."""
    visit = row(connection, Visit, _SQL["visit"], {"order_id": action.order_id})
    if visit is None:
        raise NotFound(f"there is no order {action.order_id}; ask the planner which one is meant")
    if visit.state in OVER:
        raise Conflict(
            f"order {visit.number} was {visit.state} meanwhile ({visit.why}); what you sent is kept: call the planner, "
            "who can enter it into a new order"
        )
    if visit.technician_id != action.technician_id:
        who = f"is booked for {visit.technician_id}" if visit.technician_id else "has no technician"
        raise Conflict(
            f"order {visit.number} {who}, not for {action.technician_id}; ask the planner to book it for you first"
        )
    return visit


def go(connection: Connection, action: Action, visit: Visit, to: str, now: datetime) -> str:
    """Bring the order to `to`, passing what was not said; Superseded if it is there or further."""
    line = ("en_route", "on_site", "completed", "verified")
    if visit.state in line and line.index(visit.state) >= line.index(to):
        raise Superseded(f"the order is {visit.state} already")
    require_booked(visit)
    reason = f"said at {action.client_at:%Y-%m-%d %H:%M} UTC"
    move(connection, ORDER, action.order_id, to, actor=action.technician_id, reason=reason, at=now, via=ON_THE_WAY)
    return f"the order is {to}"


def require_booked(visit: Visit) -> None:
    """Conflict unless a visit is booked or has been made."""
    if visit.state not in AT_HOME:
        raise Conflict(f"order {visit.number} is {visit.state}, no visit is booked; ask the planner to schedule it")


def come(connection: Connection, action: Action, visit: Visit, now: datetime) -> None:
    """Whoever works at a home has arrived there."""
    require_booked(visit)
    if visit.state in ("scheduled", "en_route"):
        go(connection, action, visit, "on_site", now)


def read_own_task(connection: Connection, action: Action, task_id: UUID) -> OwnTask:
    """The task; BadInput if it is of another order."""
    found = row(connection, OwnTask, _SQL["task"], {"task_id": task_id, "order_id": action.order_id})
    if found is None:
        raise BadInput(f"task {task_id} is not one of this order; load the job sheet again")
    return found


def read_body(body: Mapping[str, Any], into: type[Asked]) -> Asked:
    """The body of an action in its own type; BadInput says what is missing."""
    try:
        return msgspec.convert(body, into, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"the action is not complete: {error}; load the job sheet again") from error
