"""Who leads, which slot of which job is taken, and what is thrown away when it is old."""

from datetime import datetime

from store.database import Connection
from store.sql import queries

_SQL = queries("jobs")


def try_to_lead(connection: Connection) -> bool:
    """Take the leader's lock for the life of this connection; False while another session has it.

    The connection must be in autocommit mode and used for nothing else.
    """
    connection.execute(_SQL["leader_session"])
    return _truth(connection.execute(_SQL["try_lead"]).fetchone())


def still_leads(connection: Connection) -> bool:
    """True if this connection's session is alive and holds the leader's lock; raises the driver's error if it died."""
    return _truth(connection.execute(_SQL["still_leads"]).fetchone())


def lock_job(connection: Connection, job: str) -> bool:
    """Take the job's own lock on this session; False if it is running elsewhere."""
    return _truth(connection.execute(_SQL["lock_job"], {"job": job}).fetchone())


def unlock_job(connection: Connection, job: str) -> None:
    """Give the job's lock back."""
    connection.execute(_SQL["unlock_job"], {"job": job})


def take_slot(connection: Connection, job: str, slot: datetime) -> bool:
    """Claim a slot, with the job's lock held; False if it has been completed by anybody."""
    return connection.execute(_SQL["take_slot"], {"job": job, "slot": slot}).fetchone() is not None


def finish_slot(connection: Connection, job: str, slot: datetime, outcome: str) -> None:
    """Record how the slot ended; it will not run again."""
    connection.execute(_SQL["finish_slot"], {"job": job, "slot": slot, "outcome": outcome})


def purge_job_runs(connection: Connection, before: datetime) -> int:
    """Forget runs started before; how many."""
    return connection.execute(_SQL["purge"], {"before": before}).rowcount


def purge_idempotency(connection: Connection, before: datetime) -> int:
    """Forget answers kept for repeated requests made before; how many."""
    return connection.execute(_SQL["purge_idempotency"], {"before": before}).rowcount


def _truth(row: tuple[object, ...] | None) -> bool:
    return row is not None and row[0] is True
