"""Everything a message can have wrong with it, through the real broker into the real database (contracts, section 1).

Before and after the bad one goes a good one. Both must be stored, the worker must go on, the appliance must be told
that all is stored, and what cannot be a reading must lie in the dead letters with its reason and its bytes.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.readings import Refusal
from store.database import Connection
from tests.chaos.harness import wait_for
from tests.integration.ingest_line import Speaker, reading, speaking, working

pytestmark = pytest.mark.integration

DAY_S = 86_400.0


def _one(**changes: Any) -> bytes:
    return json.dumps({**reading(2), **changes}).encode()


def _raw(values: bytes) -> bytes:
    return b'{"ts": %.6f, "seq": 2, "m": {%s}}' % (time.time(), values)


def _many(count: int, bad_at: int | None) -> bytes:
    began = time.time() - 60
    readings = [reading(2 + n, began + n / 100) for n in range(count)]
    if bad_at is not None:
        readings[bad_at]["ts"] = "yesterday"
    return json.dumps(readings).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One bad message; `holds` must be in the bytes that are kept, `rows` is what it adds to the readings."""

    payload: Callable[[], bytes]
    letters: tuple[Refusal, ...] = ()
    holds: bytes = b""
    rows: int = 0
    numbers: int = 1
    topic: str = "wk/v1/{id}/telemetry"


CASES = {
    "out_of_order": Case(payload=lambda: _one(ts=time.time() - 30), rows=1),
    "late_by_days": Case(payload=lambda: _one(ts=time.time() - 9 * DAY_S), rows=1),
    "future": Case(payload=lambda: _one(ts=time.time() + 400), letters=(Refusal.FUTURE,), holds=b'"seq": 2'),
    "clock_1970": Case(payload=lambda: _one(ts=12.5), letters=(Refusal.CLOCK_UNSET,), holds=b"12.5"),
    "nan": Case(payload=lambda: _raw(b'"power_w": NaN'), letters=(Refusal.BAD_VALUE,), holds=b"NaN"),
    "1e999": Case(
        payload=lambda: _raw(b'"power_w": 1e999, "voltage_v": 230'), letters=(Refusal.BAD_VALUE,), holds=b"Inf", rows=1
    ),
    "string_for_number": Case(
        payload=lambda: _raw(b'"power_w": "lots", "voltage_v": 230'),
        letters=(Refusal.BAD_VALUE,),
        holds=b"lots",
        rows=1,
    ),
    "sentinel": Case(payload=lambda: _raw(b'"power_w": 65535, "voltage_v": 230'), rows=1),
    "sentinel_alone": Case(payload=lambda: _raw(b'"power_w": 65535'), letters=(Refusal.NO_SIGNAL,), holds=b"65535"),
    "one_megabyte": Case(
        payload=lambda: _raw(b'"power_w": 1.0')[:-2] + b" " * 1_000_000,
        letters=(Refusal.NOT_JSON,),
        holds=b" " * 1_000_000,
    ),
    "one_megabyte_of_noise": Case(
        payload=lambda: bytes(range(256)) * 4096, letters=(Refusal.NOT_TEXT,), holds=bytes(range(256)) * 4096, numbers=0
    ),
    "invalid_utf8": Case(payload=lambda: _raw(b'"mode": "\xff\xfe"'), letters=(Refusal.NOT_TEXT,), holds=b"\xff\xfe"),
    "deep_nesting": Case(payload=lambda: b"[" * 100_000, letters=(Refusal.TOO_DEEP,), holds=b"[" * 100_000, numbers=0),
    "foreign_id": Case(payload=lambda: _one(id="somebody-else"), letters=(Refusal.FOREIGN,), holds=b"somebody-else"),
    "impossible_id": Case(
        payload=lambda: _one(), letters=(Refusal.BAD_NAME,), holds=b'"seq": 2', numbers=0, topic="wk/v1/{id}!/telemetry"
    ),
    "unknown_topic": Case(
        payload=lambda: b"hello", letters=(Refusal.UNKNOWN_TOPIC,), holds=b"hello", numbers=0, topic="wk/v1/{id}/what"
    ),
    "empty": Case(payload=lambda: b"", numbers=0),
    "no_object": Case(payload=lambda: b"17", letters=(Refusal.WRONG_SHAPE,), holds=b"17", numbers=0),
    "nul_in_text": Case(payload=lambda: _raw(b'"power_w": 2, "name": "a\\u0000b"'), rows=1),
    "surrogate_in_text": Case(payload=lambda: _raw(b'"power_w": 2, "name": "a\\ud800b"'), rows=1),
    "impossible_number": Case(payload=lambda: _one(seq=-5), rows=1, numbers=0),
    "array_with_a_bad_one": Case(
        payload=lambda: _many(500, 250), letters=(Refusal.BAD_TIME,), holds=b"yesterday", rows=499, numbers=500
    ),
    "array_too_long": Case(
        payload=lambda: _many(503, None), letters=(Refusal.WRONG_SHAPE,) * 3, holds=b'"seq":', rows=500, numbers=503
    ),
}


def letters_of(connection: Connection) -> list[tuple[str, bytes]]:
    return connection.execute("SELECT reason, payload FROM dead_letter ORDER BY id").fetchall()


def count_readings(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM reading_unclaimed").fetchone()
    assert row is not None
    return int(row[0])


def say_between_good_ones(speaker: Speaker, case: Case) -> int:
    """The number of the last good reading."""
    speaker.say(reading(1))
    speaker.publish(case.topic.format(id=speaker.id), case.payload())
    last = 2 + case.numbers
    speaker.say(reading(last))
    return last


@pytest.mark.parametrize("name", CASES)
def test_a_bad_message_costs_nobody_else_anything(
    name: str, connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    case = CASES[name]
    filters = f"wk/v1/{appliance_id}/#", f"wk/v1/{appliance_id}!/telemetry"
    with working(database_url, mqtt_url, *filters) as worker, speaking(mqtt_url, appliance_id) as speaker:
        speaker.wait_for_ack(say_between_good_ones(speaker, case))
        assert worker.is_running
    letters = letters_of(connection)
    assert [reason for reason, _ in letters] == list(case.letters)
    assert all(case.holds in payload for _, payload in letters)
    assert count_readings(connection) == 2 + case.rows


def test_a_sentinel_is_stored_as_unknown_with_a_note(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        speaker.say(reading(1, power_w=65535.0, voltage_v=231.0))
        speaker.wait_for_ack(1)
    row = connection.execute("SELECT power_w, voltage_v, notes ->> 'power_w' FROM reading_unclaimed").fetchone()
    assert row == (None, 231.0, "outside -25000 to 25000 W: 65535.0")


def test_a_duplicate_is_stored_once(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        said = reading(1)
        for _ in range(3):
            speaker.say(said)
        speaker.say(reading(2))
        speaker.wait_for_ack(2)
    assert count_readings(connection) == 2
    assert letters_of(connection) == []


def test_the_shipped_worker_takes_all_of_it_in_one_go(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str, tmp_path: Path
) -> None:
    topics = f"wk/v1/+/telemetry wk/v1/{appliance_id}/#"
    environ = {
        **os.environ,
        "WELLKEPT_DATABASE_URL": database_url,
        "WELLKEPT_MQTT_URL": mqtt_url,
        "WELLKEPT_CLIENT_ID": f"bad-{appliance_id}",
        "WELLKEPT_MQTT_FILTERS": topics,
    }
    with (tmp_path / "worker.log").open("wb") as log, speaking(mqtt_url, appliance_id) as speaker:
        process = subprocess.Popen([sys.executable, "-m", "wellkept.command_line", "ingest"], env=environ, stderr=log)
        try:

            def is_listening() -> bool:
                speaker.say(reading(1, 1_800_000_000.0 - 60 * DAY_S))
                return speaker.acknowledged == 1

            wait_for("the worker hears us", is_listening, 30.0, every_s=0.2)
            for case in CASES.values():
                speaker.publish(case.topic.format(id=appliance_id), case.payload())
            before = time.time()
            speaker.say(reading(None, before))
            wait_for("what came after is stored", lambda: any(ack["ts"] >= before - 1e-3 for ack in speaker.acks), 30.0)
            assert process.poll() is None, "the worker ended"
        finally:
            process.terminate()
            assert process.wait(20) == 0
    told = {reason for reason, _ in letters_of(connection)}
    expected = {reason for case in CASES.values() for reason in case.letters}
    assert told >= expected
    assert "Traceback" not in (tmp_path / "worker.log").read_text()
