"""Shelly Gen2 and later: notifications on `<name>/events/rpc`, parts on `<name>/status/switch:0`.

A `NotifyStatus` is a partial overlay: what it does not mention has not changed, so a reading holds only what came.
Part number 0 is the device itself, `switch:1` is `<name>/switch:1`, the phases of `em:0` are `<name>/a`, `/b`, `/c`.
Energy is in watt-hours. The chip's own temperature is not that of any terminal.
"""

import re
from types import MappingProxyType
from typing import Final

from domain.readings import EARLIEST_US, Device, Event, Item, Presence, Refusal, Refused, check_time
from ingest.dialects.address import Address, child, is_storable, refuse, shown
from ingest.dialects.clock import from_seconds
from ingest.dialects.draft import Draft, time_words
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.words import put_switch

DIALECT: Final = "shelly_gen2"
WATT_HOURS: Final = 1 / 1000
FACTORY_NAME: Final = re.compile(r"shelly[a-z0-9]+-[0-9a-f]{6,12}", re.IGNORECASE)
STORED_US: Final = 10 * 60 * 1_000_000
"""A part that counts minutes shows how old it is; older than this on arrival it was stored on the way (E)."""
FIELDS: Final = MappingProxyType(
    {
        "apower": ("power_w", 1.0),
        "act_power": ("power_w", 1.0),
        "voltage": ("voltage_v", 1.0),
        "current": ("current_a", 1.0),
        "pf": ("power_factor", 1.0),
        "freq": ("frequency_hz", 1.0),
        "aprt_power": ("apparent_va", 1.0),
        "aprtpower": ("apparent_va", 1.0),
        "total_act_energy": ("energy_kwh", WATT_HOURS),
        "total_act_ret_energy": ("energy_returned_kwh", WATT_HOURS),
        "rh": ("humidity_pct", 1.0),
        "lux": ("illuminance_lux", 1.0),
        "n_current": ("neutral_current_a", 1.0),
    }
)
TOTALS: Final = MappingProxyType(
    {
        "total_act_power": ("power_w", 1.0),
        "total_current": ("current_a", 1.0),
        "total_aprt_power": ("apparent_va", 1.0),
        "total_act": ("energy_kwh", WATT_HOURS),
        "total_act_ret": ("energy_returned_kwh", WATT_HOURS),
        "n_current": ("neutral_current_a", 1.0),
    }
)
"""Fields of `em` and `emdata` that stand for all phases together."""
PARTS: Final = frozenset(
    {
        *("switch", "pm1", "em", "em1", "emdata", "em1data", "cover", "light", "temperature", "humidity"),
        *("illuminance", "devicepower", "flood", "smoke", "voltmeter"),
    }
)
"""Parts that measure or switch; the others (sys, wifi, cloud, mqtt, ble, ws, input, script …) are housekeeping."""


def locate_rpc(levels: tuple[str, ...]) -> Address:
    """`<name>/events/rpc`, where the name may have several levels."""
    return Address(Device(DIALECT, "/".join(levels[:-2])))


def locate_status(levels: tuple[str, ...]) -> Address:
    """`<name>/status/<part>`."""
    return Address(Device(DIALECT, "/".join(levels[:-2])), levels[-1:])


def locate_any(levels: tuple[str, ...]) -> Address:
    """`<name>/online`, `<name>/rpc`."""
    return Address(Device(DIALECT, "/".join(levels[:-1])), levels[-1:])


def online(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`true` or `false`, the Last Will included."""
    word = payload.strip()
    if word not in (b"true", b"false"):
        return refuse(Refusal.WRONG_SHAPE, "true or false is due here", address.device)
    return [Presence(device=address.device, at_us=received_us, online=word == b"true")]


def notification(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """NotifyStatus, NotifyFullStatus or NotifyEvent; any other method is housekeeping."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    stranger = _stranger(device.name, tree)
    if stranger:
        return refuse(Refusal.FOREIGN, f"the topic says {shown(device.name)}, the message {stranger}", device)
    params, method = part(tree, "params"), tree.get("method")
    at_us = _moment(params, received_us)
    if at_us is None:
        return refuse(Refusal.BAD_TIME, f"params.ts is {shown(str(params.get('ts')))}: Unix seconds are due", device)
    if method == "NotifyEvent":
        return _events(device, params, at_us, received_us)
    if method in ("NotifyStatus", "NotifyFullStatus"):
        return _status(device, params, at_us, received_us, {})
    if isinstance(method, str):
        return []
    return refuse(Refusal.WRONG_SHAPE, "`method` is due: NotifyStatus, NotifyFullStatus or NotifyEvent", device)


def _stranger(name: str, tree: dict[str, Tree]) -> str | None:
    """The other device that `tree` speaks of. An owner may rename the topic, then `dst` must still fit it."""
    source, target = tree.get("src"), tree.get("dst")
    if isinstance(source, str) and source.casefold() == name.casefold():
        return None
    if isinstance(source, str) and FACTORY_NAME.fullmatch(name):
        return shown(source)
    if isinstance(target, str) and target.casefold() != f"{name}/events".casefold():
        return shown(target)
    return None


def _moment(params: dict[str, Tree], received_us: int) -> int | None:
    """The message's time; arrival where the device has none yet (it does not buffer)."""
    ts = params.get("ts")
    if ts is None:
        ts = part(params, "sys").get("unixtime")
    if ts is None:
        return received_us
    stamp = from_seconds(ts)
    return stamp if stamp is None or stamp >= EARLIEST_US else received_us


def component(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One part's status on a topic of its own; it has no time, but a counter of minutes shows a stored one."""
    device = address.device
    if address.rest[0].split(":")[0] not in PARTS:
        return []
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    if FACTORY_NAME.fullmatch(str(tree.get("src"))) and str(tree["src"]).casefold() != device.name.casefold():
        return refuse(Refusal.FOREIGN, f"the topic says {shown(device.name)}, the message {shown(tree['src'])}", device)
    at_us, notes = received_us, dict[str, str]()
    minute = from_seconds(part(tree, "aenergy").get("minute_ts"))
    if minute is not None and EARLIEST_US <= minute < received_us - STORED_US:
        at_us, notes = minute, {"time": "stored on the way: stamped with its last counted minute"}
    return _status(device, {address.rest[0]: tree}, at_us, received_us, notes)


def _status(device: Device, params: dict[str, Tree], at_us: int, received_us: int, notes: dict[str, str]) -> list[Item]:
    channels: dict[str, Draft] = {}
    items: list[Item] = []
    for key, status in params.items():
        sort, _, number = key.partition(":")
        if sort not in PARTS or not isinstance(status, dict) or not number.isdigit():
            continue
        channel = "" if number == "0" or sort == "temperature" else key
        draft = channels.setdefault(channel, Draft())
        if sort in ("em", "emdata"):
            _phases(channels, channel, status)
        else:
            _part(draft, sort, number, status)
        items += _faults(child(device, channel), key, status, at_us, received_us)
    readings: list[Item] = []
    for channel, draft in channels.items():
        if draft.values or draft.notes:
            draft.notes.update(notes)
            readings += draft.settle(child(device, channel), at_us, received_us)
    return readings + items


def _part(draft: Draft, sort: str, number: str, status: dict[str, Tree]) -> None:
    for key, (name, factor) in FIELDS.items():
        if key in status:
            draft.put_number(name, status[key], factor)
    put_switch(draft, "output_on", status.get("output"))
    draft.put_number("energy_kwh", part(status, "aenergy").get("total"), WATT_HOURS)
    draft.put_number("energy_returned_kwh", part(status, "ret_aenergy").get("total"), WATT_HOURS)
    draft.put_number("device_temperature_c", part(status, "temperature").get("tC"))
    if sort == "temperature":
        draft.put_number("temperature_c" if number == "0" else f"temperature_{number}_c", status.get("tC"))
    if sort == "devicepower":
        draft.put_number("battery_pct", part(status, "battery").get("percent"))
        draft.put_number("battery_v", part(status, "battery").get("V"))
    if sort in ("flood", "smoke"):
        draft.put(sort, status.get("alarm"))


def _phases(channels: dict[str, Draft], channel: str, status: dict[str, Tree]) -> None:
    for key, (name, factor) in TOTALS.items():
        if key in status:
            channels[channel].put_number(name, status[key], factor)
    for key, value in status.items():
        phase, _, field = key.partition("_")
        if phase in ("a", "b", "c") and field in FIELDS:
            name, factor = FIELDS[field]
            below = f"{channel}/{phase}" if channel else phase
            channels.setdefault(below, Draft()).put_number(name, value, factor)


def _faults(device: Device, key: str, status: dict[str, Tree], at_us: int, received_us: int) -> list[Item]:
    """What a part complains of itself: overtemp, overpower, overvoltage, undervoltage …; a flood or smoke alarm."""
    errors = status.get("errors")
    codes = [code for code in errors[:20] if isinstance(code, str)] if isinstance(errors, list) else []
    if status.get("alarm") is True:
        codes.append(key.partition(":")[0])
    if check_time(at_us, received_us) is not None:
        return []  # the reading beside it is refused with this time
    return [Event(device=device, at_us=at_us, code=shown(code, 64), active=True) for code in codes if code]


def _events(device: Device, params: dict[str, Tree], at_us: int, received_us: int) -> list[Item]:
    items: list[Item] = []
    for event in (params.get("events") or [])[:100] if isinstance(params.get("events"), list) else []:
        name = event.get("event") if isinstance(event, dict) else None
        if not isinstance(name, str) or not name or not is_storable(name):
            items += refuse(Refusal.WRONG_SHAPE, "an event needs `event`, its name", device)
            continue
        stamp = from_seconds(event.get("ts"))
        when = stamp if stamp is not None and stamp >= EARLIEST_US else at_us
        why = check_time(when, received_us)
        if why is not None:
            items += refuse(why, time_words(why, when), device)
            continue
        code = f"{shown(str(event.get('component', '')), 30)} {shown(name, 30)}".strip()
        items.append(Event(device=device, at_us=when, code=code, active=True))
    return items
