"""The API's pool of connections, and the transaction that one request is."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors
from psycopg_pool import ConnectionPool

from domain.errors import Conflict
from store.database import NETWORK, Connection, translated

Pool = ConnectionPool[Connection]

_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=8s -c idle_in_transaction_session_timeout=60s"


def closed_pool(url: str, size: int, wait_s: float) -> Pool:
    """A pool of up to `size` connections that is not opened yet; nothing is connected before `open()`.

    A request waits `wait_s` seconds for a free connection before it is told to come back.
    """
    return ConnectionPool(
        url,
        kwargs={**NETWORK, "application_name": "wellkept api", "options": _OPTIONS},
        min_size=1,
        max_size=size,
        timeout=wait_s,
        open=False,
        check=ConnectionPool.check_connection,
        name="api",
    )


@contextmanager
def transaction(pool: Pool) -> Iterator[Connection]:
    """One transaction, committed at the end and rolled back on any error; raises only errors of our tree.

    Unavailable if no connection can be had; Conflict if somebody else holds what is to be changed for too long.
    """
    with translated():
        try:
            with pool.connection() as connection:
                yield connection
        except errors.LockNotAvailable as error:
            raise Conflict("somebody else is changing this right now; read it again in a moment") from error
