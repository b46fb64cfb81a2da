"""Sparkplug B: `spBv1.0/<group>/<type>/<node>[/<device>]`, protobuf or the JSON in which the specification prints it.

A device is named `<group>/<node>[/<device>]`. Values are stamped per metric, else with the payload's time; a metric
of the future or of an unset clock is refused alone. An NDEATH was written when the node connected, so it counts on
arrival. After a BIRTH, DATA may name a metric by its alias only; decoding keeps no state, so such a value is stored
as `alias:7`, and the BIRTH's discovery says `alias:7` = name for whoever joins them.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.readings import Device, Item, Presence, Refusal, Refused, check_time
from domain.signals import SIGNALS
from ingest.dialects.address import Address, refuse, shown
from ingest.dialects.clock import from_millis
from ingest.dialects.draft import Draft, snake
from ingest.dialects.facts import Facts
from ingest.dialects.json_text import Tree, load_object, part
from ingest.dialects.senml import PLAIN, UNITS
from ingest.dialects.sparkplug_wire import DATATYPES, DecodeError, Payload, shortest, signed

DIALECT: Final = "sparkplug_b"
TYPES: Final = frozenset({"NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"})
FACTS: Final = MappingProxyType(
    {
        "Properties/Hardware Make": "maker",
        "Properties/Hardware Model": "model",
        "Properties/Hardware Serial": "serial",
        "Properties/FW": "firmware",
        "Properties/OS": "os",
        "Properties/OS Version": "os_version",
    }
)
CONTROL: Final = ("Node Control/", "Device Control/", "Properties/")
MOST_ALIASES: Final = 500
"""Aliases kept from one BIRTH (E)."""


class Metric(NamedTuple):
    """One metric, whatever it was written in; `trouble` says why it has no value."""

    name: str
    alias: int | None
    at_us: int | None
    unit: str
    value: Tree
    trouble: str = ""


def locate(levels: tuple[str, ...]) -> Address | None:
    """Group, node and device are the name; the message type comes between them."""
    if len(levels) not in (4, 5) or levels[2] not in TYPES | {"NCMD", "DCMD"} or not all(levels):
        return None
    return Address(Device(DIALECT, "/".join((levels[1], *levels[3:]))), (levels[2],))


def locate_host(levels: tuple[str, ...]) -> Address:
    """A host application is no device; its messages are not stored."""
    return Address(Device(DIALECT, "/".join(levels[1:])))


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """BIRTH, DATA or DEATH of a node or a device."""
    device, sort = address.device, address.rest[0]
    read = _from_json(payload, device) if payload[:1] == b"{" else _from_wire(payload, device)
    if isinstance(read, Refused):
        return [read]
    stamp_us, metrics = read
    at_us = stamp_us if stamp_us is not None else received_us
    if sort == "NDEATH":
        return [Presence(device=device, at_us=received_us, online=False)]
    why = check_time(at_us, received_us)
    if sort == "DDEATH":
        return [Presence(device=device, at_us=received_us if why else at_us, online=False)]
    items = _readings(metrics, device, at_us, received_us)
    if sort in ("NBIRTH", "DBIRTH"):
        items += _born(metrics, device, received_us if why else at_us, received_us)
    return items or refuse(Refusal.NO_SIGNAL, "no metric with a value", device)


def _readings(metrics: list[Metric], device: Device, at_us: int, received_us: int) -> list[Item]:
    drafts: dict[int, Draft] = {}
    for metric in metrics:
        if metric.name == "bdSeq" or metric.name.startswith(CONTROL):
            continue
        draft = drafts.setdefault(metric.at_us if metric.at_us is not None else at_us, Draft())
        name = metric.name or f"alias:{metric.alias}"
        if metric.trouble:
            draft.note(name, metric.trouble)
        else:
            _put(draft, name, metric)
    return [item for when, draft in drafts.items() for item in draft.settle(device, when, received_us)]


def _put(draft: Draft, name: str, metric: Metric) -> None:
    """Canonical if the name is, or if it says no more than a known unit; otherwise as the node calls it."""
    canonical = snake(name)
    plain, _, factor = UNITS.get(metric.unit, ("", "", 1.0))
    if canonical in SIGNALS:
        draft.put(canonical, metric.value)
    elif plain and canonical in PLAIN.get(plain, ()):
        draft.put_number(plain, metric.value, factor)
    else:
        draft.put(name, metric.value)


def _born(metrics: list[Metric], device: Device, at_us: int, received_us: int) -> list[Item]:
    facts = Facts()
    for metric in metrics:
        if metric.name in FACTS:
            facts.put(FACTS[metric.name], metric.value)
        elif metric.name and metric.alias is not None and len(facts.facts) < MOST_ALIASES:
            facts.put(f"alias:{metric.alias}", metric.name)
    said = facts.settle(device, received_us) if facts.facts else []
    return [Presence(device=device, at_us=at_us, online=True), *said]


def _from_json(payload: bytes, device: Device) -> tuple[int | None, list[Metric]] | Refused:
    tree = load_object(payload, device)
    if isinstance(tree, Refused):
        return tree
    listed = tree.get("metrics", [])
    if not isinstance(listed, list) or ("timestamp" not in tree and "metrics" not in tree):
        return Refused(why=Refusal.WRONG_SHAPE, detail="timestamp and metrics are due here", device=device)
    metrics = [
        Metric(
            name=one["name"] if isinstance(one.get("name"), str) else "",
            alias=one["alias"] if type(one.get("alias")) is int else None,
            at_us=from_millis(one.get("timestamp")),
            unit=str(part(one, "properties", "engUnit").get("value", "")),
            value=one.get("value"),
        )
        for one in listed
        if isinstance(one, dict)
    ]
    return from_millis(tree.get("timestamp")), [m for m in metrics if m.name or m.alias is not None]


def _from_wire(payload: bytes, device: Device) -> tuple[int | None, list[Metric]] | Refused:
    try:
        message = Payload.FromString(payload)
    except DecodeError:
        return Refused(why=Refusal.WRONG_SHAPE, detail="neither protobuf nor JSON", device=device)
    if not (message.metrics or message.HasField("timestamp") or message.HasField("seq")):
        return Refused(why=Refusal.WRONG_SHAPE, detail="protobuf, but no Sparkplug payload", device=device)
    stamp = from_millis(message.timestamp) if message.HasField("timestamp") else None
    return stamp, list(_metrics(message))


def _metrics(message: Any) -> Iterator[Metric]:
    for one in message.metrics:
        alias = one.alias if one.HasField("alias") else None
        name = one.name.decode("utf-8", "backslashreplace")
        if not name and alias is None:
            continue
        value, trouble = _value(one)
        at_us = from_millis(one.timestamp) if one.HasField("timestamp") else None
        yield Metric(name=name, alias=alias, at_us=at_us, unit=_unit(one), value=value, trouble=trouble)


def _value(one: Any) -> tuple[Tree, str]:
    """The value of a metric on the wire, and why there is none."""
    field = one.WhichOneof("value")
    datatype = DATATYPES[one.datatype] if one.datatype < len(DATATYPES) else "Unknown"
    if one.is_null or field is None:
        return None, "" if one.is_null else "no value, or one of a kind that is not stored (data set, file, template)"
    raw = getattr(one, field)
    if field in ("int_value", "long_value"):
        whole = signed(raw, datatype, 32 if field == "int_value" else 64)
        return whole, "" if whole is not None else "without its data type the sign of this number is unknown"
    if field == "float_value":
        return shortest(raw), ""
    if field == "string_value":
        try:
            return raw.decode(), ""
        except UnicodeDecodeError:
            return None, f"text that is not UTF-8: {shown(raw.decode('utf-8', 'backslashreplace'))}"
    return raw, ""


def _unit(one: Any) -> str:
    """The engineering unit among the metric's properties."""
    for key, value in zip(one.properties.keys, one.properties.values, strict=False):
        if key == b"engUnit":
            return str(value.string_value.decode("utf-8", "replace"))
    return ""
