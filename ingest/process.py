"""The ingest process: one receiver, one consumer, a watchdog; everything it needs is wired here."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from time import monotonic

import psycopg
import structlog

from domain.errors import WellkeptError
from ingest.consumer import Consumer, ConsumerSettings, connect_exclusively
from ingest.paho_receiver import PahoReceiver, PahoSettings
from store.database import Connection, connect
from store.workers import say_alive

log = structlog.get_logger()

STALLED_S = 120.0
"""A consumer that has not come round for so long hangs; a database that is away does not count (E)."""
BEAT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """What the ingest process needs to know."""

    database_url: str
    mqtt_url: str
    client_id: str = "wellkept-ingest-1"
    filters: tuple[str, ...] = ("#",)
    batch: int = 2000
    receive_maximum: int = 8000


def run_ingest(settings: IngestSettings, stop: threading.Event) -> None:
    """Receive and store until told to stop; Conflict if another worker has this client id."""
    receiver = PahoReceiver(
        PahoSettings(
            url=settings.mqtt_url,
            client_id=settings.client_id,
            filters=settings.filters,
            receive_maximum=settings.receive_maximum,
        ),
        clock_us=lambda: time.time_ns() // 1000,
    )
    consumer = Consumer(
        receiver=receiver,
        connect=_exclusive(settings, stop),
        settings=ConsumerSettings(batch=settings.batch),
    )
    watchdog = threading.Thread(target=_watch, args=(settings, consumer, receiver, stop), name="watchdog", daemon=True)
    try:
        consumer.prepare(stop)
        receiver.open()
        watchdog.start()
        consumer.run(stop)
    finally:
        stop.set()
        receiver.close()
    log.info("ingest_stopped", text="ingest has stopped", **asdict(consumer.counters))


def _exclusive(settings: IngestSettings, stop: threading.Event) -> Callable[[], Connection]:
    def open_connection() -> Connection:
        return connect(settings.database_url, application=settings.client_id, autocommit=True)

    return lambda: connect_exclusively(open_connection, settings.client_id, patience_s=30.0, stop=stop)


def _watch(settings: IngestSettings, consumer: Consumer, receiver: PahoReceiver, stop: threading.Event) -> None:
    """Say that we live; end the process when a thread has died or hangs, so that whoever started it starts it anew."""
    started_at, connection = datetime.now(UTC), None
    while not stop.wait(BEAT_S):
        ailment = receiver.ailment()
        if monotonic() - consumer.last_turn_s > STALLED_S:
            ailment = f"the consumer has not moved for {STALLED_S:.0f} s"
        try:
            if connection is None or connection.closed:
                connection = connect(settings.database_url, application="wellkept-beat", autocommit=True)
            say_alive(
                connection,
                settings.client_id,
                started_at,
                asdict(consumer.counters)
                | {"dropped": receiver.dropped, "waiting": receiver.waiting, "connected": int(receiver.connected)},
                healthy=ailment is None and receiver.connected,
                text=ailment or "",
            )
        except (psycopg.Error, WellkeptError):
            if connection is not None:
                connection.close()
        if ailment is not None:
            log.critical("ingest_ill", text="ingest cannot go on and ends, to be started anew", why=ailment)
            os._exit(70)
