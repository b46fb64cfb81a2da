"""What is put right after a clock has run ahead: the database's own machine, a worker's, or the scheduler's."""

from datetime import datetime, timedelta
from typing import Final

from store.database import Connection
from store.sql import queries

_SQL = queries("clocks")
AHEAD: Final = timedelta(minutes=1)
"""Further than this no two clocks that are kept differ (E)."""


def stamp_anew(connection: Connection, now: datetime, ahead: datetime) -> int:
    """Have rows that are stamped with an arrival after `ahead` arrive at `now`; their number."""
    (count,) = connection.execute(_SQL["stamp_anew"], {"now": now, "ahead": ahead}).fetchone() or (0,)
    return int(count)


def forget_ahead(connection: Connection, now: datetime) -> None:
    """Forget what was worked out for days after `now`, and that appliances were judged up to then."""
    connection.execute(_SQL["forget_ahead"], {"now": now, "ahead": now + AHEAD})
