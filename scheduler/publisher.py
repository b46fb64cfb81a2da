"""The scheduler's connection to the broker: publish, wait for the broker's word, never guess."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import structlog
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.errors import BadInput
from store.outbox import Message

PATIENCE_S: Final = 5.0
"""How long a batch waits for its acknowledgements before the connection is given up (E)."""
RETRY_S: Final = (1, 5)
"""Between attempts to reach the broker, growing from the first to the second (E)."""
CONNECT_S: Final = 2.0
"""Short, so that leaving never waits long for a broker that swallows packets (E)."""
log = structlog.get_logger("scheduler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Which messages the broker acknowledged, and which it refused for good, with its reason."""

    delivered: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


class Publisher:
    """Publishes with QoS 1 over MQTT 5 and tells what was acknowledged; it connects in its own thread.

    Order per address: messages are handed over in order on one connection. When one stays unacknowledged, that
    connection and everything still queued in it is thrown away, and later messages to its address count as
    undelivered, so the next round sends them again in order.
    """

    def __init__(self, url: str) -> None:
        """`url`: `mqtt://user:password@host:port` or `mqtts://…`; BadInput if it is neither."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise BadInput(f"the broker's address should look like mqtt://host:1883, not {parts.scheme}://…")
        self._tls = parts.scheme == "mqtts"
        self._host, self._port = parts.hostname, parts.port or (8883 if self._tls else 1883)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._client: Client | None = None
        self._heard = threading.Condition()
        self._answers: dict[int, ReasonCode] = {}

    def publish(self, messages: Sequence[Message], keep_on: Callable[[], bool]) -> Delivery:
        """Publish in order and wait for the answers, up to `PATIENCE_S`; a broker that is away takes nothing."""
        client = self._connected()
        if client is None or not messages:
            return Delivery()
        with self._heard:
            self._answers.clear()
        delivery, mids = Delivery(), {}
        for message in messages:
            try:
                info = client.publish(message.address, _body(message.payload), qos=1, retain=message.retain)
            except ValueError as error:  # a wildcard in the topic, or a payload beyond the protocol's limit
                delivery.refused[message.id] = str(error)
                continue
            mids[message.id] = info.mid
        complete = self._wait(set(mids.values()), keep_on)
        self._sort_answers(messages, mids, delivery)
        if not complete:
            log.warning("broker_silent", text="the broker did not acknowledge in time; connecting anew")
            self.close()
        return delivery

    def close(self) -> None:
        """Leave the broker; what it has not acknowledged counts as undelivered."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _wait(self, mids: set[int], keep_on: Callable[[], bool]) -> bool:
        give_up = monotonic() + PATIENCE_S
        with self._heard:
            while not mids <= self._answers.keys():
                if monotonic() > give_up or not keep_on() or self._client is None or not self._client.is_connected():
                    return False
                self._heard.wait(0.2)
        return True

    def _sort_answers(self, messages: Sequence[Message], mids: dict[int, int], delivery: Delivery) -> None:
        held_up: set[str] = set()
        with self._heard:
            for message in messages:
                if message.id not in mids:
                    continue
                answer = self._answers.get(mids[message.id])
                if answer is None or message.address in held_up:
                    held_up.add(message.address)
                elif answer.is_failure:
                    delivery.refused[message.id] = str(answer)
                else:
                    delivery.delivered.append(message.id)

    def _connected(self) -> Client | None:
        if self._client is None:
            self._client = self._new_client()
        return self._client if self._client.is_connected() else None

    def _new_client(self) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.reconnect_delay_set(*RETRY_S)
        client.connect_timeout = CONNECT_S
        if self._user is not None:
            client.username_pw_set(self._user, self._password)
        if self._tls:
            client.tls_set()
        client.on_publish = self._on_publish
        client.connect_async(self._host, self._port, keepalive=10, properties=_short_session())
        client.loop_start()
        return client

    def _on_publish(self, client: Client, _: Any, mid: int, reason: ReasonCode, __: Any) -> None:
        with self._heard:
            if client is self._client:
                self._answers[mid] = reason
                self._heard.notify_all()


def _short_session() -> Properties:
    """Nothing of this client outlives its connection: the outbox is its memory."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    properties.SessionExpiryInterval = 0
    return properties


def _body(payload: dict[str, Any] | None) -> bytes:
    return b"" if payload is None else json.dumps(payload, ensure_ascii=False).encode()
