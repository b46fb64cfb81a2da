"""From when on personal links of a home, an order or a promise are good: older ones were taken back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from store.database import Connection
from store.sql import queries

_SQL = queries("personal_links")
_QUERIES: Final = {
    "visit": "valid_from_order",
    "follow-up": "valid_from_obligation",
    "home": "valid_from_household",
    "calendar": "valid_from_calendar",
}


def valid_from(connection: Connection, purpose: str, about: str) -> datetime | None:
    """Links for `purpose` about this thing that were made before are good no more; None: all of them are."""
    row = connection.execute(_SQL[_QUERIES[purpose]], {"id": about}).fetchone()
    return None if row is None else row[0]


def revoke_of_order(connection: Connection, order_id: UUID, now: datetime, *, actor: str, reason: str) -> None:
    """End every link of an order: to its visit and to the question afterwards."""
    connection.execute(_SQL["revoke_order"], {"id": order_id, "now": now})
    connection.execute(_SQL["note_order"], {"id": order_id, "actor": actor, "reason": f"links ended: {reason}"})


def revoke_of_household(connection: Connection, household_id: str, now: datetime) -> None:
    """End every link of a home, those of its orders included."""
    connection.execute(_SQL["revoke_household"], {"id": household_id, "now": now})


def revoke_of_technician(connection: Connection, technician_id: str, now: datetime) -> None:
    """End every link to a technician's calendar."""
    connection.execute(_SQL["revoke_technician"], {"id": technician_id, "now": now})
