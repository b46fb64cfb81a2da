"""What the receive path takes of paho's inside, and what it does without a broker."""

import inspect
from importlib.metadata import version

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from domain.errors import BadInput
from ingest import mqtt_wire
from ingest.paho_receiver import BrokerAddress, PahoReceiver, PahoSettings, broker_address
from ingest.receive import Delivery


def receiver(**settings: int) -> PahoReceiver:
    """One that has never been opened."""
    return PahoReceiver(PahoSettings(url="mqtt://127.0.0.1:1", client_id="unit", **settings), clock_us=lambda: 5)  # type: ignore[arg-type]


def test_the_private_names_of_paho_are_where_they_are_expected() -> None:
    assert version("paho-mqtt").startswith("2.2.")
    client = Client(CallbackAPIVersion.VERSION2)
    assert list(inspect.signature(client._packet_queue).parameters)[:4] == ["command", "packet", "mid", "qos"]
    assert list(inspect.signature(client._packet_handle).parameters) == []
    assert list(inspect.signature(client._sock_recv).parameters) == ["bufsize"]
    assert list(inspect.signature(client._loop_rc_handle).parameters)[:1] == ["rc"]
    assert {"command", "remaining_length", "packet", "pos", "to_process"} <= client._in_packet.keys()
    assert hasattr(client, "_msgtime_mutex")
    assert hasattr(client, "_last_bytes_received")
    assert client._sock is None
    assert client._thread is None


def test_every_key_of_pahos_packet_is_set_by_ours() -> None:
    own = receiver()._client
    own._handle_other(0xD0, b"")  # PINGRESP
    assert own._in_packet.keys() == Client(CallbackAPIVersion.VERSION2)._in_packet.keys()


def test_reading_without_a_socket_says_that_there_is_none() -> None:
    assert receiver()._client.loop_read() == MQTTErrorCode.MQTT_ERR_NO_CONN


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_packets_are_found_however_the_stream_is_cut(size: int) -> None:
    unit = receiver()
    sent = [(f"wk/v1/a-{n}/telemetry", bytes(n)) for n in (0, 1, 120, 127, 128, 200, 20_000)]
    stream = b"".join(mqtt_wire.write_publish(topic, payload) for topic, payload in sent)
    for at in range(0, len(stream), size):
        unit._client._unread += stream[at : at + size]
        assert unit._client._read_packets() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert [(d.topic.decode(), d.payload) for d in unit.take(100, 0)] == sent


def test_a_batch_ends_with_the_bytes_or_the_number() -> None:
    unit = receiver(batch_bytes=1_000)
    for _ in range(10):
        unit._on_packet(mqtt_wire.PUBLISH, b"\x00\x01t\x00" + bytes(400))
    assert [len(unit.take(2, 0)), len(unit.take(100, 0)), unit.waiting] == [2, 3, 5]


def test_qos_0_is_dropped_and_counted_when_nothing_is_stored_any_more() -> None:
    unit = receiver(unacknowledged_bytes=1_000)
    for _ in range(10):
        unit._on_packet(mqtt_wire.PUBLISH, b"\x00\x01t\x00" + bytes(400))
    assert (unit.waiting, unit.dropped) == (3, 7)
    unit.acknowledge(unit.take(10, 0))
    unit._on_packet(mqtt_wire.PUBLISH, b"\x00\x01t\x00" + bytes(400))
    assert (unit.waiting, unit.dropped) == (1, 7)


def test_without_a_connection_nothing_is_acknowledged() -> None:
    unit = receiver()
    assert unit.acknowledge([Delivery(b"t", b"", 0, 7, 0, False)]) == 0
    assert unit.publish_retained("t", b"") is False
    assert unit.ailment() == "the network thread has ended"


def test_what_the_broker_will_not_bring_again_outlives_a_reconnect() -> None:
    unit = receiver()
    unit._on_packet(mqtt_wire.PUBLISH, b"\x00\x04qos0\x00")
    unit._on_packet(mqtt_wire.PUBLISH | 2, b"\x00\x04qos1\x00\x07\x00")
    unit._clear_inbox()
    assert [d.topic for d in unit.take(10, 0)] == [b"qos0"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://h", BrokerAddress(host="h", port=1883, tls=False, user=None, password=None)),
        ("mqtts://h", BrokerAddress(host="h", port=8883, tls=True, user=None, password=None)),
        ("mqtt://u:p%40ss@h:99", BrokerAddress(host="h", port=99, tls=False, user="u", password="p@ss")),
    ],
)
def test_addresses(url: str, address: BrokerAddress) -> None:
    assert broker_address(url) == address


@pytest.mark.parametrize("url", ["http://h", "h:1883", "mqtt://", ""])
def test_what_is_no_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BadInput, match="mqtt://user:secret@host:1883"):
        broker_address(url)
