"""Answers kept by the key of their request, so that a repeated request is answered and not done again."""

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from store.api_rows import row
from store.database import Connection
from store.sql import queries

_SQL = queries("api_idempotency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a request with a key was answered; `request` identifies it (method, path and digest of the body)."""

    request: str
    status: int | None
    body: Any
    headers: dict[str, str]


def take_key(connection: Connection, key: str, request: str) -> Kept | None:
    """Reserve `key` for `request`; None if it is ours now, else what the first request with it was answered.

    Waits for a request with the same key that is under way. If that one fails, nothing of it is kept and the key is
    ours.
    """
    if connection.execute(_SQL["take"], {"key": key, "request": request}).fetchone() is not None:
        return None
    return row(connection, Kept, _SQL["kept"], {"key": key})


def keep_answer(connection: Connection, key: str, status: int, body: Any, headers: dict[str, str]) -> None:
    """Keep what is answered, in the transaction of the effect."""
    connection.execute(_SQL["keep"], {"key": key, "status": status, "body": Jsonb(body), "headers": Jsonb(headers)})
