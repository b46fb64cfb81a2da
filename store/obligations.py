"""Promises to owners as the scheduler and the owner's pages read and write them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.obligations import Obligation, Promise
from domain.states import OBLIGATION
from domain.visits import Slot
from store.database import Connection
from store.moves import move, speak_as
from store.sql import queries

_SQL = queries("obligations")


def open_follow_ups(
    connection: Connection, *, completed_after: datetime, guided_after: datetime, due: timedelta, remote_due: timedelta
) -> int:
    """Begin the clock of every completed service and of all that owners did under guidance; how many began."""
    services = connection.execute(_SQL["open_follow_ups"], {"due": due, "not_before": completed_after}).rowcount
    guided = {"due": remote_due, "not_before": guided_after}
    return services + connection.execute(_SQL["open_remote_follow_ups"], guided).rowcount


def add_obligation(
    connection: Connection,
    promise: Promise,
    household_id: str,
    *,
    since: datetime,
    due_at: datetime,
    order_id: UUID | None = None,
    reminder_id: UUID | None = None,
    urgent: bool = False,
    about: str = "",
    slots: Sequence[Slot] = (),
    actor: str,
    reason: str,
) -> UUID | None:
    """Begin a promise; None if the same one stands already."""
    speak_as(connection, actor, reason)
    row = connection.execute(
        _SQL["add"],
        {
            "kind": promise,
            "household_id": household_id,
            "order_id": order_id,
            "reminder_id": reminder_id,
            "since": since,
            "due_at": due_at,
            "urgent": urgent,
            "about": about,
            "slots": Jsonb([
                {"technician_id": s.technician_id, "starts": s.starts.isoformat(), "ends": s.ends.isoformat()}
                for s in slots
            ]),
        },
    ).fetchone()  # fmt: skip
    return None if row is None else row[0]


def settled_otherwise(connection: Connection) -> list[tuple[UUID, str]]:
    """Promises that need no answer any more, with how they ended: `agreed`, `verified` or `moot`."""
    return [(row[0], row[1]) for row in connection.execute(_SQL["settled"]).fetchall()]


def waiting_obligations(connection: Connection) -> list[Obligation]:
    """Promises whose owner may have to be asked, asked again or called, the most pressing first."""
    return [_obligation(row) for row in connection.execute(_SQL["waiting"]).fetchall()]


def read_obligation(connection: Connection, obligation_id: UUID) -> Obligation:
    """One promise; NotFound."""
    row = connection.execute(_SQL["one"], {"id": obligation_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no obligation {obligation_id}")
    return _obligation(row)


def _obligation(row: tuple[Any, ...]) -> Obligation:
    obligation_id, kind, state, since, due_at, urgent, household_id, order_id, reminder_id, stepped_at = row
    return Obligation(
        id=obligation_id,
        promise=Promise(kind),
        state=state,
        since=since,
        due_at=due_at,
        urgent=urgent,
        household_id=household_id,
        order_id=order_id,
        reminder_id=reminder_id,
        stepped_at=stepped_at,
    )


def standing(connection: Connection, order_id: UUID, promise: Promise) -> UUID | None:
    """The promise of this sort about the order that is not settled yet."""
    row = connection.execute(_SQL["of_order"], {"order_id": order_id, "kind": promise}).fetchone()
    return None if row is None else row[0]


def close_obligation(
    connection: Connection, obligation_id: UUID, answer: str, *, actor: str, reason: str, at: datetime,
    note: str | None = None,
) -> None:  # fmt: skip
    """Settle a promise with how it ended; `moot` voids it. Raises IllegalMove if it was settled before."""
    to = "void" if answer == "moot" else "met"
    move(connection, OBLIGATION, obligation_id, to, actor=actor, reason=reason, at=at)
    connection.execute(_SQL["answer"], {"id": obligation_id, "answer": answer, "note": note})


def orders_to_offer(connection: Connection) -> list[tuple[UUID, str]]:
    """Approved orders whose owner has not been asked, hazards first, with their households."""
    return [(row[0], row[1]) for row in connection.execute(_SQL["orders_to_offer"]).fetchall()]
