"""SenML in JSON (RFC 8428): `senml/<device or gateway>`.

Base fields are carried over and times below 2^28 are relative to now, as section 4 of the RFC says; `resolve` is
that step alone. A name is split into device and signal: at the base name if it ends with a separator, else at the
last separator if a word follows; an address (a URN's number, an IPv6 address) is never split. A reading holds the
values of one device at one time.
"""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address
from types import MappingProxyType
from typing import Final

from domain.readings import Device, Item, Refusal, Refused
from ingest.dialects.address import LONGEST_NAME, Address, is_storable, refuse, shown
from ingest.dialects.clock import from_seconds
from ingest.dialects.draft import Draft, as_number, snake
from ingest.dialects.json_text import Tree, dump, load

DIALECT: Final = "senml"
RELATIVE_S: Final = 2**28
"""Times below are relative to now (RFC 8428, section 4.5.3)."""
VERSION: Final = 10
"""The version of the RFC; a higher `bver` must not be read (section 4.4)."""
MOST_RECORDS: Final = 5000
UNITS: Final = MappingProxyType(
    {
        "W": ("power_w", "_w", 1.0),
        "kW": ("power_w", "_w", 1000.0),
        "V": ("voltage_v", "_v", 1.0),
        "A": ("current_a", "_a", 1.0),
        "mA": ("current_a", "_a", 0.001),
        "J": ("energy_kwh", "_kwh", 1 / 3.6e6),
        "Wh": ("energy_kwh", "_kwh", 0.001),
        "kWh": ("energy_kwh", "_kwh", 1.0),
        "%RH": ("humidity_pct", "_pct", 1.0),
        "Cel": ("temperature_c", "_c", 1.0),
    }
)
"""Unit (RFC 8428 section 12.1, RFC 8798): the name when the record's own says no more, the suffix, the factor."""
PLAIN: Final = MappingProxyType(
    {
        "power_w": frozenset({"power", "active_power", "watts"}),
        "voltage_v": frozenset({"voltage"}),
        "current_a": frozenset({"current"}),
        "energy_kwh": frozenset({"energy"}),
        "humidity_pct": frozenset({"humidity"}),
        "temperature_c": frozenset({"temperature"}),
    }
)
"""Names that say no more than the unit does."""
SEPARATORS: Final = ":/_.-"
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_HEX: Final = re.compile(r"[0-9a-fA-F]{8,}")
_KNOWN: Final = frozenset({"bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"})


def locate(levels: tuple[str, ...]) -> Address:
    """The device, or the gateway that speaks for several."""
    return Address(Device(DIALECT, levels[1]))


def resolve(records: Sequence[dict[str, Tree]], now_s: float) -> list[dict[str, Tree]]:
    """`records` in resolved form: each with its full name, unit and absolute time (Unix seconds, to the microsecond).

    Raises ValueError where the RFC forbids reading on: an unknown field that must be understood, a later version.
    """
    return [resolved for resolved, _ in _resolve(records, now_s)]


def _resolve(records: Sequence[dict[str, Tree]], now_s: float) -> list[tuple[dict[str, Tree], str]]:
    """As `resolve`, each with the base name it had."""
    base: dict[str, Tree] = {}
    out: list[tuple[dict[str, Tree], str]] = []
    for record in records:
        base.update({key: record[key] for key in ("bn", "bt", "bu", "bv", "bs", "bver") if key in record})
        unknown = [key for key in record if key.endswith("_") and key not in _KNOWN]
        if unknown:
            raise ValueError(f"field {shown(unknown[0])} must be understood and is not")
        if (as_number(base.get("bver")) or 0) > VERSION:
            raise ValueError(f"version {shown(str(base['bver']))} is later than {VERSION}")
        if any(key in record for key in ("v", "vs", "vb", "vd", "s")):
            out.append((_resolved(record, base, now_s), str(base.get("bn", ""))))
    return out


def _resolved(record: dict[str, Tree], base: dict[str, Tree], now_s: float) -> dict[str, Tree]:
    at_s = _plain(base, "bt") + _plain(record, "t")
    if at_s < RELATIVE_S:
        at_s += now_s
    full: dict[str, Tree] = {"n": f"{base.get('bn', '')}{record.get('n', '')}"}
    unit = record.get("u", base.get("bu"))
    if unit is not None:
        full["u"] = unit
    full["t"] = round(at_s, 6)
    for key, base_key in (("v", "bv"), ("s", "bs")):
        if key in record:
            full[key] = record[key] + _plain(base, base_key) if base_key in base else record[key]
    for key in ("vs", "vb", "vd", "ut"):
        if key in record:
            full[key] = record[key]
    return full


def _plain(fields: dict[str, Tree], key: str) -> float:
    number = fields.get(key, 0.0)
    if type(number) is not float and type(number) is not int:
        raise ValueError(f"`{key}` is no number")
    return float(number) if abs(number) < 1e300 else float("inf")


def split_name(name: str, base: str) -> tuple[str, str]:
    """`name` as device and signal; the signal is empty if the name is only an address, the device if only a word."""
    if base and base[-1] in SEPARATORS and name.startswith(base) and len(name) > len(base):
        return base[:-1], name[len(base) :]
    if _WORD.fullmatch(name):
        return "", name
    try:
        IPv6Address(name)
    except AddressValueError:
        cut = max(name.rfind(separator) for separator in ":/_.")
        word = name[cut + 1 :]
        if cut > 0 and _WORD.fullmatch(word) and not _HEX.fullmatch(word):
            return name[:cut], word
    return name, ""


def decode(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """A pack of records, one reading per device and time."""
    device = address.device
    tree = load(payload, device)
    if isinstance(tree, Refused):
        return [tree]
    records = tree if isinstance(tree, list) else [tree]
    if not records or not all(isinstance(record, dict) for record in records) or len(records) > MOST_RECORDS:
        return refuse(Refusal.WRONG_SHAPE, f"a list of 1 to {MOST_RECORDS} records is due here", device)
    try:
        resolved = _resolve(records, received_us / 1e6)
    except (ValueError, TypeError) as error:
        return refuse(Refusal.WRONG_SHAPE, shown(str(error), 200), device)
    drafts: dict[tuple[str, int], Draft] = {}
    items: list[Item] = []
    for record, base in resolved:
        name, signal = split_name(record["n"], base)
        name = name or device.name
        why = _misnamed(device.name, name, record["n"])
        at_us = from_seconds(record["t"])
        if why is not None:
            items.append(Refused(why=why[0], detail=why[1], fragment=dump(record), device=device))
        elif at_us is None:
            words = "the record's time is no finite number"
            items.append(Refused(why=Refusal.BAD_TIME, detail=words, fragment=dump(record), device=device))
        elif not _take(drafts.setdefault((name, at_us), Draft()), signal, record):
            words = "a second value for the same signal and time"
            items.append(Refused(why=Refusal.CONFLICT, detail=words, fragment=dump(record), device=device))
    for (name, at_us), draft in drafts.items():
        items += draft.settle(Device(DIALECT, name), at_us, received_us)
    return items or refuse(Refusal.NO_SIGNAL, "no record with a value", device)


def _misnamed(topic: str, name: str, full: str) -> tuple[Refusal, str] | None:
    """A topic that is itself a URN speaks for that device only; any other is a gateway and may name many."""
    if not 0 < len(name) <= LONGEST_NAME or not is_storable(name):
        return Refusal.BAD_NAME, f"{shown(full)} names no possible device"
    if topic.startswith("urn:") and not name.startswith(topic.rstrip(SEPARATORS)):
        return Refusal.FOREIGN, f"the topic says {shown(topic)}, the record {shown(name)}"
    return None


def _take(draft: Draft, signal: str, record: dict[str, Tree]) -> bool:
    """Put one record's values into `draft`; False if it has the signal already, with another value."""
    before = dict(draft.values)
    own = snake(signal) if signal else ""
    name, factor = _named(own, record.get("u"))
    if "v" in record:
        draft.put_number(name, record["v"] if type(record["v"]) is not str else None, factor)
    if "vb" in record:
        draft.put(own or "value", record["vb"])
    if "vs" in record:
        draft.put(own or "value", record["vs"])
    if "s" in record:
        draft.put_number(f"{own or 'value'}_sum", record["s"])
    if "vd" in record:
        draft.note(own or "value", "binary data, not a value")
    changed = any(name in draft.values and not _same(draft.values[name], value) for name, value in before.items())
    if changed:
        draft.values.update(before)
    return not changed


def _same(one: object, other: object) -> bool:
    return one == other or (one != one and other != other)


def _named(own: str, unit: Tree) -> tuple[str, float]:
    known = UNITS.get(unit) if isinstance(unit, str) else None
    if known is None:
        return own or "value", 1.0
    plain, suffix, factor = known
    if not own or own in PLAIN.get(plain, ()):
        return plain, factor
    return own if own.endswith(suffix) else own + suffix, factor
