"""From decoded deliveries to everything one transaction has to write; pure, so that it can be made again after a retry.

Nothing in the registry changes here. What the appliances' memories will be is in the plan, and becomes true with
`Plan.remember` once the database has committed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2s
from struct import error as StructError
from typing import Any, NamedTuple

import msgspec

from domain.readings import (
    Cycle,
    Device,
    Event,
    Item,
    Presence,
    Reading,
    Refusal,
    Refused,
    Value,
    check_values,
    from_us,
)
from domain.signals import Kind, Signal
from ingest.alarms import Raised, heard
from ingest.receive import Delivery
from ingest.registry import Appliance, Registry, cycle_catalogue, reading_catalogue
from ingest.rows import RowPacker, pack_event
from ingest.safety import judge, rules_for
from ingest.sequence import Mark, store_seen
from store.ingest import DeadLetter, Latest
from store.readings import RowKey, TableRows
from store.signal_tables import cycle_signals, cycle_table, reading_signals, reading_table


class Decoded(NamedTuple):
    """A delivery with what its decoder made of it."""

    delivery: Delivery
    topic: str
    items: list[Item]


class AckLine(NamedTuple):
    """What to tell one appliance after the commit."""

    appliance_id: str
    seq: int | None
    at_us: int


@dataclass(frozen=True, slots=True, eq=False)  # one object per table, so identity is enough
class _Table:
    name: str
    catalogue: Mapping[str, Signal]
    columns: tuple[str, ...]
    values: tuple[str, ...]
    pack: Callable[..., bytes]


@cache
def _readings_of(kind: str) -> _Table:
    return _table(reading_table(kind), reading_catalogue(kind), RowPacker(reading_signals(kind)))


@cache
def _cycles_of(kind: str) -> _Table:
    return _table(cycle_table(kind), cycle_catalogue(kind), RowPacker(cycle_signals(kind)))


def _table(name: str, catalogue: Mapping[str, Signal], packer: RowPacker) -> _Table:
    return _Table(name, catalogue, packer.columns, tuple(catalogue), packer.compile())


_NEVER_US = 2**63 - 1
_RULED = frozenset(kind.value for kind in Kind if rules_for(kind))
_EVENT_COLUMNS = ("time", "appliance_key", "received_at", "seq", "code", "active")


class _Row(NamedTuple):
    """One row to be, with where it came from, should it contradict what is stored."""

    one: Decoded
    item: Reading | Cycle
    typed: dict[str, Value]
    extra: dict[str, Value]
    notes: dict[str, str]


@dataclass(slots=True)
class _Memory:
    """What will be true of one appliance once this is committed."""

    safety: dict[str, Any]
    newest_us: int
    oldest_us: int
    """Of this batch."""
    received_us: int = 0
    said: list[_Row] = field(default_factory=list)
    """Rows not older than what was known when they came."""
    seen: list[tuple[int, int]] = field(default_factory=list)
    unnumbered_us: int = 0


@dataclass(slots=True)
class Plan:
    """Everything one transaction writes."""

    rows: dict[_Table, dict[tuple[int, int], _Row]] = field(default_factory=dict)
    events: dict[RowKey, bytes] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    alarms: list[Raised] = field(default_factory=list)
    memories: dict[int, _Memory] = field(default_factory=dict)
    presence: dict[int, tuple[bool, int]] = field(default_factory=dict)
    discoveries: dict[Device, Mapping[str, str]] = field(default_factory=dict)

    def tables(self) -> list[TableRows]:
        """The rows, packed. One that cannot be written down becomes a dead letter."""
        packed = [self._packed(table, rows) for table, rows in self.rows.items()]
        if self.events:
            packed.append(TableRows("event", _EVENT_COLUMNS, (), self.events))
        return packed

    def _packed(self, table: _Table, rows: dict[tuple[int, int], _Row]) -> TableRows:
        packed: dict[RowKey, bytes] = {}
        pack = table.pack
        for key, (one, item, typed, extra, notes) in rows.items():
            try:
                packed[key] = pack(item.at_us, key[0], one.delivery.received_us, item.seq, typed, extra, notes)
            except (ValueError, OverflowError, TypeError, StructError, msgspec.MsgspecError) as error:
                words = f"it cannot be written down: {error}"
                self.letters.append(_letter(one, Refusal.DATABASE, words, fragment_of(item), key[0]))
        return TableRows(table.name, table.columns, table.values, packed)

    def contradictions(self, table_name: str, keys: list[tuple[int, int]]) -> list[DeadLetter]:
        """Dead letters for rows that say otherwise than what is stored under their appliance and time."""
        rows = next(rows for table, rows in self.rows.items() if table.name == table_name)
        words = "another reading with the same appliance and time is stored"
        return [
            _letter(rows[key].one, Refusal.CONFLICT, words, _fragment_of_row(rows[key]), key[0])
            for key in keys
            if key in rows
        ]

    def acks(self, registry: Registry, now_s: float) -> tuple[dict[int, Mark], list[AckLine]]:
        """The sequence marks after this, and what to tell the appliances."""
        marks: dict[int, Mark] = {}
        lines: list[AckLine] = []
        for key, memory in self.memories.items():
            appliance = registry.appliances[key]
            if memory.seen:
                step = store_seen(appliance.mark, memory.seen, now_s)
                marks[key] = step.mark
                if step.ack:
                    lines.append(AckLine(appliance.id, *step.ack))
            if memory.unnumbered_us:
                lines.append(AckLine(appliance.id, None, memory.unnumbered_us))
        return marks, lines

    def latest(self) -> dict[int, Latest]:
        """The newest values of each appliance."""
        return {
            key: Latest(
                first_at=from_us(m.oldest_us),
                at=from_us(m.newest_us),
                received_at=from_us(m.received_us),
                signals=_last_words(m.said),
            )
            for key, m in self.memories.items()
            if m.received_us
        }

    def remember(self, registry: Registry) -> None:
        """Make it true: the transaction is committed."""
        for key, memory in self.memories.items():
            appliance = registry.appliances[key]
            appliance.safety, appliance.newest_us = memory.safety, memory.newest_us

    def count(self) -> int:
        """Rows to be written."""
        return sum(len(rows) for rows in self.rows.values()) + len(self.events)


def devices_of(decoded: list[Decoded]) -> set[Device]:
    """The devices whose words would be stored. One that only sends what is refused is not registered for that."""
    return {item.device for one in decoded for item in one.items if not isinstance(item, Refused)}


def make_plan(decoded: list[Decoded], registry: Registry) -> Plan:
    """What to write for these deliveries; the registry has to know all their devices already."""
    plan = Plan()
    for one in decoded:
        for item in one.items:
            if isinstance(item, Reading):
                _plan_reading(plan, registry, one, item)
            elif isinstance(item, Refused):
                _plan_refused(plan, registry, one, item)
            elif isinstance(item, Cycle):
                _plan_cycle(plan, registry, one, item)
            elif isinstance(item, Event):
                _plan_event(plan, registry, one, item)
            elif isinstance(item, Presence):
                plan.presence[registry.of(item.device).key] = item.online, item.at_us
            else:
                plan.discoveries[item.device] = item.facts
    return plan


def _plan_reading(plan: Plan, registry: Registry, one: Decoded, item: Reading) -> None:
    appliance = registry.of(item.device)
    memory = _memory(plan, appliance)
    row = _add_row(plan, _readings_of(appliance.kind), appliance.key, memory, one, item)
    if row is None:
        return
    memory.received_us = one.delivery.received_us
    # A clock that runs ahead must not make what comes at the right time look old.
    at_us = min(item.at_us, one.delivery.received_us)
    if at_us < memory.oldest_us:
        memory.oldest_us = at_us
    if at_us >= memory.newest_us:
        memory.newest_us = at_us
        memory.said.append(row)
    if appliance.kind in _RULED:
        kind = Kind(appliance.kind)
        memory.safety, alarms = judge(kind, appliance.facts, memory.safety, at_us, row.typed)
        if alarms:
            memory.safety, raised = heard(appliance, memory.safety, alarms)
            plan.alarms += raised


def _plan_cycle(plan: Plan, registry: Registry, one: Decoded, item: Cycle) -> None:
    appliance = registry.of(item.device)
    memory = _memory(plan, appliance)
    if _add_row(plan, _cycles_of(appliance.kind), appliance.key, memory, one, item) is not None:
        memory.received_us = one.delivery.received_us
        memory.newest_us = max(memory.newest_us, item.at_us)
        memory.oldest_us = min(memory.oldest_us, item.at_us)


def _plan_event(plan: Plan, registry: Registry, one: Decoded, item: Event) -> None:
    appliance = registry.of(item.device)
    _count(_memory(plan, appliance), item)
    received_us, code = one.delivery.received_us, item.code.replace("\0", "\ufffd")
    try:
        row = pack_event(item.at_us, appliance.key, received_us, item.seq, code, item.active)
    except (ValueError, StructError) as error:
        plan.letters.append(_letter(one, Refusal.DATABASE, f"it cannot be written down: {error}", None, appliance.key))
        return
    digest = int.from_bytes(blake2s(f"{item.active}{code}".encode(), digest_size=8).digest())
    plan.events[appliance.key, item.at_us, digest] = row


def _plan_refused(plan: Plan, registry: Registry, one: Decoded, item: Refused) -> None:
    key = registry.devices.get(item.device) if item.device is not None else None
    plan.letters.append(_letter(one, item.why, item.detail, item.fragment, key))
    if key is not None and item.seq is not None:
        # Kept whole in the dead letters, so the appliance may forget it: it need not be asked for it for ever.
        _memory(plan, registry.appliances[key]).seen.append((item.seq, 0))


def _add_row(plan: Plan, table: _Table, key: int, memory: _Memory, one: Decoded, item: Reading | Cycle) -> _Row | None:
    """Put the row into the plan; None if nothing in it is a measurement (it is a dead letter then)."""
    _count(memory, item)
    typed, extra, notes, malformed = check_values(item.values, table.catalogue)
    if item.notes:
        notes = {**item.notes, **notes}
    if not typed and not extra:
        why = Refusal.BAD_VALUE if malformed else Refusal.NO_SIGNAL
        plan.letters.append(_letter(one, why, _in_words(notes) or "no signal in it", fragment_of(item), key))
        return None
    if malformed:
        words = f"stored without {_in_words(notes)}"
        plan.letters.append(_letter(one, Refusal.BAD_VALUE, words, fragment_of(item), key))
    row = _Row(one, item, typed, extra, notes)
    rows = plan.rows.get(table)
    if rows is None:
        rows = plan.rows[table] = {}
    before = rows.setdefault((key, item.at_us), row)
    if before is not row:
        _merge(plan, before, row, key)
    return row


def _last_words(said: list[_Row]) -> dict[str, dict[str, Any]]:
    """The last value of each signal and when it was said; `said` is in order of time."""
    last: dict[str, dict[str, Any]] = {}
    for row in reversed(said):
        at: str | None = None
        for values in (row.typed, row.extra):
            if values.keys() <= last.keys():
                continue
            at = at or from_us(row.item.at_us).isoformat()
            for name, value in values.items():
                last.setdefault(name, {"value": value, "at": at})
    return last


def _merge(plan: Plan, before: _Row, row: _Row, key: int) -> None:
    """Two words about one instant in one batch: what is missing is filled in, what differs is refused."""
    for known, new in ((before.typed, row.typed), (before.extra, row.extra)):
        if any(known.get(name, value) != value for name, value in new.items()):
            words = "another reading with the same appliance and time came just before"
            plan.letters.append(_letter(row.one, Refusal.CONFLICT, words, fragment_of(row.item), key))
            return
    before.typed.update(row.typed)
    before.extra.update(row.extra)


def _count(memory: _Memory, item: Reading | Cycle | Event) -> None:
    if item.device.dialect != "native":
        return  # nobody there would understand an acknowledgement
    if item.seq is None:
        memory.unnumbered_us = max(memory.unnumbered_us, item.at_us)
    else:
        memory.seen.append((item.seq, item.at_us))


def _memory(plan: Plan, appliance: Appliance) -> _Memory:
    memory = plan.memories.get(appliance.key)
    if memory is None:
        memory = plan.memories[appliance.key] = _Memory(appliance.safety, appliance.newest_us, _NEVER_US)
    return memory


def _letter(one: Decoded, why: Refusal, detail: str, fragment: bytes | None, key: int | None) -> DeadLetter:
    return DeadLetter(
        topic=one.topic.replace("\0", "\ufffd"),
        reason=why,
        detail=detail.replace("\0", "\ufffd").encode("utf-8", "replace").decode(),
        payload=one.delivery.payload if fragment is None else fragment,
        at=from_us(one.delivery.received_us),
        appliance_key=key,
        once_per_topic=why is Refusal.UNKNOWN_TOPIC,
    )


def fragment_of(item: Item | None) -> bytes | None:
    """The reading as it was understood, NaN and all; the message around it may hold hundreds of good ones.

    None for what is a message of its own: the whole payload is kept then.
    """
    return _said(item, item.values) if isinstance(item, Reading | Cycle) else None


def _fragment_of_row(row: _Row) -> bytes:
    """The same for a row that may have been merged from several readings."""
    return _said(row.item, {**row.item.values, **row.typed, **row.extra})


def _said(item: Reading | Cycle, values: Mapping[str, Value | None]) -> bytes:
    return json.dumps({"ts": item.at_us / 1e6, "seq": item.seq, "m": dict(values)}).encode("utf-8", "replace")


def _in_words(notes: Mapping[str, str]) -> str:
    return "; ".join(f"{name} ({why})" for name, why in notes.items())
