"""The bytes of MQTT that the receive path reads and writes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.mqtt_wire import PUBLISH, Malformed, Publish, read_publish, variable_length, write_pubacks, write_publish

topics = st.text(min_size=1, max_size=80)
payloads = st.binary(max_size=300)


def length_of(value: int) -> bytes:
    """The variable byte integer of the standard, written the slow way (MQTT 5.0, section 1.5.5)."""
    encoded = bytearray()
    while True:
        value, digit = divmod(value, 128)
        encoded.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(encoded)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (16_383, b"\xff\x7f"),
        (16_384, b"\x80\x80\x01"),
        (2_097_151, b"\xff\xff\x7f"),
        (2_097_152, b"\x80\x80\x80\x01"),
        (268_435_455, b"\xff\xff\xff\x7f"),
    ],
)
def test_lengths_are_read_as_the_standard_lists_them(value: int, encoded: bytes) -> None:
    assert variable_length(b"?" + encoded + b"rest", 1) == (value, 1 + len(encoded))
    for cut in range(len(encoded)):
        assert variable_length(encoded[:cut], 0) is None


def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(Malformed):
        variable_length(b"\x80\x80\x80\x80\x01", 0)


@given(topic=topics, payload=payloads)
def test_what_is_written_is_read_back(topic: str, payload: bytes) -> None:
    packet = write_publish(topic, payload)
    length = variable_length(packet, 1)
    assert length is not None
    size, start = length
    assert start + size == len(packet)
    assert read_publish(packet[0], packet[start:]) == Publish(topic.encode(), payload, 0, 0, False)


@given(
    topic=st.binary(max_size=100),
    payload=payloads,
    mid=st.integers(1, 65_535),
    flags=st.integers(0, 15),
    aliases=st.dictionaries(st.text("abc", min_size=1, max_size=200), st.text("xyz", max_size=200), max_size=3),
)
def test_a_message_is_read_whatever_its_flags_and_properties(
    topic: bytes, payload: bytes, mid: int, flags: int, aliases: dict[str, str]
) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = list(aliases.items()) or [("a", "b")]
    packed: bytes = properties.pack()  # type: ignore[no-untyped-call]
    qos = flags >> 1 & 3
    number = mid.to_bytes(2) if qos else b""
    body = len(topic).to_bytes(2) + topic + number + packed + payload
    assert read_publish(PUBLISH | flags, body) == Publish(topic, payload, mid if qos else 0, qos, bool(flags & 1))


@given(first=st.integers(0, 255), body=st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_malformed_and_nothing_else(first: int, body: bytes) -> None:
    try:
        message = read_publish(first, body)
    except Malformed:
        return
    assert len(message.topic) + len(message.payload) < len(body)


@given(topic=topics, payload=payloads, qos=st.integers(0, 2), data=st.data())
def test_cut_anywhere_it_is_malformed_or_a_shorter_payload(
    topic: str, payload: bytes, qos: int, data: st.DataObject
) -> None:
    name = topic.encode()
    head = len(name).to_bytes(2) + name + (b"\x00\x07" if qos else b"") + length_of(0)
    cut = data.draw(st.integers(0, len(head) + len(payload)))
    body = (head + payload)[:cut]
    if cut < len(head):
        with pytest.raises(Malformed):
            read_publish(PUBLISH | qos << 1, body)
    else:
        assert read_publish(PUBLISH | qos << 1, body).payload == payload[: cut - len(head)]


def test_properties_longer_than_the_message_are_malformed() -> None:
    with pytest.raises(Malformed):
        read_publish(PUBLISH, b"\x00\x01a\x05abc")


@given(st.lists(st.integers(1, 65_535), max_size=50))
def test_acknowledgements_are_four_bytes_each_in_order(mids: list[int]) -> None:
    data = write_pubacks(mids)
    packets = [data[at : at + 4] for at in range(0, len(data), 4)]
    assert packets == [b"\x40\x02" + mid.to_bytes(2) for mid in mids]
