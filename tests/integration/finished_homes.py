"""Homes whose jobs were finished, for figures to be computed from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import ORDER
from store.database import Connection
from store.moves import move
from tests.integration.api_homes import add_appliance, add_finding, add_home, add_order

MAY = datetime(2025, 5, 5, 8, tzinfo=UTC)
ANY = frozenset(ORDER.moves)


def home_with(connection: Connection, number: int, kind: Kind = Kind.AIR_CONDITIONER) -> int:
    add_home(connection, f"home-{number}")
    return add_appliance(connection, f"unit-{number}", kind, f"home-{number}")


def finished(
    connection: Connection,
    number: int,
    *,
    technician: str,
    outcome: str | None = "confirmed",
    to: str = "verified",
    at: datetime = MAY,
) -> UUID:
    """A job in a home of its own, brought to the state `to`."""
    key = home_with(connection, number)
    finding = add_finding(connection, key, Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT, raised_at=at)
    order = add_order(connection, finding, f"home-{number}")
    starts = at + timedelta(hours=2 * number)
    connection.execute("UPDATE order_task SET outcome = %s WHERE order_id = %s", (outcome, order))
    connection.execute(
        "UPDATE service_order SET technician_id = %s, outlet_id = 'outlet-1', visit_starts = %s, visit_ends = %s"
        " WHERE id = %s",
        (technician, starts, starts + timedelta(hours=1), order),
    )
    with connection.transaction():
        move(connection, ORDER, order, "completed", actor="t", reason="r", at=starts, via=ANY)
        if to != "completed":
            move(connection, ORDER, order, to, actor="t", reason="r", at=starts, via=ANY)
    return order
