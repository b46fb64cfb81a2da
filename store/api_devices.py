"""Devices: who speaks in which dialect under which name, and for which appliance."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from domain.errors import NotFound
from store.api_appliances import with_utc_times
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_devices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device; `readings` and `latest` tell what it is while nobody has claimed it, and are null afterwards."""

    id: int
    dialect: str
    name: str
    facts: dict[str, Any]
    """What it said about itself: maker, model, firmware."""
    first_seen: datetime
    last_seen: datetime | None
    appliance_id: str
    claimed: bool
    readings: int | None
    latest: dict[str, Any] | None


class Speaker(NamedTuple):
    """What a locked device speaks for."""

    appliance_key: int
    appliance_id: str
    claimed: bool
    dialect: str
    name: str


def list_devices(
    connection: Connection, after: int | None, limit: int, *, claimed: bool | None, dialect: str | None
) -> list[Device]:
    """Devices in the order in which they were first met, from after `after`."""
    params = {"after": after, "limit": limit, "claimed": claimed, "dialect": dialect}
    return [_shown(found) for found in rows(connection, Device, _SQL["page"], params)]


def read_device(connection: Connection, device_key: int) -> Device:
    """One device; NotFound."""
    found = row(connection, Device, _SQL["one"], {"id": device_key})
    if found is None:
        raise NotFound(f"there is no device {device_key}")
    return _shown(found)


def _shown(found: Device) -> Device:
    return found if found.latest is None else replace(found, latest=with_utc_times(found.latest))


def lock_device(connection: Connection, device_key: int) -> Speaker:
    """Lock a device and its appliance until commit; NotFound."""
    found = connection.execute(_SQL["lock"], {"id": device_key}).fetchone()
    if found is None:
        raise NotFound(f"there is no device {device_key}")
    return Speaker(*found)


def lock_native_device(connection: Connection, name: str) -> Speaker | None:
    """Lock the native device of that name and its appliance; None if it never spoke."""
    found = connection.execute(_SQL["lock_native"], {"name": name}).fetchone()
    return None if found is None else Speaker(*found)


def add_native_device(connection: Connection, name: str, appliance_key: int) -> None:
    """Expect an appliance to speak the native protocol under its own id."""
    connection.execute(_SQL["add_native"], {"name": name, "appliance_key": appliance_key})
