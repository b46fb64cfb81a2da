"""An order is opened again: what its first visit found is kept, the second one says its own, by a date of its own."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.states import ORDER
from store.database import Connection
from store.moves import move
from store.sql import queries

_SQL = queries("reopening")
URGENT_AGAIN: Final = timedelta(days=1)
USUAL_AGAIN: Final = timedelta(days=7)
"""Who waits for the second time waits half as long as for the first (E)."""


def reopen(connection: Connection, order_id: UUID, *, actor: str, reason: str, at: datetime, every: bool) -> None:
    """Open a completed order again; of its tasks those are done anew whose finding is still there, or `every` one.

    Raises NotFound or IllegalMove.
    """
    move(connection, ORDER, order_id, "reopened", actor=actor, reason=reason, at=at)
    values = {"order_id": order_id, "every": every}
    connection.execute(_SQL["keep_reports"], values)
    connection.execute(_SQL["clear_reports"], values)
    again = {"order_id": order_id, "at": at, "urgent": URGENT_AGAIN, "usual": USUAL_AGAIN}
    connection.execute(_SQL["due_again"], again)
