"""Shelly Gen1: `shellies/<id>/…`, one plain value per topic, and the status dump on `…/info`.

Relay 0 is the device itself, further relays are `<id>/relay/1` and so on; every emeter (a phase or a clamp) is a
device `<id>/emeter/0`. Relay and `meters` energy counts watt-minutes, emeter `total` watt-hours (Gen1 API). `energy`
of an emeter counts since the last start only and is kept apart. A single value carries no time: arrival counts.
"""

from types import MappingProxyType
from typing import Final

from domain.readings import EARLIEST_US, Device, Event, Item, Presence, Refusal, Refused, check_time
from ingest.dialects.address import Address, child, refuse, shown
from ingest.dialects.clock import from_seconds
from ingest.dialects.draft import Draft
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load, load_object, part
from ingest.dialects.words import put_switch

DIALECT: Final = "shelly_gen1"
WATT_MINUTES: Final = 1 / 60_000
WATT_HOURS: Final = 1 / 1000
BROKEN: Final = 999
"""Shown for temperature and humidity while the sensor fails (Gen1 API)."""
METER: Final = MappingProxyType({"power": ("power_w", 1.0), "energy": ("energy_kwh", WATT_MINUTES)})
EMETER: Final = MappingProxyType(
    {
        "power": ("power_w", 1.0),
        "voltage": ("voltage_v", 1.0),
        "current": ("current_a", 1.0),
        "pf": ("power_factor", 1.0),
        "total": ("energy_kwh", WATT_HOURS),
        "total_returned": ("energy_returned_kwh", WATT_HOURS),
        "reactive_power": ("reactive_var", 1.0),
        "reactive": ("reactive_var", 1.0),
        "energy": ("energy_since_start_kwh", WATT_MINUTES),
        "returned_energy": ("energy_returned_since_start_kwh", WATT_MINUTES),
    }
)
SINGLE: Final = MappingProxyType(
    {
        "temperature": "device_temperature_c",
        "overtemperature": "overtemperature",
        "voltage": "voltage_v",
        "sensor/humidity": "humidity_pct",
        "sensor/battery": "battery_pct",
        "sensor/flood": "flood",
        "sensor/lux": "illuminance_lux",
    }
)
TEMPERATURE: Final = "sensor/temperature"
SILENT: Final = frozenset({"temperature_f", "temperature_status", "sensor", "settings", "input_event", "longpush"})
"""First levels that are the same in another unit, or no measurement: not stored."""
FLAGS: Final = frozenset({"overtemperature", "flood"})


def locate(levels: tuple[str, ...]) -> Address:
    """The id is the second level."""
    return Address(Device(DIALECT, levels[1]), levels[2:])


def locate_announced(levels: tuple[str, ...]) -> Address:
    """On the shared topics the payload names the device."""
    return Address(Device(DIALECT, "announced"), levels[1:])


def online(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`true` or `false`, the Last Will included."""
    word = payload.strip()
    if word not in (b"true", b"false"):
        return refuse(Refusal.WRONG_SHAPE, "true or false is due here", address.device)
    return [Presence(device=address.device, at_us=received_us, online=word == b"true")]


def announce(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The device describes itself; its id must be the topic's where the topic has one."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    name = tree.get("id")
    shared = address.rest == ("announce",) and address.device.name == "announced"
    if not isinstance(name, str) or not 0 < len(name) <= 64:
        return refuse(Refusal.WRONG_SHAPE, "`id` is due: the name of the device", None)
    if not shared and name.casefold() != address.device.name.casefold():
        return refuse(Refusal.FOREIGN, f"the topic says {address.device.name}, the payload {shown(name)}")
    facts = Facts()
    facts.take(tree, model="model", firmware="fw_ver", serial="mac")
    facts.put("maker", "Shelly")
    return facts.settle(Device(DIALECT, shown(name)) if shared else address.device, received_us)


def value(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One value on a topic of its own."""
    rest = "/".join(address.rest)
    if not address.rest or (address.rest[0] in SILENT and rest not in SINGLE and rest != TEMPERATURE):
        return []
    if len(payload) > 200:
        return refuse(Refusal.WRONG_SHAPE, f"{len(payload)} bytes where one value is due", address.device)
    text = payload.decode("utf-8", "backslashreplace").strip()
    draft, device, items = Draft(), address.device, list[Item]()
    if address.rest[0] in ("relay", "emeter") and len(address.rest) in (2, 3):
        device = _channel(device, address.rest[0], address.rest[1])
        items = _of_channel(draft, device, address.rest, text, received_us)
    elif rest == TEMPERATURE:
        number = Draft()
        number.put_number("sensor_temperature", text)
        draft.values, draft.notes = number.values, number.notes
        draft.note("temperature_c", "the device sends °C or °F, as it is set, and does not say which")
    elif rest in SINGLE:
        _single(draft, SINGLE[rest], text)
    else:
        tree = load(payload)
        draft.put(rest.replace("/", "_"), text if isinstance(tree, Refused) else tree)
    for name in ("flood", "overtemperature"):
        if isinstance(draft.values.get(name), bool):
            items.append(Event(device=device, at_us=received_us, code=name, active=bool(draft.values[name])))
    return [*draft.settle(device, received_us, received_us), *items]


def _channel(device: Device, sort: str, number: str) -> Device:
    return device if sort == "relay" and number == "0" else child(device, f"{sort}/{number}")


def _of_channel(draft: Draft, device: Device, rest: tuple[str, ...], text: str, received_us: int) -> list[Item]:
    if len(rest) == 2:
        over = text == "overpower"
        put_switch(draft, "output_on", "off" if over else text)
        return [Event(device=device, at_us=received_us, code="overpower", active=True)] if over else []
    name, factor = (METER if rest[0] == "relay" else EMETER).get(rest[2], (rest[2], 1.0))
    draft.put_number(name, text, factor)
    return []


def _single(draft: Draft, name: str, text: str) -> None:
    if name in FLAGS:
        put_switch(draft, name, text)
    else:
        draft.put_number(name, text)
        _drop_broken(draft, name)


def _drop_broken(draft: Draft, name: str) -> None:
    if draft.values.get(name) == BROKEN:
        del draft.values[name]
        draft.note(name, f"{BROKEN} stands for a failed sensor")


def status(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """The whole status in one object; each meter of it becomes a reading of its channel."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    mac = tree.get("mac")
    if isinstance(mac, str) and not _is_same(device.name, mac):
        return refuse(Refusal.FOREIGN, f"the topic says {device.name}, the status is of {shown(mac)}", device)
    stamp = from_seconds(tree.get("unixtime"))
    at_us = stamp if stamp is not None and stamp >= EARLIEST_US else received_us
    channels: dict[str, Draft] = {"": Draft()}
    _fill_status(channels, tree)
    items: list[Item] = []
    for name, draft in channels.items():
        if at_us == received_us and stamp is not None and draft.values:
            draft.note("time", "clock not set: stamped on arrival")
        if draft.values or not name:
            items += draft.settle(child(device, name), at_us, received_us)
    for name in ("flood", "overtemperature"):
        if tree.get(name) is True and check_time(at_us, received_us) is None:
            items.append(Event(device=device, at_us=at_us, code=name, active=True))
    facts = Facts()
    facts.put("serial", mac)
    facts.put("firmware", part(tree, "update").get("old_version"))
    return [*items, *(facts.settle(device, received_us) if facts.facts else [])]


def _is_same(name: str, mac: str) -> bool:
    """Whether an id such as shellyht-703523 can belong to `mac`; names of the owner's choice carry no address."""
    tail = name.rsplit("-", 1)[-1].casefold()
    is_address = len(tail) in (6, 12) and all(letter in "0123456789abcdef" for letter in tail)
    return not is_address or mac.casefold().endswith(tail)


def _fill_status(channels: dict[str, Draft], tree: dict[str, Tree]) -> None:
    main = channels[""]
    for sort, table, energy in (("meters", METER, WATT_MINUTES), ("emeters", EMETER, WATT_HOURS)):
        for number, meter in enumerate(_objects(tree.get(sort))):
            name = f"{'relay' if sort == 'meters' else 'emeter'}/{number}"
            draft = channels.setdefault("" if name == "relay/0" else name, Draft())
            if meter.get("is_valid") is False:
                draft.note("power_w", "the device itself calls this meter's values invalid")
                continue
            for key, (signal, factor) in table.items():
                draft.put_number(signal, meter.get(key), factor)
            draft.put_number("energy_kwh", meter.get("total"), energy)
    for number, relay in enumerate(_objects(tree.get("relays"))):
        draft = channels.setdefault("" if number == 0 else f"relay/{number}", Draft())
        put_switch(draft, "output_on", relay.get("ison"))
        draft.put("overpower", relay.get("overpower"))
    hot = part(tree, "tmp")
    inside = "relays" in tree or "meters" in tree
    _measured(main, "device_temperature_c" if inside else "temperature_c", hot, "tC")
    _measured(main, "humidity_pct", part(tree, "hum"), "value")
    main.put_number("battery_pct", part(tree, "bat").get("value"))
    main.put_number("battery_v", part(tree, "bat").get("voltage"))
    main.put_number("voltage_v", tree.get("voltage"))
    main.put_number("wifi_signal_dbm", part(tree, "wifi_sta").get("rssi"))
    main.put_number("uptime_s", tree.get("uptime"))
    for key in ("flood", "overtemperature", "sensor_error"):
        main.put(key, tree.get(key))


def _measured(main: Draft, name: str, sensor: dict[str, Tree], key: str) -> None:
    if sensor.get("is_valid") is False:
        main.note(name, "the device itself calls this value invalid")
        return
    main.put_number(name, sensor.get(key))
    _drop_broken(main, name)


def _objects(tree: Tree) -> list[dict[str, Tree]]:
    """The list of objects that `tree` is, at most 16 (no Gen1 device has more than four channels)."""
    return [one if isinstance(one, dict) else {} for one in tree[:16]] if isinstance(tree, list) else []
