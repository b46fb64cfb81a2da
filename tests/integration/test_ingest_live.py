"""The consumer on the real broker: sessions, presence, claims, back-pressure, and tokens of connections long gone."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import Conflict
from ingest.consumer import connect_exclusively
from ingest.paho_receiver import PahoReceiver, PahoSettings
from ingest.receive import Delivery
from store.api_claims import move_history
from store.database import Connection, connect
from tests.chaos.harness import wait_for
from tests.integration.ingest_line import LIMIT_S, now_us, reading, speaking, working
from wellkept.local import RunningBroker, install_runtime, start_mosquitto

pytestmark = pytest.mark.integration


def numbers_in(connection: Connection, table: bytes) -> list[int]:
    return [seq for (seq,) in connection.execute(b"SELECT seq FROM " + table + b" ORDER BY time")]


def register(connection: Connection, appliance_id: str, kind: str, **facts: float) -> None:
    connection.execute("INSERT INTO household (id, name) VALUES ('live-home', 'Live') ON CONFLICT DO NOTHING")
    connection.execute(
        "INSERT INTO appliance (id, kind, household_id, breaker_rating_a) VALUES (%s, %s, 'live-home', %s)",
        (appliance_id, kind, facts.get("breaker_rating_a")),
    )


def test_an_unknown_device_is_kept_unclaimed_and_a_claim_is_heard_while_it_works(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        speaker.say(reading(1, power_w=5.0, room_c=21.0))
        speaker.wait_for_ack(1)
        row = connection.execute("SELECT a.kind, a.claimed, r.extra FROM reading_unclaimed r, appliance a").fetchone()
        assert row == (None, False, {"room_c": 21.0})
        connection.execute("INSERT INTO household (id, name) VALUES ('claimed', 'Claimed')")
        connection.execute("UPDATE appliance SET kind = 'air_conditioner', household_id = 'claimed'")
        for seq in range(2, 100):  # the notification races the readings; one that loses is moved by the scheduler
            speaker.say(reading(seq, power_w=5.0, room_c=22.0))
            speaker.wait_for_ack(seq)
            if heard := connection.execute("SELECT seq, room_c FROM reading_air_conditioner").fetchall():
                break
    assert heard == [(seq, 22.0)]


def test_what_was_retained_before_we_came_is_a_reading_only_with_a_time_of_its_own(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    timed, untimed = f"wk/v1/{appliance_id}/telemetry", f"shellies/{appliance_id}/relay/0/power"
    status = f"wk/v1/{appliance_id}/status"
    with speaking(mqtt_url, appliance_id) as speaker:
        speaker.publish(timed, json.dumps(reading(1, time.time() - 3600)), retain=True)
        speaker.publish(untimed, b"12.5", retain=True)
        speaker.publish(status, b"online", retain=True)
        with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#", f"shellies/{appliance_id}/#") as worker:
            speaker.wait_for_ack(1)
            wait_for("all three came", lambda: worker.consumer.counters.messages >= 3, LIMIT_S)
            assert connection.execute("SELECT seq, power_w FROM reading_unclaimed").fetchall() == [(1, 1.0)]
            assert connection.execute("SELECT online FROM appliance WHERE id = %s", (appliance_id,)).fetchone() == (
                True,
            )
            speaker.publish(untimed, b"13.5")
            wait_for("what is said now is stored", lambda: 13.5 in powers(connection), LIMIT_S)
            assert 12.5 not in powers(connection)
        for topic in (timed, untimed, status):
            speaker.publish(topic, b"", retain=True)


def powers(connection: Connection) -> set[float]:
    return {power for (power,) in connection.execute("SELECT power_w FROM reading_unclaimed")}


def test_messages_at_qos_0_are_stored_too(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        for n in range(1, 51):
            speaker.publish(f"wk/v1/{appliance_id}/telemetry", json.dumps(reading(n)), qos=0)
        speaker.wait_for_ack(50)
    assert numbers_in(connection, b"reading_unclaimed") == list(range(1, 51))


def test_an_appliance_that_vanishes_is_offline_by_its_last_will(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    status = f"wk/v1/{appliance_id}/status"

    def online() -> bool | None:
        row = connection.execute("SELECT online FROM appliance WHERE id = %s", (appliance_id,)).fetchone()
        return None if row is None else row[0]

    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"):
        with speaking(mqtt_url, appliance_id, will=(status, b"offline")) as speaker:
            speaker.publish(status, b"online", retain=True)
            wait_for("it is online", lambda: online() is True, LIMIT_S)
            speaker.vanish()
            wait_for("it is offline", lambda: online() is False, LIMIT_S)
        with speaking(mqtt_url, appliance_id) as cleaner:
            cleaner.publish(status, b"", retain=True)


def test_what_a_device_says_of_itself_is_kept(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    told = {"t": appliance_id, "ft": "%prefix%/%topic%/", "md": "Pow", "sw": "14.1"}
    with (
        working(database_url, mqtt_url, f"tasmota/discovery/{appliance_id}/#"),
        speaking(mqtt_url, appliance_id) as speaker,
    ):
        speaker.publish(f"tasmota/discovery/{appliance_id}/config", json.dumps(told))

        def model() -> object:
            row = connection.execute("SELECT facts ->> 'model' FROM device WHERE dialect = 'tasmota'").fetchone()
            return row and row[0]

        wait_for("its model is known", lambda: model() == "Pow", LIMIT_S)


def test_one_client_id_is_one_worker(database_url: str, appliance_id: str) -> None:
    def open_one() -> Connection:
        return connect(database_url, application=appliance_id, autocommit=True)

    first = connect_exclusively(open_one, appliance_id, 0.0, threading.Event())
    with pytest.raises(Conflict, match=f"another worker runs as {appliance_id}; give this one another"):
        connect_exclusively(open_one, appliance_id, 0.0, threading.Event())
    first.close()
    connect_exclusively(open_one, appliance_id, 5.0, threading.Event()).close()


def test_a_restart_keeps_session_marks_and_safety_states(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    register(connection, appliance_id, "circuit", breaker_rating_a=16.0)
    began, filters, client = time.time() - 100, f"wk/v1/{appliance_id}/#", f"again-{appliance_id}"
    with speaking(mqtt_url, appliance_id) as speaker:
        with working(database_url, mqtt_url, filters, client_id=client):
            speaker.say(reading(1, began, current_a=20.0), reading(2, began + 25, current_a=20.0))
            speaker.wait_for_ack(2)
        speaker.say(reading(3, began + 35, current_a=20.0))  # said while nobody was there
        with working(database_url, mqtt_url, filters, client_id=client):
            speaker.wait_for_ack(3)
            wait_for("the alarm is on the screen", lambda: len(speaker.notices) == 1, LIMIT_S)
        with working(database_url, mqtt_url, filters, client_id=client):
            speaker.say(reading(4, began + 45, current_a=20.0))
            speaker.wait_for_ack(4)
        assert json.loads(speaker.notices[0])["kind"] == "overload"
        assert len(speaker.notices) == 1
        speaker.publish(f"wk/v1/{appliance_id}/notice", b"", retain=True)
    assert connection.execute("SELECT fault, urgency FROM finding").fetchall() == [("overload", "urgent")]
    assert connection.execute("SELECT seq FROM sequence_mark").fetchall() == [(4,)]


def test_a_slow_database_is_waited_for_by_the_broker_and_not_in_our_memory(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    most, messages = 40, 1_000
    filters = f"wk/v1/{appliance_id}/#"
    with (
        working(database_url, mqtt_url, filters, receive_maximum=most) as worker,
        speaking(mqtt_url, appliance_id) as speaker,
    ):
        speaker.say(reading(1))
        speaker.wait_for_ack(1)
        before = worker.receiver._bytes_in
        with connection.transaction():
            connection.execute("LOCK TABLE reading_unclaimed IN ACCESS EXCLUSIVE MODE")
            size = 0
            for n in range(2, 2 + messages):
                payload = json.dumps(reading(n, power_w=10_000.0 + n)).ljust(200).encode()
                size = len(payload)
                speaker.publish(f"wk/v1/{appliance_id}/telemetry", payload)
            wait_for("the window is full", lambda: worker.receiver._bytes_in - before == most * size, LIMIT_S)
            assert worker.receiver.waiting <= most
            assert speaker.acknowledged == 1
        speaker.wait_for_ack(1 + messages)
        assert worker.receiver._bytes_in - before == messages * size


def test_a_flood_of_large_messages_is_left_in_the_socket(mqtt_url: str, appliance_id: str) -> None:
    held, size, messages = 300_000, 100_000, 40
    topic = f"wk/v1/{appliance_id}/telemetry"
    receiver = PahoReceiver(
        PahoSettings(url=mqtt_url, client_id=appliance_id, filters=(topic,), session_expiry_s=60, held_bytes=held),
        clock_us=now_us,
    )
    receiver.open()
    try:
        with speaking(mqtt_url, appliance_id) as speaker:

            def is_subscribed() -> bool:
                speaker.publish(topic, b"probe")
                return bool(receiver.acknowledge(receiver.take(100, 0.2)))

            wait_for("it is subscribed", is_subscribed, LIMIT_S)
            for n in range(messages):
                speaker.publish(topic, b"%06d" % n + bytes(size - 6))
            wait_for("it holds back", lambda: receiver.held_back > 20, LIMIT_S)
            assert receiver._bytes_in - receiver._bytes_done <= held + 262_144 + size
            came = set[bytes]()

            def all_came() -> bool:
                taken = receiver.take(3, 0.05)
                came.update(delivery.payload[:6] for delivery in taken if len(delivery.payload) == size)
                receiver.acknowledge(taken)
                return len(came) == messages

            wait_for("all of them came", all_came, LIMIT_S)
            assert receiver.connected
    finally:
        receiver.close()


def test_a_claim_while_readings_flow_loses_none_and_doubles_none(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    connection.execute("INSERT INTO household (id, name) VALUES ('flow-home', 'Flow')")
    began, key = time.time() - 1_000, 0
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        speaker.say(reading(1, began))
        speaker.wait_for_ack(1)
        for n in range(2, 401):
            speaker.say(reading(n, began + n))
            if n == 200:
                [(key,)] = connection.execute(
                    "UPDATE appliance SET kind = 'dryer', household_id = 'flow-home' RETURNING key"
                ).fetchall()
                with connection.transaction():
                    move_history(connection, key)
        for n in range(150, 250):  # what a broker would bring again
            speaker.say(reading(n, began + n))
        speaker.wait_for_ack(400)
        wait_for(
            "nothing is under way", lambda: len(speaker.acks) > 0 and speaker.acks[-1]["seq"] in (249, 400), LIMIT_S
        )
    with connection.transaction():
        move_history(connection, key)
    assert numbers_in(connection, b"reading_unclaimed") == []
    assert numbers_in(connection, b"reading_dryer") == list(range(1, 401))
    assert connection.execute("SELECT count(*) FROM dead_letter").fetchone() == (0,)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    """A broker of the test's own, to be stopped and killed."""
    running = start_mosquitto(install_runtime(lambda _: None), tmp_path / "mosquitto", log=lambda _: None)
    yield running
    running.stop()


def test_a_token_of_an_old_connection_is_never_acknowledged_on_a_new_one(
    broker: RunningBroker, appliance_id: str
) -> None:
    topic = f"wk/v1/{appliance_id}/telemetry"
    receiver = PahoReceiver(PahoSettings(url=broker.url, client_id=appliance_id, filters=(topic,)), clock_us=now_us)
    receiver.open()
    try:
        with speaking(broker.url, appliance_id) as speaker:

            def take_one() -> list[Delivery]:
                taken = receiver.take(10, 0.2)
                if not taken:
                    speaker.publish(topic, b"probe")
                return taken

            taken: list[Delivery] = []
            wait_for("it is subscribed", lambda: bool(take_one()), LIMIT_S)
            for n in range(5):
                speaker.publish(topic, b"%d" % n)
            wait_for("all five came", lambda: b"4" in {d.payload for d in _grow(taken, receiver)}, LIMIT_S)
        old = [delivery for delivery in taken if delivery.payload != b"probe"]
        broker.stop()
        wait_for("the connection is gone", lambda: not receiver.connected, LIMIT_S)
        assert receiver.acknowledge(old) == 0
        broker.restart()
        wait_for("it is back", lambda: receiver.connected, LIMIT_S)
        assert receiver.acknowledge(old) == 0
        again: list[Delivery] = []
        wait_for(
            "all five come again",
            lambda: {d.payload for d in old} <= {d.payload for d in _grow(again, receiver)},
            LIMIT_S,
        )
        assert receiver.acknowledge(again) == len(again)
    finally:
        receiver.close()


def _grow(taken: list[Delivery], receiver: PahoReceiver) -> list[Delivery]:
    taken += receiver.take(100, 0.05)
    return taken


def test_a_notice_goes_out_at_once_and_waits_in_the_outbox_for_the_brokers_word(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    register(connection, appliance_id, "circuit", breaker_rating_a=16.0)
    began = time.time() - 100
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        speaker.say(*(reading(n, began + 20 * n, current_a=20.0) for n in range(1, 4)))
        speaker.wait_for_ack(3)
        wait_for("the notice", lambda: bool(speaker.notices), LIMIT_S)
        rows = connection.execute("SELECT address, payload, retain FROM outbox").fetchall()
        assert rows == [(f"wk/v1/{appliance_id}/notice", json.loads(speaker.notices[0]), True)]
        # It stays there until the scheduler has the broker's word for it: what was sent at once may have been lost.
        assert connection.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL").fetchone() == (1,)
        speaker.publish(f"wk/v1/{appliance_id}/notice", b"", retain=True)


def test_values_are_merged_into_what_is_known_of_an_appliance(
    connection: Connection, database_url: str, mqtt_url: str, appliance_id: str
) -> None:
    at_s = round(time.time() - 10, 3)
    with working(database_url, mqtt_url, f"wk/v1/{appliance_id}/#"), speaking(mqtt_url, appliance_id) as speaker:
        speaker.say(reading(1, at_s, power_w=1.0, voltage_v=230.0))
        speaker.say(reading(2, at_s + 1, power_w=2.0))
        speaker.say(reading(3, at_s - 5, power_w=9.0))  # late: stored, but not news
        speaker.wait_for_ack(3)
    [(signals,)] = connection.execute("SELECT signals FROM latest_values").fetchall()
    assert {name: said["value"] for name, said in signals.items()} == {"power_w": 2.0, "voltage_v": 230.0}
