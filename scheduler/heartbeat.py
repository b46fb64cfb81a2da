"""A sign of life of the scheduler in the table of workers, leading or standing by: health checks look there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg

from domain.errors import WellkeptError
from store.database import connect
from store.workers import say_alive

NAME: Final = "scheduler"
BEAT_S: Final = 5.0
"""A health check gives up on a process after a minute: this is twelve beats (E)."""


@contextmanager
def beating(database_url: str, doing: Callable[[], str]) -> Iterator[None]:
    """Beat in the background for the block; `doing` says in a word what the process is at."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(database_url, doing, stop), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2.0)


def _beat(database_url: str, doing: Callable[[], str], stop: threading.Event) -> None:
    started_at, connection = datetime.now(UTC), None
    while True:
        try:
            if connection is None or connection.closed:
                connection = connect(database_url, application="wellkept-beat", autocommit=True)
            say_alive(connection, NAME, started_at, {}, text=doing())
        except (psycopg.Error, WellkeptError):
            # The database is away, or its schema is not there yet: the jobs report that, a beat is simply missed.
            if connection is not None:
                connection.close()
        if stop.wait(BEAT_S):
            break
    if connection is not None:
        connection.close()
