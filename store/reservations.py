"""Reservations as people make and change them: checked for fit, taken from the nearest place, put where they belong."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import BadInput, Conflict, IllegalMove, NotFound
from domain.parts import Fit, Target, candidates, fit, store_of, van_of
from store.api_rows import row, rows
from store.database import Connection
from store.part_supply import SUPPLIED
from store.part_transfers import Transfer
from store.sql import queries
from store.stock import (
    Held,
    free_stock,
    held_of,
    load_catalogue,
    require_part,
    require_place,
    reserve,
    step_reservation,
)

_SQL = queries("part_supply")
_STOCK = queries("stock")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlace:
    """What a task is about and who does it."""

    order_id: UUID
    appliance_id: str
    kind: str | None
    maker: str | None
    model: str | None
    order_state: str
    technician_id: str | None
    outlet_id: str | None
    outcome: str | None

    @property
    def near(self) -> list[str]:
        """Where its parts are looked for, from near to far."""
        van = [van_of(self.technician_id)] if self.technician_id else []
        return van + ([store_of(self.outlet_id)] if self.outlet_id else [])


def read_task(connection: Connection, task_id: UUID) -> TaskPlace:
    """What a task is about; BadInput if there is none."""
    found = row(connection, TaskPlace, _SQL["task"], {"task_id": task_id})
    if found is None:
        raise BadInput(f"there is no task {task_id}; read the order for its tasks")
    return found


def require_fit(connection: Connection, part_id: str, task: TaskPlace) -> None:
    """BadInput unless the part is known and may go into the task's appliance; says what fits instead."""
    require_part(connection, part_id)
    catalogue = load_catalogue(connection)
    if task.kind is None:
        return
    item, target = catalogue[part_id], Target(kind=task.kind, maker=task.maker, model=task.model)
    if fit(item, target) is not Fit.NO:
        return
    fitting = [other.id for other in candidates(item.role, target, catalogue)]
    what = " ".join(word for word in (task.kind.replace("_", " "), task.maker, task.model) if word)
    instead = f"these do: {', '.join(fitting[:5])}" if fitting else f"see GET /api/v1/parts?kind={task.kind}"
    raise BadInput(f"{part_id} does not fit {task.appliance_id} ({what}); {instead}")


def reserve_for_task(
    connection: Connection, task_id: UUID, part_id: str, quantity: int, place: str | None, *, actor: str
) -> Held:
    """Hold pieces for a task of an order under way; from `place`, or the nearest that has them."""
    task = read_task(connection, task_id)
    require_fit(connection, part_id, task)
    if task.order_state not in SUPPLIED:
        raise IllegalMove(f"the order is {task.order_state}; parts are held for approved orders only")
    if place is None:
        place = nearest_with(connection, part_id, quantity, task.near)
    require_place(connection, place)
    made = reserve(connection, task_id, part_id, quantity, place, actor=actor, why="held by hand")
    return read_reservation(connection, made)


def nearest_with(connection: Connection, part_id: str, quantity: int, near: Sequence[str]) -> str:
    """The nearest of the places that has the pieces free, else the nearest at all; BadInput if there is none."""
    if not near:
        raise BadInput("the order has neither technician nor outlet yet; name a place, such as outlet:<id>")
    free = free_stock(connection, near)
    return next((place for place in near if free.get(place, {}).get(part_id, 0) >= quantity), near[0])


def read_reservation(connection: Connection, reservation_id: UUID) -> Held:
    """One reservation; NotFound."""
    found = row(connection, Held, _STOCK["reservation"], {"id": reservation_id})
    if found is None:
        raise NotFound(f"there is no reservation {reservation_id}")
    return found


def list_reservations(
    connection: Connection, after: str | None, limit: int, *, states: Sequence[str] | None, order: UUID | None
) -> list[Held]:
    """Reservations by id, from after `after`."""
    params = {"after": after, "limit": limit, "states": states, "order_id": order}
    return rows(connection, Held, _SQL["reservation_page"], params)


def pick(connection: Connection, reservation_id: UUID, place: str | None, *, actor: str, reason: str) -> Held:
    """Put a reservation's pieces into the van of the order's technician, or into `place`."""
    task = read_task(connection, read_reservation(connection, reservation_id).task_id)
    if place is None:
        if task.technician_id is None:
            raise Conflict("the order has no technician yet; schedule it first, or name the van as place")
        place = van_of(task.technician_id)
    require_place(connection, place)
    return step_reservation(connection, reservation_id, "picked", actor=actor, reason=reason, place=place)


def return_part(
    connection: Connection,
    reservation_id: UUID,
    place: str | None,
    *,
    actor: str,
    reason: str,
    quantity: int | None = None,
) -> Held:
    """Bring picked pieces back to the outlet of the order, or to `place`."""
    task = read_task(connection, read_reservation(connection, reservation_id).task_id)
    if place is None:
        if task.outlet_id is None:
            raise Conflict("the order has no outlet; name the place that the pieces went back to")
        place = store_of(task.outlet_id)
    require_place(connection, place)
    return step_reservation(
        connection, reservation_id, "returned", actor=actor, reason=reason, place=place, quantity=quantity
    )


def receive_for_task(connection: Connection, transfer: Transfer, *, actor: str) -> None:
    """Hold what has arrived for the task that asked for it, if its order still goes on.

    A task that holds the part already has what it needs: what comes beside lies free at the place.
    """
    if transfer.task_id is None:
        return
    task = read_task(connection, transfer.task_id)
    if held_of(connection, transfer.task_id, transfer.part_id) is not None:
        return
    if task.order_state in SUPPLIED and task.outcome is None:
        why = f"transfer {transfer.number} has arrived"
        reserve(
            connection, transfer.task_id, transfer.part_id, transfer.quantity, transfer.to_place, actor=actor, why=why
        )
        connection.execute(_SQL["arrived"], {"task_id": transfer.task_id, "part_id": transfer.part_id})
