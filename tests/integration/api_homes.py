"""The API on a real socket, and homes with something to plan in a real database."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID

import httpx
from psycopg.types.json import Jsonb

from api.server import api_server
from api.settings import ApiSettings
from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from store.database import Connection
from store.findings import record_verdict

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
START_S = 10.0


class Clock:
    """The API's clock, to be set by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running API: its address, and a way to stop it that tells whether it ended."""

    url: str
    stop: Callable[[], bool]


@contextmanager
def serving(database_url: str, mqtt_url: str, **settings: object) -> Iterator[Served]:
    """The API in a thread of its own, on a port that was free."""
    # Only a socket that names its protocol is taken off Nagle's algorithm by asyncio; else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    values = {"now": lambda: NOW, "heartbeat_s": 0.2, "figures_every_s": 0.2, **settings}
    server = api_server(ApiSettings(database_url=database_url, mqtt_url=mqtt_url, **values), port=port)  # type: ignore[arg-type]
    thread = Thread(target=server.run, args=([listener],))
    thread.start()

    def stop() -> bool:
        server.should_exit = True
        thread.join(START_S)
        return not thread.is_alive()

    try:
        yield Served(url=f"http://127.0.0.1:{port}", stop=stop)
    finally:
        stopped = stop()
        listener.close()
        assert stopped, "the API did not stop"


@contextmanager
def client(database_url: str, mqtt_url: str, **settings: object) -> Iterator[httpx.Client]:
    """A client of a running API. The socket listens before the server does, so the first request waits for it."""
    with (
        serving(database_url, mqtt_url, **settings) as served,
        httpx.Client(base_url=served.url, timeout=START_S) as opened,
    ):
        yield opened


def add_home(connection: Connection, household: str = "home-1") -> None:
    """An empty household."""
    connection.execute("INSERT INTO household (id, name) VALUES (%s, %s)", (household, household.title()))


def add_appliance(connection: Connection, appliance: str, kind: Kind, household: str = "home-1") -> int:
    """A claimed appliance; its key."""
    row = connection.execute(
        "INSERT INTO appliance (id, kind, household_id) VALUES (%s, %s, %s) RETURNING key", (appliance, kind, household)
    ).fetchone()
    assert row is not None
    return int(row[0])


def add_unclaimed(connection: Connection, dialect: str, name: str, placeholder: str) -> tuple[int, int]:
    """A device that nobody has claimed; the keys of the device and of its placeholder."""
    row = connection.execute("INSERT INTO appliance (id) VALUES (%s) RETURNING key", (placeholder,)).fetchone()
    assert row is not None
    device = connection.execute(
        "INSERT INTO device (dialect, name, appliance_key) VALUES (%s, %s, %s) RETURNING key", (dialect, name, row[0])
    ).fetchone()
    assert device is not None
    return int(device[0]), int(row[0])


def add_unclaimed_readings(
    connection: Connection, key: int, count: int, *, start: datetime = NOW, every_s: int = 60
) -> None:
    """Readings of an air conditioner as they lie while nobody has said that it is one."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO reading_unclaimed (time, appliance_key, received_at, seq, power_w, extra)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (
                    start + timedelta(seconds=i * every_s),
                    key,
                    start + timedelta(seconds=i * every_s + 1),
                    i,
                    800.0 + i % 7,
                    Jsonb({"coil_in_c": 7.5, "mode": "cool", "humidity_pct": 400.0, "swing": "wide"}),
                )
                for i in range(count)
            ],
        )


def add_finding(
    connection: Connection,
    key: int,
    kind: Kind,
    fault: str,
    urgency: Urgency,
    *,
    raised_at: datetime = NOW,
) -> UUID:
    """An open finding with evidence."""
    verdict = Verdict(
        fault=fault,
        present=True,
        at=raised_at,
        probability=0.9,
        urgency=urgency,
        evidence=(
            Evidence(signal="power_w", expected=800.0, observed=1000.0, unit="W", since=raised_at, note="more power"),
        ),
        detector="test 1",
    )
    recorded = record_verdict(connection, key, kind, verdict, raised_at)
    assert recorded is not None
    return recorded.finding_id


def add_reminder(connection: Connection, finding: UUID, household: str = "home-1") -> UUID:
    """A reminder that was just sent."""
    row = connection.execute(
        "INSERT INTO reminder (finding_id, household_id, text, sent_at, data_at, answer_by)"
        " VALUES (%s, %s, 'Please clean the filter.', %s, %s, %s) RETURNING id",
        (finding, household, NOW, NOW, NOW + timedelta(days=7)),
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def add_order(connection: Connection, finding: UUID, household: str = "home-1") -> UUID:
    """A proposed order with one task."""
    row = connection.execute(
        "INSERT INTO service_order (household_id, urgency) VALUES (%s, 'visit') RETURNING id", (household,)
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, minutes) VALUES (%s, %s, 'clean', 45)",
        (row[0], finding),
    )
    return UUID(str(row[0]))


def add_technician(connection: Connection, technician: str, *skills: Kind, active: bool = True) -> None:
    """A technician of the only outlet."""
    connection.execute(
        "INSERT INTO outlet (id, name, latitude, longitude) VALUES ('outlet-1', 'One', 50, 8) ON CONFLICT DO NOTHING"
    )
    connection.execute(
        "INSERT INTO technician (id, name, outlet_id, skills, active) VALUES (%s, %s, 'outlet-1', %s, %s)",
        (technician, technician, [str(s) for s in skills], active),
    )


def proposed_order(connection: Connection, household: str = "home-1") -> UUID:
    """A home with an air conditioner whose refrigerant leaks, and the order that was proposed for it."""
    add_home(connection, household)
    key = add_appliance(connection, f"ac-of-{household}", Kind.AIR_CONDITIONER, household)
    finding = add_finding(connection, key, Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT)
    return add_order(connection, finding, household)
