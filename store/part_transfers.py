"""Parts that are asked for and sent: an outlet or a technician asks, the second-level stock is checked at once.

A van asks its own outlet first, then the store that supplies it, and so on; an outlet asks the store that supplies it.
What is free there is approved and shipped in the same breath; otherwise the answer is no, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.states import TRANSFER
from store.api_rows import row, rows
from store.database import Connection
from store.moves import move
from store.sql import queries
from store.stock import free_stock, lock_free, require_part, require_place

_SQL = queries("part_supply")
SYSTEM = "parts desk"
"""Who decides about a request: the rule, not a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Pieces asked for at `to_place`; `explanation` says why they come, or why not."""

    id: UUID
    number: int
    part_id: str
    quantity: int
    from_place: str | None
    to_place: str
    task_id: UUID | None
    order_id: UUID | None
    order_number: int | None
    state: str
    explanation: str
    asked_by: str
    asked_at: datetime
    version: int


def supplier_chain(connection: Connection, place: str) -> list[str]:
    """The places that `place` may ask, from near to far."""
    return [supplier for (supplier,) in connection.execute(_SQL["second_level"], {"place": place})]


def request_transfer(
    connection: Connection,
    part_id: str,
    quantity: int,
    to_place: str,
    *,
    task_id: UUID | None,
    asked_by: str,
    now: datetime,
) -> Transfer:
    """Ask for pieces and decide at once: shipped from the nearest level that has them free, else refused with why."""
    require_part(connection, part_id)
    require_place(connection, to_place)
    if task_id is not None:
        _refuse_second(connection, task_id, part_id)
    values = {
        "part_id": part_id,
        "quantity": quantity,
        "to_place": to_place,
        "task_id": task_id,
        "asked_by": asked_by,
        "now": now,
    }
    made = connection.execute(_SQL["request"], values).fetchone()
    assert made is not None  # RETURNING of an INSERT of one row
    transfer_id = UUID(str(made[0]))
    chain = supplier_chain(connection, to_place)
    free = lock_free(connection, [part_id], chain)
    source = next((place for place in chain if free.get(place, {}).get(part_id, 0) >= quantity), None)
    if source is None:
        why = _refusal(connection, part_id, quantity, to_place, chain, free)
        connection.execute(_SQL["source"], {"id": transfer_id, "from_place": None, "explanation": why})
        _move(connection, transfer_id, "refused", why, now)
    else:
        why = f"{source} has {free[source][part_id]} free"
        connection.execute(_SQL["source"], {"id": transfer_id, "from_place": source, "explanation": why})
        _move(connection, transfer_id, "shipped", why, now)
    return read_transfer(connection, transfer_id)


def _refuse_second(connection: Connection, task_id: UUID, part_id: str) -> None:
    found = connection.execute(_SQL["open_transfer"], {"task_id": task_id, "part_id": part_id}).fetchone()
    if found is not None:
        raise Conflict(f"transfer {found[0]} brings {part_id} for this task already ({found[1]}); wait for it")


def read_transfer(connection: Connection, transfer_id: UUID) -> Transfer:
    """One transfer; NotFound."""
    found = row(connection, Transfer, _SQL["transfer"], {"id": transfer_id})
    if found is None:
        raise NotFound(f"there is no transfer {transfer_id}")
    return found


def list_transfers(
    connection: Connection, after: int | None, limit: int, *, states: Sequence[str] | None, place: str | None
) -> list[Transfer]:
    """Transfers, newest first, from after number `after`."""
    params = {"after": after, "limit": limit, "states": states, "place": place}
    return rows(connection, Transfer, _SQL["transfer_page"], params)


def _move(connection: Connection, transfer_id: UUID, to: str, why: str, now: datetime) -> None:
    move(connection, TRANSFER, transfer_id, to, actor=SYSTEM, reason=why, at=now, via=frozenset({"approved"}))


def _refusal(
    connection: Connection,
    part_id: str,
    quantity: int,
    to_place: str,
    chain: Sequence[str],
    free: dict[str, dict[str, int]],
) -> str:
    asked = ", ".join(f"{place} has {free.get(place, {}).get(part_id, 0)} free" for place in chain)
    said = f"{asked}, {quantity} wanted" if chain else f"nobody supplies {to_place} (its supplied_by is empty)"
    everywhere = free_stock(connection)
    others = sorted(p for p in everywhere if p not in (*chain, to_place) and everywhere[p].get(part_id, 0) >= quantity)
    if others:
        return f"{said}; {', '.join(others[:3])} could give it: move it with POST /api/v1/stock/movements"
    lead = connection.execute(_SQL["lead_days"], {"part_id": part_id}).fetchone()
    return f"{said}; nobody else has it: order it from the supplier, which takes {lead[0] if lead else '?'} days"
