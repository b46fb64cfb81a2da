"""The stream of changes: one connection listens to the database, everybody who watches gets a copy."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from itertools import count
from typing import Any

import psycopg
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from api.settings import ApiSettings
from domain.errors import WellkeptError
from store.api_changes import listening
from store.api_figures import Figures, read_figures
from store.api_pool import Pool, transaction

router = APIRouter(tags=["live"])
_log = structlog.get_logger(__name__)

QUEUE = 1_000
"""Events a watcher may be behind before it is cut off and told to begin again (E): some seconds of a bad day."""
RECONNECT_S = 1.0


class Broadcast:
    """Copies each event to every watcher; never waits for one of them."""

    def __init__(self, queue: int = QUEUE) -> None:
        self._queue = queue
        self._watchers: set[asyncio.Queue[bytes | None]] = set()
        self._numbers = count(1)
        self._closed = False

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return bool(self._watchers)

    def tell(self, event: str, data: Any) -> None:
        """Send an event to all; a watcher that is too far behind is cut off, and begins again by itself."""
        frame = sse_frame(event, data, next(self._numbers))
        for watcher in list(self._watchers):
            try:
                watcher.put_nowait(frame)
            except asyncio.QueueFull:
                self._cut(watcher)

    def close(self) -> None:
        """End every stream, now and later: the server stops. Call it from the event loop."""
        self._closed = True
        for watcher in list(self._watchers):
            self._cut(watcher)

    def watch(self) -> asyncio.Queue[bytes | None]:
        """A queue of frames from now on; None ends it."""
        watcher: asyncio.Queue[bytes | None] = asyncio.Queue(self._queue)
        if self._closed:
            watcher.put_nowait(None)
        else:
            self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: asyncio.Queue[bytes | None]) -> None:
        """Stop sending to a watcher."""
        self._watchers.discard(watcher)

    def _cut(self, watcher: asyncio.Queue[bytes | None]) -> None:
        self._watchers.discard(watcher)
        while watcher.full():
            watcher.get_nowait()
        watcher.put_nowait(None)


def sse_frame(event: str, data: Any, number: int | None = None) -> bytes:
    """One server-sent event."""
    head = b"" if number is None else b"id: %d\n" % number
    return head + b"event: " + event.encode() + b"\ndata: " + to_json(data) + b"\n\n"


@asynccontextmanager
async def live(settings: ApiSettings, pool: Pool) -> AsyncIterator[Broadcast]:
    """A running broadcast: changes of the database and, while anybody watches, figures every few seconds."""
    broadcast = Broadcast()
    tasks = [
        asyncio.create_task(_tell_changes(settings.database_url, broadcast)),
        asyncio.create_task(_tell_figures(settings, pool, broadcast)),
    ]
    try:
        yield broadcast
    finally:
        broadcast.close()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _tell_changes(url: str, broadcast: Broadcast) -> None:
    while True:
        try:
            async with listening(url) as changes:
                broadcast.tell("reset", {"why": "what changed before this was not heard; read the lists again"})
                async for payload in changes:
                    broadcast.tell("change", json.loads(payload))
        except (psycopg.Error, OSError) as error:
            _log.warning("stream_lost_database", error=str(error).strip())
        await asyncio.sleep(RECONNECT_S)


async def _tell_figures(settings: ApiSettings, pool: Pool, broadcast: Broadcast) -> None:
    loop = asyncio.get_running_loop()
    before: tuple[float, int] | None = None
    while True:
        if broadcast.watched:
            try:
                figures = await run_in_threadpool(_figures, pool)
            except WellkeptError as error:
                _log.warning("stream_without_figures", error=str(error))
                before = None
            else:
                now = loop.time()
                broadcast.tell("figures", asdict(figures) | {"readings_per_s": _rate(before, now, figures)})
                before = (now, figures.readings_inserted)
        await asyncio.sleep(settings.figures_every_s)


def _figures(pool: Pool) -> Figures:
    with transaction(pool) as connection:
        return read_figures(connection)


def _rate(before: tuple[float, int] | None, now: float, figures: Figures) -> float | None:
    if before is None or figures.readings_inserted < before[1] or now <= before[0]:
        return None
    return round((figures.readings_inserted - before[1]) / (now - before[0]), 1)


@router.get(
    "/stream",
    summary="Watch changes as server-sent events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events until either side ends it."}},
)
async def stream(request: Request) -> StreamingResponse:
    """Events: `hello` first; `change` with entity, id and state; `figures` every few seconds; `reset` when changes may
    have been missed. Nothing is kept: Last-Event-ID is ignored, so read the lists again after a reconnect."""
    broadcast: Broadcast = request.app.state.broadcast
    return StreamingResponse(
        _frames(broadcast, request.app.state.settings.heartbeat_s),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _frames(broadcast: Broadcast, heartbeat_s: float) -> AsyncIterator[bytes]:
    watcher = broadcast.watch()
    try:
        yield b"retry: 2000\n" + sse_frame("hello", {"last_event_id": "ignored; read the lists again"})
        while True:
            try:
                frame = await asyncio.wait_for(watcher.get(), heartbeat_s)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if frame is None:
                return
            yield frame
    finally:
        broadcast.leave(watcher)
