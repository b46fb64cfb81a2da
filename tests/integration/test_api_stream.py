"""The stream of changes over a real socket."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread
from typing import Any

import httpx
import psycopg
import pytest

from store.database import Connection
from tests.integration.api_homes import proposed_order, serving

pytestmark = pytest.mark.integration


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Events as they come; a heartbeat is one named `heartbeat`."""
    name = ""
    for line in answer.iter_lines():
        if line.startswith(":"):
            yield "heartbeat", None
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def next_of(stream: Iterator[tuple[str, Any]], wanted: str) -> Any:
    return next(data for name, data in stream if name == wanted)


def test_every_watcher_hears_of_a_change_made_by_anybody(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    with serving(database_url, mqtt_url) as served, ExitStack() as stack:
        watching = []
        for _ in range(3):
            http = stack.enter_context(httpx.Client(base_url=served.url, timeout=20))
            answer = stack.enter_context(http.stream("GET", "/api/v1/stream"))
            assert answer.headers["content-type"].startswith("text/event-stream")
            watching.append(events(answer))
        for stream in watching:
            assert "ignored" in next_of(stream, "hello")["last_event_id"]
            next_of(stream, "figures")
        order = proposed_order(connection)
        for stream in watching:
            heard = next(d for n, d in stream if n == "change" and d["entity"] == "order")
            assert heard == {"entity": "order", "id": str(order), "state": "proposed"}
        httpx.post(f"{served.url}/api/v1/orders/{order}/approve", timeout=20).raise_for_status()
        for stream in watching:
            assert next_of(stream, "change")["state"] == "approved"
            assert next_of(stream, "figures")["orders_open"] == 1


def test_a_quiet_stream_has_a_heartbeat(database_url: str, mqtt_url: str) -> None:
    with (
        serving(database_url, mqtt_url, heartbeat_s=0.05, figures_every_s=60.0) as served,
        httpx.stream("GET", f"{served.url}/api/v1/stream", timeout=20) as answer,
    ):
        next_of(events(answer), "heartbeat")


def test_the_stream_comes_back_after_the_database_cut_it_and_says_that_something_may_be_missing(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    with (
        serving(database_url, mqtt_url) as served,
        httpx.stream("GET", f"{served.url}/api/v1/stream", timeout=20) as answer,
    ):
        stream = events(answer)
        next_of(stream, "figures")
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'wellkept api stream'"
        ).fetchone()
        assert cut == (1,)
        next_of(stream, "reset")
        order = proposed_order(connection)
        assert any(data["id"] == str(order) for name, data in stream if name == "change")


def test_a_server_with_open_streams_stops_at_once(database_url: str, mqtt_url: str) -> None:
    with serving(database_url, mqtt_url) as served:
        watching, ended = Event(), Event()

        def watch() -> None:
            with httpx.stream("GET", f"{served.url}/api/v1/stream", timeout=20) as answer:
                for _ in events(answer):
                    watching.set()
            ended.set()

        watcher = Thread(target=watch)
        watcher.start()
        assert watching.wait(20)
        assert served.stop()
        watcher.join(10)
        assert ended.is_set()


def test_a_new_device_is_told(connection: Connection, database_url: str, mqtt_url: str) -> None:
    with (
        serving(database_url, mqtt_url) as served,
        httpx.stream("GET", f"{served.url}/api/v1/stream", timeout=20) as answer,
        psycopg.connect(database_url, autocommit=True) as other,
    ):
        stream = events(answer)
        next_of(stream, "figures")
        other.execute("INSERT INTO appliance (id) VALUES ('plug')")
        other.execute("INSERT INTO device (dialect, name, appliance_key) SELECT 'tasmota', 'plug', key FROM appliance")
        assert next(d for n, d in stream if n == "change" and d["entity"] == "device")["state"] == "insert"
