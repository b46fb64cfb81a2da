"""One MQTT connection that speaks for the appliances of one home and keeps what is not acknowledged."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device_sim.tables import Event, Reading
from device_sim.unacked import UnackedBuffer
from device_sim.wire import Notice, decode_ack, decode_notice, encode_event, encode_readings

BATCH_READINGS: Final = 100  # per message; the contract allows 500
INFLIGHT_MESSAGES: Final = 100
SEND_AHEAD_MESSAGES: Final = 400  # handed to the client and not yet confirmed by the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where to connect."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "Broker":
        """Read `mqtt[s]://[user[:password]@]host[:port]`; ValueError when it is not that."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"not an MQTT address: {url!r}; expected mqtt://host:port")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (8883 if tls else 1883),
            tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class Link:
    """A connection. The main thread adds and sends; the client's thread hands in acknowledgements and notices."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        appliance_ids: Sequence[str],
        *,
        limit: int,
        on_notice: Callable[[Notice], None],
        clock: Callable[[], float],
    ) -> None:
        self._ids = tuple(appliance_ids)
        self._buffers = {name: UnackedBuffer(limit) for name in self._ids}
        self._lock = threading.Lock()
        self._on_notice = on_notice
        self._clock = clock
        self._ready = threading.Event()
        self._unconfirmed = 0
        self.acknowledged = 0
        self.trouble: str | None = "connecting"
        self._client = self._make_client(broker, client_id)

    def _make_client(self, broker: Broker, client_id: str) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set()
        client.max_inflight_messages_set(INFLIGHT_MESSAGES)
        client.reconnect_delay_set(1, 10)
        # A connection has one Last Will: it speaks for the home's first appliance (see the simulator guide).
        client.will_set(f"wk/v1/{self._ids[0]}/status", b"offline", qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        client.on_publish = self._confirmed
        client.connect_async(broker.host, broker.port, keepalive=30)
        return client

    def start(self) -> None:
        """Connect in the background, again and again until stopped."""
        self._client.loop_start()

    def stop(self) -> None:
        """Say offline for every appliance and disconnect."""
        if self._ready.is_set():
            said = [self._client.publish(f"wk/v1/{name}/status", b"offline", qos=1, retain=True) for name in self._ids]
            for info in said:
                info.wait_for_publish(2.0)
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def unacked(self) -> int:
        """Readings kept because nobody has acknowledged them."""
        with self._lock:
            return sum(len(buffer) for buffer in self._buffers.values())

    @property
    def room(self) -> int:
        """Readings that the fullest buffer can still take."""
        with self._lock:
            return min(buffer.room for buffer in self._buffers.values())

    def add(self, reading: Reading) -> None:
        """Keep a reading of one of this home's appliances until it is acknowledged."""
        with self._lock:
            self._buffers[reading.appliance_id].add(reading)

    def send_event(self, event: Event) -> None:
        """Publish an event; QoS 1 carries it, the acknowledgement of readings does not cover it."""
        self._client.publish(f"wk/v1/{event.appliance_id}/event", encode_event(event), qos=1)

    def send(self) -> int:
        """Publish what waits, as far as the broker keeps up; returns how many readings went out."""
        if not self._ready.is_set():
            return 0
        sent = 0
        for name, buffer in self._buffers.items():
            with self._lock:
                if buffer.rewind_if_overdue(self._clock()):
                    self.trouble = "no acknowledgement, sending again"
            while self._unconfirmed < SEND_AHEAD_MESSAGES:
                with self._lock:
                    batch = buffer.take(BATCH_READINGS, self._clock())
                    self._unconfirmed += bool(batch)
                if not batch:
                    break
                self._client.publish(f"wk/v1/{name}/{batch[0].topic}", encode_readings(batch), qos=1)
                sent += len(batch)
        return sent

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _props: Properties | None
    ) -> None:
        if reason.is_failure:
            self.trouble = f"broker refused: {reason}"
            return
        client.subscribe([(f"wk/v1/{name}/{what}", 1) for name in self._ids for what in ("ack", "notice")])
        for name in self._ids:
            client.publish(f"wk/v1/{name}/status", b"online", qos=1, retain=True)
        with self._lock:
            self._unconfirmed = 0
            for buffer in self._buffers.values():
                buffer.rewind()
        self.trouble = None
        self._ready.set()

    def _disconnected(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _props: Properties | None
    ) -> None:
        self._ready.clear()
        if reason.is_failure:
            self.trouble = f"connection lost: {reason}"

    def _confirmed(
        self, _client: Client, _data: object, _mid: int, _reason: ReasonCode, _props: Properties | None
    ) -> None:
        with self._lock:
            self._unconfirmed = max(0, self._unconfirmed - 1)

    def _received(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        levels = message.topic.split("/")
        if len(levels) != 4 or levels[2] not in self._buffers:
            return
        name, what = levels[2], levels[3]
        if what == "ack":
            ack = decode_ack(message.payload)
            if ack is not None:
                with self._lock:
                    self.acknowledged += self._buffers[name].acknowledge(ack.seq, ack.ts, self._clock())
                self.trouble = None
        elif what == "notice":
            notice = decode_notice(name, message.payload)
            if notice is not None:
                self._on_notice(notice)
