"""No bytes on any topic make a decoder raise, and whatever it lets through can be believed and stored."""

import copy
import json
from math import isfinite
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.readings import (
    Cycle,
    Discovery,
    Event,
    Item,
    Reading,
    Refused,
    check_time,
    check_values,
)
from domain.signals import SIGNALS
from ingest.dialects import MOST_BYTES, ROUTES, decode
from ingest.dialects.address import is_storable
from ingest.dialects.routes import match

NOW = 1_732_255_300_000_000
TOPICS = (
    *("wk/v1/ac-7/telemetry", "wk/v1/ac-7/cycle", "wk/v1/ac-7/event", "wk/v1/ac-7/status"),
    *(
        "tele/p/SENSOR",
        "tele/p/STATE",
        "stat/p/STATUS8",
        "stat/p/STATUS2",
        "tele/p/INFO1",
        "tele/p/LWT",
        "stat/p/RESULT",
    ),
    *("stat/p/POWER1", "tasmota/discovery/AA/config", "zigbee2mqtt/p", "zigbee2mqtt/p/availability"),
    *("zigbee2mqtt/bridge/devices", "shellies/p-1/relay/0", "shellies/p-1/relay/0/power", "shellies/p-1/info"),
    *("shellies/announce", "shellies/p-1/sensor/temperature", "shellies/p-1/sensor/flood", "shellies/p-1/online"),
    *("shellyplug-aabbcc/events/rpc", "shellyplug-aabbcc/status/em:0", "shellyplug-aabbcc/online"),
    *("senml/gw", "senml/urn:dev:ow:1", "spBv1.0/g/NBIRTH/n", "spBv1.0/g/DDATA/n/d", "spBv1.0/g/DDEATH/n/d"),
    *("hon/a/attributes", "hon/a/statistics", "hon/a/maintenance", "smartthings/a/status", "whirlpool/a/attributes"),
    *("tuya/a/status", "homeassistant/sensor/x/config", "homeassistant/device/x/config"),
)
WORDS = sorted(
    {
        *(
            "ts",
            "seq",
            "m",
            "id",
            "code",
            "active",
            "Time",
            "Epoch",
            "ENERGY",
            "Power",
            "Voltage",
            "ZbReceived",
            "Battery",
        ),
        *(
            "StatusSNS",
            "TempUnit",
            "Temperature",
            "POWER",
            "Wifi",
            "params",
            "method",
            "NotifyStatus",
            "NotifyEvent",
            "src",
        ),
        *(
            "dst",
            "switch:0",
            "em:0",
            "a_voltage",
            "aenergy",
            "total",
            "errors",
            "events",
            "event",
            "voltage",
            "battery",
        ),
        *(
            "power_a",
            "power_factor",
            "last_seen",
            "device",
            "bn",
            "bt",
            "bu",
            "n",
            "u",
            "v",
            "vs",
            "t",
            "bver",
            "metrics",
        ),
        *(
            "timestamp",
            "name",
            "value",
            "alias",
            "shadow",
            "parameters",
            "parNewVal",
            "lastUpdate",
            "tempIndoor",
            "errors",
        ),
        *(
            "lastConnEvent",
            "category",
            "DISCONNECTED",
            "timestampEvent",
            "components",
            "main",
            "temperatureMeasurement",
        ),
        *("temperature", "unit", "attributes", "updateTime", "Sys_OpStatusDisplayTemp", "status", "scale", "cur_power"),
        *(
            "fault",
            "fault_labels",
            "dev",
            "ids",
            "stat_t",
            "~",
            "cmps",
            "filterCleaning",
            "percentage",
            "mostUsedPrograms",
        ),
        *(
            "programsCounter",
            "emeters",
            "meters",
            "relays",
            "tmp",
            "tC",
            "unixtime",
            "mac",
            "is_valid",
            "dustFilterUsage",
        ),
        *(
            "custom.dustFilter",
            "dustFilterCapacity",
            "friendly_name",
            "definition",
            "t",
            "ft",
            "%topic%/%prefix%/",
            "F",
            "C",
        ),
    }
)
texts = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=8), st.sampled_from(["\ud800", "\0", "NaN", "1e999", "-64", "ON"])
)
numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([1732255200, 1732255200.125, 10**400, 0, -1, 1e308, 2**63, 1732255200125]),
)
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=25,
)


def problems(items: list[Item]) -> list[str]:
    """Everything about `items` that a writer could not live with."""
    found = []
    for item in items:
        if isinstance(item, Refused):
            if "report it" in item.detail or not item.detail or not is_storable(item.detail):
                found.append(f"detail: {item.detail!r}")
            if item.seq is not None and not 0 <= item.seq < 2**63:
                found.append(f"seq: {item.seq}")
        elif check_time(item.at_us, NOW) is not None:
            found.append(f"time: {item}")
        if item.device is not None and not (0 < len(item.device.name) < 1000 and is_storable(item.device.name)):
            found.append(f"device: {item.device}")
        if isinstance(item, Reading | Cycle):
            found += _of_values(item)
        elif isinstance(item, Event) and not (item.code and is_storable(item.code) and len(item.code) <= 64):
            found.append(f"code: {item.code!r}")
        elif isinstance(item, Discovery):
            found += [f"fact: {k!r}" for k, v in item.facts.items() if not (is_storable(k) and is_storable(v) and v)]
    return found


def _of_values(item: Reading | Cycle) -> list[str]:
    found = [f"note: {k!r}" for k, v in item.notes.items() if not (is_storable(k) and is_storable(v))]
    if not item.values:
        found.append("a reading without values")
    for name, value in item.values.items():
        if not is_storable(name) or type(value) not in (float, bool, str, type(None)):
            found.append(f"value: {name!r} {value!r}")
        if isinstance(value, str) and not is_storable(value):
            found.append(f"text: {value!r}")
    checked = check_values(item.values, SIGNALS)
    kept = (*checked.typed.values(), *checked.extra.values())
    return found + [f"not finite: {value}" for value in kept if isinstance(value, float) and not isfinite(value)]


@settings(max_examples=400, deadline=None)
@given(topic=st.sampled_from(TOPICS), payload=st.binary(max_size=300))
def test_arbitrary_bytes_do_no_harm(topic: str, payload: bytes) -> None:
    assert problems(decode(topic, payload, NOW)) == []


@settings(max_examples=300, deadline=None)
@given(topic=st.text(max_size=40), payload=st.binary(max_size=50))
def test_arbitrary_topics_do_no_harm(topic: str, payload: bytes) -> None:
    assert problems(decode(topic, payload, NOW)) == []


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(topic=st.sampled_from(TOPICS), tree=trees)
def test_arbitrary_json_does_no_harm(topic: str, tree: Any) -> None:
    payload = json.dumps(tree).encode()
    assert problems(decode(topic, payload, NOW)) == []


@settings(max_examples=300, deadline=None)
@given(
    tree=st.fixed_dictionaries(
        {"ts": st.one_of(numbers, texts, st.just(1732255200)), "m": st.dictionaries(texts, trees, max_size=6)},
        optional={"seq": st.one_of(numbers, texts), "id": texts},
    ),
    copies=st.integers(0, 3),
)
def test_arbitrary_readings_do_no_harm(tree: dict[str, Any], copies: int) -> None:
    payload = json.dumps(tree if copies == 0 else [tree] * copies).encode()
    items = decode("wk/v1/ac-7/telemetry", payload, NOW)
    assert problems(items) == []
    assert len(items) == max(copies, 1)


HOSTILE = {
    "not UTF-8": b'{"Time": "\xff\xfe"}',
    "a lone surrogate": b'{"m": "\\ud800", "name": "\\udfff", "n": "\\ud800", "v": 1}',
    "NUL": b'{"a\\u0000": "b\\u0000", "power": "\\u0000"}',
    "NaN": b'{"power": NaN, "ENERGY": {"Power": NaN}, "v": NaN, "n": "a"}',
    "1e999": b'{"power": 1e999, "ENERGY": {"Power": 1e999}, "v": 1e999, "n": "a", "t": 1e999}',
    "ten thousand digits": b'{"power": ' + b"9" * 10_000 + b', "v": ' + b"9" * 10_000 + b', "n": "a"}',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep and closed": b'{"ENERGY":' + b'{"a":' * 500 + b"1" + b"}" * 501,
    "a megabyte": b'{"power": "' + b"x" * 1_000_000 + b'"}',
    "too large": b"[" + b"1," * MOST_BYTES + b"1]",
    "many keys": json.dumps({f"k{n}": n for n in range(5_000)}).encode(),
    "half a message": b'{"ENERGY": {"Power": 5',
    "text for numbers": b'{"ENERGY": {"Power": "lots"}, "power": "lots", "v": "lots", "n": "a"}',
    "a list": b"[1, 2, 3]",
    "a number": b"17",
    "null": b"null",
    "a zero byte": b"\x00",
    "far times": b'{"Epoch": 1e17, "ts": -1e300, "last_seen": 1e300, "t": 1e300, "v": 1, "timestamp": 1e99}',
}


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("sort", HOSTILE)
def test_every_dialect_survives_every_bad_sort(topic: str, sort: str) -> None:
    assert problems(decode(topic, HOSTILE[sort], NOW)) == []


@pytest.mark.parametrize(
    "topic", ["tele/\ud800/SENSOR", "zigbee2mqtt/\0", "x" * 70_000, "tele/" + "y" * 300 + "/SENSOR", "//SENSOR"]
)
def test_impossible_topics_are_refused(topic: str) -> None:
    items = decode(topic, b'{"a": 1}', NOW)
    assert [type(item) for item in items] == [Refused]
    assert problems(items) == []


@settings(max_examples=200, deadline=None)
@given(topic=st.sampled_from(TOPICS), tree=trees)
def test_decoding_is_pure(topic: str, tree: Any) -> None:
    payload = json.dumps(tree).encode()
    first = decode(topic, payload, NOW)
    kept = copy.deepcopy([repr(item) for item in first])
    assert [repr(item) for item in decode(topic, payload, NOW)] == kept
    assert [repr(item) for item in first] == kept


def test_the_sweep_reaches_every_decoder_of_the_table() -> None:
    reached = {found.decode for topic in TOPICS if (found := match(topic)) is not None}
    assert reached == {route.decode for route in ROUTES if route.decode is not None}
