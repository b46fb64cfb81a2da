"""A sender that costs almost nothing: packets are made beforehand, acknowledgements are only counted.

It speaks just enough MQTT 3.1.1 to publish at QoS 1 with a window; it exists because a client library as sender
would be what is measured. Its own correctness shows in the rows that arrive.
"""

import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

WINDOW = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is sent: `messages` readings of ten signals each, from `appliances` appliances in turn."""

    messages: int
    appliances: int
    run: str
    start_s: float
    seed: int = 1

    def appliance(self, index: int) -> str:
        """The id of the appliance that sends message `index`."""
        return f"bench-{self.run}-{index % self.appliances:04d}"

    def last_seq(self, appliance: int) -> int:
        """The number of the last reading of one appliance."""
        return (self.messages - 1 - appliance) // self.appliances + 1

    def packets(self) -> Iterator[bytes]:
        """The PUBLISH packets, QoS 1."""
        rng = Random(self.seed)
        for index in range(self.messages):
            reading = {
                "ts": round(self.start_s + index * 0.001, 3),
                "seq": index // self.appliances + 1,
                "m": {
                    "power_w": round(rng.uniform(300, 1500), 1),
                    "voltage_v": round(rng.uniform(225, 235), 1),
                    "current_a": round(rng.uniform(1, 7), 2),
                    "energy_kwh": round(100 + index * 0.0001, 4),
                    "room_c": round(rng.uniform(20, 28), 2),
                    "coil_in_c": round(rng.uniform(5, 12), 2),
                    "outdoor_c": round(rng.uniform(25, 38), 2),
                    "compressor_hz": round(rng.uniform(20, 80), 1),
                    "fan_rpm": round(rng.uniform(700, 1200)),
                    "eev_steps": round(rng.uniform(100, 400)),
                },
            }
            topic = f"wk/v1/{self.appliance(index)}/telemetry".encode()
            body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", index % 65_535 + 1)
            body += json.dumps(reading, separators=(",", ":")).encode()
            yield bytes([0x32]) + _length(len(body)) + body


def _length(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def send(mqtt_url: str, packets: list[bytes], window: int = WINDOW) -> None:
    """Publish all packets, never more than `window` unacknowledged; returns when the broker has acknowledged all."""
    address = urlsplit(mqtt_url)
    with socket.create_connection((address.hostname, address.port or 1883)) as connection:
        client = b"bench-sender"
        connect = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack(">H", len(client)) + client
        connection.sendall(b"\x10" + _length(len(connect)) + connect)
        if connection.recv(4)[3:] != b"\x00":
            raise ConnectionError("the broker refuses the sender")
        sent = acknowledged = 0
        while acknowledged < len(packets) * 4:  # a PUBACK is four bytes
            room = window - (sent - acknowledged // 4)
            if room >= window // 4 or (room > 0 and sent + room >= len(packets)):
                connection.sendall(b"".join(packets[sent : sent + room]))
                sent = min(sent + room, len(packets))
            got = connection.recv(65_536)
            if not got:
                raise ConnectionError("the broker ended the connection")
            acknowledged += len(got)
