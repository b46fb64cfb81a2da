"""Visits: what has to be done where, who could do it and when they work. Pure values; instants are UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from domain.care_orders import Place
from domain.faults import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `starts` up to `ends`; naive times and an end before the start raise ValueError."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("a period needs times with a zone")
        if self.ends < self.starts:
            raise ValueError("a period cannot end before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """Working hours of one weekday (0 is Monday) by the clock of the outlet, with a break that begins no earlier than
    `break_from` and is over by `break_to`; `break_minutes` 0 means none."""

    weekday: int
    starts: time
    ends: time
    break_minutes: int = 0
    break_from: time = time(11, 30)
    break_to: time = time(13, 30)


USUAL_WEEK: Final = tuple(
    DayHours(
        weekday=day, starts=time(8), ends=time(17), break_minutes=30, break_from=time(11, 30), break_to=time(13, 30)
    )
    for day in range(5)
)
"""Of somebody about whose hours nothing was said (E): Monday to Friday, half an hour off around noon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break of `length` that lies anywhere within a period."""

    within: Period
    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One unbroken stretch in which a technician can be out; it begins and ends at the outlet."""

    technician_id: str
    starts: datetime
    ends: datetime
    rest: Rest | None = None


GRADE_MINUTES: Final = MappingProxyType({"A": 0, "B": 5, "C": 20})
"""The one way in which a technician's last grade steers planning: minutes of travel that a visit is taken to cost more.
Small against a missing skill or a late arrival, so that grades break ties and no more (E)."""
TRANSFER: Final = timedelta(days=2)
"""What it takes to bring a part that neither van nor outlet has (E)."""
NO_GRADE_YET: Final = "B"
"""Whoever has no grade yet, or only one that an appeal overturned, counts as usual: neither favoured nor held back."""


def handicap_of(grade: str | None) -> int:
    """Minutes of travel that a visit of somebody with this last grade is taken to cost more; None: no grade yet."""
    return GRADE_MINUTES[grade or NO_GRADE_YET]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTechnician:
    """Somebody who goes out: `base` is the outlet, `area_km` the farthest home from it as the crow flies (None: no
    limit), `van` the pieces of each part in the van, `handicap_min` what a visit is taken to cost more, in minutes of
    travel (`GRADE_MINUTES`)."""

    id: str
    outlet_id: str
    base: Place
    zone: ZoneInfo
    skills: frozenset[str]
    hours: tuple[DayHours, ...] = USUAL_WEEK
    absences: tuple[Period, ...] = ()
    area_km: float | None = None
    van: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    handicap_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work of one order: `minutes` on site, which must begin within one of `windows` (in order of time).

    `skills` are kinds of appliances, `parts` what has to be brought beyond what is reserved for the order already,
    `technician_id` the only one who may come (None: anybody able), `prize` what doing it is worth, in cents.
    """

    order_id: str
    place: Place
    minutes: int
    skills: frozenset[str]
    windows: tuple[Period, ...]
    parts: tuple[str, ...] = ()
    urgency: Urgency = Urgency.VISIT
    due_by: datetime | None = None
    outlet_id: str | None = None
    technician_id: str | None = None
    prize: int = 0

    @property
    def length(self) -> timedelta:
        """Time on site."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A booked visit. `locked`: a planner fixed the technician too, not only the time."""

    order_id: str
    place: Place
    technician_id: str
    starts: datetime
    ends: datetime
    state: str = "scheduled"
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderToVisit:
    """An order as it lies in the books, with all that planning its visit needs.

    `place` is None where neither home nor outlet has one; `place_known` False where the outlet's stands in for the
    home's. `minutes` on site, `kinds` of appliances, and `probability` of the likeliest finding are over all tasks.
    `parts` are what should be brought and is neither held nor on its way, `awaits_part` tells that something is.
    """

    order_id: str
    number: int
    version: int
    state: str
    urgency: Urgency
    due_by: datetime | None
    outlet_id: str | None
    technician_id: str | None
    visit_starts: datetime | None
    visit_ends: datetime | None
    locked: bool
    household_name: str
    place: Place | None
    place_known: bool
    minutes: int
    kinds: frozenset[str]
    parts: tuple[str, ...]
    probability: float
    awaits_part: bool = False

    def job(self, windows: tuple[Period, ...], prize: int = 0) -> Job:
        """Its visit, to begin within one of `windows`; ValueError without a place.

        To a hazard somebody goes with or without the part: making it safe needs none.
        """
        if self.place is None:
            raise ValueError(f"order {self.number} has neither a place nor an outlet")
        return Job(
            order_id=self.order_id,
            place=self.place,
            minutes=self.minutes,
            skills=self.kinds,
            windows=windows,
            parts=() if self.urgency is Urgency.URGENT else self.parts,
            urgency=self.urgency,
            due_by=self.due_by,
            outlet_id=self.outlet_id,
            prize=prize,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Who could come, and from when to when."""

    technician_id: str
    starts: datetime
    ends: datetime


def shifts(technician: FieldTechnician, horizon: Period) -> tuple[Shift, ...]:
    """The stretches within `horizon` in which the technician works, in order; absences are cut out."""
    return tuple(
        shift
        for day in _days(horizon, technician.zone)
        for hours in technician.hours
        if hours.weekday == day.weekday()
        for shift in _stretches(technician, day, hours, horizon)
    )


def _days(horizon: Period, zone: ZoneInfo) -> Iterator[date]:
    day, last = horizon.starts.astimezone(zone).date(), horizon.ends.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _stretches(technician: FieldTechnician, day: date, hours: DayHours, horizon: Period) -> Iterator[Shift]:
    def at(clock: time) -> datetime:
        return datetime.combine(day, clock, technician.zone).astimezone(UTC)

    free = [(max(at(hours.starts), horizon.starts), min(at(hours.ends), horizon.ends))]
    for gone in technician.absences:
        free = [
            piece
            for starts, ends in free
            for piece in ((starts, min(ends, gone.starts)), (max(starts, gone.ends), ends))
        ]
    for starts, ends in free:
        if starts < ends:
            rest = _rest(at(hours.break_from), at(hours.break_to), timedelta(minutes=hours.break_minutes), starts, ends)
            yield Shift(technician_id=technician.id, starts=starts, ends=ends, rest=rest)


def _rest(earliest: datetime, latest: datetime, length: timedelta, starts: datetime, ends: datetime) -> Rest | None:
    """The break of a stretch; none where the stretch leaves the time for it outside."""
    earliest, latest = max(earliest, starts), min(latest, ends)
    if not length or latest - earliest < length:
        return None
    return Rest(within=Period(starts=earliest, ends=latest), length=length)
