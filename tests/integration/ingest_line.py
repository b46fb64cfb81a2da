"""The two ends of the line for the ingest tests: an appliance that speaks MQTT, and a worker."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ingest.consumer import Consumer, ConsumerSettings
from ingest.paho_receiver import PahoReceiver, PahoSettings
from ingest.receive import Delivery
from store.database import connect
from tests.chaos.harness import wait_for

LIMIT_S = 20.0


class Speaker:
    """A client of the broker that says things and hears what Wellkept answers."""

    def __init__(self, mqtt_url: str, appliance_id: str, *, will: tuple[str, bytes] | None = None) -> None:
        self.id = appliance_id
        self.acks: list[dict[str, Any]] = []
        self.notices: list[bytes] = []
        self._ready = threading.Event()
        url = urlsplit(mqtt_url)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"speaker-{uuid4().hex[:10]}")
        self._client.max_inflight_messages_set(0)  # no limit
        if will is not None:
            self._client.will_set(*will, qos=1, retain=True)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda *told: self._hear(told[2])
        self._client.connect_async(url.hostname or "", url.port or 1883, keepalive=10)
        self._client.loop_start()
        assert self._ready.wait(LIMIT_S)

    def _subscribe(self, client: Client, *_: Any) -> None:
        client.subscribe([(f"wk/v1/{self.id}/ack", 1), (f"wk/v1/{self.id}/notice", 1)])

    def _hear(self, message: MQTTMessage) -> None:
        if message.topic.endswith("/ack"):
            self.acks.append(json.loads(message.payload))
        else:
            self.notices.append(bytes(message.payload))

    @property
    def acknowledged(self) -> int:
        """The highest number that was acknowledged; -1 before the first."""
        return max((ack["seq"] for ack in self.acks if ack["seq"] is not None), default=-1)

    def publish(self, topic: str, payload: bytes | str, qos: int = 1, *, retain: bool = False) -> None:
        """Say it and wait until the broker has it."""
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(LIMIT_S)

    def say(self, *readings: dict[str, Any], sort: str = "telemetry") -> None:
        """Native readings in one message: one alone, several as an array."""
        told: Any = readings[0] if len(readings) == 1 else readings
        self.publish(f"wk/v1/{self.id}/{sort}", json.dumps(told))

    def wait_for_ack(self, seq: int) -> None:
        """Until everything up to `seq` is promised."""
        wait_for(f"an acknowledgement of {seq}; heard {self.acks[-3:]}", lambda: self.acknowledged >= seq, LIMIT_S)

    def vanish(self) -> None:
        """Lose the connection without a word, so that the Last Will speaks."""
        sock = self._client.socket()
        assert sock is not None
        self._client.loop_stop()
        sock.close()

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def speaking(mqtt_url: str, appliance_id: str, **options: Any) -> Iterator[Speaker]:
    """A `Speaker` for the block."""
    speaker = Speaker(mqtt_url, appliance_id, **options)
    try:
        yield speaker
    finally:
        speaker.close()


def reading(seq: int | None, at_s: float | None = None, **signals: Any) -> dict[str, Any]:
    """A native reading; by default stamped now, with a power that tells its number."""
    at_s = time.time() if at_s is None else at_s
    said = {"ts": round(at_s, 6), "m": signals or {"power_w": float(seq or 0)}}
    return said if seq is None else {**said, "seq": seq}


def now_us() -> int:
    """This machine's clock."""
    return time.time_ns() // 1000


class MemoryReceiver:
    """A receive path without a broker: what is acknowledged and said is kept, so that a test decides on the batches."""

    def __init__(self) -> None:
        self.acknowledged: list[Delivery] = []
        self.said: list[tuple[str, bytes]] = []

    def take(self, most: int, wait_s: float) -> list[Delivery]:
        """Nothing: batches are handed to the consumer directly."""
        return []

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        self.acknowledged += deliveries
        return len(deliveries)

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        self.said += messages

    def publish_retained(self, topic: str, payload: bytes) -> bool:
        self.said.append((topic, payload))
        return True

    def ailment(self) -> str | None:
        return None

    def close(self) -> None:
        return

    def acks(self, appliance_id: str) -> list[int | None]:
        """The numbers in the acknowledgements to this appliance, in order."""
        return [json.loads(payload)["seq"] for topic, payload in self.said if topic == f"wk/v1/{appliance_id}/ack"]


def delivery(topic: str, *readings: dict[str, Any], token: int = 1, payload: bytes | None = None) -> Delivery:
    """A message as it would arrive now."""
    told: Any = readings[0] if len(readings) == 1 else readings
    payload = json.dumps(told).encode() if payload is None else payload
    return Delivery(topic.encode(), payload, now_us(), token, 1, False)


class Worker:
    """Receiver and consumer in a thread of the test."""

    def __init__(self, receiver: PahoReceiver, consumer: Consumer) -> None:
        self.receiver = receiver
        self.consumer = consumer
        self.failure: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.consumer.prepare(self._stop)
            self.receiver.open()
            self.consumer.run(self._stop)
        except BaseException as error:
            self.failure = error

    @property
    def is_running(self) -> bool:
        """Whether it works."""
        return self._thread.is_alive() and self.failure is None

    def stop(self) -> None:
        """End in order; what it could not go on with is raised here."""
        self._stop.set()
        self._thread.join(LIMIT_S)
        self.receiver.close()
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure


def new_worker(
    database_url: str,
    mqtt_url: str,
    *filters: str,
    client_id: str | None = None,
    settings: ConsumerSettings | None = None,
    receive_maximum: int = 8000,
) -> Worker:
    """A worker that hears only these filters, for the broker is shared by all tests; returns once it hears them."""
    client_id = client_id or f"worker-{uuid4().hex[:10]}"
    receiver = PahoReceiver(
        PahoSettings(
            url=mqtt_url, client_id=client_id, filters=filters, session_expiry_s=120, receive_maximum=receive_maximum
        ),
        clock_us=now_us,
    )
    consumer = Consumer(
        receiver=receiver,
        connect=lambda: connect(database_url, application=client_id, autocommit=True),
        settings=settings or ConsumerSettings(),
    )
    worker = Worker(receiver, consumer)
    wait_for("the worker is subscribed", lambda: is_subscribed(mqtt_url, worker, filters), LIMIT_S)
    return worker


def is_subscribed(mqtt_url: str, worker: Worker, filters: tuple[str, ...]) -> bool:
    """Whether a message on the first filter reaches the worker; what it says is stored nowhere."""
    if worker.failure is not None:
        raise worker.failure
    before = worker.consumer.counters.messages
    topic = filters[0].replace("#", "ack").replace("+", "probe-0")
    with speaking(mqtt_url, "probe-0") as probe:
        probe.publish(topic, b'{"seq": null}')
        return _soon(lambda: worker.consumer.counters.messages > before)


def _soon(condition: Any) -> bool:
    try:
        wait_for("it", condition, 0.2)
    except AssertionError:
        return False
    return True


@contextmanager
def working(database_url: str, mqtt_url: str, *filters: str, **options: Any) -> Iterator[Worker]:
    """A worker for the block; it must not have failed at its end."""
    worker = new_worker(database_url, mqtt_url, *filters, **options)
    try:
        yield worker
    finally:
        worker.stop()
