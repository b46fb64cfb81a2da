"""Tasmota, Shelly and Zigbee2MQTT: what a message of each says, value by value."""

import json
from typing import Any

import pytest

from domain.readings import Discovery, Event, Item, Presence, Reading, Refusal, Refused
from ingest.dialects import decode

NOW = 1_732_255_300_000_000  # 2024-11-22T06:01:40Z
SECOND = 1_000_000
PLUS = "shellyplugs-aabbccddeeff"


def said(topic: str, payload: object) -> list[Item]:
    return decode(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), NOW)


def values(items: list[Item]) -> dict[str, dict[str, Any]]:
    return {item.device.name: dict(item.values) for item in items if isinstance(item, Reading)}


def only(items: list[Item]) -> Any:
    assert len(items) == 1, items
    return items[0]


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        (
            "tele/plug/SENSOR",
            {"ENERGY": {"Total": 6.294, "Power": 2635, "Factor": 0.99, "Voltage": 227, "Current": 11.6}},
            {"plug": {"energy_kwh": 6.294, "power_w": 2635, "power_factor": 0.99, "voltage_v": 227, "current_a": 11.6}},
        ),
        (
            "tele/meter/SENSOR",  # three phases: lists are channels, the shared total stays with the device
            {"ENERGY": {"Total": 9.5, "Power": [1, 2, 3], "Voltage": [230, 231, 232]}},
            {
                "meter": {"energy_kwh": 9.5},
                "meter/1": {"power_w": 1, "voltage_v": 230},
                "meter/2": {"power_w": 2, "voltage_v": 231},
                "meter/3": {"power_w": 3, "voltage_v": 232},
            },
        ),
        ("tele/t/SENSOR", {"DS18B20": {"Temperature": 68.0}, "TempUnit": "F"}, {"t": {"ds18b20_temperature_c": 20.0}}),
        ("tele/t/SENSOR", {"MLX": {"OBJTMP": 68.0}}, {"t": {"mlx_objtmp": 68.0}}),  # unit not said: not converted
        ("home/kitchen/tele/SENSOR", {"Switch1": "ON"}, {"home/kitchen": {"switch1": True}}),
        ("/8F20/SENSOR", {"ANALOG": {"A0": 8}}, {"8F20": {"analog_a0": 8}}),
        ("stat/plug/STATUS8", {"StatusSNS": {"ENERGY": {"Power": 5}}}, {"plug": {"power_w": 5}}),
        ("tele/p/STATE", {"POWER": "EIN", "Wifi": {"RSSI": 80}}, {"p": {"output_on": True, "wifi_rssi_pct": 80}}),
        ("tele/plug/STATE", {"POWER": "ALLUMÉ"}, {"plug": {"output_on_text": "ALLUMÉ"}}),
        ("stat/plug/POWER2", b"OFF", {"plug": {"output_2_on": False}}),
        ("stat/plug/RESULT", {"POWER": "ON"}, {"plug": {"output_on": True}}),
        # `Power` of a Zigbee device is on or off, never watts
        ("tele/br/SENSOR", {"ZbReceived": {"0x1": {"Power": 1}}}, {"br/0x1": {"output_on": True}}),
        (
            "tele/br/SENSOR",
            {"ZbReceived": {"0x1": {"Name": "Bath", "Voltage": 2.995, "Battery": 98, "LinkQuality": 9}}},
            {"br/Bath": {"battery_v": 2.995, "battery_pct": 98, "link_quality": 9}},
        ),
        ("shellies/plug-1/relay/0/power", b"42.5", {"plug-1": {"power_w": 42.5}}),
        ("shellies/plug-1/relay/0/energy", b"60000", {"plug-1": {"energy_kwh": 1.0}}),  # watt-minutes
        ("shellies/plug-1/relay/1/power", b"7", {"plug-1/relay/1": {"power_w": 7}}),
        ("shellies/em-1/emeter/2/total", b"1500", {"em-1/emeter/2": {"energy_kwh": 1.5}}),  # watt-hours
        ("shellies/em-1/emeter/2/energy", b"60000", {"em-1/emeter/2": {"energy_since_start_kwh": 1.0}}),
        ("shellies/plug-1/relay/0", b"on", {"plug-1": {"output_on": True}}),
        ("shellies/ht-1/sensor/humidity", b"55.5", {"ht-1": {"humidity_pct": 55.5}}),
        ("shellies/ht-1/sensor/temperature", b"21.5", {"ht-1": {"sensor_temperature": 21.5}}),  # °C or °F: not said
        ("shellies/plug-1/temperature", b"43.69", {"plug-1": {"device_temperature_c": 43.69}}),
        (f"{PLUS}/status/pm1:0", {"apower": 8, "aenergy": {"total": 5}}, {PLUS: {"power_w": 8, "energy_kwh": 0.005}}),
        (f"{PLUS}/status/switch:1", {"voltage": 231.5}, {f"{PLUS}/switch:1": {"voltage_v": 231.5}}),
        (
            f"{PLUS}/status/em:0",
            {"a_act_power": 10, "a_voltage": 230, "b_act_power": 20, "total_act_power": 30},
            {PLUS: {"power_w": 30}, f"{PLUS}/a": {"power_w": 10, "voltage_v": 230}, f"{PLUS}/b": {"power_w": 20}},
        ),
        ("zigbee2mqtt/plug", {"power": 5, "current": 0.02, "energy": 1.5, "voltage": 227, "state": "ON"},
         {"plug": {"power_w": 5, "current_a": 0.02, "energy_kwh": 1.5, "voltage_v": 227, "output_on": True}}),
        ("zigbee2mqtt/up/stairs", {"power": 5}, {"up/stairs": {"power_w": 5}}),
        ("zigbee2mqtt/sensor", {"battery": 100, "voltage": 3005}, {"sensor": {"battery_pct": 100, "battery_v": 3.005}}),
        ("zigbee2mqtt/sensor", {"battery": 100, "voltage": 3.1}, {"sensor": {"battery_pct": 100, "battery_v": 3.1}}),
        ("zigbee2mqtt/odd", {"voltage": 2307}, {"odd": {"voltage_raw": 2307}}),  # no unit to be known: not converted
        ("zigbee2mqtt/m", {"power_factor_a": 43, "power_a": 2}, {"m/a": {"power_factor": 0.43, "power_w": 2}}),
        ("zigbee2mqtt/m", {"power_factor": 0.43}, {"m": {"power_factor": 0.43}}),
        ("zigbee2mqtt/m", {"power": 1, "power_phase_b": 2}, {"m": {"power_w": 1}, "m/b": {"power_w": 2}}),
        ("zigbee2mqtt/s", {"state_l1": "ON", "state": "OFF"}, {"s/l1": {"output_on": True}, "s": {"output_on": False}}),
    ],
)  # fmt: skip
def test_values_come_in_canonical_names_and_units(
    topic: str, payload: object, expected: dict[str, dict[str, Any]]
) -> None:
    items = said(topic, payload)
    assert values(items) == expected
    assert {item.at_us for item in items if isinstance(item, Reading)} == {NOW}


@pytest.mark.parametrize(
    ("stamp", "at_us", "noted"),
    [
        ({"Time": "2024-11-22T06:01:38+00:00"}, NOW - 2 * SECOND, False),
        ({"Time": "2024-11-22T07:01:38+01:00"}, NOW - 2 * SECOND, False),
        ({"Time": "2024-11-22T20:01:38", "Epoch": 1732255298}, NOW - 2 * SECOND, False),
        ({"Time": "2024-11-22T07:01:38"}, NOW, False),  # an hour off: a zone explains it
        ({"Time": "2024-11-21T16:01:40"}, NOW, False),  # 14 h off: the last that a zone explains
        ({"Time": "2024-11-21T16:01:39"}, NOW - (14 * 3600 + 1) * SECOND, True),  # stored: hours off, said so
        ({"Time": "2018-02-15T17:37:10"}, 1_518_716_230_000_000, True),
        ({"Time": "1970-01-01T00:00:12"}, NOW, True),
        ({}, NOW, False),
    ],
)
def test_tasmotas_time_is_exact_or_arrival_or_noted(stamp: dict[str, object], at_us: int, noted: bool) -> None:
    got = only(said("tele/plug/SENSOR", {**stamp, "ENERGY": {"Power": 5}}))
    assert (got.at_us, "time" in got.notes) == (at_us, noted)


@pytest.mark.parametrize(
    ("stamp", "why"),
    [
        ({"Time": "2024-11-22T20:01:41"}, None),  # 14 h 1 s ahead of arrival is beyond every zone …
        ({"Time": "2024-11-23T20:01:41"}, Refusal.FUTURE),
        ({"Time": "2024-11-22T06:10:00+00:00"}, Refusal.FUTURE),
        ({"Time": "noon"}, Refusal.BAD_TIME),
    ],
)
def test_tasmotas_impossible_times_are_refused(stamp: dict[str, object], why: Refusal | None) -> None:
    got = only(said("tele/plug/SENSOR", {**stamp, "ENERGY": {"Power": 5}}))
    assert (got.why if isinstance(got, Refused) else None) == (why or Refusal.FUTURE)


def test_network_names_are_never_kept() -> None:
    payload = {"POWER": "ON", "Wifi": {"SSId": "my home", "BSSId": "00:11", "APMac": "00:22", "Signal": -60}}
    assert "my home" not in str(said("tele/plug/STATE", payload))
    assert "00:11" not in str(said("tele/plug/STATE", payload))


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("tele/plug/LWT", b"Offline", ("tasmota", "plug", False)),
        ("zigbee2mqtt/plug/availability", b'{"state": "online"}', ("zigbee2mqtt", "plug", True)),
        ("zigbee2mqtt/plug/availability", b"offline", ("zigbee2mqtt", "plug", False)),
        ("shellies/plug-1/online", b"false", ("shelly_gen1", "plug-1", False)),
        (f"{PLUS}/online", b"true", ("shelly_gen2", PLUS, True)),
    ],
)
def test_presence_is_read(topic: str, payload: bytes, expected: tuple[str, str, bool]) -> None:
    got = only(said(topic, payload))
    assert isinstance(got, Presence)
    assert (*got.device, got.online) == expected


@pytest.mark.parametrize(
    ("topic", "payload", "facts"),
    [
        ("tele/plug/INFO1", {"Module": "Generic", "Version": "9.1"}, {"model": "Generic", "firmware": "9.1"}),
        ("tele/plug/INFO1", {"Info1": {"Module": "Generic"}}, {"model": "Generic"}),
        ("tasmota/discovery/AABB/config", {"t": "plug", "ft": "%prefix%/%topic%/", "md": "Pow"}, {"model": "Pow"}),
        (
            "shellies/announce",
            {"id": "plug-1", "model": "SHPLG-S", "mac": "REDACTED"},
            {"model": "SHPLG-S", "maker": "Shelly"},
        ),
    ],
)
def test_devices_describe_themselves(topic: str, payload: object, facts: dict[str, str]) -> None:
    got = only(said(topic, payload))
    assert isinstance(got, Discovery)
    assert got.device.name in ("plug", "plug-1")
    assert got.facts == facts


def test_a_gen1_status_leaves_out_what_the_device_calls_invalid() -> None:
    status = {
        "unixtime": 1732255200, "mac": "AABBCC112233",
        "relays": [{"ison": True, "overpower": False}],
        "meters": [{"power": 3.5, "is_valid": True, "total": 120000, "timestamp": 1732262400}],
        "emeters": [{"power": 6.6, "total": 31972.1, "is_valid": True}, {"power": 1, "is_valid": False}],
        "tmp": {"tC": 999, "is_valid": True},
    }  # fmt: skip
    items = said("shellies/shellyem-112233/info", status)
    assert values(items) == {
        "shellyem-112233": {"power_w": 3.5, "energy_kwh": 2.0, "output_on": True, "overpower": False},
        "shellyem-112233/emeter/0": {"power_w": 6.6, "energy_kwh": 31.9721},
    }
    assert {item.at_us for item in items if isinstance(item, Reading)} == {1732255200 * SECOND}
    assert "invalid" in str(items) or "failed sensor" in str(items)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("shellies/shellyem-112233/info", {"mac": "AABBCC445566", "tmp": {"tC": 20}}),
        ("shellies/plug-1/announce", {"id": "plug-2", "model": "SHPLG-S"}),
        (
            f"{PLUS}/events/rpc",
            {"src": "shellyplugs-000000000000", "method": "NotifyStatus", "params": {"switch:0": {"apower": 1}}},
        ),
        (
            "kitchen/events/rpc",
            {"src": "x", "dst": "bath/events", "method": "NotifyStatus", "params": {"switch:0": {"apower": 1}}},
        ),
        ("zigbee2mqtt/plug", {"power": 1, "device": {"friendlyName": "lamp"}}),
    ],
)
def test_a_payload_of_another_device_is_foreign(topic: str, payload: object) -> None:
    assert only(said(topic, payload)).why is Refusal.FOREIGN


def test_a_gen2_notification_is_an_overlay_with_its_own_time() -> None:
    params = {"ts": 1732255200.15, "switch:0": {"id": 0, "aenergy": {"total": 1924}}, "wifi": {"rssi": -50}}
    message = {"src": PLUS.upper(), "dst": f"{PLUS}/events", "method": "NotifyStatus", "params": params}
    got = only(said(f"{PLUS}/events/rpc", message))
    assert (got.at_us, got.values) == (1_732_255_200_150_000, {"energy_kwh": 1.924})


def test_a_gen2_device_under_a_name_of_the_owners_choice_is_no_stranger() -> None:
    message = {
        "src": PLUS,
        "dst": "kitchen/plug/events",
        "method": "NotifyStatus",
        "params": {"switch:0": {"apower": 1}},
    }
    assert values(said("kitchen/plug/events/rpc", message)) == {"kitchen/plug": {"power_w": 1}}


def test_gen2_housekeeping_is_silent_and_its_faults_are_events() -> None:
    about = {"src": PLUS, "method": "NotifyStatus"}
    assert said(f"{PLUS}/events/rpc", {**about, "params": {"ts": 1732255200.0, "wifi": {"rssi": -50}}}) == []
    hot = said(f"{PLUS}/events/rpc", {**about, "params": {"switch:0": {"output": False, "errors": ["overtemp"]}}})
    assert [(item.code, item.active) for item in hot if isinstance(item, Event)] == [("overtemp", True)]
    events = {"ts": 1732255200.0, "events": [{"component": "input:0", "event": "btn_down", "ts": 1732255200.0}]}
    pressed = only(said(f"{PLUS}/events/rpc", {**about, "method": "NotifyEvent", "params": events}))
    assert (pressed.code, pressed.at_us) == ("input:0 btn_down", 1732255200 * SECOND)


def test_a_stored_gen2_part_is_stamped_with_its_last_counted_minute() -> None:
    live = {"aenergy": {"total": 5, "minute_ts": NOW // SECOND - 60}}
    stored = {"aenergy": {"total": 5, "minute_ts": NOW // SECOND - 86400}}
    assert only(said(f"{PLUS}/status/switch:0", live)).at_us == NOW
    got = only(said(f"{PLUS}/status/switch:0", stored))
    assert (got.at_us, "time" in got.notes) == (NOW - 86400 * SECOND, True)


@pytest.mark.parametrize("seen", ["2024-11-22T07:01:38+01:00", 1732255298000])
def test_zigbee2mqtt_is_stamped_with_last_seen_where_it_is_sent(seen: object) -> None:
    assert only(said("zigbee2mqtt/plug", {"power": 1, "last_seen": seen})).at_us == NOW - 2 * SECOND


def test_the_bridges_list_describes_every_device_but_the_coordinator() -> None:
    paired = [
        {"type": "Coordinator", "friendly_name": "Coordinator"},
        {"type": "Router", "friendly_name": "plug", "definition": {"vendor": "TuYa", "model": "TS011F"}},
    ]
    got = only(said("zigbee2mqtt/bridge/devices", paired))
    assert (got.device.name, got.facts) == ("plug", {"name": "plug", "maker": "TuYa", "model": "TS011F"})
