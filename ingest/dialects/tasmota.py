"""Tasmota: `tele/<name>/SENSOR` and its kin, wherever the owner's own full topic puts the name.

Time: Tasmota does not buffer, and its `Time` is mostly local time of an unknown zone. With `Epoch` or an offset it
is exact. Without: within 14 h of arrival (the widest zone) arrival is taken; farther off, it is a stored message, so
`Time` is taken as UTC with a note. A clock that was never set means arrival, with a note. See decisions/0002.
"""

import re
from types import MappingProxyType
from typing import Final

from domain.readings import EARLIEST_US, Device, Item, Presence, Refusal, Refused
from ingest.dialects.address import Address, child, refuse, shown
from ingest.dialects.clock import from_local, from_rfc3339, from_seconds
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.tasmota_bridge import heard_devices
from ingest.dialects.words import put_switch

DIALECT: Final = "tasmota"
WIDEST_ZONE_US: Final = 14 * 3600 * 1_000_000
"""No zone is farther from UTC than +14:00 (tz database)."""
PREFIXES: Final = frozenset({"tele", "stat", "cmnd"})
ENERGY: Final = MappingProxyType(
    {
        "Power": "power_w",
        "Voltage": "voltage_v",
        "Current": "current_a",
        "Factor": "power_factor",
        "Total": "energy_kwh",
        "Today": "energy_today_kwh",
        "Yesterday": "energy_yesterday_kwh",
        "Period": "energy_period_wh",
        "ExportTotal": "energy_export_kwh",
        "ApparentPower": "apparent_va",
        "ReactivePower": "reactive_var",
        "Frequency": "frequency_hz",
        "Load": "load_pct",
    }
)
PER_CHANNEL: Final = frozenset({"Power", "Voltage", "Current"})
"""A list under one of these proves that the lists are channels; `Total` alone may be a list of tariffs."""
STATE: Final = MappingProxyType(
    {
        "UptimeSec": "uptime_s",
        "Vcc": "vcc_v",
        "Heap": "heap_kb",
        "LoadAvg": "load_avg",
        "MqttCount": "mqtt_reconnects",
    }
)
WIFI: Final = MappingProxyType({"RSSI": "wifi_rssi_pct", "Signal": "wifi_signal_dbm", "LinkCount": "wifi_links"})
NOT_SIGNALS: Final = frozenset({"Time", "Epoch", "Uptime", "TempUnit", "PressureUnit", "SpeedUnit", "Wifi", "Hostname"})
_POWER: Final = re.compile(r"POWER(\d{0,2})")
_SWITCH: Final = re.compile(r"Switch\d{1,2}")
_TEMPERATURE: Final = re.compile(r"(?:Temperature|DewPoint|OBJTMP|AMBTMP)\d{0,2}")


def locate(levels: tuple[str, ...]) -> Address | None:
    """The name is what remains of the topic without prefix (`tele`, `stat`) and last level."""
    kept = [level for level in levels[:-1] if level]
    for position, level in enumerate(kept):
        if level in PREFIXES:
            del kept[position]
            break
    return Address(Device(DIALECT, "/".join(kept)), levels[-1:]) if kept else None


def locate_discovery(levels: tuple[str, ...]) -> Address | None:
    """The device by its hardware address, until the payload tells its topic."""
    return Address(Device(DIALECT, levels[2]))


def moment(tree: dict[str, Tree], received_us: int) -> tuple[int, str | None] | None:
    """The time of a message and a note on how it was found; None if `Time` is no time."""
    stamp = from_seconds(tree.get("Epoch"))
    text = tree.get("Time")
    if stamp is None and text is None:
        return received_us, None
    if stamp is None:
        stamp = from_rfc3339(text)
    if stamp is not None:
        return (stamp, None) if stamp >= EARLIEST_US else (received_us, "clock not set: stamped on arrival")
    local = from_local(text)
    if local is None:
        return None
    if local < EARLIEST_US:
        return received_us, "clock not set: stamped on arrival"
    if abs(local - received_us) <= WIDEST_ZONE_US:
        return received_us, None
    return local, f"local time of an unknown zone taken as UTC: {shown(str(text), 40)}"


def sensor(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """Measurements: ENERGY in canonical names, every other sensor under its own name."""
    return _message(address, payload, received_us, "StatusSNS")


def state(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """What the device says about itself: relays, uptime, reception. Network names are not kept."""
    return _message(address, payload, received_us, "StatusSTS")


def _message(address: Address, payload: bytes, received_us: int, envelope: str) -> list[Item]:
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    tree = part(tree, envelope) or tree
    when = moment(tree, received_us)
    if when is None:
        return refuse(Refusal.BAD_TIME, f"Time is {shown(str(tree.get('Time')))}", device)
    at_us, time_note = when
    items = heard_devices(device, tree, at_us, received_us)
    channels = {"": Draft()}
    _fill(channels, tree)
    for channel, draft in channels.items():
        if time_note and draft.values:
            draft.note("time", time_note)
        if draft.values or not (items or channel):
            items += draft.settle(child(device, channel), at_us, received_us)
    return items


def _fill(channels: dict[str, Draft], tree: dict[str, Tree]) -> None:
    main = channels[""]
    for key, value in tree.items():
        relay = _POWER.fullmatch(key)
        if key == "ENERGY" and isinstance(value, dict):
            _energy(channels, value)
        elif key == "Wifi":
            for name, reception in part(tree, "Wifi").items():
                if name in WIFI:
                    main.put_number(WIFI[name], reception)
        elif relay:
            put_switch(main, f"output_{relay[1]}_on" if relay[1] else "output_on", value)
        elif _SWITCH.fullmatch(key) and not isinstance(value, dict):
            put_switch(main, snake(key), value)
        elif key in STATE:
            main.put_number(STATE[key], value)
        elif isinstance(value, dict) and key not in ("ZbReceived", "ZbInfo", "LwReceived"):
            _sensor(main, key, value, tree.get("TempUnit"))
        elif key not in NOT_SIGNALS and not isinstance(value, dict):
            main.put(snake(key), value)


def _energy(channels: dict[str, Draft], energy: dict[str, Tree]) -> None:
    per_channel = any(isinstance(energy.get(key), list) for key in PER_CHANNEL)
    for key, value in energy.items():
        name = ENERGY.get(key)
        if isinstance(value, list) and name and per_channel:
            for number, one in enumerate(value[:16], start=1):
                channels.setdefault(str(number), Draft()).put_number(name, one)
        elif name and not isinstance(value, list):
            channels[""].put_number(name, value)
        elif key != "TotalStartTime":
            channels[""].put(f"energy_{snake(key)}" if name is None else name, value)


def _sensor(main: Draft, key: str, sensor: dict[str, Tree], unit: Tree) -> None:
    """One sensor. It is named after its chip: where it sits (room, coil, water) only its owner knows."""
    for field, value in sensor.items():
        name = f"{snake(key)}_{snake(field)}"
        if isinstance(value, dict):
            main.put_tree(name, value)
        elif _TEMPERATURE.fullmatch(field) and unit in ("C", "F") and as_number(value) is not None:
            main.put_celsius(f"{name}_c", value, unit)
        else:
            main.put(name, value)


def power(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`stat/<name>/POWER1`: one relay's state. Everything else under `stat` answers commands: nothing to store."""
    relay = _POWER.fullmatch(address.rest[-1])
    if not relay:
        return []
    if payload[:1] == b"{":
        return state(address, payload, received_us)
    draft = Draft()
    word = payload[:100].decode("utf-8", "backslashreplace")
    put_switch(draft, f"output_{relay[1]}_on" if relay[1] else "output_on", word)
    return draft.settle(address.device, received_us, received_us)


def result(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The answer to a command: only a relay's new state is stored."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    if not any(_POWER.fullmatch(key) for key in tree):
        return []
    draft = Draft()
    _fill({"": draft}, {key: value for key, value in tree.items() if _POWER.fullmatch(key)})
    return draft.settle(address.device, received_us, received_us)


def last_will(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`Online` or `Offline` in English; both words can be configured, others are refused."""
    word = payload.strip().lower()
    if word not in (b"online", b"offline"):
        return refuse(Refusal.WRONG_SHAPE, "Online or Offline is due here", address.device)
    return [Presence(device=address.device, at_us=received_us, online=word == b"online")]


def info(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`INFO1` to `INFO3`, sent after a start: module, firmware, host name, why it restarted."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    tree = part(tree, address.rest[-1].title()) or tree
    facts = Facts()
    facts.take(tree, model="Module", firmware="Version", hostname="Hostname", restart_reason="RestartReason")
    return facts.settle(address.device, received_us)


def firmware(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`STATUS2`: the firmware."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    facts = Facts()
    facts.take(part(tree, "StatusFWR"), firmware="Version", hardware="Hardware")
    return facts.settle(address.device, received_us)


def discovery(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`tasmota/discovery/<mac>/config`: the device describes itself, its own topic included."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    device, topic, full = address.device, tree.get("t"), tree.get("ft")
    if isinstance(topic, str) and isinstance(full, str) and "%topic%" in full:
        spoken = locate((*full.replace("%prefix%", "tele").replace("%topic%", topic).strip("/").split("/"), "SENSOR"))
        device = spoken.device if spoken else device
    facts = Facts()
    facts.take(tree, name="dn", model="md", firmware="sw", serial="mac", hostname="hn")
    return facts.settle(device, received_us)
