"""When nobody is at home, as the API reads and writes it (holiday mode; table household_away)."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from store.api_rows import row
from store.database import Connection
from store.homes import set_away
from store.sql import queries

_SQL = queries("api_absence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The present or next absence of a home; times are None if there is none. `version` is that of the household."""

    household_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    away_now: bool
    version: int


def read_absence(connection: Connection, household_id: str, now: datetime) -> Absence:
    """The absence that runs or comes next; NotFound if there is no such household."""
    found = row(connection, Absence, _SQL["one"], {"household_id": household_id, "now": now})
    if found is None:
        raise NotFound(f"there is no household {household_id}")
    return found


def say_absence(
    connection: Connection, household_id: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Absence:
    """Put this absence in the place of the running one and of all to come; the caller holds the household's lock."""
    _end(connection, household_id, now)
    set_away(connection, household_id, starts_at, ends_at)
    return read_absence(connection, household_id, now)


def end_absence(connection: Connection, household_id: str, now: datetime) -> Absence:
    """End the running absence at `now` and forget those to come; the caller holds the household's lock."""
    _end(connection, household_id, now)
    return read_absence(connection, household_id, now)


def _end(connection: Connection, household_id: str, now: datetime) -> None:
    found = {"household_id": household_id, "now": now}
    for name in ("forget_coming", "end_running", "touch"):
        connection.execute(_SQL[name], found)
