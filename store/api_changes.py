"""Changes as the database tells them, for the stream."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from store.database import NETWORK

Listener = AsyncIterator[str]


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Listener]:
    """The payloads of `wellkept_change` as they come, on one connection; psycopg.OperationalError when it is lost."""
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name="wellkept api stream", **NETWORK
    )
    async with connection:
        await connection.execute("LISTEN wellkept_change")
        yield (notice.payload async for notice in connection.notifies())
