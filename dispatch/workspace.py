"""A question in the form that planning works on: seconds from an origin, indices of places, tours of stops."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from dispatch.parts import deal_parts
from dispatch.problem import PlanParams, Question
from dispatch.rules import Why, objection
from dispatch.timetable import Stop, Stretch, time_tour
from dispatch.travel import Travel
from domain.care_orders import Place
from domain.visits import FieldTechnician, Job, Shift, Visit, shifts

DAY_S: Final = 86_400
Tours = dict[int, list[Stop]]
"""The stops of each stretch, by its number; fixed ones included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workday:
    """A stretch of a technician's work with what is fixed in it; `closed` where even that does not fit by the rules,
    because somebody booked it by hand: then nothing is added."""

    technician: FieldTechnician
    stretch: Stretch
    fixed: tuple[Stop, ...]
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything that planning looks up; stops and objections are by order."""

    origin: datetime
    opens: int
    """From when on something can be planned."""
    jobs: Mapping[str, Job]
    stops: Mapping[str, Stop]
    days: tuple[Workday, ...]
    places: tuple[Place, ...]
    travel: Travel
    seconds: list[list[int]]
    objections: Mapping[str, Mapping[str, Why | None]]
    """By order and technician."""

    def able(self, order_id: str, day: Workday) -> bool:
        """True if the technician of the day may do the job at all and the day takes visits."""
        return not day.closed and self.objections[order_id][day.technician.id] is None

    def moment(self, second: int) -> datetime:
        """A time of the plan as an instant."""
        return self.origin + timedelta(seconds=second)

    def worth(self, job: Job, begins: int, params: PlanParams) -> float:
        """What is left of a job's prize if it begins then, cents: less for every day of waiting, and after its due."""
        late = job.due_by is not None and self.moment(begins) > job.due_by
        waited = max(0, begins - self.opens) // DAY_S
        return job.prize * max(0.0, 1 - params.wait_share * waited) * (params.late_share if late else 1.0)

    def start_tours(self) -> Tours:
        """The tours with nothing but what is fixed."""
        return {number: list(day.fixed) for number, day in enumerate(self.days)}


def open_workspace(question: Question, params: PlanParams) -> Workspace:
    """Lay a question out; Unavailable if the travel times come from a service that does not answer."""
    origin = question.horizon.starts
    bases = {t.id: number for number, t in enumerate(question.technicians)}
    first_fixed = len(bases)
    fixed_at = {v.order_id: first_fixed + n for n, v in enumerate(question.fixed)}
    first_job = first_fixed + len(fixed_at)
    job_at = {job.order_id: first_job + n for n, job in enumerate(question.jobs)}
    places = tuple(
        [t.base for t in question.technicians] + [v.place for v in question.fixed] + [j.place for j in question.jobs]
    )
    travel = params.travel.between(places)
    seconds: list[list[int]] = travel.seconds.tolist()
    open_from = max(question.now, origin)
    return Workspace(
        origin=origin,
        opens=whole_s(open_from - origin),
        jobs={job.order_id: job for job in question.jobs},
        stops={job.order_id: _stop(job, job_at[job.order_id], origin, open_from) for job in question.jobs},
        days=tuple(
            _workday(technician, shift, question, bases[technician.id], fixed_at, seconds)
            for technician in question.technicians
            for shift in shifts(technician, question.horizon)
            if shift.ends > open_from
        ),
        places=places,
        travel=travel,
        seconds=seconds,
        objections=_objections(question),
    )


def _objections(question: Question) -> dict[str, dict[str, Why | None]]:
    dealt = deal_parts(by_worth(question.jobs), question.technicians, question.stock)
    return {
        job.order_id: {
            t.id: Why.PART
            if (against := objection(job, t, question.stock)) is None and t.id not in dealt.get(job.order_id, {t.id})
            else against
            for t in question.technicians
        }
        for job in question.jobs
    }


def _stop(job: Job, place: int, origin: datetime, open_from: datetime) -> Stop:
    windows = tuple(
        (whole_s(max(w.starts, open_from) - origin), whole_s(w.ends - origin))
        for w in job.windows
        if w.ends >= open_from
    )
    return Stop(key=job.order_id, place=place, lasts=whole_s(job.length), windows=windows)


def _workday(
    technician: FieldTechnician,
    shift: Shift,
    question: Question,
    base: int,
    fixed_at: Mapping[str, int],
    seconds: list[list[int]],
) -> Workday:
    origin = question.horizon.starts
    mine = sorted(
        (
            v
            for v in question.fixed
            if v.technician_id == technician.id and v.starts < shift.ends and shift.starts < v.ends
        ),
        key=lambda v: v.starts,
    )
    begun = [v for v in mine if v.starts < question.now]
    stretch = _remaining(stretch_of(shift, base, origin), shift, begun, question.now, origin, fixed_at)
    fixed = tuple(_fixed(v, fixed_at[v.order_id], origin) for v in mine if v not in begun)
    stretch = without_lost_break(stretch, fixed)
    possible = time_tour(stretch, fixed, seconds) is not None
    return Workday(technician=technician, stretch=stretch, fixed=fixed, closed=not possible)


def without_lost_break(stretch: Stretch, fixed: Sequence[Stop]) -> Stretch:
    """Where a visit that was booked by hand takes all the time for the break, there is none."""
    if stretch.rest is None:
        return stretch
    earliest, latest, length = stretch.rest
    lost = any(s.windows[0][0] < earliest + length and s.windows[0][0] + s.lasts > latest - length for s in fixed)
    return replace(stretch, rest=None) if lost else stretch


def _remaining(
    stretch: Stretch,
    shift: Shift,
    begun: Sequence[Visit],
    now: datetime,
    origin: datetime,
    fixed_at: Mapping[str, int],
) -> Stretch:
    """What is left of a stretch that has begun: from where the technician is, as soon as what is under way is over."""
    if shift.starts >= now and not begun:
        return stretch
    free = max([now, shift.starts, *(v.ends for v in begun)])
    starts = whole_s(free - origin)
    rest = stretch.rest
    if rest is not None:
        earliest = max(rest[0], starts)
        rest = (earliest, rest[1], rest[2]) if rest[1] - earliest >= rest[2] else None
    place = fixed_at[begun[-1].order_id] if begun else stretch.start_place
    return Stretch(start_place=place, starts=starts, end_place=stretch.end_place, ends=stretch.ends, rest=rest)


def _fixed(visit: Visit, place: int, origin: datetime) -> Stop:
    begins = whole_s(visit.starts - origin)
    return Stop(key=visit.order_id, place=place, lasts=whole_s(visit.ends - visit.starts), windows=((begins, begins),))


def stretch_of(shift: Shift, base: int, origin: datetime) -> Stretch:
    """A shift in seconds from `origin`, from and to the place `base`."""
    rest = None
    if shift.rest is not None:
        within = shift.rest.within
        rest = (whole_s(within.starts - origin), whole_s(within.ends - origin), whole_s(shift.rest.length))
    starts, ends = whole_s(shift.starts - origin), whole_s(shift.ends - origin)
    return Stretch(start_place=base, starts=starts, end_place=base, ends=ends, rest=rest)


def whole_s(span: timedelta) -> int:
    """A span of time in whole seconds."""
    return round(span.total_seconds())


def by_worth(jobs: Iterable[Job]) -> list[Job]:
    """Jobs with the dearest first, of those the one due first."""
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(jobs, key=lambda j: (-j.prize, j.due_by or far, j.order_id))
