"""One scheduler leads, any number stand by: a session lock in the database decides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import structlog

from store.database import Connection, connect, translated
from store.jobs import still_leads, try_to_lead

BEAT_S = 1.0
"""How often a standby asks for the lock, and a leader asks whether it still has it (E)."""
log = structlog.get_logger("scheduler")


class Lead:
    """Leadership, for as long as its connection lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lost = threading.Event()

    @property
    def lost(self) -> bool:
        """True once it is over; it never comes back on this object."""
        return self._lost.is_set()

    def hold(self, stop: threading.Event) -> None:
        """Return when told to stop, or as soon as the connection or the lock is lost."""
        while not stop.wait(BEAT_S):
            try:
                held = still_leads(self._connection)
            except psycopg.Error as error:
                log.warning("lead_lost", text="the leader's connection is gone", why=str(error).strip())
                held = False
            if not held:
                self._lost.set()
                return

    def give_up(self) -> None:
        """Nothing may start under this leadership any more."""
        self._lost.set()


@contextmanager
def leading(database_url: str, stop: threading.Event) -> Iterator[Lead | None]:
    """Stand by until this process leads; None if told to stop before. Unavailable if the database goes away.

    The lock lives in a connection of its own; leaving the block closes it, and the next in line has the lead.
    """
    with closed_at_end(
        lambda: connect(database_url, application="wellkept-scheduler-lead", autocommit=True)
    ) as session:
        standing_by = False
        while True:
            with translated():
                if try_to_lead(session):
                    break
            if not standing_by:
                standing_by = True
                log.info("standing_by", text="another scheduler leads; standing by")
            if stop.wait(BEAT_S):
                yield None
                return
        log.info("leading", text="this scheduler leads")
        lead = Lead(session)
        try:
            yield lead
        finally:
            lead.give_up()


@contextmanager
def closed_at_end(open_connection: Callable[[], Connection]) -> Iterator[Connection]:
    """A connection that is closed at the end of the block, without committing."""
    connection = open_connection()
    try:
        yield connection
    finally:
        connection.close()
