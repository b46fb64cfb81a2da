"""Messages reach the real broker, in order, at least once, through its outages."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from domain.errors import BadInput
from scheduler.deliver import deliver
from scheduler.publisher import Publisher
from scheduler.settings import SchedulerSettings
from scheduler.work import Work
from store.database import Connection
from store.outbox import notice_topic, send_notice, tell_owner
from tests.integration.scheduler_homes import NOW, until
from wellkept.local import RunningBroker, install_runtime, start_mosquitto

pytestmark = pytest.mark.integration
UNSENT = b"SELECT count(*) FROM outbox WHERE sent_at IS NULL AND refused IS NULL"


class Appliance:
    """Listens to one topic and keeps what it hears, in order."""

    def __init__(self, url: str, topic: str) -> None:
        host, port = url.removeprefix("mqtt://").split(":")
        self.heard: list[object] = []
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.on_message = self._hear
        self._client.connect(host, int(port))
        self._client.subscribe(topic, qos=1)
        self._client.loop_start()

    def _hear(self, _: Client, __: object, message: MQTTMessage) -> None:
        self.heard.append(json.loads(message.payload)["n"] if message.payload else None)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def publisher(mqtt_url: str) -> Iterator[Publisher]:
    made = Publisher(mqtt_url)
    yield made
    made.close()


def work_with(connection: Connection, publisher: Publisher) -> Work:
    settings = SchedulerSettings(database_url="", mqtt_url="")
    return Work(connection=connection, now=NOW, settings=settings, publisher=publisher, keep_on=lambda: True)


def unsent(connection: Connection) -> int:
    row = connection.execute(UNSENT).fetchone()
    assert row is not None
    return int(row[0])


def deliver_all(work: Work) -> None:
    def empty() -> bool:
        deliver(work)
        return unsent(work.connection) == 0

    until(empty, 20)


def test_notices_arrive_in_order_and_the_last_one_stays_retained(
    connection: Connection, publisher: Publisher, mqtt_url: str, appliance_id: str
) -> None:
    for n in range(50):
        send_notice(connection, appliance_id, {"n": n})
    listening = Appliance(mqtt_url, notice_topic(appliance_id))
    deliver_all(work_with(connection, publisher))
    until(lambda: len(listening.heard) == 50)
    listening.leave()
    assert listening.heard == list(range(50))
    latecomer = Appliance(mqtt_url, notice_topic(appliance_id))
    until(lambda: latecomer.heard == [49])
    send_notice(connection, appliance_id, None)
    deliver_all(work_with(connection, publisher))
    until(lambda: latecomer.heard == [49, None])
    latecomer.leave()
    assert work_with(connection, publisher).publisher is publisher
    assert connection.execute("SELECT count(*) FROM outbox WHERE sent_at = %s", (NOW,)).fetchone() == (51,)


def test_saying_the_same_again_is_not_a_new_notice(connection: Connection, appliance_id: str) -> None:
    for payload in ({"n": 1}, {"n": 1}, None, None, {"n": 1}):
        send_notice(connection, appliance_id, payload)
    assert connection.execute("SELECT payload FROM outbox ORDER BY id").fetchall() == [
        ({"n": 1},),
        (None,),
        ({"n": 1},),
    ]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    """A broker of the test's own, to be stopped and started."""
    running = start_mosquitto(install_runtime(print), tmp_path, log=print)
    yield running
    running.stop()


def test_notices_wait_for_a_broker_that_is_away(
    connection: Connection, broker: RunningBroker, appliance_id: str
) -> None:
    publisher = Publisher(broker.url)
    work = work_with(connection, publisher)
    send_notice(connection, appliance_id, {"n": 1})
    deliver_all(work)
    broker.stop()
    send_notice(connection, appliance_id, {"n": 2})
    tell_owner(connection, "home-a", {"kind": "reminder", "text": "x"})
    for _ in range(3):
        deliver(work)
    assert unsent(connection) == 1  # the owner's message does not wait for the broker
    broker.restart()
    listening = Appliance(broker.url, notice_topic(appliance_id))
    deliver_all(work)
    until(lambda: listening.heard[-1:] == [2])
    listening.leave()
    publisher.close()


def test_a_broker_that_stops_answering_loses_nothing(
    connection: Connection, broker: RunningBroker, appliance_id: str
) -> None:
    """Killed while a stream of notices goes out: what is marked as sent was acknowledged, the rest goes out again."""
    publisher = Publisher(broker.url)
    work = work_with(connection, publisher)
    send_notice(connection, appliance_id, {"n": -1})
    deliver_all(work)
    for n in range(2000):
        send_notice(connection, appliance_id, {"n": n})
    killer = threading.Thread(target=lambda: until(lambda: unsent(connection) < 1500, 20))
    killer.start()
    delivering = threading.Thread(target=lambda: [deliver(work) for _ in range(2)])
    delivering.start()
    killer.join()
    broker.stop()
    delivering.join()
    broker.restart()
    listening = Appliance(broker.url, notice_topic(appliance_id))
    deliver_all(work)
    until(lambda: listening.heard[-1:] == [1999])
    listening.leave()
    publisher.close()
    numbers = [n for n in listening.heard if isinstance(n, int)]
    assert numbers[-1] == 1999


def test_a_notice_that_can_never_go_out_does_not_hold_up_the_others(
    connection: Connection, publisher: Publisher, mqtt_url: str, appliance_id: str
) -> None:
    send_notice(connection, "wild/#", {"n": 1})
    send_notice(connection, appliance_id, {"n": 2})
    deliver_all(work_with(connection, publisher))
    rows = connection.execute("SELECT refused IS NOT NULL, sent_at IS NOT NULL FROM outbox ORDER BY id").fetchall()
    assert rows == [(True, False), (False, True)]


def test_a_newer_notice_that_ingest_sent_itself_is_not_replaced_by_an_older_one(
    connection: Connection, publisher: Publisher, mqtt_url: str, appliance_id: str
) -> None:
    """Ingest publishes its alarms at once; the older row was still waiting here when the newer one went out there."""
    send_notice(connection, appliance_id, {"n": 1})
    send_notice(connection, appliance_id, {"n": 2})
    connection.execute("UPDATE outbox SET sent_at = now() WHERE payload = '{\"n\": 2}'")
    listening = Appliance(mqtt_url, notice_topic(appliance_id))
    deliver_all(work_with(connection, publisher))
    until(lambda: listening.heard == [1, 2])
    listening.leave()


def test_a_notice_that_the_broker_forbids_is_put_aside_with_its_reason(connection: Connection, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text("topic readwrite wk/v1/allowed-one/#\n", encoding="utf-8")
    allowed.chmod(0o644)
    running = start_mosquitto(install_runtime(print), tmp_path / "data", log=print, acl_file=allowed)
    publisher = Publisher(running.url)
    send_notice(connection, "forbidden-one", {"n": 1})
    send_notice(connection, "allowed-one", {"n": 2})
    deliver_all(work_with(connection, publisher))
    publisher.close()
    running.stop()
    rows = connection.execute("SELECT refused, sent_at IS NOT NULL FROM outbox ORDER BY id").fetchall()
    assert rows == [("Not authorized", False), (None, True)]


def test_an_address_that_is_no_brokers_is_said_so() -> None:
    with pytest.raises(BadInput, match="mqtt://host"):
        Publisher("http://somewhere")
