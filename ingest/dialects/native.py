"""The native protocol, `wk/v1/<id>/…` (contracts, section 1).

Two ways through: a typed one for the message that is as promised, which is nearly every message and where the
time goes, and a patient one that takes a damaged message apart and keeps every reading and every value it can.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated, Final

import msgspec

from domain.readings import (
    AHEAD_US,
    EARLIEST_US,
    Cycle,
    Device,
    Event,
    Item,
    Presence,
    Reading,
    Refusal,
    Refused,
    check_time,
)
from ingest.dialects.address import Address, is_storable, refuse, shown
from ingest.dialects.clock import FAR_SECONDS, from_rfc3339, from_seconds
from ingest.dialects.draft import LONGEST_SIGNAL, LONGEST_TEXT, Draft, time_words
from ingest.dialects.json_text import Tree, dump, load_forgiving
from ingest.dialects.quick import Build, builder

DIALECT: Final = "native"
MOST_READINGS: Final = 500
"""Readings in one message (contracts, section 1)."""
MOST_SURPLUS: Final = 2000
"""Surplus elements refused one by one, so that each `seq` is settled; the rest goes in one piece (E)."""
HIGHEST_SEQ: Final = 2**63 - 1
_ID: Final = re.compile(r"[a-z0-9-]{3,64}")
_SEQ: Final = re.compile(rb'"seq"\s*:\s*"?(\d{1,18})(?![\d.eE])')
_ELEMENT: Final = re.compile(rb'(?=\{\s*"(?:ts|seq|id|m)"\s*:)')
Scalar = float | bool | Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None


class _Wire(msgspec.Struct, gc=False):
    ts: float | str
    m: dict[str, Scalar]
    seq: int | None = None
    id: str | None = None
    appliance_id: str | None = None


_ONE: Final = msgspec.json.Decoder(_Wire)
_BUILD: Final = MappingProxyType({Reading: builder(Reading), Cycle: builder(Cycle)})
_MANY: Final = msgspec.json.Decoder(list[_Wire])


def locate(levels: tuple[str, ...]) -> Address | None:
    """The appliance of `wk/v1/<id>/<what>`; None if the id is none."""
    return Address(Device(DIALECT, levels[2]), levels[3:]) if _ID.fullmatch(levels[2]) else None


def telemetry(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One reading, or an array of up to 500."""
    return _readings(Reading, address.device, payload, received_us)


def cycle(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One finished cycle (an array of them is read too)."""
    return _readings(Cycle, address.device, payload, received_us)


def _readings(sort: type[Reading | Cycle], device: Device, payload: bytes, received_us: int) -> list[Item]:
    try:
        if payload[:1] != b"[":
            item = _as_promised(_BUILD[sort], device, _ONE.decode(payload), received_us + AHEAD_US)
            if item is not None and b"\\u0000" not in payload and _has_short_names(payload, item):
                return [item]
        elif b"\\u0000" not in payload:
            wires = _MANY.decode(payload)
            items = [_as_promised(_BUILD[sort], device, wire, received_us + AHEAD_US) for wire in wires]
            if len(items) <= MOST_READINGS and all(item and _has_short_names(payload, item) for item in items):
                return items  # type: ignore[return-value]  # no None in it
    except (ValueError, RecursionError):
        pass  # not as promised: the patient way finds out what it is
    return _patiently(sort, device, payload, received_us)


def _has_short_names(payload: bytes, item: Reading | Cycle) -> bool:
    """Names are measured only where the payload is long enough to hold one too long: measuring ten costs 0.4 us."""
    return len(payload) <= LONGEST_SIGNAL or max(map(len, item.values)) <= LONGEST_SIGNAL


def _as_promised(build: Build, device: Device, wire: _Wire, latest_us: int) -> Reading | Cycle | None:
    """The reading that `wire` is; None as soon as it needs a closer look."""
    ts, seq = wire.ts, wire.seq
    if type(ts) is float:
        at_us = round(ts * 1e6) if -FAR_SECONDS < ts < FAR_SECONDS else 0
    else:
        at_us = from_rfc3339(ts) or 0
    if not EARLIEST_US <= at_us <= latest_us or not wire.m or (seq is not None and not 0 <= seq <= HIGHEST_SEQ):
        return None
    if wire.id is not None or wire.appliance_id is not None:
        return None
    return build(device, at_us, wire.m, seq)


def _patiently(sort: type[Reading | Cycle], device: Device, payload: bytes, received_us: int) -> list[Item]:
    tree = load_forgiving(payload, device)
    if isinstance(tree, Refused):
        return list(_salvage(sort, tree, payload, device, received_us))
    if not isinstance(tree, list):
        return _element(sort, tree, device, received_us, None)
    items: list[Item] = []
    for element in tree[:MOST_READINGS]:
        items += _element(sort, element, device, received_us, dump(element))
    items += _surplus(tree[MOST_READINGS:], device)
    return items


def _surplus(elements: list[Tree], device: Device) -> Iterator[Item]:
    words = f"an array holds at most {MOST_READINGS} readings; send the rest in another message"
    for element in elements[:MOST_SURPLUS]:
        seq, _ = _seq(element.get("seq")) if isinstance(element, dict) else (None, None)
        yield Refused(why=Refusal.WRONG_SHAPE, detail=words, fragment=dump(element), device=device, seq=seq)
    if elements[MOST_SURPLUS:]:
        yield Refused(why=Refusal.WRONG_SHAPE, detail=words, fragment=dump(elements[MOST_SURPLUS:]), device=device)


def _salvage(
    sort: type[Reading | Cycle], whole: Refused, payload: bytes, device: Device, received_us: int
) -> Iterator[Item]:
    """What can be kept of bytes that are no JSON: the intact elements of an array, and every `seq` to be seen."""
    pieces = _ELEMENT.split(payload, maxsplit=MOST_READINGS) if payload.lstrip()[:1] == b"[" else [payload]
    if len(pieces) == 1:
        yield Refused(why=whole.why, detail=whole.detail, device=device, seq=_seen_seq(payload))
        return
    for piece in pieces:
        bare = piece.strip(b" \t\r\n,[]")
        if not bare:
            continue
        tree = load_forgiving(bare, device)
        if isinstance(tree, Refused):
            yield Refused(why=tree.why, detail=tree.detail, fragment=piece, device=device, seq=_seen_seq(piece))
        else:
            yield from _element(sort, tree, device, received_us, bare)


def _seen_seq(piece: bytes) -> int | None:
    seen = _SEQ.search(piece)
    return int(seen.group(1)) if seen else None


def _seq(value: Tree) -> tuple[int | None, str | None]:
    """The sequence number that `value` is, and what is wrong with it."""
    if value is None:
        return None, None
    if type(value) is float and value.is_integer() and 0 <= value < 2**53:
        return int(value), None
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value), "text where a whole number is due; read as one"
    if type(value) is int and 0 <= value <= HIGHEST_SEQ:
        return value, None
    return None, f"no whole number from 0 on: {shown(str(value))}"


def _element(
    sort: type[Reading | Cycle], tree: Tree, device: Device, received_us: int, fragment: bytes | None
) -> list[Item]:
    """One element of telemetry or cycle, whatever it is."""
    seq, seq_fault = _seq(tree.get("seq")) if isinstance(tree, dict) else (None, None)

    def refused(why: Refusal, detail: str) -> list[Item]:
        return [Refused(why=why, detail=detail, fragment=fragment, device=device, seq=seq)]

    if not isinstance(tree, dict):
        return refused(Refusal.WRONG_SHAPE, 'a reading is an object {"ts": …, "m": {…}}')
    stranger = _stranger(tree, device)
    if stranger:
        return refused(Refusal.FOREIGN, f"the topic says {device.name}, the reading says {stranger}")
    at_us = _moment(tree.get("ts"))
    if at_us is None:
        return refused(Refusal.BAD_TIME, f"ts is {_ts_words(tree)}; send Unix seconds or RFC 3339 with an offset")
    why = check_time(at_us, received_us)
    if why is not None:
        return refused(why, time_words(why, at_us))
    if not isinstance(tree.get("m"), dict):
        return refused(Refusal.WRONG_SHAPE, "`m` is missing or no object; it holds the signals by name")
    draft = Draft()
    for name, value in tree["m"].items():
        draft.put(name, value, keep_null=True)
    if seq_fault:
        draft.note("seq", seq_fault)
    if not draft.values:
        left = "; ".join(f"{name}: {words}" for name, words in list(draft.notes.items())[:5])
        return refused(Refusal.NO_SIGNAL, left or "`m` is empty")
    return [sort(device=device, at_us=at_us, values=draft.values, seq=seq, notes=draft.notes)]


def _stranger(tree: dict[str, Tree], device: Device) -> str | None:
    for key in ("id", "appliance_id"):
        name = tree.get(key)
        if name is not None and name != device.name:
            return shown(str(name))
    return None


def _moment(ts: Tree) -> int | None:
    return from_rfc3339(ts) if type(ts) is str else from_seconds(ts)


def _ts_words(tree: dict[str, Tree]) -> str:
    return shown(repr(tree["ts"])) if "ts" in tree else "missing"


def event(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """One edge of a condition the appliance reports itself (an array of them is read too)."""
    device = address.device
    tree = load_forgiving(payload, device)
    if isinstance(tree, Refused):
        return [Refused(why=tree.why, detail=tree.detail, device=device, seq=_seen_seq(payload))]
    if not isinstance(tree, list):
        return [_event(tree, device, received_us, None)]
    items = [_event(element, device, received_us, dump(element)) for element in tree[:MOST_READINGS]]
    return [*items, *_surplus(tree[MOST_READINGS:], device)]


def _event(tree: Tree, device: Device, received_us: int, fragment: bytes | None) -> Item:
    seq, _ = _seq(tree.get("seq")) if isinstance(tree, dict) else (None, None)

    def refused(why: Refusal, detail: str) -> Item:
        return Refused(why=why, detail=detail, fragment=fragment, device=device, seq=seq)

    if not isinstance(tree, dict):
        return refused(Refusal.WRONG_SHAPE, 'an event is an object {"ts": …, "code": …, "active": …}')
    stranger = _stranger(tree, device)
    if stranger:
        return refused(Refusal.FOREIGN, f"the topic says {device.name}, the event says {stranger}")
    at_us = _moment(tree.get("ts"))
    if at_us is None:
        return refused(Refusal.BAD_TIME, f"ts is {_ts_words(tree)}; send Unix seconds or RFC 3339 with an offset")
    why = check_time(at_us, received_us)
    if why is not None:
        return refused(why, time_words(why, at_us))
    code, active = tree.get("code"), tree.get("active")
    if type(code) is int:
        code = str(code)
    if type(code) is not str or not 1 <= len(code) <= 64 or not is_storable(code):
        return refused(Refusal.WRONG_SHAPE, "`code` is due: a text of 1 to 64 characters")
    if type(active) is not bool and active not in (0, 1):
        return refused(Refusal.WRONG_SHAPE, "`active` is due: true or false")
    return Event(device=device, at_us=at_us, code=code, active=bool(active), seq=seq)


def status(address: Address, payload: bytes, received_us: int) -> list[Item]:
    """`online` or `offline`, retained, also the Last Will; it carries no time, so arrival counts."""
    word = payload.strip(b' \t\r\n"')
    if word not in (b"online", b"offline"):
        return refuse(Refusal.WRONG_SHAPE, "online or offline is due here", address.device)
    return [Presence(device=address.device, at_us=received_us, online=word == b"online")]
