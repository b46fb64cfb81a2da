"""Appliances as a process of their own: each keeps what it has said until Wellkept's own acknowledgement covers it.

    python -m tests.chaos.sender --mqtt URL --log FILE --readings 5000 --rate 200 ID…

What was generated and what was acknowledged goes to the log, one JSON object a line; the log is the oracle of the
kill tests. Exit code 0: everything was acknowledged; 3: the time was over before.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import IO, Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

RESEND_FIRST_S = 2.0
RESEND_MOST_S = 8.0
WINDOW = 1000
"""So many of the oldest unacknowledged readings are sent again at a time."""
TICK_S = 0.01


def value_of(appliance_id: str, seq: int, at_us: int) -> float:
    """The power in watts that belongs to a reading: 0 to 20,000 in quarters, which a `real` column holds exactly."""
    digest = blake2s(f"{appliance_id}/{seq}/{at_us}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % 80_001 / 4


@dataclass(slots=True)
class Appliance:
    """One appliance: a counter, a buffer of what is unacknowledged, a connection that comes and goes."""

    id: str
    mqtt: str
    log: IO[str]
    unacknowledged: dict[int, bytes] = field(default_factory=dict)
    generated: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    resend_at_s: float = 0.0
    resend_after_s: float = RESEND_FIRST_S
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=self.id, protocol=MQTTProtocolVersion.MQTTv311)
        self.client.max_inflight_messages_set(500)
        self.client.reconnect_delay_set(1, 2)
        self.client.on_connect = lambda *_: self._on_connect()
        self.client.on_message = lambda *told: self._on_ack(told[2])
        url = urlsplit(self.mqtt)
        self.client.connect_async(url.hostname or "", url.port or 1883, keepalive=10)
        self.client.loop_start()

    def _on_connect(self) -> None:
        self.client.subscribe(f"wk/v1/{self.id}/ack", qos=1)
        self.resend_at_s = 0.0  # whatever the broker had may be gone with it: oldest first, once more

    def _on_ack(self, message: MQTTMessage) -> None:
        upto = json.loads(message.payload)["seq"]
        with self.lock:
            covered = [seq for seq in self.unacknowledged if seq <= upto]
            for seq in covered:
                del self.unacknowledged[seq]
            if covered:
                self.log.write(json.dumps({"id": self.id, "acked": upto, "at": time.time()}) + "\n")
                self.resend_after_s = RESEND_FIRST_S
                self.resend_at_s = time.monotonic() + RESEND_FIRST_S

    def generate(self) -> None:
        """Say something new."""
        with self.lock:
            self.generated += 1
            seq, at_us = self.generated, time.time_ns() // 1000
            value = value_of(self.id, seq, at_us)
            reading = {"ts": at_us / 1e6, "seq": seq, "m": {"power_w": value, "energy_kwh": float(seq)}}
            self.log.write(json.dumps({"id": self.id, "seq": seq, "ts": at_us, "value": value}) + "\n")
            if not self.unacknowledged:
                self.resend_at_s = time.monotonic() + self.resend_after_s
            payload = self.unacknowledged[seq] = json.dumps(reading).encode()
        self._send(payload)

    def look_after(self, now_s: float) -> None:
        """Send again what has waited too long for its acknowledgement."""
        if now_s < self.resend_at_s or not self.client.is_connected():
            return
        with self.lock:
            self.resend_at_s = now_s + self.resend_after_s
            self.resend_after_s = min(2 * self.resend_after_s, RESEND_MOST_S)
            again = [payload for _, payload in sorted(self.unacknowledged.items())[:WINDOW]]
        for payload in again:
            self._send(payload)

    def _send(self, payload: bytes) -> None:
        if self.client.is_connected():
            self.client.publish(f"wk/v1/{self.id}/telemetry", payload, qos=1)


def run(ids: Sequence[str], mqtt: str, log: IO[str], readings: int, rate: float, limit_s: float) -> bool:
    """Say `readings` in all, `rate` a second, in turn by each appliance; True once all are acknowledged."""
    appliances = [Appliance(id_, mqtt, log) for id_ in ids]
    began, said = time.monotonic(), 0
    while True:
        now_s = time.monotonic()
        due = min(readings, int((now_s - began) * rate))
        while said < due:
            appliances[said % len(appliances)].generate()
            said += 1
        for appliance in appliances:
            appliance.look_after(now_s)
        if said == readings and not any(appliance.unacknowledged for appliance in appliances):
            return True
        if now_s - began > limit_s:
            return False
        time.sleep(TICK_S)


def main(words: Sequence[str] | None = None) -> Any:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mqtt", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--readings", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="readings a second, all appliances together")
    parser.add_argument("--limit-s", type=float, default=240.0)
    parser.add_argument("ids", nargs="+")
    given = parser.parse_args(words)
    with open(given.log, "w", encoding="utf-8", buffering=1) as log:
        done = run(given.ids, given.mqtt, log, given.readings, given.rate, given.limit_s)
    return 0 if done else 3


if __name__ == "__main__":
    sys.exit(main())
