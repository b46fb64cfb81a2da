"""Promises to owners as people see them: what is asked, what is overdue, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.states import OBLIGATION
from domain.visits import Slot
from store.api_locks import lock_entity
from store.api_rows import row, rows
from store.database import Connection
from store.moves import Change, history
from store.sql import queries

_SQL = queries("obligations")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownObligation:
    """A promise to an owner with its clock; `to_call` is the list of calls to make."""

    id: UUID
    number: int
    kind: str
    state: str
    household_id: str
    household_name: str
    phone: str | None
    order_id: UUID | None
    order_number: int | None
    reminder_id: UUID | None
    since: datetime
    due_at: datetime
    urgent: bool
    about: str
    slots: list[dict[str, Any]]
    """The free times that the offer named."""
    answer: str | None
    note: str | None
    closed_at: datetime | None
    overdue: bool
    """Settled after its time, or not settled although its time is over."""
    technician_id: str | None
    """Who took the call on; None: whoever calls first."""
    away_until: datetime | None
    """Nobody is at home until then, as far as the home has said."""
    version: int
    history: list[Change] | None = field(default=None)

    def free_times(self) -> tuple[Slot, ...]:
        """The times that the offer named, in their own type."""
        return tuple(
            Slot(
                technician_id=one["technician_id"],
                starts=datetime.fromisoformat(one["starts"]),
                ends=datetime.fromisoformat(one["ends"]),
            )
            for one in self.slots
        )


def list_obligations(
    connection: Connection,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
    *,
    states: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    household: str | None = None,
    order_id: UUID | None = None,
    overdue: bool | None = None,
    technician: str | None = None,
) -> list[ShownObligation]:
    """Promises by when they are due, from after `after`."""
    after_due, after_id = after or (None, None)
    return rows(
        connection,
        ShownObligation,
        _SQL["page"],
        {
            "after_due": after_due,
            "after_id": after_id,
            "limit": limit,
            "now": now,
            "states": states,
            "kinds": kinds,
            "household": household,
            "order_id": order_id,
            "overdue": overdue,
            "technician": technician,
        },
    )


def show_obligation(
    connection: Connection, obligation_id: UUID, now: datetime, *, lock: bool = False, full: bool = False
) -> ShownObligation:
    """One promise, locked until commit if `lock`, with its history if `full`; NotFound."""
    if lock:
        lock_entity(connection, OBLIGATION, obligation_id)
    found = row(connection, ShownObligation, _SQL["shown"], {"id": obligation_id, "now": now})
    if found is None:
        raise NotFound(f"there is no obligation {obligation_id}")
    return replace(found, history=history(connection, OBLIGATION, obligation_id)) if full else found


def note_try(connection: Connection, obligation_id: UUID, *, actor: str, note: str) -> None:
    """Keep that somebody called in vain; it stays on the list."""
    connection.execute(_SQL["tried"], {"id": obligation_id, "actor": actor, "reason": note})
    connection.execute(_SQL["touch"], {"id": obligation_id, "note": note})


def give_call(
    connection: Connection, obligation_id: UUID, technician_id: str | None, *, actor: str, at: datetime
) -> None:
    """Make a call somebody's own, or (None) nobody's again; kept in its history."""
    connection.execute(_SQL["give"], {"id": obligation_id, "technician_id": technician_id, "at": at})
    said = f"given to {technician_id}" if technician_id else "given back"
    connection.execute(_SQL["tried"], {"id": obligation_id, "actor": actor, "reason": said})
