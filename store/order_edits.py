"""What planners change of an order: its outlet, technician, urgency and date, and which tasks it holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.care_orders import SPLIT, URGENT_LANE
from domain.errors import BadInput, Conflict
from domain.faults import Urgency
from domain.states import ORDER
from store.api_orders import ShownOrder, require_able, tasks_of
from store.database import Connection
from store.moves import move, speak_as
from store.sql import queries

_SQL = queries("order_edits")
BOOKED: Final = ("scheduled", "en_route", "on_site")
"""Somebody is on the way, or will be: who is agreed with the owner."""


def choose(connection: Connection, order: ShownOrder, values: Mapping[str, Any], *, actor: str, why: str) -> None:
    """Write what a person chose into a locked order; the scheduler leaves it as it is from now on.

    `values` by column: `outlet_id`, `technician_id`, `urgency`, `due_by`. BadInput if there is no such outlet or
    technician, or the technician does not go out or cannot do the work.
    """
    for name, table in (("outlet_id", "outlet"), ("technician_id", "technician")):
        wanted = values.get(name)
        if wanted is not None and connection.execute(_SQL[f"has_{table}"], {"id": wanted}).fetchone() is None:
            raise BadInput(f"there is no {table} {wanted}; see GET /api/v1/{table}s")
    if values.get("technician_id") is not None:
        require_able(connection, values["technician_id"], order.tasks)
    before = {name: getattr(order, name) for name in ("outlet_id", "technician_id", "urgency", "due_by")}
    connection.execute(_SQL["choose"], {**before, **values, "id": order.id})
    for name, value in values.items():
        pin(connection, order.id, name.removesuffix("_id"), value, actor=actor, why=why)
    what = ", ".join(
        f"{name.removesuffix('_id')} {_said(before[name])} -> {_said(new)}" for name, new in values.items()
    )
    note(connection, order, actor=actor, reason=f"{what}: {why}")


def pin(connection: Connection, order_id: UUID, choice: str, value: object, *, actor: str, why: str) -> None:
    """Keep that a person chose this."""
    said = None if value is None else _said(value)
    connection.execute(_SQL["pin"], {"id": order_id, "choice": choice, "value": said, "actor": actor, "why": why})


def note(connection: Connection, order: ShownOrder, *, actor: str, reason: str) -> None:
    """Write into the order's history what changed without a change of state."""
    connection.execute(_SQL["note"], {"id": order.id, "state": order.state, "actor": actor, "reason": reason})


def split_order(connection: Connection, order: ShownOrder, task_ids: Sequence[UUID], *, actor: str, why: str) -> UUID:
    """Part tasks from a locked order into a new, proposed one; its id.

    BadInput if a task is not of the order or none would stay; Conflict if an order parted before is still open.
    """
    own = {task.id: task for task in order.tasks}
    if missing := [task_id for task_id in task_ids if task_id not in own]:
        raise BadInput(f"task {missing[0]} is not one of order {order.number}; read the order for its tasks")
    if len(set(task_ids)) == len(own):
        raise BadInput("all tasks would leave the order; leave at least one, or decline the order")
    hazard = any(own[task_id].urgency == Urgency.URGENT for task_id in task_ids)
    lanes = [URGENT_LANE, SPLIT] if hazard else [SPLIT]
    taken = {lane for (lane,) in connection.execute(_SQL["open_lanes"], {"household_id": order.household_id})}
    lane = next((lane for lane in lanes if lane not in taken), None)
    if lane is None:
        raise Conflict("this home has an order that was split off already; merge that one back or close it first")
    urgency = Urgency.URGENT if hazard else Urgency.VISIT
    speak_as(connection, actor, f"split from order {order.number}: {why}")
    row = connection.execute(_SQL["split"], {"id": order.id, "lane": lane, "urgency": urgency}).fetchone()
    assert row is not None  # RETURNING of an INSERT from a row that is locked
    new: UUID = row[0]
    connection.execute(_SQL["move_tasks"], {"ids": list(task_ids), "to": new})
    titles = "; ".join(own[task_id].title for task_id in dict.fromkeys(task_ids))
    pin(connection, new, "lane", lane, actor=actor, why=f"split from order {order.number}: {why}")
    pin(connection, new, "tasks", titles, actor=actor, why=why)
    note(connection, order, actor=actor, reason=f"split off: {titles}: {why}")
    connection.execute(_SQL["touch"], {"ids": [order.id]})
    return new


def merge_orders(
    connection: Connection, order: ShownOrder, other: ShownOrder, *, actor: str, why: str, at: datetime
) -> None:
    """Move the tasks of `other` into `order`, both locked and of one home; `other` is cancelled and says where to.

    BadInput if they are of two homes, or who is booked does not know all of it; Conflict if the booked time is too
    short for all the work.
    """
    if other.id == order.id or other.household_id != order.household_id:
        raise BadInput("two different orders of one home can be merged; read the orders of the home for what there is")
    if order.state in BOOKED and order.technician_id is not None:
        require_able(connection, order.technician_id, (*order.tasks, *other.tasks))
    if order.state in ("scheduled", "confirmed") and order.visit_starts is not None and order.visit_ends is not None:
        booked = (order.visit_ends - order.visit_starts).total_seconds() / 60
        work = sum(task.minutes for task in (*order.tasks, *other.tasks))
        if work > booked:
            raise Conflict(
                f"the work of both takes {work} minutes and the visit is booked for {booked:.0f}; "
                "schedule a longer time first, then merge"
            )
    held = {task.finding_id for task in order.tasks}
    moved = [task.id for task in other.tasks if task.finding_id not in held]
    connection.execute(_SQL["move_tasks"], {"ids": moved, "to": order.id})
    connection.execute(_SQL["merged"], {"id": other.id, "into": order.id})
    reason = f"merged into order {order.number}: {why}"
    move(connection, ORDER, other.id, "cancelled", actor=actor, reason=reason, at=at)
    connection.execute(_SQL["take_over"], {"id": order.id, "urgency": other.urgency, "due_by": other.due_by})
    titles = "; ".join(task.title for task in tasks_of(connection, [order.id]))
    pin(connection, order.id, "tasks", titles, actor=actor, why=f"order {other.number} was merged into it: {why}")
    note(connection, order, actor=actor, reason=f"order {other.number} was merged into it: {why}")


def _said(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else "nobody" if value is None else str(value)
