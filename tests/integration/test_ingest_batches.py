"""What one batch does to the real database, with the batches cut by the test: the consumer without a broker."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from domain.readings import to_us
from domain.signals import Kind, Signal, Type
from ingest.consumer import Consumer
from ingest.rows import RowPacker
from ingest.safety import STATE_VERSION
from ingest.sequence import PATIENCE_S
from store.database import Connection, connect
from store.readings import TableRows, write_rows
from store.signal_tables import KINDS, cycle_signals, cycle_table, reading_signals, reading_table
from tests.integration.ingest_line import MemoryReceiver, delivery, now_us, reading

pytestmark = pytest.mark.integration

GO = threading.Event()  # never set: nobody asks these consumers to stop


@pytest.fixture
def consumer(database_url: str) -> Iterator[Consumer]:
    made = Consumer(
        receiver=MemoryReceiver(), connect=lambda: connect(database_url, application="batches", autocommit=True)
    )
    yield made
    made._drop_connection()


def line_of(consumer: Consumer) -> MemoryReceiver:
    assert isinstance(consumer.receiver, MemoryReceiver)
    return consumer.receiver


def rows_of(connection: Connection, table: str = "reading_unclaimed") -> list[tuple[Any, ...]]:
    return connection.execute(
        SQL("SELECT seq, power_w, voltage_v FROM {} ORDER BY time").format(Identifier(table))
    ).fetchall()


def letters_of(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
    rows = connection.execute("SELECT reason, payload FROM dead_letter ORDER BY id").fetchall()
    return [(reason, json.loads(payload)) for reason, payload in rows]


def topic_of(appliance_id: str) -> str:
    return f"wk/v1/{appliance_id}/telemetry"


def test_what_waited_for_its_turn_arrives_with_its_transaction(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    began = now_us()
    fresh, waited = (delivery(topic_of(appliance_id), reading(n, power_w=float(n)), token=n) for n in (1, 2))
    consumer.handle([fresh, waited._replace(received_us=began - 60_000_000)], GO)
    rows = connection.execute("SELECT received_at FROM reading_unclaimed ORDER BY seq").fetchall()
    first, second = (to_us(at) for (at,) in rows)
    assert (first, second >= began) == (fresh.received_us, True)


def test_repetitions_in_any_arrangement_are_stored_once(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    readings = [reading(n, time.time() - 50 + n) for n in range(1, 21)]
    topic = topic_of(appliance_id)
    consumer.handle([delivery(topic, *readings[:10]), delivery(topic, *readings[:10])], GO)
    consumer.handle([delivery(topic, *readings[:10])], GO)
    consumer.handle([delivery(topic, one) for one in readings[5:15]], GO)
    consumer.handle([delivery(topic, *reversed(readings))], GO)
    assert rows_of(connection) == [(n, float(n), None) for n in range(1, 21)]
    assert letters_of(connection) == []
    assert line_of(consumer).acks(appliance_id) == [10, 10, 15, 20]
    assert (consumer.counters.rows_new, consumer.counters.messages) == (20, 14)


def test_after_a_run_of_repetitions_the_fast_way_is_taken_again(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    topic, began = topic_of(appliance_id), time.time() - 100
    consumer.handle([delivery(topic, reading(1, began))], GO)
    consumer.handle([delivery(topic, reading(1, began))], GO)
    assert consumer._merging > 0
    for n in range(2, consumer.settings.merge_for + 3):
        consumer.handle([delivery(topic, reading(n, began + n))], GO)
    assert consumer._merging == 0
    assert len(rows_of(connection)) == consumer.settings.merge_for + 2


@pytest.mark.parametrize("batches", [1, 2])
def test_partial_updates_of_one_instant_become_one_row(
    batches: int, consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    at_s, topic = time.time(), topic_of(appliance_id)
    parts = [
        delivery(topic, reading(1, at_s, power_w=5.0)),
        delivery(topic, reading(2, at_s, voltage_v=230.0, odd="x")),
    ]
    for batch in [parts] if batches == 1 else [[part] for part in parts]:
        consumer.handle(batch, GO)
    stored = connection.execute("SELECT power_w, voltage_v, extra ->> 'odd' FROM reading_unclaimed").fetchall()
    assert stored == [(5.0, 230.0, "x")]
    assert letters_of(connection) == []
    assert line_of(consumer).acks(appliance_id)[-1] == 2


@pytest.mark.parametrize("batches", [1, 2])
def test_a_contradiction_changes_nothing_and_is_kept(
    batches: int, consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    at_s, topic = time.time(), topic_of(appliance_id)
    parts = [delivery(topic, reading(1, at_s, power_w=5.0)), delivery(topic, reading(2, at_s, power_w=6.0))]
    for batch in [parts] if batches == 1 else [[part] for part in parts]:
        consumer.handle(batch, GO)
    assert rows_of(connection) == [(1, 5.0, None)]
    [(reason, kept)] = letters_of(connection)
    assert (reason, kept["seq"], kept["m"]) == ("conflict", 2, {"power_w": 6.0})
    assert line_of(consumer).acks(appliance_id)[-1] == 2


def test_a_contradiction_that_came_in_parts_is_kept_whole(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    at_s, topic = time.time(), topic_of(appliance_id)
    consumer.handle([delivery(topic, reading(1, at_s, power_w=5.0, voltage_v=230.0))], GO)
    consumer.handle(
        [delivery(topic, reading(2, at_s, power_w=5.0)), delivery(topic, reading(3, at_s, voltage_v=111.0))], GO
    )
    assert rows_of(connection) == [(1, 5.0, 230.0)]
    [(reason, kept)] = letters_of(connection)
    assert (reason, kept["m"]) == ("conflict", {"power_w": 5.0, "voltage_v": 111.0})


def refuse_thirteen(connection: Connection) -> None:
    """Make the database refuse what our own checks let pass."""
    connection.execute("ALTER TABLE reading_unclaimed ADD CONSTRAINT no_thirteen CHECK (power_w <> 13)")


def test_a_row_that_the_database_refuses_costs_only_itself(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    refuse_thirteen(connection)
    topic, began = topic_of(appliance_id), time.time() - 100
    readings = [reading(n, began + n / 10) for n in range(1, 101)]
    batch = [
        *(delivery(topic, one, token=n) for n, one in enumerate(readings[:10], 1)),
        delivery(topic, *readings[10:90], token=11),  # number 13 is in the middle of this one
        *(delivery(topic, one, token=n) for n, one in enumerate(readings[90:], 12)),
        delivery(topic_of(f"{appliance_id}-b"), reading(1), token=99),
    ]
    consumer.handle(batch, GO)
    assert [row[0] for row in rows_of(connection)] == [n for n in range(1, 101) if n != 13] + [1]
    [(reason, kept)] = letters_of(connection)
    assert (reason, kept["seq"], kept["m"]) == ("database", 13, {"power_w": 13.0})
    assert line_of(consumer).acks(appliance_id)[-1] == 100
    assert line_of(consumer).acknowledged == batch


def test_a_mistake_of_ours_about_one_appliance_does_not_stop_the_others(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    connection.execute("INSERT INTO household (id, name) VALUES ('broken-home', 'Broken')")
    connection.execute(
        "INSERT INTO appliance (id, kind, household_id) VALUES (%s, 'circuit', 'broken-home')", (appliance_id,)
    )
    connection.execute(  # a state that no version of the safety rules has written: they fail on it
        "INSERT INTO safety_state (appliance_key, state) SELECT key, %s FROM appliance", (Jsonb({"v": STATE_VERSION}),)
    )
    other = topic_of(f"{appliance_id}-b")
    bad = delivery(topic_of(appliance_id), reading(1))
    consumer.handle([delivery(other, reading(1, time.time() - 1)), bad, delivery(other, reading(2))], GO)
    assert [row[0] for row in rows_of(connection)] == [1, 2]
    assert letters_of(connection) == [("database", json.loads(bad.payload))]
    assert len(line_of(consumer).acknowledged) == 3


def test_a_topic_that_is_no_text_is_a_dead_letter(consumer: Consumer, connection: Connection) -> None:
    consumer.handle([delivery("x", payload=b"hello")._replace(topic=b"wk/v1/\xff/telemetry")], GO)
    row = connection.execute("SELECT reason, topic, payload FROM dead_letter").fetchone()
    assert row == ("not_text", "wk/v1/\ufffd/telemetry", b"hello")


def test_a_gap_stops_the_promise_and_is_given_up_after_a_minute(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    topic, began = topic_of(appliance_id), time.time() - 100
    consumer.handle([delivery(topic, reading(1, began))], GO)
    consumer.handle([delivery(topic, reading(n, began + n)) for n in (5, 6)], GO)
    assert line_of(consumer).acks(appliance_id) == [1]
    [appliance] = consumer.registry.appliances.values()
    consumer._settle_gaps(GO)
    assert line_of(consumer).acks(appliance_id) == [1]
    appliance.mark = replace(appliance.mark, patience_s=PATIENCE_S)
    consumer._settle_gaps(GO)
    assert line_of(consumer).acks(appliance_id) == [1, 6]
    assert connection.execute("SELECT first_seq, last_seq FROM sequence_gap").fetchall() == [(2, 4)]
    consumer.handle([delivery(topic, reading(3, began + 3))], GO)  # it comes after all: stored, and no promise shrinks
    assert [row[0] for row in rows_of(connection)] == [1, 3, 5, 6]


def test_marks_outlive_the_worker_and_a_repetition_is_acknowledged_as_far_as_it_went(
    consumer: Consumer, database_url: str, appliance_id: str
) -> None:
    topic, began = topic_of(appliance_id), time.time() - 100
    readings = [reading(n, began + n) for n in range(1, 11)]
    consumer.handle([delivery(topic, *readings)], GO)
    consumer._drop_connection()
    other = MemoryReceiver()
    successor = Consumer(
        receiver=other, connect=lambda: connect(database_url, application="successor", autocommit=True)
    )
    successor.handle([delivery(topic, *readings[3:6])], GO)
    successor.handle([delivery(topic, reading(12, began + 12))], GO)
    successor.handle([delivery(topic, reading(11, began + 11))], GO)
    successor._drop_connection()
    assert other.acks(appliance_id) == [6, 12]


def test_an_appliance_that_was_deleted_behind_our_back_is_met_anew(
    consumer: Consumer, connection: Connection, appliance_id: str
) -> None:
    topic = topic_of(appliance_id)
    consumer.handle([delivery(topic, reading(1, time.time() - 5))], GO)
    for statement in (
        "ALTER TABLE appliance DISABLE TRIGGER registry",  # so that nobody tells the worker
        "ALTER TABLE device DISABLE TRIGGER registry",
        "DELETE FROM sequence_mark",
        "DELETE FROM latest_values",
        "DELETE FROM device",
        "DELETE FROM appliance",
    ):
        connection.execute(statement.encode())
    consumer.handle([delivery(topic, reading(2))], GO)
    stored = connection.execute("SELECT r.seq FROM reading_unclaimed r JOIN appliance a ON a.key = r.appliance_key")
    assert stored.fetchall() == [(2,)]


def test_batches_soon_after_a_claim_know_of_it(consumer: Consumer, connection: Connection, appliance_id: str) -> None:
    topic = topic_of(appliance_id)
    consumer.handle([delivery(topic, reading(1, time.time() - 5))], GO)
    connection.execute("INSERT INTO household (id, name) VALUES ('claim-home', 'Claim')")
    connection.execute(
        "UPDATE appliance SET kind = 'dryer', household_id = 'claim-home' WHERE id = %s", (appliance_id,)
    )
    began, last = time.monotonic(), 1
    # The database tells listeners a moment after the commit; what comes in that moment is moved by a job later.
    while not rows_of(connection, "reading_dryer") and time.monotonic() - began < 10:
        last += 1
        consumer.handle([delivery(topic, reading(last))], GO)
    assert [row[0] for row in rows_of(connection, "reading_dryer")] == [last]
    assert [row[0] for row in rows_of(connection)] == list(range(1, last))


def example_of(signal: Signal) -> float | bool | str:
    """A value that its column holds exactly."""
    if signal.type is Type.FLAG:
        return True
    return sorted(signal.choices)[0] if signal.type is Type.CHOICE else float(round(signal.high / 2))


TABLES = {reading_table(kind): reading_signals(kind) for kind in KINDS} | {
    cycle_table(kind): cycle_signals(kind) for kind in Kind
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("expect_new", [True, False])
def test_a_packed_row_is_read_back_from_the_database(table: str, expect_new: bool, connection: Connection) -> None:
    signals = TABLES[table]
    packer = RowPacker(signals)
    typed = {signal.name: example_of(signal) for signal in signals}
    extra, notes = {"odd": 1.5, "text": "é\0", "yes": True}, {"power_w": "outside"}
    key, at_us = (7, now_us()), now_us()
    row = packer.compile()(at_us, 7, at_us + 1, 2**40, typed, extra, notes)
    with connection.transaction():
        rows = TableRows(table, packer.columns, tuple(typed), {key: row})
        assert write_rows(connection, rows, expect_new=expect_new).new == 1
        assert write_rows(connection, rows, expect_new=expect_new) == (0, [])
    names = SQL(", ").join(Identifier(name) for name in packer.columns)
    read = connection.execute(SQL("SELECT {} FROM {}").format(names, Identifier(table))).fetchone()
    assert read is not None
    assert (to_us(read[0]), read[1], to_us(read[2]), read[3]) == (at_us, 7, at_us + 1, 2**40)
    assert list(read[4:-2]) == list(typed.values())
    assert (read[-2], read[-1]) == ({"odd": 1.5, "text": "é\ufffd", "yes": True}, notes)
