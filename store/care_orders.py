"""Service orders as the scheduler reads and writes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.care import Case
from domain.care_orders import Held, Order, Outlet, Place, Task, Technician
from domain.faults import Urgency, fault_of
from domain.order_choices import Choice
from domain.order_plans import Plan
from domain.signals import Kind
from store.database import Connection
from store.sql import queries

_SQL = queries("care_orders")


def households_to_visit(connection: Connection) -> list[str]:
    """Households with a finding that somebody has to come for and that no order under way holds."""
    return [row[0] for row in connection.execute(_SQL["households_to_visit"]).fetchall()]


def lock_orders(connection: Connection, household_id: str) -> list[Order]:
    """The household's orders that are not over, with their tasks, locked until the transaction ends."""
    rows = connection.execute(_SQL["lock_orders"], {"household_id": household_id}).fetchall()
    tasks = _tasks(connection, [row[0] for row in rows])
    return [
        Order(
            id=order_id,
            number=number,
            state=state,
            urgency=Urgency(urgency),
            due_by=due_by,
            outlet_id=outlet_id,
            technician_id=technician_id,
            completed_data_at=completed_data_at,
            tasks=tuple(tasks[order_id]),
            lane=lane,
            pinned=frozenset(pinned),
        )
        for (
            order_id,
            number,
            state,
            urgency,
            due_by,
            outlet_id,
            technician_id,
            completed_data_at,
            lane,
            pinned,
        ) in rows
    ]


def _tasks(connection: Connection, order_ids: list[UUID]) -> dict[UUID, list[Task]]:
    by_order: dict[UUID, list[Task]] = defaultdict(list)
    if not order_ids:
        return by_order
    for row in connection.execute(_SQL["tasks"], {"order_ids": order_ids}).fetchall():
        order_id, task_id, finding_id, key, kind, fault, urgency, state, judged_at, cleared_at, data_at, along = row
        by_order[order_id].append(
            Task(
                task_id=task_id,
                finding_id=finding_id,
                appliance_key=key,
                kind=Kind(kind),
                fault=fault_of(Kind(kind), fault),
                urgency=Urgency(urgency),
                state=state,
                judged_at=judged_at,
                cleared_at=cleared_at,
                data_at=data_at,
                along=along,
            )
        )
    return by_order


def held_by(connection: Connection, household_id: str) -> dict[UUID, list[Held]]:
    """For each open finding of the household, the orders that hold or held it."""
    held: dict[UUID, list[Held]] = defaultdict(list)
    for row in connection.execute(_SQL["task_history"], {"household_id": household_id}).fetchall():
        finding_id, state, completed_data_at, refused_at, urgency, lane = row
        held[finding_id].append(
            Held(
                state=state,
                completed_data_at=completed_data_at,
                refused_at=refused_at,
                urgency=Urgency(urgency),
                lane=lane,
            )
        )
    return held


def load_outlets(connection: Connection) -> list[Outlet]:
    """All outlets."""
    rows = connection.execute(_SQL["outlets"]).fetchall()
    return [Outlet(id=i, place=Place(latitude=latitude, longitude=longitude)) for i, latitude, longitude in rows]


def load_technicians(connection: Connection) -> list[Technician]:
    """All active technicians with the number of orders on their list."""
    rows = connection.execute(_SQL["technicians"]).fetchall()
    return [Technician(id=i, outlet_id=o, skills=frozenset(skills), open_orders=n) for i, o, skills, n in rows]


def write_plan(
    connection: Connection,
    household_id: str,
    plan: Plan,
    *,
    explanations: Sequence[str],
    repeat_days: int,
    made_at: datetime,
) -> UUID:
    """Write a new order or extend the open one, with its tasks; the order's id.

    `explanations` says of each finding of `plan.add` why somebody should come. A task that is done again within
    `repeat_days` of data time is tied to the first one. A household that got another open order meanwhile raises the
    driver's UniqueViolation: read again and join it.
    """
    values: dict[str, Any] = {
        "household_id": household_id,
        "lane": plan.lane,
        "urgency": plan.urgency,
        "due_by": plan.due_by,
        "outlet_id": plan.outlet_id,
        "technician_id": plan.technician_id,
        "made_at": made_at,
    }
    if plan.order is None:
        row = connection.execute(_SQL["add_order"], values).fetchone()
        assert row is not None  # RETURNING of an INSERT of one row
        order_id: UUID = row[0]
    else:
        order_id = plan.order.id
        connection.execute(_SQL["extend_order"], values | {"id": order_id})
    for case, old_task, why in zip(plan.add, plan.replaces, explanations, strict=True):
        if old_task is not None:
            continued = {"task_id": old_task, "finding_id": case.finding_id, "explanation": why}
            connection.execute(_SQL["continue_task"], continued)
        else:
            task = _task(case, why, along=case in plan.along, repeat_days=repeat_days)
            connection.execute(_SQL["add_task"], task | {"order_id": order_id, "made_at": made_at})
    return order_id


def _task(case: Case, why: str, *, along: bool, repeat_days: int) -> dict[str, Any]:
    return {
        "finding_id": case.finding_id,
        "action": case.fault.action,
        "parts": list(case.fault.parts),
        "minutes": case.fault.minutes,
        "along": along,
        "explanation": why,
        "data_at": case.data_at,
        "repeat_days": repeat_days,
    }


def explain_choices(connection: Connection, order_id: UUID, choices: Iterable[Choice], *, actor: str) -> None:
    """Keep why each thing was chosen; a choice that a person made stays as it is."""
    for choice in choices:
        connection.execute(
            _SQL["add_choice"],
            {"order_id": order_id, "choice": choice.choice, "value": choice.value, "why": choice.why, "actor": actor},
        )


def is_explained(connection: Connection, order_id: UUID, choice: str) -> bool:
    """Whether something of this sort was chosen for the order."""
    return connection.execute(_SQL["is_explained"], {"order_id": order_id, "choice": choice}).fetchone() is not None


def note_change(connection: Connection, order: Order, *, actor: str, reason: str) -> None:
    """Write into the order's history what changed without a change of state."""
    connection.execute(_SQL["note_change"], {"id": order.id, "state": order.state, "actor": actor, "reason": reason})
