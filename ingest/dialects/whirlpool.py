"""Whirlpool dumps: `whirlpool/<device>/attributes`; values are text, each with its own time in milliseconds.

Air conditioners give temperatures in tenths of a degree Celsius. Most attributes are settings or say how the module
is; they are kept under their own names only where they count something or tell a state of the machine.
"""

import re
from types import MappingProxyType
from typing import Final

from domain.readings import Device, Event, Item, Presence, Refusal, Refused, check_time
from ingest.dialects.address import Address, refuse, shown
from ingest.dialects.clock import from_millis
from ingest.dialects.draft import Draft
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.stamped import Dump

DIALECT: Final = "whirlpool"
FACTORY_ID: Final = re.compile(r"[A-Z0-9]{13}")
"""How Whirlpool names an appliance (SAID). A topic of this form must be that appliance; others the bridge chose."""
TENTH: Final = 0.1
NUMBERS: Final = MappingProxyType(
    {
        "Sys_OpStatusDisplayTemp": ("room_c", TENTH),
        "Sys_OpSetTargetTemp": ("setpoint_c", TENTH),
        "Sys_OpStatusDisplayHumidity": ("humidity_pct", 1.0),
        "Cavity_CycleStatusMachineState": ("machine_state_code", 1.0),
        "Cavity_TimeStatusEstTimeRemaining": ("remaining_s", 1.0),
        "XCat_OdometerStatusCycleCount": ("programs_total", 1.0),
        "XCat_OdometerStatusTotalHours": ("powered_h", 1.0),
        "XCat_OdometerStatusRunningHours": ("running_h", 1.0),
        "XCat_WifiStatusRssiAntennaDiversity": ("wifi_signal_dbm", 1.0),
        "WashCavity_OpStatusBulkDispense1Level": ("dispenser_level", 1.0),
    }
)
FLAGS: Final = MappingProxyType(
    {
        "Cavity_OpStatusDoorOpen": "door_open",
        "Cavity_OpStatusDoorLocked": "door_locked",
        "Sys_OpSetPowerOn": "power_on",
        "WashCavity_CycleStatusCleanReminder": "clean_reminder",
    }
)
PHASES: Final = MappingProxyType(
    {
        "WashCavity_CycleStatusFilling": "fill",
        "WashCavity_CycleStatusWashing": "wash",
        "WashCavity_CycleStatusRinsing": "rinse",
        "WashCavity_CycleStatusDraining": "drain",
        "WashCavity_CycleStatusSpinning": "spin",
    }
)
MODES: Final = MappingProxyType({"1": "cool", "2": "fan", "3": "heat", "5": "fan", "6": "heat", "7": "cool"})
"""`Cavity_OpStatusMode`; 5 to 7 are what the automatic mode does at the moment."""
NO_FAULT: Final = frozenset({"F0,E0,0", "F0E0", "0", ""})


def locate(levels: tuple[str, ...]) -> Address:
    """`whirlpool/<device>/attributes`."""
    return Address(Device(DIALECT, levels[1]))


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One dump: a reading per time at which an attribute last changed."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    attributes, said = part(tree, "attributes"), tree.get("applianceId")
    if not attributes:
        return refuse(Refusal.WRONG_SHAPE, "attributes is due here", device)
    if isinstance(said, str) and FACTORY_ID.fullmatch(device.name) and said != device.name:
        return refuse(Refusal.FOREIGN, f"the topic says {shown(device.name)}, the dump {shown(said)}", device)
    dump = Dump(received_us)
    air = "Sys_OpStatusDisplayTemp" in attributes
    for key, entry in attributes.items():
        if isinstance(entry, dict):
            _put(dump, key, entry, attributes)
    items = dump.settle(device)
    items += _events(device, attributes, received_us)
    facts = Facts()
    facts.put("maker", "Whirlpool")
    facts.put("model", _value(attributes, "ModelNumber"))
    facts.put("serial", _value(attributes, "SerialNumber"))
    facts.put("firmware", _value(attributes, "ISP_WIFI_VERSION"))
    facts.put(
        "kind",
        "air_conditioner" if air else "washing_machine" if "WashCavity_CycleStatusWashing" in attributes else None,
    )
    return [*items, *facts.settle(device, received_us)]


def _value(attributes: dict[str, Tree], key: str) -> Tree:
    return part(attributes, key).get("value")


def _put(dump: Dump, key: str, entry: dict[str, Tree], attributes: dict[str, Tree]) -> None:
    value = entry.get("value")
    draft = dump.at(from_millis(entry.get("updateTime")))
    if key in NUMBERS:
        name, factor = NUMBERS[key]
        draft.put_number(name, value, factor)
    elif key in FLAGS:
        _flag(draft, FLAGS[key], value)
        if key == "Sys_OpSetPowerOn" and value == "0" and "Cavity_OpStatusMode" in attributes:
            draft.put("mode", "off")
    elif key in PHASES and value == "1":
        draft.put("phase", PHASES[key])
    elif key == "Cavity_OpStatusMode" and _value(attributes, "Sys_OpSetPowerOn") != "0":
        draft.put("mode", MODES.get(value) if isinstance(value, str) else None)
    elif key == "Sys_AlertStatusCustomerFaultCode":
        draft.put("fault_code", value)


def _flag(draft: Draft, name: str, value: Tree) -> None:
    if value in ("0", "1"):
        draft.put(name, value == "1")
    else:
        draft.note(name, f"neither 0 nor 1: {shown(str(value), 40)}")


def _events(device: Device, attributes: dict[str, Tree], received_us: int) -> list[Item]:
    items: list[Item] = []
    code, changed = _value(attributes, "Sys_AlertStatusCustomerFaultCode"), "updateTime"
    if isinstance(code, str) and code not in NO_FAULT:
        at_us = from_millis(part(attributes, "Sys_AlertStatusCustomerFaultCode").get(changed)) or received_us
        if check_time(at_us, received_us) is None:
            items.append(Event(device=device, at_us=at_us, code=shown(code, 64), active=True))
    if _value(attributes, "Online") in ("0", "1"):
        at_us = from_millis(part(attributes, "Online").get(changed)) or received_us
        if check_time(at_us, received_us) is None:
            items.append(Presence(device=device, at_us=at_us, online=_value(attributes, "Online") == "1"))
    return items
