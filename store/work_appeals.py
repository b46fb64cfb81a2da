"""Appeals of technicians against points taken, and for orders whose pay is held back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import BadInput, Conflict, NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries
from store.technician_record import PointsEntry

_SQL = queries("technician_record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """What a technician says against points (`entry_id`) or for a held-back order (`order_id`), and the answer."""

    id: UUID
    technician_id: str
    entry_id: int | None
    order_id: UUID | None
    state: str
    appeal: str
    answer: str | None
    made_at: datetime
    decided_at: datetime | None
    version: int


def require_finished(connection: Connection, technician_id: str, order_id: UUID) -> None:
    """BadInput unless the technician finished work of this order."""
    values = {"technician_id": technician_id, "order_id": order_id}
    if connection.execute(_SQL["has_finished"], values).fetchone() != (True,):
        raise BadInput(f"order {order_id} is no finished work of {technician_id}; see GET /api/v1/orders?technician=")


def read_points_entry(connection: Connection, technician_id: str, entry_id: int) -> PointsEntry:
    """One entry of a technician; NotFound."""
    found = row(connection, PointsEntry, _SQL["points_entry"], {"technician_id": technician_id, "id": entry_id})
    if found is None:
        raise NotFound(f"{technician_id} has no points entry {entry_id}; see the record")
    return found


def add_appeal(
    connection: Connection,
    technician_id: str,
    appeal: str,
    at: datetime,
    *,
    entry_id: int | None = None,
    order_id: UUID | None = None,
) -> Appeal:
    """Record an appeal; Conflict if there was one about the same thing before."""
    values = {
        "technician_id": technician_id,
        "entry_id": entry_id,
        "order_id": order_id,
        "appeal": appeal,
        "at": at,
    }
    added = connection.execute(_SQL["add_appeal"], values).fetchone()
    if added is None:
        raise Conflict("there was an appeal about this already; see the record for what became of it")
    return read_appeal(connection, added[0])


def read_appeal(connection: Connection, appeal_id: UUID) -> Appeal:
    """One appeal; NotFound."""
    found = row(connection, Appeal, _SQL["appeal"], {"id": appeal_id})
    if found is None:
        raise NotFound(f"there is no appeal {appeal_id}")
    return found


def read_appeals(connection: Connection, technician_id: str) -> list[Appeal]:
    """All appeals of a technician about points and pay, newest first; those against grades stand with the grades."""
    return rows(connection, Appeal, _SQL["appeals"], {"technician_id": technician_id})
