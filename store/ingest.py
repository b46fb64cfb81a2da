"""What ingest reads and writes beside the readings themselves: devices, marks, states, dead letters, notices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from domain.readings import Device
from store.database import Connection
from store.sql import queries

_SQL = queries("ingest")


def _jsonb(value: object) -> Jsonb:
    """One JSON document for many rows: far cheaper than an array of documents. A NUL, which jsonb cannot hold, goes."""
    return Jsonb(value, dumps=lambda v: msgspec.json.encode(v).replace(b"\\u0000", b"\\ufffd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceRow:
    """What ingest has to know of an appliance."""

    key: int
    id: str
    kind: str | None
    breaker_rating_a: float | None
    rcd_ma: float | None
    rated_current_a: float | None
    rated_power_w: float | None
    nominal_v: float
    seq: int | None = None
    seq_at: datetime | None = None
    safety_state: dict[str, Any] | None = None
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something that could not be stored as a reading, whole, with the reason."""

    topic: str
    reason: str
    detail: str
    payload: bytes
    at: datetime
    appliance_key: int | None = None
    once_per_topic: bool = False
    """True where the topic alone is the news: one letter is kept for it, with the number of times."""

    @property
    def digest(self) -> bytes:
        """Equal for letters that say the same, so that a flood of one thing stays one row."""
        what = b"" if self.once_per_topic else self.payload
        return sha256(b"\0".join((self.topic.encode(), self.reason.encode(), what))).digest()


def lock_client(connection: Connection, client_id: str) -> bool:
    """Claim the MQTT client id for this session; False if another worker holds it."""
    row = connection.execute(_SQL["lock_client"], {"client_id": client_id}).fetchone()
    return bool(row and row[0])


def listen(connection: Connection) -> None:
    """Be told, from now on, when somebody changes an appliance or a device."""
    connection.execute(_SQL["listen"])


def known_devices(connection: Connection, devices: Collection[Device]) -> dict[Device, int]:
    """The appliance key of each device that the registry knows."""
    names = {"dialects": [d.dialect for d in devices], "names": [d.name for d in devices]}
    return {Device(dialect, name): key for dialect, name, key in connection.execute(_SQL["devices"], names)}


def add_unclaimed(connection: Connection, ids: Mapping[Device, str]) -> None:
    """Register devices nobody knows yet, each with a placeholder appliance of the given id."""
    placeholders = list(ids.values())
    connection.execute(_SQL["add_appliances"], {"ids": placeholders})
    connection.execute(
        _SQL["add_devices"],
        {"dialects": [d.dialect for d in ids], "names": [d.name for d in ids], "ids": placeholders},
    )


def appliances(connection: Connection, keys: Collection[int]) -> list[ApplianceRow]:
    """What ingest has to know of these appliances, with how far it had come."""
    rows = connection.execute(_SQL["appliances"], {"keys": list(keys)}).fetchall()
    return [_row(row[:8], seq=row[8], seq_at=row[9], safety_state=row[10], latest_at=row[11]) for row in rows]


def facts(connection: Connection, keys: Collection[int]) -> list[ApplianceRow]:
    """The same without the state."""
    return [_row(row) for row in connection.execute(_SQL["facts"], {"keys": list(keys)}).fetchall()]


def _row(row: Sequence[Any], **state: Any) -> ApplianceRow:
    key, id_, kind, breaker, rcd, current, power, volts = row
    return ApplianceRow(
        key=key, id=id_, kind=kind, breaker_rating_a=breaker, rcd_ma=rcd, rated_current_a=current,
        rated_power_w=power, nominal_v=volts, **state,
    )  # fmt: skip


def set_marks(connection: Connection, marks: Mapping[int, tuple[int, datetime]]) -> None:
    """How far each appliance's numbers are stored, and the newest time seen with them."""
    if marks:
        seqs, ats = zip(*marks.values(), strict=True)
        connection.execute(_SQL["set_marks"], {"keys": list(marks), "seqs": list(seqs), "ats": list(ats)})


def add_gap(connection: Connection, key: int, first: int, last: int) -> None:
    """Record numbers that never came."""
    connection.execute(_SQL["add_gap"], {"key": key, "first": first, "last": last})


def set_safety_states(connection: Connection, states: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep the state of the safety rules over a restart."""
    if states:
        rows = [{"key": key, "state": state} for key, state in states.items()]
        connection.execute(_SQL["set_safety_states"], {"rows": _jsonb(rows)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The last values said by one appliance: `signals` holds {"value", "at"} by name."""

    first_at: datetime
    """The earliest time said: with the earliest of all, since when the appliance is heard."""
    at: datetime
    received_at: datetime
    signals: Mapping[str, Mapping[str, Any]]


def set_latest(connection: Connection, latest: Mapping[int, Latest]) -> None:
    """Merge the newest values into what was known."""
    if latest:
        rows = [
            {"key": key, "first_at": one.first_at, "at": one.at, "received_at": one.received_at, "signals": one.signals}
            for key, one in latest.items()
        ]
        connection.execute(_SQL["set_latest"], {"rows": _jsonb(rows)})


def add_dead_letters(connection: Connection, letters: Collection[DeadLetter]) -> None:
    """Keep what could not be stored; a repeated one is counted, not kept again."""
    unique = {letter.digest: letter for letter in letters}
    if unique:
        connection.execute(
            _SQL["add_dead_letters"],
            {
                "digests": list(unique),
                "topics": [letter.topic for letter in unique.values()],
                "reasons": [letter.reason for letter in unique.values()],
                "details": [letter.detail for letter in unique.values()],
                "payloads": [letter.payload for letter in unique.values()],
                "keys": [letter.appliance_key for letter in unique.values()],
                "ats": [letter.at for letter in unique.values()],
            },
        )


def set_presence(connection: Connection, presence: Mapping[int, tuple[bool, datetime]]) -> None:
    """Note which appliances came or went."""
    if presence:
        online, ats = zip(*presence.values(), strict=True)
        connection.execute(_SQL["set_presence"], {"keys": list(presence), "online": list(online), "ats": list(ats)})


def describe_device(connection: Connection, device: Device, told: Mapping[str, str]) -> None:
    """Keep what a device said of itself."""
    connection.execute(
        _SQL["describe_device"], {"dialect": device.dialect, "name": device.name, "facts": Jsonb(dict(told))}
    )


def add_notice(connection: Connection, topic: str, payload: Mapping[str, Any] | None) -> None:
    """Put a notice to an appliance into the outbox; None clears what was retained."""
    connection.execute(_SQL["add_notice"], {"topic": topic, "payload": None if payload is None else Jsonb(payload)})
