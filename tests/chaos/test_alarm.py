"""A safety alarm goes out within two seconds of its reading, and goes out all the same when something was killed."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from store.database import Connection
from tests.chaos.harness import BROKER, DATABASE, WORKER, Stand, stand, wait_for, worker_environ
from wellkept.local.child_program import ChildProgram

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

CALM = tuple(f"alarm-calm-{n}" for n in range(12))
KILLED = {
    "alarm-worker-1": (WORKER,),
    "alarm-worker-2": (WORKER,),
    "alarm-database": (DATABASE,),
    "alarm-broker": (BROKER,),
    "alarm-all": (WORKER, DATABASE, BROKER),
}
PROMISED_S = 2.0


def register_circuits(connection: Connection) -> None:
    """Circuits behind breakers of 16 A."""
    connection.execute("INSERT INTO household (id, name) VALUES ('alarm-home', 'Alarm')")
    for name in (*CALM, *KILLED):
        connection.execute(
            "INSERT INTO appliance (id, kind, household_id, breaker_rating_a) VALUES (%s, 'circuit', 'alarm-home', 16)",
            (name,),
        )


class Line:
    """The test's own connection to the broker: says readings, hears acknowledgements and notices."""

    def __init__(self, mqtt_url: str) -> None:
        self.heard: dict[str, tuple[float, bytes]] = {}
        self._subscribed = threading.Event()
        url = urlsplit(mqtt_url)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="alarm-test")
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda *told: self._hear(told[2])
        self._client.connect_async(url.hostname or "", url.port or 1883, keepalive=10)
        self._client.loop_start()
        assert self._subscribed.wait(20)

    def _subscribe(self, client: Client, *_: Any) -> None:
        client.subscribe([("wk/v1/+/ack", 1), ("wk/v1/+/notice", 1)])

    def _hear(self, message: MQTTMessage) -> None:
        self.heard[message.topic] = (time.monotonic(), bytes(message.payload))

    def say(self, circuit: str, *readings: dict[str, object]) -> None:
        """These readings, in one message."""
        self._client.publish(f"wk/v1/{circuit}/telemetry", json.dumps(readings), qos=1)

    def store(self, circuit: str, *readings: dict[str, object]) -> None:
        """Say these readings until the circuit is told that the last of them is stored."""

        def is_acknowledged() -> bool:
            self.say(circuit, *readings)
            heard = self.heard.get(f"wk/v1/{circuit}/ack")
            return heard is not None and json.loads(heard[1])["seq"] >= readings[-1]["seq"]

        wait_for(f"everything of {circuit} is stored", is_acknowledged, every_s=0.2)

    def wait_for_notice(self, circuit: str) -> float:
        """When, on the monotonic clock, the notice came."""
        topic = f"wk/v1/{circuit}/notice"
        wait_for(f"the notice to {circuit}", lambda: topic in self.heard, every_s=0.005)
        at_s, payload = self.heard[topic]
        assert json.loads(payload)["kind"] == "overload"
        return at_s

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def line(running: Stand) -> Iterator[Line]:
    opened = Line(running.services.mqtt_url)
    try:
        yield opened
    finally:
        opened.close()


def reading(seq: int, ago_s: float, current_a: float) -> dict[str, object]:
    """One reading, stamped `ago_s` seconds before now."""
    return {"ts": time.time() - ago_s, "seq": seq, "m": {"current_a": current_a}}


def nearly(on: Line, circuit: str) -> None:
    """Readings over the rating for 29 s, stored: one more after 30 s, and it is an overload."""
    on.store(circuit, reading(1, 40.0, 4.0), reading(2, 35.0, 20.0), reading(3, 6.0, 20.0))


def findings_of(connection: Connection, circuit: str) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT f.fault, f.urgency FROM finding f JOIN appliance a ON a.key = f.appliance_key WHERE a.id = %s",
        (circuit,),
    ).fetchall()


@contextmanager
def scheduler_of(running: Stand) -> Iterator[None]:
    """The shipped scheduler: it sends from the outbox what the worker said into a broker that died."""
    argv = [sys.executable, "-m", "wellkept.command_line", "scheduler"]
    environ = worker_environ(running.services, "alarm-scheduler")
    child = ChildProgram(argv, running.folder / "scheduler.log", environ, 10)
    try:
        yield
    finally:
        child.stop()


def through_a_kill(running: Stand, on: Line, circuit: str, targets: tuple[str, ...]) -> float:
    """Kill these around the reading that makes the alarm; seconds from it to the notice, which must come."""
    nearly(on, circuit)
    running.kill(*(target for target in targets if target != BROKER))
    said_s = time.monotonic()
    on.say(circuit, reading(4, 0.0, 20.0))
    running.kill(*(target for target in targets if target == BROKER))
    running.restart(*targets)
    seq = 4

    def alarm_is_stored() -> bool:
        nonlocal seq
        seq += 1
        on.say(circuit, reading(seq, 0.0, 20.0))  # the load goes on, and so do the readings
        with running.connect() as connection:
            return bool(findings_of(connection, circuit))

    wait_for(f"the finding for {circuit}", alarm_is_stored, every_s=0.2)
    with running.connect() as connection:
        assert findings_of(connection, circuit) == [("overload", "urgent")]
    return on.wait_for_notice(circuit) - said_s


def test_an_alarm_goes_out_in_time_and_through_kills(tmp_path: Path) -> None:
    with stand(tmp_path, prepare=register_circuits) as running, line(running) as on:
        found_s, shown_s, killed_s = [], [], {}
        with running.connect() as watching:
            for circuit in CALM:
                nearly(on, circuit)
                assert findings_of(watching, circuit) == []
                said_s = time.monotonic()
                on.say(circuit, reading(4, 0.0, 20.0))
                wait_for("the finding", lambda c=circuit: bool(findings_of(watching, c)), every_s=0.005)  # type: ignore[misc]
                found_s.append(time.monotonic() - said_s)
                shown_s.append(on.wait_for_notice(circuit) - said_s)
        with scheduler_of(running):
            for circuit, targets in KILLED.items():
                killed_s[circuit] = through_a_kill(running, on, circuit, targets)
    print(f"\nreading to finding, s: median {median(found_s):.3f}, worst {max(found_s):.3f} of {len(found_s)}")
    print(f"reading to notice, s: median {median(shown_s):.3f}, worst {max(shown_s):.3f} of {len(shown_s)}")
    print("through a kill, s: " + ", ".join(f"{name} {took:.1f}" for name, took in killed_s.items()))
    assert median(found_s) < PROMISED_S
    assert median(shown_s) < PROMISED_S
