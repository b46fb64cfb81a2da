"""Up to which arrival everything that was stored can be seen: a batch that is not committed yet is invisible."""

from datetime import datetime, timedelta

from store.database import Connection
from store.sql import queries

_SQL = queries("arrival")


def settled_until(connection: Connection, now: datetime, grace: timedelta) -> datetime:
    """`grace` before `now`, or before the oldest batch of ingest that is still open began, if that is earlier.

    Whoever reads by arrival and never looks behind reads no further. Arrival is stamped less than `grace` before a
    batch begins (ingest.consumer.LONG_WAIT_US; docs/decisions/0061).
    """
    return min(now, writing_since(connection) or now) - grace


def writing_since(connection: Connection) -> datetime | None:
    """When the oldest batch of ingest that is still open began; None if none is."""
    since: datetime | None = (connection.execute(_SQL["writing_since"]).fetchone() or (None,))[0]
    return since
