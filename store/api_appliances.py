"""Appliances as the API reads and writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.signals import UNCLAIMED
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_appliances")

FACTS = (
    *("maker", "model", "serial", "batch", "firmware", "room", "installed_on", "circuit_id"),
    *("rated_power_w", "rated_current_a", "breaker_rating_a", "rcd_ma", "nominal_v", "facts"),
)
"""What may be said about an appliance beside its id, kind and household."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """An appliance or circuit; without kind and household it is a placeholder for a device nobody has claimed."""

    id: str
    kind: str | None
    household_id: str | None
    maker: str | None
    model: str | None
    serial: str | None
    batch: str | None
    firmware: str | None
    room: str | None
    installed_on: date | None
    circuit_id: str | None
    rated_power_w: float | None
    rated_current_a: float | None
    breaker_rating_a: float | None
    rcd_ma: float | None
    nominal_v: float
    facts: dict[str, Any]
    online: bool | None
    online_since: datetime | None
    claimed: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The last word on each signal, merged over partial updates; `at` is the newest data time among them."""

    at: datetime
    received_at: datetime
    signals: dict[str, Any]


class Locked(NamedTuple):
    """An appliance that is locked until commit."""

    key: int
    claimed: bool
    version: int
    merged: bool


class Located(NamedTuple):
    """Where the time series of an appliance are: its key, and the kind that names its tables."""

    key: int
    id: str
    kind: str


def list_appliances(
    connection: Connection,
    after: str | None,
    limit: int,
    *,
    claimed: bool,
    household: str | None,
    kinds: Sequence[str] | None,
) -> list[Appliance]:
    """Appliances by id, from after `after`."""
    params = {"after": after, "limit": limit, "claimed": claimed, "household": household, "kinds": kinds}
    return rows(connection, Appliance, _SQL["page"], params)


def read_appliance(connection: Connection, appliance_id: str) -> Appliance:
    """One appliance; NotFound."""
    found = row(connection, Appliance, _SQL["one"], {"id": appliance_id})
    if found is None:
        raise NotFound(f"there is no appliance {appliance_id}")
    return found


def read_latest(connection: Connection, appliance_id: str) -> Latest | None:
    """The merged latest values of an appliance; None if it never said anything."""
    found = row(connection, Latest, _SQL["latest"], {"id": appliance_id})
    return None if found is None else replace(found, signals=with_utc_times(found.signals))


def with_utc_times(signals: Mapping[str, Any]) -> dict[str, Any]:
    """Latest values with their times written as everywhere else, with Z."""
    return {name: {**said, "at": said["at"].replace("+00:00", "Z")} for name, said in signals.items()}


def locate_appliance(connection: Connection, appliance_id: str) -> Located:
    """Key and kind of an appliance; NotFound."""
    found = connection.execute(_SQL["locate"], {"id": appliance_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no appliance {appliance_id}")
    return Located(found[0], found[1], found[2] or UNCLAIMED)


def lock_appliance(connection: Connection, appliance_id: str) -> Locked | None:
    """Lock an appliance until commit; None if there is none of that id."""
    found = connection.execute(_SQL["lock"], {"id": appliance_id}).fetchone()
    return None if found is None else Locked(*found)


def add_appliance(connection: Connection, values: Mapping[str, Any]) -> int:
    """Create an appliance of which every field is given and return its key."""
    found = connection.execute(_SQL["add"], {**values, "facts": Jsonb(values["facts"])}).fetchone()
    assert found is not None  # INSERT ... RETURNING always makes one row
    return int(found[0])


def write_appliance(connection: Connection, key: int, values: Mapping[str, Any]) -> None:
    """Write every field of a locked appliance."""
    connection.execute(_SQL["change"], {**values, "key": key, "facts": Jsonb(values["facts"])})
