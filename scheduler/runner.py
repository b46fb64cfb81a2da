"""Run one job in its slot: once, whoever runs it; its failures stay its own; an outage is waited for."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

import psycopg
import structlog

from domain.errors import Unavailable
from scheduler.jobs import Job, slot_of
from scheduler.publisher import Publisher
from scheduler.settings import SchedulerSettings
from scheduler.work import Counts, Work
from store.database import Connection, connect, is_transient, translated
from store.jobs import finish_slot, lock_job, take_slot, unlock_job

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
"""Back-off while the database is away: doubling between these (E)."""
log = structlog.get_logger("scheduler")


class JobRunner:
    """A job with its own connection, opened when first needed and again after it broke."""

    def __init__(
        self,
        job: Job,
        settings: SchedulerSettings,
        publisher: Publisher,
        *,
        stop: threading.Event,
        may_run: Callable[[], bool],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`may_run` False (not leading any more) and `stop` end a run between two of its steps."""
        self.job = job
        self._settings, self._publisher = settings, publisher
        self._stop, self._may_run, self._clock = stop, may_run, clock
        self._connection: Connection | None = None
        self._idle = threading.Event()
        self._idle.set()

    def run(self) -> None:
        """Run the present slot; while the database is away, try again until the slot is over."""
        self._idle.clear()
        try:
            self._run_with_patience()
        finally:
            self._idle.set()

    def _run_with_patience(self) -> None:
        every = self.job.every(self._settings)
        slot = slot_of(self._clock(), every)
        wait_s = FIRST_WAIT_S
        while self._keep_on():
            try:
                self._run_slot(slot)
                return
            except Unavailable as error:
                self.close()
                if self._clock() + timedelta(seconds=wait_s) >= slot + every or not self._keep_on():
                    log.warning("job_put_off", text="the next slot will do it", job=self.job.name, why=str(error))
                    return
                log.warning("job_waits", text="will try again", job=self.job.name, seconds=wait_s, why=str(error))
            self._stop.wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _run_slot(self, slot: datetime) -> None:
        with translated():
            connection = self._open()
            if not lock_job(connection, self.job.name):
                return  # it runs elsewhere at this moment
            try:
                if not self.job.slotted:
                    self._work(connection)
                elif take_slot(connection, self.job.name, slot):
                    finish_slot(connection, self.job.name, slot, self._work(connection))
            finally:
                if not connection.closed and not connection.broken:
                    unlock_job(connection, self.job.name)

    def _work(self, connection: Connection) -> str:
        """Do it and say in a few words how it went; a bug is logged with its traceback and ends here."""
        started = monotonic()
        work = Work(
            connection=connection,
            now=self._clock(),
            settings=self._settings,
            publisher=self._publisher,
            keep_on=self._keep_on,
        )
        try:
            counts = self.job.run(work)
        except Unavailable:
            raise
        except Exception as error:
            if connection.broken or (isinstance(error, psycopg.Error) and is_transient(error)):
                raise Unavailable(f"the database does not answer: {str(error).strip()}") from error
            log.exception("job_failed", text="a job failed; the others go on", job=self.job.name)
            connection.rollback()
            return f"failed: {type(error).__name__}"
        did = {word: count for word, count in counts.items() if count}
        if did:
            log.info(
                "job_done", text=self.job.purpose, job=self.job.name, seconds=round(monotonic() - started, 3), **did
            )
        return _outcome(did)

    def _keep_on(self) -> bool:
        return not self._stop.is_set() and self._may_run()

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = connect(
                self._settings.database_url, application=f"wellkept-scheduler-{self.job.name}", autocommit=True
            )
        return self._connection

    def wait_idle(self, seconds: float) -> bool:
        """True if no run is going on, at the latest after so many seconds."""
        return self._idle.wait(max(0.0, seconds))

    def cancel(self) -> None:
        """Interrupt the statement that a run is waiting for."""
        connection = self._connection
        if connection is not None and not connection.closed:
            connection.cancel_safe(timeout=1.0)

    def close(self) -> None:
        """Close the connection; the next run opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _outcome(did: Counts) -> str:
    return "ok" if not did else "ok: " + ", ".join(f"{word} {count}" for word, count in did.items())
