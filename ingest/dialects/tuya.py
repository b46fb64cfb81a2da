"""Tuya data points as a bridge forwards them: `tuya/<device>/status`, here of breakers and meters.

Tuya sends whole numbers; their scale (a power of ten) and unit come with the description of the product. Where the
dump carries them, values are converted; without them a value stays raw under its own name, with a note.
"""

from types import MappingProxyType
from typing import Final

from domain.readings import EARLIEST_US, Device, Event, Item, Presence, Refused, check_time
from ingest.dialects.address import Address, shown
from ingest.dialects.clock import from_millis, from_rfc3339
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.words import put_switch

DIALECT: Final = "tuya"
POINTS: Final = MappingProxyType(
    {
        "cur_power": ("power_w", MappingProxyType({"W": 1.0, "kW": 1000.0})),
        "cur_voltage": ("voltage_v", MappingProxyType({"V": 1.0, "mV": 0.001})),
        "cur_current": ("current_a", MappingProxyType({"A": 1.0, "mA": 0.001})),
        "leakage_current": ("leakage_ma", MappingProxyType({"mA": 1.0, "A": 1000.0})),
        "total_forward_energy": ("energy_kwh", MappingProxyType({"kWh": 1.0, "kW·h": 1.0, "kw.h": 1.0, "Wh": 0.001})),
        "temp_current": ("device_temperature_c", MappingProxyType({"°C": 1.0, "℃": 1.0, "C": 1.0})),
    }
)
"""`add_ele` is missing on purpose: it is the energy since the last report, not a meter reading."""
NOT_SIGNALS: Final = frozenset({"switch", "fault", "online_state"})
KINDS: Final = MappingProxyType({"dlq": "circuit", "tdq": "circuit", "zndb": "circuit"})
"""Tuya's product categories that are breakers and meters."""


def locate(levels: tuple[str, ...]) -> Address:
    """`tuya/<device>/status`."""
    return Address(Device(DIALECT, levels[1]))


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One dump: values, faults by their labels, whether it is online, what it is."""
    device = address.device
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    status = part(tree, "status") if "status" in tree else tree
    stamp = from_rfc3339(tree.get("update_time")) or from_millis(tree.get("t"))
    at_us = stamp if stamp is not None and stamp >= EARLIEST_US else received_us
    draft = Draft()
    for key, value in status.items():
        if key == "switch":
            put_switch(draft, "output_on", value)
        elif key not in NOT_SIGNALS:
            _point(draft, key, value, part(tree, "scale").get(key), part(tree, "unit").get(key))
    items = draft.settle(device, at_us, received_us)
    if check_time(at_us, received_us) is None:
        items += _faults(device, tree, status.get("fault"), at_us)
        if status.get("online_state") in ("online", "offline"):
            online = status["online_state"] == "online"
            items.append(Presence(device=device, at_us=at_us, online=online))
    facts = Facts()
    facts.take(tree, model="product_name", name="name")
    category = tree.get("category")
    facts.put("kind", KINDS.get(category) if isinstance(category, str) else None)
    return [*items, *(facts.settle(device, received_us) if facts.facts else [])]


def _point(draft: Draft, key: str, value: Tree, scale: Tree, unit: Tree) -> None:
    name, units = POINTS.get(key, (snake(key), None))
    if as_number(value) is None or (units is None and scale is None):
        draft.put(name if units is None else snake(key), value)
        return
    scaled = type(scale) is int and 0 <= scale <= 9
    if units is None:
        draft.put_number(name, value, 10.0**-scale if scaled else 1.0)
    elif scaled and isinstance(unit, str) and unit in units:
        draft.put_number(name, value, units[unit] * 10.0**-scale)
    else:
        draft.put_number(f"{snake(key)}_raw", value)
        draft.note(name, "neither scale nor unit known: kept raw")


def _faults(device: Device, tree: dict[str, Tree], bits: Tree, at_us: int) -> list[Item]:
    """Every label of the bitmap: active where its bit is set. A bit without label is named by its number."""
    if type(bits) is not int or not 0 <= bits < 2**32:
        return []
    labels = tree.get("fault_labels")
    names = [shown(str(label), 60) for label in labels[:32]] if isinstance(labels, list) else []
    codes = [names[bit] if bit < len(names) and names[bit] else f"fault_{bit}" for bit in range(32)]
    return [
        Event(device=device, at_us=at_us, code=code, active=True) for bit, code in enumerate(codes) if bits >> bit & 1
    ]
