"""Reminders as the API reads them; their states are changed with store.moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound
from domain.states import REMINDER
from store.api_findings import words_for
from store.api_locks import lock_entity
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_reminders")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReminder:
    """What an owner was told; `answer_by` is the data time by which the telemetry must show a change."""

    id: UUID
    finding_id: UUID
    appliance_id: str
    kind: str | None
    household_id: str
    fault: str
    title: str = ""
    urgency: str
    state: str
    text: str
    action: str
    sent_at: datetime
    data_at: datetime
    answer_by: datetime
    snoozed_until: datetime | None
    raised_at: datetime
    version: int


def list_reminders(
    connection: Connection,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    states: Sequence[str] | None = None,
    faults: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    household: str | None = None,
    appliance: str | None = None,
) -> list[ShownReminder]:
    """Reminders by their findings, newest first."""
    after_at, after_id = after or (None, None)
    params = {
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit,
        "states": states,
        "faults": faults,
        "kinds": kinds,
        "household": household,
        "appliance": appliance,
    }
    return [_in_words(found) for found in rows(connection, ShownReminder, _SQL["page"], params)]


def read_reminder(connection: Connection, reminder_id: UUID, *, lock: bool = False) -> ShownReminder:
    """One reminder, locked until commit if `lock`; NotFound."""
    if lock:
        lock_entity(connection, REMINDER, reminder_id)
    found = row(connection, ShownReminder, _SQL["one"], {"id": reminder_id})
    if found is None:
        raise NotFound(f"there is no reminder {reminder_id}")
    return _in_words(found)


def data_time(connection: Connection, reminder_id: UUID) -> datetime | None:
    """Time of the newest telemetry of the reminder's appliance; None if it never said anything."""
    found = connection.execute(_SQL["data_time"], {"id": reminder_id}).fetchone()
    return None if found is None else found[0]


def _in_words(found: ShownReminder) -> ShownReminder:
    return replace(found, title=words_for(found.kind, found.fault)[0])
