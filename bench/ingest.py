"""Ingest rate as ratios in one run: the whole job against a C subscriber, and against a bare binary COPY.

live      the sender publishes as fast as the broker takes it while the consumer runs
backlog   all messages wait in a persistent session before the consumer starts
copy      the very rows of the job, packed beforehand, copied by one client in batches of the same size

The job is the shipped process: `wellkept ingest`, QoS 1, every reading committed and acknowledged on the appliances'
`ack` topics, which is also how its end is known: the last number of every appliance has been acknowledged.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import click
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.machine import describe_machine, keep
from bench.mqtt_sender import Load, send
from domain.readings import check_values
from domain.signals import Kind
from ingest.dialects import decode
from ingest.registry import reading_catalogue
from ingest.rows import RowPacker
from store.database import connect
from store.migrate import migrate
from store.readings import HEADER, TRAILER
from store.signal_tables import reading_signals, reading_table
from wellkept.local import Services, install_runtime, local_services

_ROWS = "FROM reading_air_conditioner r JOIN appliance a ON a.key = r.appliance_key WHERE a.id LIKE %s"
_COUNT_ROWS = f"SELECT count(*) {_ROWS}"
_FIRST_ROW = f"SELECT min(r.received_at) {_ROWS}"
BATCH = 2000
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is sent and how often."""

    messages: int = 100_000
    appliances: int = 200
    rounds: int = 3


class AckWatch:
    """Knows when every appliance of a load has been told that its last reading is stored."""

    def __init__(self, mqtt_url: str, load: Load) -> None:
        self.done = Event()
        self._missing = {load.appliance(i): load.last_seq(i) for i in range(load.appliances)}
        host, port = mqtt_url.removeprefix("mqtt://").split(":")
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._note
        self._client.connect(host, int(port))
        self._client.subscribe("wk/v1/+/ack", 1)
        self._client.loop_start()

    def _note(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        appliance = message.topic.split("/")[2]
        if appliance in self._missing and json.loads(message.payload)["seq"] >= self._missing[appliance]:
            del self._missing[appliance]
            if not self._missing:
                self.done.set()

    def close(self) -> None:
        """Stop watching."""
        self._client.disconnect()
        self._client.loop_stop()


def run(sizes: Sizes, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Measure, print as it goes, and return the result."""
    installed = install_runtime(say)
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="wk-bench-") as home, local_services(Path(home), progress=say) as services:
        with connect(services.database_url, application="bench", autocommit=True) as connection:
            migrate(connection)
        for number in range(sizes.rounds):
            for name, measure in _MEASURES.items():
                rate = sizes.messages / measure(services, installed.program, sizes)
                rates.setdefault(name, []).append(rate)
                say(f"round {number + 1}: {name:<20} {rate:>10,.0f} messages/s")
    median = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "machine": describe_machine(),
        "sizes": {"messages": sizes.messages, "appliances": sizes.appliances, "rounds": sizes.rounds, "batch": BATCH},
        "messages_per_s": {name: [round(v) for v in values] for name, values in rates.items()},
        "ratios": {
            "live: job / C subscriber": round(median["job live"] / median["C live"], 3),
            "backlog: job / C subscriber": round(median["job backlog"] / median["C backlog"], 3),
            "live: job / bare COPY": round(median["job live"] / median["copy"], 3),
            "backlog: job / bare COPY": round(median["job backlog"] / median["copy"], 3),
        },
    }


def _load(services: Services, sizes: Sizes) -> tuple[Load, list[bytes]]:
    """A new load of appliances that are registered as air conditioners, so that their rows are typed."""
    load = Load(messages=sizes.messages, appliances=sizes.appliances, run=uuid4().hex[:6], start_s=time.time() - 86_400)
    with connect(services.database_url, application="bench", autocommit=True) as connection:
        connection.execute("INSERT INTO household (id, name) VALUES ('bench-home', 'Bench') ON CONFLICT DO NOTHING")
        with connection.cursor() as cursor:
            ids = [(load.appliance(i),) for i in range(sizes.appliances)]
            cursor.executemany(
                "INSERT INTO appliance (id, kind, household_id) VALUES (%s, 'air_conditioner', 'bench-home')", ids
            )
            cursor.executemany(
                "INSERT INTO device (dialect, name, appliance_key)"
                " SELECT 'native', id, key FROM appliance WHERE id = %s",
                ids,
            )
    return load, list(load.packets())


def _subscriber(services: Services, program: Callable[[str], Path], sizes: Sizes, *session: str) -> list[str]:
    host, port = services.mqtt_url.removeprefix("mqtt://").split(":")
    common = [
        str(program("mosquitto_sub")),
        "-h",
        host,
        "-p",
        port,
        "-V",
        "mqttv5",
        "-q",
        "1",
        "-t",
        "wk/v1/+/telemetry",
    ]
    return [*common, "-D", "connect", "receive-maximum", "8000", "-C", str(sizes.messages), *session]


def _c_live(services: Services, program: Callable[[str], Path], sizes: Sizes) -> float:
    _, packets = _load(services, sizes)
    with subprocess.Popen(_subscriber(services, program, sizes), stdout=subprocess.DEVNULL) as subscriber:
        time.sleep(0.5)  # until it has subscribed; before that the broker would drop what it is sent
        started = time.monotonic()
        sender = Thread(target=send, args=(services.mqtt_url, packets))
        sender.start()
        subscriber.wait()
        took = time.monotonic() - started
        sender.join()
    return took


def _c_backlog(services: Services, program: Callable[[str], Path], sizes: Sizes) -> float:
    _, packets = _load(services, sizes)
    session = ["-i", f"bench-{uuid4().hex[:8]}", "-c", "-x", "3600"]
    subprocess.run([*_subscriber(services, program, sizes, *session), "-E"], check=True, stdout=subprocess.DEVNULL)
    send(services.mqtt_url, packets)
    started = time.monotonic()
    subprocess.run(_subscriber(services, program, sizes, *session), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def _worker(services: Services, client_id: str) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "WELLKEPT_DATABASE_URL": services.database_url,
        "WELLKEPT_MQTT_URL": services.mqtt_url,
        "WELLKEPT_CLIENT_ID": client_id,
        "WELLKEPT_MQTT_FILTERS": "wk/v1/+/telemetry",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "wellkept.command_line", "ingest"], env=environ, stderr=subprocess.DEVNULL
    )


def _await_worker(services: Services, client_id: str, worker: subprocess.Popen[bytes]) -> None:
    with connect(services.database_url, application="bench", autocommit=True) as connection:
        query = "SELECT (counters->>'connected')::int FROM worker WHERE name = %s"
        while (connection.execute(query, (client_id,)).fetchone() or (0,))[0] != 1:
            _check_alive(worker)
            time.sleep(0.05)


def _check_alive(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is not None:
        raise RuntimeError(f"the ingest process ended with {worker.returncode}")


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    worker.wait(timeout=30)


def _job_live(services: Services, program: Callable[[str], Path], sizes: Sizes) -> float:
    load, packets = _load(services, sizes)
    client_id = f"bench-{uuid4().hex[:8]}"
    worker, watch = _worker(services, client_id), AckWatch(services.mqtt_url, load)
    try:
        _await_worker(services, client_id, worker)
        started = time.monotonic()
        sender = Thread(target=send, args=(services.mqtt_url, packets))
        sender.start()
        _finish(watch, worker)
        took = time.monotonic() - started
        sender.join()
    finally:
        watch.close()
        _stop(worker)
    _check_rows(services, load)
    return took


def _job_backlog(services: Services, program: Callable[[str], Path], sizes: Sizes) -> float:
    load, packets = _load(services, sizes)
    client_id = f"bench-{uuid4().hex[:8]}"
    first = _worker(services, client_id)
    _await_worker(services, client_id, first)
    _stop(first)  # its session stays with the broker
    send(services.mqtt_url, packets)
    watch = AckWatch(services.mqtt_url, load)
    worker = _worker(services, client_id)
    try:
        # From its first message on: starting Python is not what is measured.
        with connect(services.database_url, application="bench", autocommit=True) as connection:
            _finish(watch, worker)
            ended = time.time()
            row = connection.execute(_FIRST_ROW, (f"bench-{load.run}-%",)).fetchone()
            assert row is not None
            took: float = ended - row[0].timestamp()
    finally:
        watch.close()
        _stop(worker)
    _check_rows(services, load)
    return took


def _finish(watch: AckWatch, worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not watch.done.wait(1.0):
        _check_alive(worker)
        if time.monotonic() > deadline:
            raise RuntimeError(f"not everything was acknowledged within {PATIENCE_S:.0f} s")


def _check_rows(services: Services, load: Load) -> None:
    with connect(services.database_url, application="bench", autocommit=True) as connection:
        row = connection.execute(_COUNT_ROWS, (f"bench-{load.run}-%",)).fetchone()
    if row is None or row[0] != load.messages:
        raise RuntimeError(f"{load.messages} were sent, {row and row[0]} are stored: this run does not count")


def _copy(services: Services, program: Callable[[str], Path], sizes: Sizes) -> float:
    load, _ = _load(services, sizes)
    kind = Kind.AIR_CONDITIONER
    packer = RowPacker(reading_signals(kind))
    pack, catalogue, now_us = packer.compile(), reading_catalogue(kind), time.time_ns() // 1000
    with connect(services.database_url, application="bench", autocommit=True) as connection:
        keys: dict[str, int] = dict(
            connection.execute("SELECT id, key FROM appliance WHERE id LIKE %s", (f"bench-{load.run}-%",)).fetchall()
        )
        rows = []
        for index, packet in enumerate(load.packets()):
            (item,) = decode(f"wk/v1/{load.appliance(index)}/telemetry", packet[packet.index(b'{"ts"') :], now_us)
            typed = check_values(item.values, catalogue).typed  # type: ignore[union-attr]
            rows.append(pack(item.at_us, keys[load.appliance(index)], now_us, item.seq, typed, {}, {}))  # type: ignore[union-attr]
        statement = f"COPY {reading_table(kind)} ({', '.join(packer.columns)}) FROM STDIN (FORMAT BINARY)"
        started = time.monotonic()
        for at in range(0, len(rows), BATCH):
            with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                copy.write(b"".join([HEADER, *rows[at : at + BATCH], TRAILER]))
        return time.monotonic() - started


_MEASURES: dict[str, Callable[[Services, Callable[[str], Path], Sizes], float]] = {
    "C live": _c_live,
    "job live": _job_live,
    "C backlog": _c_backlog,
    "job backlog": _job_backlog,
    "copy": _copy,
}


@click.command()
@click.option("--messages", default=100_000, show_default=True, help="messages per measurement")
@click.option("--appliances", default=200, show_default=True, help="appliances that send them in turn")
@click.option("--rounds", default=3, show_default=True, help="rounds; medians are compared")
def main(messages: int, appliances: int, rounds: int) -> None:
    """Measure ingest against its peers, as ratios in one run."""
    result = run(Sizes(messages=messages, appliances=appliances, rounds=rounds))
    for name, ratio in result["ratios"].items():
        print(f"{name:<32} {ratio:.2f}")
    keep("ingest", result)


if __name__ == "__main__":
    main()
