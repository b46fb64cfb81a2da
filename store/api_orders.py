"""Service orders as the API reads and books them; their states are changed with store.moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from domain.errors import BadInput, Conflict, NotFound
from domain.states import ORDER
from domain.visits import Period
from store.api_evidence import ShownEvidence, read_evidence
from store.api_findings import words_for
from store.api_locks import lock_entity
from store.api_rows import row, rows
from store.database import Connection
from store.moves import Change, history
from store.sql import queries
from store.working_hours import at_work, require_at_work

_SQL = queries("api_orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One finding's work within an order; `minutes` is the time on site."""

    id: UUID
    order_id: UUID
    finding_id: UUID
    appliance_id: str
    kind: str | None
    fault: str
    title: str = ""
    urgency: str
    finding_state: str
    probability: float
    action: str
    parts: list[str]
    minutes: int
    along: bool
    """Self-care that the visit takes along; nobody would come for it alone."""
    repeats_order: int | None
    """Number of the order whose work this repeats: same appliance and fault or part, soon after."""
    outcome: str | None
    evidence: list[ShownEvidence]
    earlier: list[dict[str, Any]]
    """What earlier visits of this order found at it, before the order was opened again; oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChoice:
    """What was chosen for an order, by whom and why; `by_person`: the scheduler leaves it as it is."""

    choice: str
    value: str | None
    why: str
    actor: str
    by_person: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """A service order with its tasks; `actions` are what a planner can do with it now."""

    id: UUID
    number: int
    household_id: str
    household_name: str
    lane: str
    state: str
    urgency: str
    due_by: datetime | None
    outlet_id: str | None
    technician_id: str | None
    visit_starts: datetime | None
    visit_ends: datetime | None
    explanation: str
    created_at: datetime
    completed_at: datetime | None
    merged_into: UUID | None
    version: int
    tasks: list[Task] = field(default_factory=list)
    choices: list[ShownChoice] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    history: list[Change] | None = None
    """Every change with who, when and why; only where one order is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Who comes, and when."""

    technician_id: str
    starts: datetime
    ends: datetime


def list_orders(
    connection: Connection,
    after: int | None,
    limit: int,
    *,
    states: Sequence[str] | None = None,
    urgencies: Sequence[str] | None = None,
    faults: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    household: str | None = None,
    technician: str | None = None,
) -> list[ShownOrder]:
    """Orders with their tasks, newest first, from after number `after`."""
    params = {
        "after": after,
        "limit": limit,
        "states": states,
        "urgencies": urgencies,
        "faults": faults,
        "kinds": kinds,
        "household": household,
        "technician": technician,
    }
    orders = rows(connection, ShownOrder, _SQL["page"], params)
    by_order: dict[UUID, list[Task]] = {order.id: [] for order in orders}
    for task in tasks_of(connection, list(by_order)):
        by_order[task.order_id].append(task)
    return [replace(order, tasks=by_order[order.id]) for order in with_choices(connection, orders)]


def read_order(connection: Connection, order_id: UUID, *, lock: bool = False) -> ShownOrder:
    """One order with its tasks and history, locked until commit if `lock`; NotFound."""
    if lock:
        lock_entity(connection, ORDER, order_id)
    found = row(connection, ShownOrder, _SQL["one"], {"id": order_id})
    if found is None:
        raise NotFound(f"there is no order {order_id}")
    (found,) = with_choices(connection, [found])
    return replace(found, tasks=tasks_of(connection, [order_id]), history=history(connection, ORDER, order_id))


def with_choices(connection: Connection, orders: Sequence[ShownOrder]) -> list[ShownOrder]:
    """The orders with what holds of what was chosen for them."""
    by_order: dict[UUID, list[ShownChoice]] = {order.id: [] for order in orders}
    for order_id, choice, value, why, actor, by_person, at in connection.execute(
        _SQL["choices"], {"orders": list(by_order)}
    ):
        shown = ShownChoice(choice=choice, value=value, why=why, actor=actor, by_person=by_person, at=at)
        by_order[order_id].append(shown)
    return [replace(order, choices=by_order[order.id]) for order in orders]


def tasks_of(connection: Connection, order_ids: list[UUID]) -> list[Task]:
    """The tasks of these orders, in the order in which they were added."""
    found = rows(connection, Task, _SQL["tasks"], {"orders": order_ids})
    return [
        replace(
            task,
            title=words_for(task.kind, task.fault)[0],
            evidence=read_evidence(cast("list[dict[str, Any]]", task.evidence)),
        )
        for task in found
    ]


def book(connection: Connection, order_id: UUID, slot: Slot, *, outside_hours: bool = False) -> None:
    """Write a slot into a locked order; BadInput or Conflict says what is in the way and who could come instead.

    A technician needs the kind of every appliance of the order among their skills, and to be at work then unless a
    person books `outside_hours` on purpose.
    """
    found = connection.execute(_SQL["technician"], {"id": slot.technician_id}).fetchone()
    if found is None:
        raise BadInput(f"there is no technician {slot.technician_id}; see GET /api/v1/technicians")
    _, outlet_id, skills, active = found
    kinds = {task.kind for task in tasks_of(connection, [order_id]) if task.kind is not None}
    asked = {
        "id": order_id,
        "technician_id": slot.technician_id,
        "starts": slot.starts,
        "ends": slot.ends,
        "kinds": sorted(kinds),
    }
    if not active:
        raise BadInput(f"technician {slot.technician_id} is not active; {_instead(connection, asked)}")
    if missing := sorted(kinds - set(skills)):
        raise BadInput(
            f"technician {slot.technician_id} is not trained for {', '.join(missing)}; {_instead(connection, asked)}"
        )
    away = connection.execute(_SQL["away"], asked).fetchone()
    if away is not None:
        starts, ends, reason = away
        raise Conflict(
            f"technician {slot.technician_id} is away from {starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"
            f"{f' ({reason})' if reason else ''}; choose another time; {_instead(connection, asked)}"
        )
    booked = connection.execute(_SQL["booked"], asked).fetchone()
    if booked is not None:
        number, starts, ends = booked
        raise Conflict(
            f"technician {slot.technician_id} is booked for order {number} from {starts:%Y-%m-%d %H:%M} to "
            f"{ends:%H:%M} UTC; choose another time; {_instead(connection, asked)}"
        )
    if not outside_hours:
        period = Period(starts=slot.starts, ends=slot.ends)
        require_at_work(connection, slot.technician_id, period, _instead(connection, asked))
    connection.execute(_SQL["book"], {**asked, "outlet_id": outlet_id})


def require_able(connection: Connection, technician_id: str, tasks: Sequence[Task]) -> None:
    """BadInput, naming who could come instead, unless the technician exists, goes out and knows every appliance."""
    found = connection.execute(_SQL["technician"], {"id": technician_id}).fetchone()
    if found is None:
        raise BadInput(f"there is no technician {technician_id}; see GET /api/v1/technicians")
    _, _, skills, active = found
    kinds = {task.kind for task in tasks if task.kind is not None}
    missing = sorted(kinds - set(skills))
    if active and not missing:
        return
    able = [other for (other,) in connection.execute(_SQL["able"], {"kinds": sorted(kinds)})]
    instead = f"able: {', '.join(able)}" if able else "nobody knows all of it; split the order"
    why = f"is not trained for {', '.join(missing)}" if active else "is not active"
    raise BadInput(f"technician {technician_id} {why}; {instead}")


def record_outcomes(connection: Connection, order_id: UUID, outcomes: Mapping[UUID, str]) -> None:
    """Write what was found at each task; BadInput if a task is not of this order."""
    for task_id, outcome in outcomes.items():
        done = connection.execute(_SQL["outcome"], {"task_id": task_id, "id": order_id, "outcome": outcome})
        if done.rowcount != 1:
            raise BadInput(f"task {task_id} is not one of this order; read the order for its tasks")


def refuse_second_open_order(connection: Connection, order_id: UUID) -> None:
    """Conflict if another order of the same household is open, which is why this one cannot be opened again."""
    found = connection.execute(
        _SQL["other_open"], {"id": order_id, "open_states": sorted(ORDER.open_states)}
    ).fetchone()
    if found is not None:
        raise Conflict(f"this household has the open order {found[0]} already; add the work there or close it first")


def _instead(connection: Connection, asked: Mapping[str, Any]) -> str:
    working = [one.id for one in at_work(connection, Period(starts=asked["starts"], ends=asked["ends"]))]
    free = [who for (who,) in connection.execute(_SQL["able_and_free"], {**asked, "working": working})]
    return f"able and free then: {', '.join(free)}" if free else "nobody else is able and free then"
