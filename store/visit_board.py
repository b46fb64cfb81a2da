"""The board: one day of all technicians, with what is booked and what the newest draft would make of it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import BadInput
from domain.visits import FieldTechnician, Period, shifts
from store.api_catalogue import Outlet, list_outlets
from store.care import zone_of
from store.database import Connection
from store.visit_plans import ShownPlan, ShownVisit, list_visits, newest_plan
from store.visits import field_technicians

MOST: int = 2_000
"""Outlets or visits that one board holds (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A stretch of work on the day; the break lies anywhere between `break_from` and `break_to`."""

    starts: datetime
    ends: datetime
    break_minutes: int
    break_from: datetime | None
    break_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One technician's day; no hours means a day off."""

    technician_id: str
    outlet_id: str
    skills: list[str]
    hours: list[Hours]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A day by the clock of `timezone`; `plan` is the newest draft, its visits of this day and what it leaves out."""

    day: date
    timezone: str
    starts: datetime
    ends: datetime
    outlets: list[Outlet]
    technicians: list[Row]
    visits: list[ShownVisit]
    plan: ShownPlan | None


def read_board(connection: Connection, now: datetime, day: str | None, outlet: str | None) -> Board:
    """The board of a day (ISO date; None is today) for all outlets or one; BadInput for no such day or outlet."""
    outlets = [o for o in list_outlets(connection, None, MOST) if outlet in (None, o.id)]
    if outlet is not None and not outlets:
        raise BadInput(f"there is no outlet {outlet}; see GET /api/v1/outlets")
    timezone = outlets[0].timezone if outlets else "UTC"
    zone = zone_of(timezone)
    shown = now.astimezone(zone).date() if day is None else _date(day)
    period = _period(shown, zone)
    technicians = [t for t in field_technicians(connection, period) if outlet in (None, t.outlet_id)]
    visits = list_visits(connection, None, MOST, period=(period.starts, period.ends), outlet=outlet)
    return Board(
        day=shown,
        timezone=timezone,
        starts=period.starts,
        ends=period.ends,
        outlets=outlets,
        technicians=[_row(technician, period) for technician in technicians],
        visits=visits,
        plan=_of_day(newest_plan(connection), period),
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text} is no day of the calendar; a day is YYYY-MM-DD") from error


def _period(day: date, zone: ZoneInfo) -> Period:
    try:
        starts = datetime.combine(day, time(), zone).astimezone(UTC)
        return Period(starts=starts, ends=datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC))
    except (OverflowError, ValueError) as error:
        raise BadInput("a day of the years 2 to 9998, please") from error


def _row(technician: FieldTechnician, period: Period) -> Row:
    return Row(
        technician_id=technician.id,
        outlet_id=technician.outlet_id,
        skills=sorted(technician.skills),
        hours=[
            Hours(
                starts=shift.starts,
                ends=shift.ends,
                break_minutes=0 if shift.rest is None else round(shift.rest.length.total_seconds() / 60),
                break_from=None if shift.rest is None else shift.rest.within.starts,
                break_to=None if shift.rest is None else shift.rest.within.ends,
            )
            for shift in shifts(technician, period)
        ],
    )


def _of_day(plan: ShownPlan | None, period: Period) -> ShownPlan | None:
    if plan is None:
        return None
    of_day = [v for v in plan.visits if v.starts is None or period.starts <= v.starts < period.ends]
    return replace(plan, visits=of_day)
