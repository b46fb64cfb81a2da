"""The few bytes of MQTT 5 that the receive path reads and writes itself, because they are its hot path.

Source: OASIS MQTT 5.0, sections 2.1 (fixed header), 3.3 (PUBLISH), 3.4 (PUBACK).
"""

from collections.abc import Iterable
from struct import Struct
from struct import error as StructError
from typing import NamedTuple

PUBLISH = 0x30
PUBACK = 0x40
_U16 = Struct(">H")
_PUBACK = Struct(">BBH")


class Malformed(Exception):
    """The bytes break the protocol; the connection has to be given up."""


class Publish(NamedTuple):
    """A PUBLISH packet; `mid` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    mid: int
    qos: int
    retained: bool


def variable_length(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """The variable byte integer at offset `at` and the offset after it; None if it is not all there yet."""
    value, shift = 0, 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 21:
            raise Malformed("a length of more than four bytes")
    return None


def read_publish(first: int, body: bytes) -> Publish:
    """The PUBLISH packet with fixed-header byte `first` and everything after its length; Malformed if cut short."""
    try:
        at = 2 + _U16.unpack_from(body)[0]
        topic = body[2:at]
        qos = first >> 1 & 3
        mid = 0
        if qos:
            mid = _U16.unpack_from(body, at)[0]
            at += 2
        properties = body[at]
        at += 1
        if properties >= 0x80:
            length = variable_length(body, at - 1)
            if length is None:
                raise Malformed("properties cut short")
            properties, at = length
    except (IndexError, StructError) as error:
        raise Malformed("a message cut short") from error
    if at + properties > len(body):
        raise Malformed("properties longer than the message")
    return Publish(topic, body[at + properties :], mid, qos, bool(first & 1))


def write_pubacks(mids: Iterable[int]) -> bytes:
    """One PUBACK after the other, reason success."""
    return b"".join([_PUBACK.pack(PUBACK, 2, mid) for mid in mids])


def write_publish(topic: str, payload: bytes) -> bytes:
    """A PUBLISH packet at QoS 0, not retained, without properties."""
    name = topic.encode()
    body = _U16.pack(len(name)) + name + b"\x00" + payload
    length, header = len(body), bytearray([PUBLISH])
    while length >= 0x80:
        header.append(length & 0x7F | 0x80)
        length >>= 7
    header.append(length)
    return bytes(header) + body
