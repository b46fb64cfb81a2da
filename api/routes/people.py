"""Editing outlets and technicians: who works when, how far out, and who is away."""

from datetime import time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from api.fields import Body, Id, Latitude, Longitude, Phone, Text, Zone
from api.moments import Moment
from api.requests import Answer, Ask, changing, check_version, entity_number, reading
from api.routes.suspensions import require_not_suspended
from domain.errors import BadInput
from domain.signals import Kind
from store.api_catalogue import Outlet, Technician
from store.database import Connection
from store.people import (
    WorkPlan,
    add_absence,
    change_outlet,
    change_technician,
    lock_outlet,
    lock_person,
    read_work,
    remove_absence,
    set_hours,
)

router = APIRouter()
MOST_ABSENCES = 2**62


class OutletChange(Body):
    """What to change of an outlet; what is left out stays. `supplied_by` and `phone` may be null."""

    name: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    timezone: Zone | None = None
    supplied_by: Id | None = None
    phone: Phone | None = None


class TechnicianChange(Body):
    """What to change of a technician; what is left out stays. `area_km` null lifts the limit."""

    name: Text | None = None
    outlet_id: Id | None = None
    skills: Annotated[list[Kind], Field(max_length=50)] | None = None
    active: bool | None = None
    area_km: Annotated[float, Field(gt=0, le=2_000)] | None = None


class NewDay(Body):
    """Hours of one weekday, 0 is Monday, by the outlet's clock."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    starts: time
    ends: time
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    break_from: time = time(11, 30)
    break_to: time = time(13, 30)

    @model_validator(mode="after")
    def _in_order(self) -> "NewDay":
        if any(clock.tzinfo is not None for clock in (self.starts, self.ends, self.break_from, self.break_to)):
            raise ValueError("hours are by the outlet's clock, such as 08:00, without a zone")
        if self.ends <= self.starts:
            raise ValueError("the day ends before it starts; ends must be later than starts")
        if self.break_minutes and _minutes(self.break_to) - _minutes(self.break_from) < self.break_minutes:
            raise ValueError("the break does not fit between break_from and break_to")
        return self


class NewHours(Body):
    """A whole week: a weekday that is not named is a day off; none at all are the usual Monday to Friday, 8 to 17."""

    days: Annotated[list[NewDay], Field(max_length=7)]

    @model_validator(mode="after")
    def _each_once(self) -> "NewHours":
        if len({day.weekday for day in self.days}) != len(self.days):
            raise ValueError("each weekday can be named once")
        return self


class NewAbsence(Body):
    """A time in which the technician does not work."""

    starts: Moment
    ends: Moment
    reason: Annotated[str, Field(max_length=200)] = ""


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


@router.patch("/outlets/{outlet_id}", summary="Change an outlet", tags=["outlets"], response_model=Outlet)
def outlet(ask: Ask, outlet_id: str, body: OutletChange) -> Response:
    """Change what is named; needs the ETag as If-Match."""

    def work(connection: Connection) -> Answer:
        check_version(ask, lock_outlet(connection, outlet_id), required=True)
        return Answer(value=change_outlet(connection, outlet_id, _named(body, may_be_null=("supplied_by", "phone"))))

    return changing(ask, work)


@router.patch(
    "/technicians/{technician_id}", summary="Change a technician", tags=["technicians"], response_model=Technician
)
def technician(ask: Ask, technician_id: str, body: TechnicianChange) -> Response:
    """Change what is named; needs the ETag as If-Match."""

    def work(connection: Connection) -> Answer:
        check_version(ask, lock_person(connection, technician_id), required=True)
        changes = _named(body, may_be_null=("area_km",))
        if changes.get("active"):
            require_not_suspended(connection, technician_id)
        return Answer(value=change_technician(connection, technician_id, changes))

    return changing(ask, work)


def _named(body: Body, may_be_null: tuple[str, ...] = ()) -> dict[str, Any]:
    changes = body.model_dump(mode="json", exclude_unset=True)
    for name, value in changes.items():
        if value is None and name not in may_be_null:
            raise BadInput(f"{name} cannot be empty; leave it out to keep what it is")
    return changes


@router.get(
    "/technicians/{technician_id}/work", summary="When one works", tags=["technicians"], response_model=WorkPlan
)
def work(ask: Ask, technician_id: str) -> Response:
    """Hours by weekday, absences to come, and the area."""
    return reading(ask, lambda c: read_work(c, technician_id, ask.settings.now()))


@router.put(
    "/technicians/{technician_id}/hours", summary="Set the hours", tags=["technicians"], response_model=WorkPlan
)
def hours(ask: Ask, technician_id: str, body: NewHours) -> Response:
    """Replace the week; needs the ETag of the technician as If-Match. Visits that are booked stay."""

    def change(connection: Connection) -> Answer:
        check_version(ask, lock_person(connection, technician_id), required=True)
        set_hours(connection, technician_id, [day.model_dump() for day in body.days])
        return Answer(value=read_work(connection, technician_id, ask.settings.now()))

    return changing(ask, change)


@router.post(
    "/technicians/{technician_id}/absences", summary="Note an absence", tags=["technicians"], status_code=201,
    response_model=WorkPlan,
)  # fmt: skip
def absence(ask: Ask, technician_id: str, body: NewAbsence) -> Response:
    """The next plan looks for somebody else for the visits that fall into it; `unattended` are their numbers."""

    def change(connection: Connection) -> Answer:
        lock_person(connection, technician_id)
        if body.ends <= body.starts:
            raise BadInput("the absence ends before it starts; ends must be later than starts")
        if body.ends <= ask.settings.now():
            raise BadInput("the absence is over already; only what is to come matters to planning")
        if body.ends - body.starts > timedelta(days=366):
            raise BadInput("an absence lasts a year at most; set active to false instead")
        add_absence(connection, technician_id, body.starts, body.ends, body.reason)
        return Answer(value=read_work(connection, technician_id, ask.settings.now()), status=201)

    return changing(ask, change)


@router.delete(
    "/technicians/{technician_id}/absences/{absence_id}", summary="Take an absence back", tags=["technicians"],
    response_model=WorkPlan,
)  # fmt: skip
def back(ask: Ask, technician_id: str, absence_id: str) -> Response:
    """The technician is there after all."""

    def change(connection: Connection) -> Answer:
        lock_person(connection, technician_id)
        remove_absence(connection, technician_id, entity_number(absence_id, "absence", MOST_ABSENCES))
        return Answer(value=read_work(connection, technician_id, ask.settings.now()))

    return changing(ask, change)
