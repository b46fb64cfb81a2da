"""Stock of parts: what lies where, who holds it, and every movement of it. Balances are kept by the database itself.

Places are `van:<technician>`, `outlet:<outlet>` and `transit`. Each function works in the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import BadInput, Conflict, NotFound
from domain.parts import OUTLET, VAN, FitRule, Item
from domain.states import RESERVATION
from store.api_rows import row, rows
from store.database import Connection
from store.moves import speak_as
from store.sql import queries

_SQL = queries("stock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Pieces that a task holds, and where they lie."""

    id: UUID
    order_id: UUID
    task_id: UUID
    part_id: str
    quantity: int
    place: str
    state: str


def load_catalogue(connection: Connection) -> dict[str, Item]:
    """Every part by id."""
    return {
        part_id: Item(
            id=part_id,
            name=name,
            role=role,
            fits=frozenset(fits),
            rules=tuple(FitRule(**rule) for rule in rules),
            alternatives=tuple(alternatives),
            superseded_by=newer,
        )
        for part_id, name, role, fits, rules, alternatives, newer in connection.execute(_SQL["catalogue"])
    }


def free_stock(connection: Connection, places: Sequence[str] | None = None) -> dict[str, dict[str, int]]:
    """Pieces that nobody holds, by place and part; without `places` everywhere except on the way."""
    return _by_place(connection.execute(_SQL["free"], {"places": None if places is None else list(places)}).fetchall())


def van_stock(connection: Connection) -> dict[str, dict[str, int]]:
    """Free pieces in vans, by technician and part."""
    return _below(free_stock(connection), VAN)


def outlet_stock(connection: Connection) -> dict[str, dict[str, int]]:
    """Free pieces at outlets, by outlet and part."""
    return _below(free_stock(connection), OUTLET)


def held_for_orders(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """What is reserved or picked for each order, and where it lies."""
    found: dict[UUID, list[Held]] = {order_id: [] for order_id in order_ids}
    for held in rows(connection, Held, _SQL["held"], {"orders": list(order_ids)}):
        found[held.order_id].append(held)
    return found


def held_of(connection: Connection, task_id: UUID, part_id: str) -> Held | None:
    """What a task holds of a part: all of it lies at one place."""
    return row(connection, Held, _SQL["held_of"], {"task_id": task_id, "part_id": part_id})


def lock_free(connection: Connection, parts: Sequence[str], places: Sequence[str]) -> dict[str, dict[str, int]]:
    """Free pieces of these parts at these places, locked until the transaction ends."""
    return _by_place(connection.execute(_SQL["lock_free"], {"parts": list(parts), "places": list(places)}).fetchall())


def reserve(
    connection: Connection, task_id: UUID, part_id: str, quantity: int, place: str, *, actor: str, why: str
) -> UUID:
    """Hold pieces for a task; Conflict says who else has some if there are too few free, or what it holds already."""
    _require_free(connection, part_id, quantity, place)
    if (held := held_of(connection, task_id, part_id)) is not None:
        raise Conflict(
            f"this task holds {held.quantity} of {part_id} at {held.place} already; POST "
            f"/api/v1/reservations/{held.id}/release first, then hold all the pieces at once"
        )
    speak_as(connection, actor, why)
    made = connection.execute(
        _SQL["reserve"], {"task_id": task_id, "part_id": part_id, "quantity": quantity, "place": place}
    ).fetchone()
    assert made is not None  # RETURNING of an INSERT of one row
    return UUID(str(made[0]))


def step_reservation(
    connection: Connection,
    reservation_id: UUID,
    to: str,
    *,
    actor: str,
    reason: str,
    place: str | None = None,
    quantity: int | None = None,
) -> Held:
    """Pick (into `place`), consume, return (to `place`) or release a reservation; fewer pieces release the rest.

    Raises NotFound, IllegalMove, or BadInput for more pieces than it holds.
    """
    held = row(connection, Held, _SQL["reservation"], {"id": reservation_id})
    if held is None:
        raise NotFound(f"there is no reservation {reservation_id}")
    RESERVATION.check(held.state, to)
    wanted = held.quantity if quantity is None else quantity
    if not 0 < wanted <= held.quantity:
        raise BadInput(
            f"the reservation holds {held.quantity} of {held.part_id}, not {wanted}; reserve more or name fewer"
        )
    speak_as(connection, actor, reason)
    values = {"id": reservation_id, "state": to, "place": place or held.place, "quantity": wanted}
    connection.execute(_SQL["step"], values)
    return Held(
        id=held.id, order_id=held.order_id, task_id=held.task_id, part_id=held.part_id,
        quantity=wanted, place=place or held.place, state=to,
    )  # fmt: skip


def record_movement(
    connection: Connection,
    part_id: str,
    quantity: int,
    *,
    from_place: str | None,
    to_place: str | None,
    reason: str,
    actor: str,
    note: str = "",
) -> int:
    """Write one movement into the ledger; its number. None as a place is the world outside."""
    require_part(connection, part_id)
    if from_place == to_place:
        raise BadInput(f"the pieces lie at {from_place} already; name another place to move them to")
    for place in (from_place, to_place):
        if place is not None:
            require_place(connection, place)
    if from_place is not None:
        # Both places at once and in one order: who took the other way at this moment would else be waited for.
        lock_free(connection, [part_id], [place for place in (from_place, to_place) if place is not None])
        _require_free(connection, part_id, quantity, from_place)
    speak_as(connection, actor, note or reason)
    return _record(connection, part_id, quantity, from_place, to_place, reason, note)


def count_stock(connection: Connection, part_id: str, place: str, counted: int, *, actor: str, note: str = "") -> int:
    """Set a place's balance to what was counted there, as a movement of the difference; the difference in pieces."""
    require_part(connection, part_id)
    require_place(connection, place)
    on_hand, reserved = connection.execute(_SQL["count"], {"place": place, "part_id": part_id}).fetchone() or (0, 0)
    if counted < reserved:
        raise Conflict(
            f"{reserved} of {part_id} at {place} are held for tasks; release those before counting {counted}"
        )
    difference: int = counted - on_hand
    speak_as(connection, actor, note or "counted")
    if difference > 0:
        _record(connection, part_id, difference, None, place, "counted", note)
    elif difference < 0:
        _record(connection, part_id, -difference, place, None, "counted", note)
    return difference


def require_part(connection: Connection, part_id: str) -> None:
    """BadInput unless the catalogue has the part."""
    if connection.execute(_SQL["has_part"], {"id": part_id}).fetchone() is None:
        raise BadInput(f"there is no part {part_id}; see GET /api/v1/parts, or add it with POST /api/v1/parts")


def require_place(connection: Connection, place: str) -> None:
    """BadInput unless parts can lie there."""
    if place == "transit" or connection.execute(_SQL["has_place"], {"id": place}).fetchone() is None:
        raise BadInput(f"there is no place {place}; write outlet:<outlet id> or van:<technician id>")


def _record(
    connection: Connection,
    part_id: str,
    quantity: int,
    from_place: str | None,
    to_place: str | None,
    reason: str,
    note: str,
) -> int:
    values = {
        "part_id": part_id,
        "quantity": quantity,
        "from_place": from_place,
        "to_place": to_place,
        "reason": reason,
        "note": note,
    }
    written = connection.execute(_SQL["record"], values).fetchone()
    assert written is not None  # RETURNING of an INSERT of one row
    return int(written[0])


def _require_free(connection: Connection, part_id: str, quantity: int, place: str) -> None:
    on_hand, reserved = connection.execute(_SQL["count"], {"place": place, "part_id": part_id}).fetchone() or (0, 0)
    if on_hand - reserved >= quantity:
        return
    others = connection.execute(_SQL["elsewhere"], {"part_id": part_id, "place": place}).fetchall()
    who = ", ".join(f"{free} at {other}" for other, free in others)
    raise Conflict(
        f"{place} has {on_hand - reserved} free of {part_id}, not {quantity}; "
        + (f"there are {who}: ask for a transfer" if who else "nobody else has any: order it from the supplier")
    )


def _by_place(found: Sequence[tuple[Any, ...]]) -> dict[str, dict[str, int]]:
    stock: dict[str, dict[str, int]] = defaultdict(dict)
    for place, part_id, free in found:
        stock[place][part_id] = free
    return dict(stock)


def _below(stock: dict[str, dict[str, int]], prefix: str) -> dict[str, dict[str, int]]:
    return {place.removeprefix(prefix): parts for place, parts in stock.items() if place.startswith(prefix)}
