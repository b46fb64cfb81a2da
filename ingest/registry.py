"""Which appliance a device speaks for, and what the hot path has to remember of it; a cache over the database."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any

from domain.readings import Device, to_us
from domain.signals import UNCLAIMED, Signal
from ingest.safety import StaticFacts
from ingest.sequence import Mark
from store import ingest as store
from store.database import Connection
from store.ingest import ApplianceRow
from store.signal_tables import cycle_signals, reading_signals


@dataclass(slots=True, kw_only=True)
class Appliance:
    """One appliance as ingest sees it; `mark`, `safety` and `newest_us` change only after a commit."""

    key: int
    id: str
    kind: str
    facts: StaticFacts
    mark: Mark = field(default_factory=Mark)
    safety: dict[str, Any] = field(default_factory=dict)
    newest_us: int = 0


@dataclass(slots=True)
class Registry:
    """Devices and appliances met so far. Unknown ones are registered as unclaimed when first met."""

    devices: dict[Device, int] = field(default_factory=dict)
    appliances: dict[int, Appliance] = field(default_factory=dict)

    def of(self, device: Device) -> Appliance:
        """The appliance that `device` speaks for; KeyError before `meet` saw it."""
        return self.appliances[self.devices[device]]

    def meet(self, connection: Connection, devices: Collection[Device]) -> None:
        """Make sure that each of `devices` is known here and in the database; inside the caller's transaction."""
        new = [device for device in devices if device not in self.devices]
        if not new:
            return
        found = store.known_devices(connection, new)
        unknown = [device for device in new if device not in found]
        if unknown:
            store.add_unclaimed(connection, {device: placeholder_id(device) for device in unknown})
            found |= store.known_devices(connection, unknown)
        missing = set(found.values()) - self.appliances.keys()
        loaded = {row.key: _appliance(row) for row in store.appliances(connection, missing)} if missing else {}
        self.appliances |= loaded
        self.devices |= found

    def forget(self, devices: Collection[Device]) -> None:
        """Take back `meet` of a transaction that was rolled back."""
        for device in devices:
            key = self.devices.pop(device, None)
            if key is not None and key not in self.devices.values():
                self.appliances.pop(key, None)

    def refresh(self, connection: Connection) -> None:
        """Read again what people may have changed: whom devices belong to, kinds, ratings."""
        if not self.devices:
            return
        self.devices = store.known_devices(connection, list(self.devices))
        keys = set(self.devices.values())
        for row in store.facts(connection, keys & self.appliances.keys()):
            known = self.appliances[row.key]
            known.kind, known.facts, known.id = row.kind or UNCLAIMED, _facts(row), row.id
        new = keys - self.appliances.keys()
        if new:
            self.appliances |= {row.key: _appliance(row) for row in store.appliances(connection, new)}
        self.appliances = {key: one for key, one in self.appliances.items() if key in keys}


def reading_catalogue(kind: str) -> Mapping[str, Signal]:
    """The typed signals of a reading of `kind`, by name."""
    return {signal.name: signal for signal in reading_signals(kind)}


def cycle_catalogue(kind: str) -> Mapping[str, Signal]:
    """The typed signals of a cycle of `kind`, by name."""
    return {signal.name: signal for signal in cycle_signals(kind)}


def placeholder_id(device: Device) -> str:
    """An appliance id for a device nobody has claimed: readable, unique, always the same for the same device."""
    if device.dialect == "native":
        return device.name
    slug = re.sub(r"[^a-z0-9]+", "-", device.name.lower()).strip("-")[:40]
    digest = blake2s(f"{device.dialect}\0{device.name}".encode("utf-8", "replace"), digest_size=4).hexdigest()
    return "-".join(part for part in (device.dialect.replace("_", "-"), slug, digest) if part)


def _facts(row: ApplianceRow) -> StaticFacts:
    return StaticFacts(
        breaker_rating_a=row.breaker_rating_a,
        rcd_ma=row.rcd_ma,
        rated_current_a=row.rated_current_a,
        rated_power_w=row.rated_power_w,
        nominal_v=row.nominal_v,
    )


def _appliance(row: ApplianceRow) -> Appliance:
    mark = Mark()
    if row.seq is not None and row.seq_at is not None:
        mark = Mark(seq=row.seq, at_us=to_us(row.seq_at), newest_us=to_us(row.seq_at))
    return Appliance(
        key=row.key,
        id=row.id,
        kind=row.kind or UNCLAIMED,
        facts=_facts(row),
        mark=mark,
        safety=row.safety_state or {},
        newest_us=to_us(row.latest_at) if row.latest_at else 0,
    )
