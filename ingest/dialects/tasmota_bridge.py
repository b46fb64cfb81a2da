"""Devices that a Tasmota bridge hears by Zigbee or LoRaWAN and reports inside its own SENSOR message.

Each is a device of its own, `<bridge>/<its name or short address>`. `Power` there is an on/off state (the Zigbee
on/off cluster), not watts; `Voltage` beside a `Battery` is the battery's.
"""

from types import MappingProxyType
from typing import Final

from domain.readings import Device, Item, Presence, check_time
from ingest.dialects.address import child
from ingest.dialects.clock import from_seconds
from ingest.dialects.draft import Draft, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, part
from ingest.dialects.words import put_switch

NAMES: Final = MappingProxyType(
    {
        "ActivePower": "power_w",
        "RMSVoltage": "voltage_v",
        "RMSCurrent": "current_a",
        "Humidity": "humidity_pct",
        "BatteryPercentage": "battery_pct",
        "BatteryVoltage": "battery_v",
    }
)
IDENTITY: Final = frozenset({"Device", "Name", "IEEEAddr", "ModelId", "Manufacturer", "Endpoints", "Config"})
NOT_SIGNALS: Final = IDENTITY | {"Endpoint", "Reachable", "LastSeen", "LastSeenEpoch", "Group", "PressureUnit"}
MOST_DEVICES: Final = 200
"""Devices in one message (E); a Zigbee network holds fewer."""


def heard_devices(bridge: Device, tree: dict[str, Tree], at_us: int, received_us: int) -> list[Item]:
    """What `tree` says about devices behind `bridge`: readings, presence and who they are."""
    items: list[Item] = []
    for key in ("ZbReceived", "ZbInfo", "LwReceived"):
        for short, heard in list(part(tree, key).items())[:MOST_DEVICES]:
            if isinstance(heard, dict):
                items += _heard(bridge, short, heard, at_us, received_us)
    return items


def _heard(bridge: Device, short: str, heard: dict[str, Tree], at_us: int, received_us: int) -> list[Item]:
    name = next((n for n in (heard.get("Name"), heard.get("Device")) if isinstance(n, str) and n), short)
    device = child(bridge, name)
    seen_us = from_seconds(heard.get("LastSeenEpoch"))
    if seen_us is not None and check_time(seen_us, received_us) is None:
        at_us = seen_us  # a remembered state: its values are from when the device was last heard
    draft = Draft()
    battery = "Battery" in heard or "BatteryPercentage" in heard
    for key, value in heard.items():
        if key == "Power":
            put_switch(draft, "output_on", value)
        elif key == "Battery":
            # Zigbee reports percent, LoRaWAN sensors volts; a battery of a sensor has less than 10 V
            draft.put_number("battery_pct" if "LinkQuality" in heard else "battery", value)
        elif key == "Voltage":
            draft.put_number("battery_v" if battery else "voltage", value)
        elif key in NAMES:
            draft.put_number(NAMES[key], value)
        elif key not in NOT_SIGNALS:
            draft.put(snake(key), value)
    items = draft.settle(device, at_us, received_us)
    facts = Facts()
    facts.take(heard, maker="Manufacturer", model="ModelId", serial="IEEEAddr")
    if facts.facts:
        items += facts.settle(device, received_us)
    if isinstance(heard.get("Reachable"), bool):
        items.append(Presence(device=device, at_us=at_us, online=heard["Reachable"]))
    return items
