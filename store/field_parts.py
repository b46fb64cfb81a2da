"""Parts used, brought back and asked for during a visit; inside the caller's transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.field import Action
from domain.parts import van_of
from store.database import Connection
from store.field_services import tell_services
from store.field_visit import Id, Superseded, Visit, come, read_body, read_own_task
from store.part_transfers import request_transfer
from store.reservations import nearest_with, read_task, require_fit, return_part
from store.sql import queries
from store.stock import record_movement, require_place, reserve, step_reservation

_SQL = queries("field")


class PartBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Pieces used, brought back or asked for at a task."""

    task_id: UUID
    part_id: Id
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1
    place: Id | None = None


class UsedBody(PartBody, forbid_unknown_fields=True, kw_only=True):
    """Pieces used; `used_before`: how many of them the phone knew as used at the task when it was entered."""

    used_before: Annotated[int, msgspec.Meta(ge=0, le=1_000)] | None = None


def use_part(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    """Use pieces up: first what the task holds, then from the place named, the van or the outlet.

    The third piece is the third whichever phone says so: what two phones say of the same pieces counts once.
    """
    said = read_body(action.body, UsedBody)
    read_own_task(connection, action, said.task_id)
    quantity = _not_used_yet(connection, said)
    place = read_task(connection, said.task_id)
    require_fit(connection, said.part_id, place)
    come(connection, action, visit, now)
    actor, reason = action.technician_id, "used at the visit"
    held = connection.execute(_SQL["held"], {"task_id": said.task_id, "part_id": said.part_id}).fetchone()
    left = quantity
    if held is not None:
        used = min(left, held[1])
        _consume(connection, held[0], held[3], held[2], used, actor, reason)
        left -= used
    if left:
        where = said.place or nearest_with(connection, said.part_id, left, place.near)
        require_place(connection, where)
        made = reserve(connection, said.task_id, said.part_id, left, where, actor=actor, why=reason)
        _consume(connection, made, "reserved", where, left, actor, reason)
    tell_services(connection, action.order_id)
    return f"{quantity} of {said.part_id} used"


def _not_used_yet(connection: Connection, said: UsedBody) -> int:
    """How many of the pieces nobody has said yet; Superseded if all of them were."""
    if said.used_before is None:
        return said.quantity
    used = connection.execute(_SQL["used"], {"task_id": said.task_id, "part_id": said.part_id}).fetchone()
    assert used is not None, "a sum always has a row"
    left = min(said.quantity, said.used_before + said.quantity - int(used[0]))
    if left <= 0:
        raise Superseded(f"{used[0]} of {said.part_id} were said to be used already, by another phone")
    return left


def _consume(
    connection: Connection, held: UUID, state: str, place: str, quantity: int, actor: str, reason: str
) -> None:
    if state == "reserved":
        step_reservation(connection, held, "picked", actor=actor, reason=reason, place=place)
    step_reservation(connection, held, "consumed", actor=actor, reason=reason, quantity=quantity)


def bring_back(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    """Bring pieces back to the outlet, or to the place named."""
    said = read_body(action.body, PartBody)
    read_own_task(connection, action, said.task_id)
    place = read_task(connection, said.task_id)
    held = connection.execute(_SQL["held"], {"task_id": said.task_id, "part_id": said.part_id}).fetchone()
    actor, to = action.technician_id, said.place or (place.near[-1] if place.near else "")
    require_place(connection, to)
    if held is not None and held[3] == "picked":
        return_part(connection, held[0], to, actor=actor, reason="brought back", quantity=min(said.quantity, held[1]))
    elif held is not None and held[2] != van_of(actor):
        step_reservation(connection, held[0], "released", actor=actor, reason="not needed")
    else:
        if held is not None:
            step_reservation(connection, held[0], "released", actor=actor, reason="brought back")
        record_movement(
            connection, said.part_id, said.quantity,
            from_place=van_of(actor), to_place=to, reason="returned", actor=actor, note="brought back",
        )  # fmt: skip
    return f"{said.quantity} of {said.part_id} back at {to}"


def request_part(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    """Ask for pieces from the doorstep; decided at once by what the outlet and its supplier have."""
    said = read_body(action.body, PartBody)
    read_own_task(connection, action, said.task_id)
    require_fit(connection, said.part_id, read_task(connection, said.task_id))
    made = request_transfer(
        connection,
        said.part_id,
        said.quantity,
        said.place or van_of(action.technician_id),
        task_id=said.task_id,
        asked_by=action.technician_id,
        now=now,
    )
    return f"transfer {made.number} {made.state}: {made.explanation}"
