"""What each deed of a technician does to an order and its tasks; inside the caller's transaction.

Every function returns what was done in a few words, or raises: Superseded (said already), Waits (for another action),
or an error of ours whose text tells the technician what to do.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.errors import BadInput
from domain.faults import FAULTS, fault_of
from domain.field import Action, Cause, Deed, done_at
from domain.signals import Kind
from domain.states import ORDER
from store.broken_promises import note_arrival, say_charge
from store.database import Connection
from store.field_parts import bring_back, request_part, use_part
from store.field_services import tell_services
from store.field_visit import (
    ON_THE_WAY,
    Id,
    OwnTask,
    Superseded,
    Visit,
    Waits,
    Words,
    come,
    go,
    read_body,
    read_own_task,
    read_visit,
    require_booked,
)
from store.moves import move
from store.sql import queries
from store.stock import step_reservation

_SQL = queries("field")


class ReportBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What was found at a task."""

    task_id: UUID
    outcome: Cause
    found_fault: Id | None = None
    repaired: bool = True
    note: Words = ""


class ChargeBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the owner was charged at the door."""

    cents: Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
    note: Words = ""


class TextBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A few words."""

    text: Words = ""


def do(connection: Connection, action: Action, now: datetime) -> str:
    """Apply one action; the words for what was done."""
    deed = _DEEDS.get(action.kind)
    if deed is None:
        raise BadInput(f"{action.kind[:40]!r} is nothing that can be done in the field; one of {', '.join(Deed)}")
    visit = read_visit(connection, action)
    if action.kind in _OF_ONE_VISIT and (said := _of_earlier_visit(connection, action, visit, now)) is not None:
        return said
    return deed(connection, action, visit, now)


def _of_earlier_visit(connection: Connection, action: Action, visit: Visit, now: datetime) -> str | None:
    """What was done at a visit that is over says nothing of the next one, once the order was opened again."""
    if visit.state in ("completed", "verified"):
        return None
    (finished,) = connection.execute(_SQL["last_finish"], {"order_id": action.order_id}).fetchone() or (None,)
    at = done_at(action.client_at, now)
    if finished is None or at > finished:
        return None
    who = action.technician_id
    if action.kind == Deed.ARRIVE and note_arrival(connection, action.order_id, who, at, over_by=finished):
        return "the time of arrival at the earlier visit is noted"
    raise Superseded(f"it belongs to the visit that was finished at {finished:%Y-%m-%d %H:%M} UTC; a new one is due")


def _depart(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    return go(connection, action, visit, "en_route", now)


def _arrive(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    """Also after something later was said: when somebody came decides whether a promise was kept."""
    noted = note_arrival(connection, action.order_id, action.technician_id, done_at(action.client_at, now))
    if noted and visit.state in ("on_site", "completed", "verified"):
        return "the time of arrival is noted"
    return go(connection, action, visit, "on_site", now)


def _charge(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    said, at = read_body(action.body, ChargeBody), done_at(action.client_at, now)
    require_booked(visit)
    say_charge(connection, action.order_id, "technician", said.cents, said.note, actor=action.technician_id, at=at)
    return f"{said.cents / 100:.2f} was charged"


def _report(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    said = read_body(action.body, ReportBody)
    task = read_own_task(connection, action, said.task_id)
    at = done_at(action.client_at, now)
    if task.reported_at is not None and task.reported_at > at:
        raise Superseded("a later report of this task is there already")
    found = _found_fault(task, said)
    come(connection, action, visit, now)
    connection.execute(
        _SQL["report"],
        {
            "task_id": said.task_id,
            "outcome": said.outcome,
            "found_fault": found,
            "repaired": said.repaired and said.outcome is not Cause.NO_FAULT_FOUND,
            "note": said.note,
            "reported_by": action.technician_id,
            "at": at,
        },
    )
    tell_services(connection, action.order_id)
    return f"{task.fault}: {said.outcome}" + (f" ({found})" if found else "")


def _found_fault(task: OwnTask, said: ReportBody) -> str | None:
    if said.outcome is not Cause.OTHER_FAULT:
        if said.found_fault is not None:
            raise BadInput(f"{said.outcome} names no other fault; leave found_fault out, or choose other_fault")
        return None
    known = sorted(code for kind, code in FAULTS if kind in (None, task.kind) and code != task.fault)
    if said.found_fault is None:
        raise BadInput(f"other_fault needs found_fault: which one it was; one of {', '.join(known)}")
    try:
        fault_of(None if task.kind is None else Kind(task.kind), said.found_fault)
    except KeyError as error:
        raise BadInput(f"{said.found_fault} is no fault of this appliance; one of {', '.join(known)}") from error
    if said.found_fault == task.fault:
        raise BadInput(f"{said.found_fault} is what was predicted; choose confirmed instead of other_fault")
    return said.found_fault


def _note(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    text = read_body(action.body, TextBody).text.strip()
    if not text:
        raise BadInput("a note without text says nothing; write something, or leave it out")
    line = f"{action.client_at:%Y-%m-%d %H:%M} {action.technician_id}: {text}"
    connection.execute(_SQL["note"], {"order_id": action.order_id, "text": line})
    return "noted"


def _complete(connection: Connection, action: Action, visit: Visit, now: datetime) -> str:
    if visit.state in ("completed", "verified"):
        raise Superseded(f"the order is {visit.state} already")
    require_booked(visit)
    read_body(action.body, TextBody)
    open_tasks = [fault for (fault,) in connection.execute(_SQL["unreported"], {"order_id": action.order_id})]
    if open_tasks:
        raise Waits(f"no cause code yet for {', '.join(open_tasks)}; report each task, then this is done by itself")
    actor, reason = action.technician_id, "work done"
    for (held,) in connection.execute(_SQL["left_over"], {"order_id": action.order_id}).fetchall():
        step_reservation(connection, held, "released", actor=actor, reason="not needed at the visit")
    at = done_at(action.client_at, now)
    move(connection, ORDER, action.order_id, "completed", actor=actor, reason=reason, at=at, via=ON_THE_WAY)
    tell_services(connection, action.order_id)
    return "the order is completed; the next readings will show whether it helped"


_OF_ONE_VISIT: Final = frozenset({Deed.DEPART, Deed.ARRIVE, Deed.REPORT, Deed.COMPLETE})
_DEEDS: Final[Mapping[str, Callable[[Connection, Action, Visit, datetime], str]]] = MappingProxyType(
    {
        Deed.DEPART: _depart,
        Deed.ARRIVE: _arrive,
        Deed.REQUEST_PART: request_part,
        Deed.USE_PART: use_part,
        Deed.RETURN_PART: bring_back,
        Deed.REPORT: _report,
        Deed.NOTE: _note,
        Deed.CHARGE: _charge,
        Deed.COMPLETE: _complete,
    }
)
