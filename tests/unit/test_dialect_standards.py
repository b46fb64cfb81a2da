"""SenML, Sparkplug B and Home Assistant discovery, by their own specifications."""

import json
from typing import Any

import pytest

from domain.readings import Device, Discovery, Item, Presence, Reading, Refusal, Refused
from ingest.dialects import decode
from ingest.dialects.senml import resolve, split_name
from ingest.dialects.sparkplug_wire import DATATYPES, Payload, shortest, signed

NOW = 1_732_255_300_000_000
NOW_S = NOW // 1_000_000
NODE = "spBv1.0/home/{}/node"


def said(topic: str, payload: object) -> list[Item]:
    return decode(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), NOW)


def values(items: list[Item]) -> dict[str, dict[str, Any]]:
    return {item.device.name: dict(item.values) for item in items if isinstance(item, Reading)}


@pytest.mark.parametrize(
    ("records", "resolved"),
    [
        ([{"n": "a", "v": 1}], [{"n": "a", "t": NOW_S, "v": 1}]),
        ([{"n": "a", "t": -5, "v": 1}], [{"n": "a", "t": NOW_S - 5, "v": 1}]),
        # base time + time = 2^28 is absolute, one less is relative to now
        ([{"bt": 2**28 - 1, "n": "a", "t": 1, "v": 1}], [{"n": "a", "t": 2**28, "v": 1}]),
        ([{"n": "a", "t": 2**28 - 1, "v": 1}], [{"n": "a", "t": NOW_S + 2**28 - 1, "v": 1}]),
        (
            [
                {"bn": "d:", "bu": "V", "bv": 200, "n": "x", "v": 30},
                {"n": "y", "u": "A", "vs": "hot"},
                {"bn": "e:", "n": "z", "v": 1},
            ],
            [
                {"n": "d:x", "u": "V", "t": NOW_S, "v": 230},
                {"n": "d:y", "u": "A", "t": NOW_S, "vs": "hot"},
                {"n": "e:z", "u": "V", "t": NOW_S, "v": 201},
            ],
        ),
    ],
)
def test_records_are_resolved_as_the_rfc_says(records: list[dict[str, Any]], resolved: list[dict[str, Any]]) -> None:
    before = json.dumps(records)
    assert resolve(records, NOW_S) == resolved
    assert json.dumps(records) == before


@pytest.mark.parametrize(
    "bad", [{"n": "a", "v": 1, "must_": 2}, {"bver": 11, "n": "a", "v": 1}, {"n": "a", "v": 1, "t": "x"}]
)
def test_what_the_rfc_forbids_to_read_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"understood|later|number"):
        resolve([bad], NOW_S)
    assert [item.why for item in said("senml/gw", [bad]) if isinstance(item, Refused)] == [Refusal.WRONG_SHAPE]


@pytest.mark.parametrize(
    ("name", "base", "split"),
    [
        ("urn:dev:ow:10e2073a01080063:voltage", "", ("urn:dev:ow:10e2073a01080063", "voltage")),
        ("urn:dev:ow:10e2073a01080063", "", ("urn:dev:ow:10e2073a01080063", "")),
        ("urn:dev:mac:abcdefabcdef", "", ("urn:dev:mac:abcdefabcdef", "")),  # a number, not a word
        ("urn:dev:mac:0024befffe804ff1_temp", "", ("urn:dev:mac:0024befffe804ff1", "temp")),
        ("2001:db8::3", "", ("2001:db8::3", "")),
        ("2001:db8::cafe", "", ("2001:db8::cafe", "")),
        ("voltage", "", ("", "voltage")),
        ("plug7:3", "plug7:", ("plug7", "3")),
    ],
)
def test_names_are_split_into_device_and_signal(name: str, base: str, split: tuple[str, str]) -> None:
    assert split_name(name, base) == split


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (
            [{"n": "voltage", "u": "V", "v": 230}, {"n": "current", "u": "A", "v": 2}],
            {"gw": {"voltage_v": 230, "current_a": 2}},
        ),
        ([{"bn": "p:", "n": "energy", "u": "J", "v": 3.6e6}], {"p": {"energy_kwh": 1.0}}),
        ([{"bn": "p:", "n": "energy", "u": "Wh", "v": 500}], {"p": {"energy_kwh": 0.5}}),
        ([{"bn": "p:", "n": "inlet", "u": "Cel", "v": 20}], {"p": {"inlet_c": 20}}),
        ([{"bn": "p:", "n": "power", "u": "VA", "v": 20}], {"p": {"power": 20}}),  # not watts: not power_w
        ([{"bn": "p:", "n": "on", "vb": True}, {"n": "mode", "vs": "eco"}], {"p": {"on": True, "mode": "eco"}}),
        (
            [{"bn": "urn:dev:ow:10e2073a01080063", "u": "%RH", "v": 20}],
            {"urn:dev:ow:10e2073a01080063": {"humidity_pct": 20}},
        ),
    ],
)
def test_units_decide_the_name_and_the_factor(records: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert values(said("senml/gw", records)) == expected


def test_a_urn_as_topic_speaks_for_itself_only() -> None:
    records = [{"bn": "urn:dev:ow:10e2073a01080063:", "n": "voltage", "u": "V", "v": 230}]
    assert values(said("senml/urn:dev:ow:10e2073a01080063", records))
    (refused,) = said("senml/urn:dev:ow:ffffffffffffffff", records)
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.FOREIGN


def test_a_second_value_for_the_same_signal_and_time_is_refused_alone() -> None:
    items = said("senml/gw", [{"n": "voltage", "u": "V", "v": 230}, {"n": "voltage", "u": "V", "v": 231}])
    assert values(items) == {"gw": {"voltage_v": 230}}
    assert [item.why for item in items if isinstance(item, Refused)] == [Refusal.CONFLICT]


def wire(**fields: Any) -> Any:
    return Payload(timestamp=NOW // 1000, **fields)


def test_protobuf_metrics_are_read_with_their_types_units_and_times() -> None:
    message = wire(seq=3)
    for name, number, field, value in (
        ("power_w", "Float", "float_value", 12.1),
        ("Outdoor", "Int16", "int_value", 2**32 - 5),
        ("Total", "Int64", "long_value", 2**64 - 7),
        ("Count", "UInt32", "int_value", 2**32 - 5),
        ("On", "Boolean", "boolean_value", True),
        ("State", "String", "string_value", b"ready"),
        ("Unsure", "Unknown", "int_value", 2**32 - 5),
        ("Broken", "String", "string_value", b"\xff"),
    ):
        message.metrics.add(name=name.encode(), datatype=DATATYPES.index(number), **{field: value})
    message.metrics.add(name=b"Nothing", is_null=True)
    energy = message.metrics.add(name=b"Energy", double_value=1500.0, timestamp=NOW // 1000 - 1000)
    energy.properties.keys.append(b"engUnit")
    energy.properties.values.add(type=12, string_value=b"Wh")
    first, second = (
        item for item in said(NODE.format("NDATA"), message.SerializeToString()) if isinstance(item, Reading)
    )
    assert first.values == {
        "power_w": 12.1,
        "Outdoor": -5,
        "Total": -7,
        "Count": 2**32 - 5,
        "On": True,
        "State": "ready",
    }
    assert set(first.notes) == {"Unsure", "Broken"}
    assert (second.values, second.at_us) == ({"energy_kwh": 1.5}, NOW - 1_000_000)


def test_a_birth_is_presence_and_says_what_the_aliases_mean() -> None:
    message = wire()
    message.metrics.add(name=b"Power", alias=7, float_value=5.0)
    message.metrics.add(name=b"Properties/Hardware Make", string_value=b"Pibrella")
    items = said("spBv1.0/home/DBIRTH/node/plug", message.SerializeToString())
    assert values(items) == {"home/node/plug": {"Power": 5.0}}
    assert [item.online for item in items if isinstance(item, Presence)] == [True]
    assert [item.facts for item in items if isinstance(item, Discovery)] == [{"alias:7": "Power", "maker": "Pibrella"}]
    later = wire()
    later.metrics.add(alias=7, float_value=6.0)
    assert values(said("spBv1.0/home/DDATA/node/plug", later.SerializeToString())) == {
        "home/node/plug": {"alias:7": 6.0}
    }


def test_a_nodes_death_counts_on_arrival_because_it_was_written_at_connect() -> None:
    written_long_ago = Payload(timestamp=NOW // 1000 - 86_400_000).SerializeToString()
    assert said(NODE.format("NDEATH"), written_long_ago) == [
        Presence(device=Device("sparkplug_b", "home/node"), at_us=NOW, online=False)
    ]


@pytest.mark.parametrize("payload", [b"\xff\xff\xff", b"x" * 50, b'{"a": 1}', b"{", b"\x7a\x00"])
def test_what_is_no_sparkplug_payload_is_refused(payload: bytes) -> None:
    assert all(isinstance(item, Refused) for item in said(NODE.format("NDATA"), payload))


@pytest.mark.parametrize(
    ("single", "decimal"), [(12.100000381469727, 12.1), (0.1, 0.1), (1e30, 1e30), (float("inf"), float("inf"))]
)
def test_single_precision_numbers_come_as_their_shortest_decimal(single: float, decimal: float) -> None:
    assert shortest(single) == decimal


def test_a_sign_is_never_guessed() -> None:
    assert signed(2**31, "Unknown", 32) is None
    assert signed(2**31 - 1, "Unknown", 32) == 2**31 - 1
    assert signed(2**32 - 1, "Int8", 32) == -1


@pytest.mark.parametrize(
    ("topic", "config", "device", "facts"),
    [
        (
            "homeassistant/sensor/x/power/config",
            {
                "~": "zigbee2mqtt/plug",
                "stat_t": "~",
                "dev": {"ids": ["0x1"], "mf": "TuYa", "mdl": "TS011F", "sw": "1.0"},
            },
            ("zigbee2mqtt", "plug"),
            {"maker": "TuYa", "model": "TS011F", "firmware": "1.0", "state_topic": "zigbee2mqtt/plug"},
        ),
        (
            "homeassistant/sensor/x/config",
            {
                "state_topic": "tele/pow/SENSOR",
                "device": {"identifiers": "AABB", "manufacturer": "Sonoff", "name": "Pow"},
            },
            ("tasmota", "pow"),
            {"maker": "Sonoff", "name": "Pow", "state_topic": "tele/pow/SENSOR"},
        ),
        (
            "homeassistant/device/abc/config",
            {
                "dev": {"ids": ["abc"], "name": "Kitchen"},
                "o": {"name": "own"},
                "cmps": {"p": {"p": "sensor", "stat_t": "own/p"}},
            },
            ("homeassistant", "abc"),
            {"name": "Kitchen", "state_topic": "own/p"},
        ),
    ],
)
def test_discovery_lands_where_the_readings_do(
    topic: str, config: object, device: tuple[str, str], facts: dict[str, str]
) -> None:
    (got,) = said(topic, config)
    assert isinstance(got, Discovery)
    assert (got.device, got.facts) == (Device(*device), facts)


def test_a_configuration_that_says_nothing_is_refused() -> None:
    (got,) = said("homeassistant/sensor/x/config", {"unit_of_meas": "W"})
    assert isinstance(got, Refused)
    assert got.why is Refusal.NO_SIGNAL
