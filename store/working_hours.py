"""Whether a technician is at work at a time, by their hours and not by what is booked."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.errors import Conflict
from domain.visits import FieldTechnician, Period, shifts
from store.database import Connection
from store.visits import field_technicians

_DAY: Final = timedelta(days=1)


class OutsideHours(Conflict):
    """A visit would lie outside the hours of whoever comes; a person can book it on purpose."""


def at_work(connection: Connection, period: Period) -> list[FieldTechnician]:
    """Active technicians one of whose working days holds the whole period; absences are another matter."""
    return [one for one in _everybody(connection, period) if _holds(one, period)]


def require_at_work(connection: Connection, technician_id: str, period: Period, instead: str) -> None:
    """OutsideHours unless the active technician works throughout `period`; it says the hours of that day, how to book
    all the same, and who else could come (`instead`)."""
    found = next((one for one in _everybody(connection, period) if one.id == technician_id), None)
    if found is None or _holds(found, period):
        return
    raise OutsideHours(
        f"technician {technician_id} {_day_said(found, period.starts)}, and the visit would be from "
        f"{_clock(found, period.starts)} to {_clock(found, period.ends)}; choose a time within, change the hours "
        f"(PUT /api/v1/technicians/{technician_id}/hours), or book it on purpose with outside_hours true and a reason; "
        f"{instead}"
    )


def _everybody(connection: Connection, period: Period) -> list[FieldTechnician]:
    return [replace(one, absences=()) for one in field_technicians(connection, period)]


def _holds(technician: FieldTechnician, period: Period) -> bool:
    around = Period(starts=period.starts - _DAY, ends=period.ends + _DAY)
    return any(s.starts <= period.starts and period.ends <= s.ends for s in shifts(technician, around))


def _day_said(technician: FieldTechnician, moment: datetime) -> str:
    here = moment.astimezone(technician.zone)
    hours = [f"{h.starts:%H:%M} to {h.ends:%H:%M}" for h in technician.hours if h.weekday == here.weekday()]
    day = f"on {here:%A} {here:%Y-%m-%d}"
    return f"works {' and '.join(hours)} {day} ({technician.zone.key})" if hours else f"does not work {day}"


def _clock(technician: FieldTechnician, moment: datetime) -> str:
    return f"{moment.astimezone(technician.zone):%H:%M}"
