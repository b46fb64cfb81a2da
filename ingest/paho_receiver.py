"""The receive path over paho-mqtt: its connection and session, with PUBLISH read in large pieces by ourselves.

paho reads the socket a few bytes at a time and sends each acknowledgement alone, which made it the slowest part of
ingest by far (design/performance). So `loop_read` is replaced: it takes what the socket has, hands PUBLISH packets to
the inbox, and gives every other packet to paho. Acknowledgements leave as one piece. This touches `_packet_handle`,
`_packet_queue` and `_in_packet` of paho 2.2, which is why the project pins that release line and
tests/unit/test_paho_receiver.py checks that they are still there (docs/decisions/0007).
"""

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from domain.errors import BadInput
from ingest import mqtt_wire
from ingest.receive import Delivery

log = structlog.get_logger()

FULL_PAUSE_S = 0.01
"""How long the network thread leaves the socket alone while too much is held (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PahoSettings:
    """How to reach the broker and how much to hold."""

    url: str
    """mqtt://user:password@host:port, or mqtts:// for TLS."""
    client_id: str
    """Stable over restarts: the broker keeps the session, and so what is unacknowledged, under it."""
    filters: tuple[str, ...] = ("#",)
    receive_maximum: int = 8000
    """Unacknowledged messages that the broker may have on the way; this is the back-pressure."""
    session_expiry_s: int = 7 * 24 * 3600
    keepalive_s: int = 30
    unacknowledged_bytes: int = 64_000_000
    """QoS 0 messages are not held back by the broker; above this they are dropped and counted."""
    held_bytes: int = 256_000_000
    """With so much received and not yet stored the socket is left alone: the receive-maximum counts messages, and 8000
    of 1 MB would be more than the machine has. 256 MB (E)."""
    batch_bytes: int = 1_000_000
    """A batch ends after so much payload, whatever its number of messages: one message may hold 500 readings."""
    silence_s: float = 90.0
    """No connection for so long, or no turn of the network thread, and this process is better restarted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """A broker's address, taken apart."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None


def broker_address(url: str) -> BrokerAddress:
    """Take a broker's URL apart; BadInput with an example if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts", "tcp", "ssl"} or not parts.hostname:
        raise BadInput(
            f"{parts.scheme or 'that'} is no broker address; it should look like mqtt://user:secret@host:1883"
        )
    tls = parts.scheme in {"mqtts", "ssl"}
    return BrokerAddress(
        host=parts.hostname,
        port=parts.port or (8883 if tls else 1883),
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class _FrameClient(Client):
    """paho's client with its own packet reader taken out."""

    READ = 262_144

    def __init__(
        self, on_publish_packet: Callable[[int, bytes], None], is_full: Callable[[], bool], **options: Any
    ) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, **options)
        self._on_publish_packet = on_publish_packet
        self._is_full = is_full
        self._unread = bytearray()

    def forget_unread(self) -> None:
        """Bytes of an old connection mean nothing on a new one."""
        self._unread.clear()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if self._is_full():
            sleep(FULL_PAUSE_S)  # the socket stays readable: without a pause paho would spin
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            data = self._sock_recv(self.READ)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        self._unread += data
        with self._msgtime_mutex:
            self._last_bytes_received = monotonic()
        try:
            rc = self._read_packets()
        except mqtt_wire.Malformed as error:
            log.warning("mqtt_malformed", text="the broker sent bytes that are no MQTT", why=str(error))
            rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
        return self._loop_rc_handle(rc) if rc else rc

    def _read_packets(self) -> MQTTErrorCode:
        data, at, end = bytes(self._unread), 0, len(self._unread)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size >= 0x80:
                length = mqtt_wire.variable_length(data, at + 1)
                if length is None:
                    break
                size, start = length
            if start + size > end:
                break
            first, body = data[at], data[start : start + size]
            at = start + size
            if first & 0xF0 == mqtt_wire.PUBLISH:
                self._on_publish_packet(first, body)
            elif rc := self._handle_other(first, body):
                self._unread = bytearray(data[at:])
                return rc
        self._unread = bytearray(data[at:])
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_other(self, first: int, body: bytes) -> MQTTErrorCode:
        self._in_packet = {
            "command": first,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        return self._packet_handle()

    def send_bytes(self, data: bytes) -> None:
        """Queue whole packets as one piece. The command only tells paho that nobody waits for them."""
        self._packet_queue(mqtt_wire.PUBACK, data, 0, 0)


class PahoReceiver:
    """Deliveries from a broker over a persistent MQTT 5 session with manual acknowledgement."""

    def __init__(self, settings: PahoSettings, clock_us: Callable[[], int]) -> None:
        self._settings = settings
        self._clock_us = clock_us
        self._inbox: deque[Delivery] = deque()
        self._arrived = threading.Event()
        self._lock = threading.Lock()  # over generation and acknowledging: a late token must not meet a new session
        self._generation = 0
        self._connected = False
        self._refusal: str | None = None
        self._last_connected = monotonic()
        self._thread: threading.Thread | None = None
        self._bytes_in = 0  # written by the network thread alone
        self._bytes_done = 0  # written under the lock
        self.dropped = 0
        """QoS 0 messages given up because the store could not keep pace."""
        self.held_back = 0
        """Times that the socket was left alone because too much was held."""
        self._client = self._make_client()

    def _make_client(self) -> _FrameClient:
        client = _FrameClient(
            self._on_packet,
            self._is_full,
            client_id=self._settings.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        address = broker_address(self._settings.url)
        if address.user is not None:
            client.username_pw_set(address.user, address.password)
        if address.tls:
            client.tls_set_context(ssl.create_default_context())
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = self._on_connect_fail
        client.on_pre_connect = lambda *_: self._on_pre_connect()
        return client

    def open(self) -> None:
        """Connect in the background and keep connecting; `take` simply finds nothing until it works."""
        address = broker_address(self._settings.url)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.session_expiry_s
        properties.ReceiveMaximum = min(self._settings.receive_maximum, 65_535)
        self._client.connect_async(
            address.host,
            address.port,
            keepalive=self._settings.keepalive_s,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()
        self._thread = self._client._thread

    def _on_pre_connect(self) -> None:
        """Whatever ended the old connection, and whether or not paho told: its bytes and tokens mean nothing now."""
        self._client.forget_unread()
        with self._lock:
            self._generation += 1
            if self._connected:
                self._connected, self._last_connected = False, monotonic()

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            log.warning("mqtt_refused", text="the broker refuses this connection", why=str(reason))
            return
        with self._lock:
            self._generation += 1
            self._connected = True
            self._refusal = None
            self._bytes_done = self._bytes_in
            self._clear_inbox()
        # Retained messages come with a new subscription only: each reconnect would store them once more.
        options = SubscribeOptions(qos=1, noLocal=True, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        self._client.subscribe([(topic, options) for topic in self._settings.filters])
        log.info("mqtt_connected", text="connected to the broker", session_present=flags.session_present)

    def _clear_inbox(self) -> None:
        """What a dead connection brought, the broker brings again, but for QoS 0: those stay."""
        for _ in range(len(self._inbox)):
            try:
                delivery = self._inbox.popleft()
            except IndexError:  # the consumer was faster
                return
            if not delivery.token:
                self._inbox.append(delivery)

    def _on_connect_fail(self, client: Client, userdata: Any) -> None:
        address = broker_address(self._settings.url)
        text = "no broker answers there; trying again"
        log.warning("mqtt_unreachable", text=text, host=address.host, port=address.port)

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        with self._lock:
            self._generation += 1
            self._connected = False
            self._last_connected = monotonic()
        log.warning("mqtt_disconnected", text="the connection to the broker ended", why=str(reason))

    def _on_packet(self, first: int, body: bytes) -> None:
        message = mqtt_wire.read_publish(first, body)
        if message.qos == 0 and self._bytes_in - self._bytes_done > self._settings.unacknowledged_bytes:
            self.dropped += 1
            return
        self._bytes_in += len(message.payload)
        self._inbox.append(
            Delivery(message.topic, message.payload, self._clock_us(), message.mid, self._generation, message.retained)
        )
        if not self._arrived.is_set():
            self._arrived.set()

    def _is_full(self) -> bool:
        is_full = self._bytes_in - self._bytes_done > self._settings.held_bytes
        self.held_back += is_full
        return is_full

    def take(self, most: int, wait_s: float) -> list[Delivery]:
        inbox = self._inbox
        if not inbox:
            self._arrived.clear()
            if not inbox:  # it may have come between the look and the clearing
                self._arrived.wait(wait_s)
        taken: list[Delivery] = []
        room = self._settings.batch_bytes
        try:
            while len(taken) < most and room > 0:
                delivery = inbox.popleft()
                taken.append(delivery)
                room -= len(delivery.payload)
        except IndexError:
            pass
        return taken

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        with self._lock:
            self._bytes_done += sum([len(d.payload) for d in deliveries if d.generation == self._generation])
            mids = [d.token for d in deliveries if d.generation == self._generation and d.token]
            if mids and self._connected:
                self._client.send_bytes(mqtt_wire.write_pubacks(mids))
                return len(mids)
        return 0

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        data = b"".join([mqtt_wire.write_publish(topic, payload) for topic, payload in messages])
        with self._lock:
            if data and self._connected:
                self._client.send_bytes(data)

    def publish_retained(self, topic: str, payload: bytes) -> bool:
        if not self._connected:
            return False
        return self._client.publish(topic, payload, qos=1, retain=True).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connected

    @property
    def waiting(self) -> int:
        """Messages received and not yet taken."""
        return len(self._inbox)

    def ailment(self) -> str | None:
        if self._thread is None or not self._thread.is_alive():
            return "the network thread has ended"
        if not self._connected and monotonic() - self._last_connected > self._settings.silence_s:
            return f"no broker for {self._settings.silence_s:.0f} s" + (f": {self._refusal}" if self._refusal else "")
        return None

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
