"""Technicians and outlets as planners edit them: who works when, where from, and who is away."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from domain.errors import NotFound
from store.api_catalogue import Outlet, Technician, check_supplier, read_outlet, read_technician, require_outlet
from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("people")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDay:
    """Hours of one weekday (0 is Monday) by the outlet's clock; the break lies between `break_from` and `break_to`."""

    weekday: int
    starts: time
    ends: time
    break_minutes: int
    break_from: time
    break_to: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which a technician does not work."""

    id: int
    starts: datetime
    ends: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPlan:
    """When and how far out a technician works; no hours mean Monday to Friday, 8 to 17. `unattended` are numbers of
    orders whose visit falls into an absence and is looked after by the next plan."""

    technician_id: str
    area_km: float | None
    hours: list[WorkingDay]
    absences: list[Absence]
    unattended: list[int]
    version: int


def lock_person(connection: Connection, technician_id: str) -> int:
    """A technician's version, locked until commit; NotFound."""
    return _lock(connection, "technician", technician_id)


def lock_outlet(connection: Connection, outlet_id: str) -> int:
    """An outlet's version, locked until commit; NotFound."""
    return _lock(connection, "outlet", outlet_id)


def _lock(connection: Connection, what: str, name: str) -> int:
    found = connection.execute(_SQL[f"{what}_lock"], {"id": name}).fetchone()
    if found is None:
        raise NotFound(f"there is no {what} {name}")
    return int(found[0])


def change_technician(connection: Connection, technician_id: str, changes: Mapping[str, Any]) -> Technician:
    """Change the fields named in `changes`; the caller holds the lock. BadInput if the outlet does not exist."""
    present = asdict(read_technician(connection, technician_id))
    area_km = (connection.execute(_SQL["area"], {"id": technician_id}).fetchone() or (None,))[0]
    merged = {**present, "area_km": area_km, **changes}
    require_outlet(connection, merged["outlet_id"])
    connection.execute(_SQL["technician_change"], merged)
    return read_technician(connection, technician_id)


def change_outlet(connection: Connection, outlet_id: str, changes: Mapping[str, Any]) -> Outlet:
    """Change the fields named in `changes`; the caller holds the lock. BadInput if the supplier cannot be."""
    merged = {**asdict(read_outlet(connection, outlet_id)), **changes}
    check_supplier(connection, merged)
    connection.execute(_SQL["outlet_change"], merged)
    return read_outlet(connection, outlet_id)


def read_work(connection: Connection, technician_id: str, now: datetime) -> WorkPlan:
    """When a technician works from `now` on; NotFound."""
    found = connection.execute(_SQL["area"], {"id": technician_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no technician {technician_id}")
    named = {"id": technician_id}
    absences = rows(connection, Absence, _SQL["absences"], {**named, "now": now})
    unattended = {
        number
        for absence in absences
        for (number,) in connection.execute(
            _SQL["booked_within"], {**named, "starts": absence.starts, "ends": absence.ends}
        )
    }
    return WorkPlan(
        technician_id=technician_id,
        area_km=found[0],
        hours=rows(connection, WorkingDay, _SQL["hours"], named),
        absences=absences,
        unattended=sorted(unattended),
        version=found[1],
    )


def set_hours(connection: Connection, technician_id: str, days: Sequence[Mapping[str, Any]]) -> None:
    """Replace a technician's hours; the caller holds the lock. A day that is not named is a day off."""
    connection.execute(_SQL["hours_clear"], {"id": technician_id})
    for day in days:
        connection.execute(_SQL["hours_add"], {"id": technician_id, **day})
    change_technician(connection, technician_id, {})  # the technician's version counts the change


def add_absence(connection: Connection, technician_id: str, starts: datetime, ends: datetime, reason: str) -> None:
    """Note that a technician is away; the same absence again changes nothing."""
    connection.execute(_SQL["absence_add"], {"id": technician_id, "starts": starts, "ends": ends, "reason": reason})


def remove_absence(connection: Connection, technician_id: str, absence: int) -> None:
    """The technician is there after all; NotFound."""
    if connection.execute(_SQL["absence_remove"], {"id": technician_id, "absence": absence}).rowcount != 1:
        raise NotFound(f"technician {technician_id} has no absence {absence}")
