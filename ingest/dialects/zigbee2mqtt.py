"""Zigbee2MQTT: `zigbee2mqtt/<name>`, names with slashes included.

Values are what the bridge last heard, merged: with `last_seen` (if the owner switched it on) they are stamped with
it, otherwise on arrival. `power_a`, `power_l2`, `power_phase_b`, `state_left` are channels, devices of their own:
`<name>/a`. `voltage` is mains volts, but millivolts of the battery on a battery device.
"""

import re
from types import MappingProxyType
from typing import Final

from domain.readings import Device, Item, Presence, Refusal, Refused
from ingest.dialects.address import Address, child, is_storable, refuse, shown
from ingest.dialects.clock import from_millis, from_rfc3339
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load, load_object, part
from ingest.dialects.words import put_switch

DIALECT: Final = "zigbee2mqtt"
HIGHEST_MAINS_V: Final = 480
"""Top of the catalogue's range for mains voltage; above it `voltage` cannot be mains volts."""
NAMES: Final = MappingProxyType(
    {
        "power": "power_w",
        "current": "current_a",
        "energy": "energy_kwh",
        "energy_produced": "energy_produced_kwh",
        "produced_energy": "energy_produced_kwh",
        "humidity": "humidity_pct",
        "temperature": "temperature_c",
        "device_temperature": "device_temperature_c",
        "local_temperature": "room_c",
        "ac_frequency": "frequency_hz",
        "power_apparent": "apparent_va",
        "power_reactive": "reactive_var",
        "battery": "battery_pct",
        "pm25": "pm25_ugm3",
    }
)
"""The bridge's own names and the units it promises for them."""
NOT_SIGNALS: Final = frozenset({"update", "update_available", "last_seen", "elapsed", "action", "device"})
_CHANNEL: Final = re.compile(
    r"(power|current|voltage|energy|energy_produced|energy_flow|power_factor|state)_"
    r"(?:phase_)?(a|b|c|l[1-9]|left|right|center|[1-9])"
)


def locate(levels: tuple[str, ...]) -> Address:
    """Everything behind the base topic is the name."""
    return Address(Device(DIALECT, "/".join(levels[1:])))


def locate_parent(levels: tuple[str, ...]) -> Address:
    """As `locate`, without the last level."""
    return Address(Device(DIALECT, "/".join(levels[1:-1])), levels[-1:])


def locate_bridge(levels: tuple[str, ...]) -> Address:
    """The bridge itself."""
    return Address(Device(DIALECT, "bridge"), levels[2:])


def availability(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`online` or `offline`, plain (before version 2) or as {"state": …}."""
    word = payload.strip().decode("ascii", "replace")
    if word[:1] == "{":
        tree = load_object(payload, address.device)
        word = str(tree.get("state")) if isinstance(tree, dict) else ""
    if word not in ("online", "offline"):
        return refuse(Refusal.WRONG_SHAPE, "online or offline is due here", address.device)
    return [Presence(device=address.device, at_us=received_us, online=word == "online")]


def bridge_devices(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The list of paired devices, retained: a description of each, the coordinator left out."""
    tree = load(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    if not isinstance(tree, list):
        return refuse(Refusal.WRONG_SHAPE, "a list of devices is due here", address.device)
    items: list[Item] = []
    for entry in tree[:1000]:  # a Zigbee network holds a few hundred
        name = entry.get("friendly_name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not 0 < len(name) <= 200 or not is_storable(name):
            items += refuse(Refusal.WRONG_SHAPE, "a device without friendly_name", address.device)
        elif entry.get("type") != "Coordinator":
            items += _description(Device(DIALECT, name), entry, received_us)
    return items


def _description(device: Device, entry: dict[str, Tree], received_us: int) -> list[Item]:
    facts = Facts()
    facts.take(entry, maker="manufacturer", model="model_id", serial="ieee_address", firmware="software_build_id")
    facts.take(part(entry, "definition"), maker="vendor", model="model", description="description")
    facts.put("name", device.name)
    return facts.settle(device, received_us)


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The state of one device, merged by the bridge."""
    device = address.device
    tree = load(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    if not isinstance(tree, dict):
        return refuse(Refusal.WRONG_SHAPE, "an object is due here; set the bridge's `output` to json", device)
    about = part(tree, "device")
    if isinstance(about.get("friendlyName"), str) and about["friendlyName"] != device.name:
        words = f"the topic says {shown(device.name)}, the payload {shown(about['friendlyName'])}"
        return refuse(Refusal.FOREIGN, words, device)
    at_us = received_us
    if tree.get("last_seen") not in (None, "N/A"):
        seen = from_rfc3339(tree["last_seen"])
        at_us = seen if seen is not None else from_millis(tree["last_seen"]) or -1
        if at_us == -1:
            return refuse(Refusal.BAD_TIME, f"last_seen is {shown(str(tree['last_seen']))}", device)
    channels: dict[str, Draft] = {"": Draft()}
    battery = any(key in tree for key in ("battery", "battery_low"))
    percent = any(abs(as_number(tree[key]) or 0) > 1 for key in tree if key.startswith("power_factor"))
    for key, value in tree.items():
        if key in NOT_SIGNALS:
            continue
        split = _CHANNEL.fullmatch(key)
        channel, name = (split[2], split[1]) if split else ("", key)
        _put(channels.setdefault(channel, Draft()), name, value, battery, percent)
    items: list[Item] = []
    for channel, draft in channels.items():
        if draft.values or not channel:
            items += draft.settle(child(device, channel), at_us, received_us)
    return items


def _put(draft: Draft, key: str, value: Tree, battery: bool, percent: bool) -> None:
    if key == "state":
        put_switch(draft, "output_on", value)
    elif key == "voltage":
        _voltage(draft, value, battery)
    elif key == "power_factor":
        draft.put_number("power_factor", value, 0.01 if percent else 1.0)
    elif key in NAMES:
        draft.put_number(NAMES[key], value)
    else:
        draft.put(snake(key), value)


def _voltage(draft: Draft, value: Tree, battery: bool) -> None:
    volts = as_number(value)
    if battery and volts is not None:
        # converters report millivolts for cells; a few older ones volts: no cell has 100 V, none less than 0.1 V
        draft.put_number("battery_v", value, 0.001 if volts >= 100 else 1.0)
    elif volts is not None and HIGHEST_MAINS_V < volts < float("inf"):
        draft.put_number("voltage_raw", value)
        draft.note("voltage_v", f"{volts:g} is no mains voltage, and nothing says its unit: kept as voltage_raw")
    else:
        draft.put_number("voltage_v", value)
