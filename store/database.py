"""Connections: how they are opened, and how the driver's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow

from domain.errors import BadInput, Conflict, Crossed, Unavailable

Connection = psycopg.Connection[TupleRow]

# A cut network hung the driver for over 45 s by default; with these it fails in about 5 (design/reliability).
NETWORK: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 5000,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
RETRY_CLASSES = ("08", "40", "53", "57", "58")
"""SQLSTATE classes after which the same work may succeed: connection, rollback, resources, operator, system."""
READ_ONLY = "25006"


def connect(url: str, *, application: str, autocommit: bool = False) -> Connection:
    """Open a connection in UTC; Unavailable with the database's own words if it cannot be had."""
    try:
        return psycopg.connect(
            url,
            autocommit=autocommit,
            application_name=application,
            options="-c timezone=UTC",
            **NETWORK,
        )
    except psycopg.OperationalError as error:
        raise Unavailable(f"the database does not answer: {' '.join(str(error).split())}") from error
    except psycopg.ProgrammingError as error:
        said = " ".join(str(error).split())
        raise BadInput(
            f"that is no database address ({said}); it should look like postgresql://user@host/name"
        ) from error


def is_transient(error: psycopg.Error) -> bool:
    """True if trying the same again later is right; False if the data or the statement is at fault."""
    state = error.sqlstate
    if state is None:  # the driver itself: connection gone, or it could not encode a value
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state == READ_ONLY or state.startswith(RETRY_CLASSES)


NOT_MIGRATED = "this database has not the present schema; run `wellkept db migrate` first"


def is_about_data(error: psycopg.Error) -> bool:
    """True if the database or the driver refuses what was to be written (22, 23), not how or when."""
    state = error.sqlstate
    return state.startswith(("22", "23")) if state else isinstance(error, psycopg.DataError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, once, at the boundary."""
    try:
        yield
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        raise Unavailable(NOT_MIGRATED) from error
    except (errors.UniqueViolation, errors.ExclusionViolation) as error:
        raise Conflict(error.diag.message_detail or str(error).strip()) from error
    except (errors.IntegrityError, errors.DataError) as error:
        raise BadInput(error.diag.message_primary or str(error).strip()) from error
    except (errors.DeadlockDetected, errors.SerializationFailure) as error:
        raise Crossed("somebody else changed the same things at the same moment; try again") from error
    except psycopg.Error as error:
        if is_transient(error):
            raise Unavailable(f"the database does not answer: {str(error).strip()}") from error
        raise
