"""Home Assistant discovery: `homeassistant/<component>/…/config`, to learn which devices there are.

The facts go to the device behind the state topic when one of our dialects reads that topic, so that they land where
the readings do; otherwise to a device of this dialect, by its first identifier. Both forms are read: one entity, and
the whole device (`homeassistant/device/…`), with short and long keys.
"""

from types import MappingProxyType
from typing import Final

from domain.readings import Device, Item, Refusal, Refused
from ingest.dialects.address import Address, is_storable, refuse, shown
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object

DIALECT: Final = "homeassistant"
LONG: Final = MappingProxyType(
    {
        "dev": "device",
        "cmps": "components",
        "stat_t": "state_topic",
        "avty_t": "availability_topic",
        "uniq_id": "unique_id",
        "unit_of_meas": "unit_of_measurement",
        "dev_cla": "device_class",
        "ids": "identifiers",
        "mf": "manufacturer",
        "mdl": "model",
        "mdl_id": "model_id",
        "sw": "sw_version",
        "hw": "hw_version",
        "sn": "serial_number",
        "sa": "suggested_area",
        "cns": "connections",
        "o": "origin",
    }
)
"""Short keys and what they stand for (Home Assistant's MQTT discovery)."""


def locate(levels: tuple[str, ...]) -> Address:
    """The node and object between component and `config`."""
    return Address(Device(DIALECT, "/".join(levels[1:-1]) or "status"), levels[1:])


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One configuration; an empty one (a removal) does not come here."""
    tree = load_object(payload, address.device)
    if isinstance(tree, Refused):
        return [tree]
    config = _long(tree)
    about = _long(config.get("device"))
    facts = Facts()
    facts.take(
        about,
        maker="manufacturer",
        model="model",
        model_id="model_id",
        firmware="sw_version",
        hardware="hw_version",
        serial="serial_number",
        name="name",
        room="suggested_area",
    )
    base = config.get("~") if isinstance(config.get("~"), str) else ""
    facts.put("state_topic", _topic(config.get("state_topic"), str(base)))
    if "name" not in facts.facts:
        facts.put("name", config.get("name"))
    parts = config.get("components")
    if isinstance(parts, dict):
        for number, part in enumerate(list(parts.values())[:50], start=1):
            topic = _topic(_long(part).get("state_topic"), str(base))
            if topic and topic != facts.facts.get("state_topic"):
                facts.put("state_topic" if "state_topic" not in facts.facts else f"state_topic_{number}", topic)
    if not facts.facts:
        return refuse(Refusal.NO_SIGNAL, "neither a device nor a state topic in it", address.device)
    return facts.settle(_speaker(facts, about, address.device), received_us)


def _speaker(facts: Facts, about: dict[str, Tree], fallback: Device) -> Device:
    from ingest.dialects.routes import device_of  # the table of routes names this module too

    for name, topic in facts.facts.items():
        if name.startswith("state_topic"):
            device = device_of(topic)
            if device is not None and device.dialect != DIALECT:
                return device
    identifiers = about.get("identifiers")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else identifiers
    if isinstance(first, str) and 0 < len(first) <= 200 and is_storable(first):
        return Device(DIALECT, first)
    return fallback


def _long(tree: Tree) -> dict[str, Tree]:
    """`tree` with its short keys spelled out; no object counts as an empty one."""
    return {LONG.get(key, key): value for key, value in tree.items()} if isinstance(tree, dict) else {}


def _topic(text: Tree, base: str) -> str | None:
    """A topic with `~` at its start or end replaced by the base topic."""
    if not isinstance(text, str):
        return None
    if text.startswith("~"):
        return shown(base + text[1:], 300)
    return shown(text[:-1] + base, 300) if text.endswith("~") else text
