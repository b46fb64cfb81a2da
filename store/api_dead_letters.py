"""Dead letters: what arrived and could not be stored as a reading, with its reason and its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_dead_letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message or a part of one; `head` is its beginning, `payload` all of it where one letter is read."""

    id: int
    topic: str
    reason: str
    detail: str
    appliance_id: str | None
    times: int
    first_at: datetime
    last_at: datetime
    size_bytes: int
    head: bytes
    payload: bytes | None = None


def list_dead_letters(
    connection: Connection,
    after: int | None,
    limit: int,
    *,
    reasons: Sequence[str] | None,
    appliance: str | None,
    topic: str | None,
) -> list[DeadLetter]:
    """Dead letters, newest first, from after id `after`."""
    params = {"after": after, "limit": limit, "reasons": reasons, "appliance": appliance, "topic": topic}
    return rows(connection, DeadLetter, _SQL["page"], params)


def read_dead_letter(connection: Connection, letter_id: int) -> DeadLetter:
    """One dead letter with its payload; NotFound."""
    found = row(connection, DeadLetter, _SQL["one"], {"id": letter_id})
    if found is None:
        raise NotFound(f"there is no dead letter {letter_id}")
    return found
