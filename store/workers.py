"""Signs of life of the long-running processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from store.database import Connection
from store.sql import queries

_SQL = queries("workers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One process as it last spoke; `silent_for` is by the database's clock."""

    name: str
    started_at: datetime
    seen_at: datetime
    healthy: bool
    text: str
    counters: Mapping[str, float]
    silent_for: timedelta


def say_alive(
    connection: Connection,
    name: str,
    started_at: datetime,
    counters: Mapping[str, float],
    *,
    healthy: bool = True,
    text: str = "",
) -> None:
    """Note that the process `name` lives, and its counters since `started_at`."""
    connection.execute(
        _SQL["say_alive"],
        {"name": name, "started_at": started_at, "healthy": healthy, "text": text, "counters": Jsonb(dict(counters))},
    )


def workers(connection: Connection) -> list[Worker]:
    """Every process that ever spoke."""
    return [
        Worker(name=n, started_at=s, seen_at=seen, healthy=h, text=t, counters=c, silent_for=silent)
        for n, s, seen, h, t, c, silent in connection.execute(_SQL["workers"]).fetchall()
    ]
