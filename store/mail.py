"""Messages to owners that wait to be mailed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to the home `address`; `email` empty: it has none."""

    id: int
    address: str
    email: str
    name: str
    language: str
    kind: str | None
    text: str
    order_id: str | None
    created_at: datetime
    tries: int


def waiting_letters(connection: Connection, now: datetime, most: int) -> Sequence[Letter]:
    """Up to `most` letters whose time has come, oldest first."""
    return rows(connection, Letter, _SQL["waiting"], {"now": now, "most": most})


def try_later(connection: Connection, letter_id: int, next_try_at: datetime) -> None:
    """It could not be handed over; it waits until then."""
    connection.execute(_SQL["try_later"], {"id": letter_id, "next_try_at": next_try_at})


def call_waits(connection: Connection, household_id: str) -> bool:
    """Whether somebody is to call the home anyway."""
    return connection.execute(_SQL["call_waits"], {"household_id": household_id}).fetchone() is not None
