"""What became of a replayed recording, counted in the database."""

from collections.abc import Collection
from typing import NamedTuple

from psycopg.sql import SQL, Composed, Identifier

from domain.signals import CYCLE_SIGNALS, UNCLAIMED
from store.database import Connection
from store.signal_tables import KINDS, cycle_table, reading_table
from store.sql import queries

_SQL = queries("replay")


class Handled(NamedTuple):
    """What the ingest workers have worked off, and what waits in them."""

    messages: int
    waiting: int


def handled(connection: Connection) -> Handled:
    """Totals over all workers, as of their last sign of life."""
    row = connection.execute(_SQL["handled"]).fetchone()
    return Handled(*row) if row else Handled(0, 0)


def dead_letters(connection: Connection, topics: Collection[str], since_s: float) -> dict[str, int]:
    """Dead letters by reason on these topics since `since_s` (Unix seconds)."""
    return dict(connection.execute(_SQL["letters"], {"topics": list(topics), "since": since_s}).fetchall())


def dead_letter_details(connection: Connection, topics: Collection[str], since_s: float) -> list[tuple[str, str, str]]:
    """Topic, reason and detail of each."""
    return connection.execute(_SQL["letter_details"], {"topics": list(topics), "since": since_s}).fetchall()


def stored_rows(connection: Connection, devices: Collection[tuple[str, str]], since_s: float) -> int:
    """Readings, cycles and events of these (dialect, name) devices that arrived since `since_s`."""
    names = {"dialects": [d for d, _ in devices], "names": [n for _, n in devices]}
    keys = [key for (key,) in connection.execute(_SQL["keys"], names).fetchall()]
    tables = [*map(reading_table, KINDS), *map(cycle_table, (*CYCLE_SIGNALS, UNCLAIMED)), "event"]
    total = SQL("SELECT (") + SQL(") + (").join(_count(table) for table in tables) + SQL(")")
    row = connection.execute(total, {"keys": keys, "since": since_s}).fetchone()
    return int(row[0]) if row else 0


def _count(table: str) -> Composed:
    return SQL(
        "SELECT count(*) FROM {} WHERE received_at >= to_timestamp(%(since)s) AND appliance_key = ANY(%(keys)s)"
    ).format(Identifier(table))
