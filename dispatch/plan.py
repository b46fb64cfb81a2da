"""Visit planning: who goes where and when. `plan_visits` is the whole of it, step by step."""

from dataclasses import replace
from itertools import pairwise
from time import monotonic
from typing import Final

from dispatch.explain import extra_travel, why_not, why_this_technician
from dispatch.insertion import fill, surcharge
from dispatch.problem import Break, Figures, Planned, PlanParams, Question, VisitPlan, Watch, keep_on
from dispatch.search import search
from dispatch.timetable import Timed, time_tour
from dispatch.workspace import Tours, Workspace, open_workspace
from domain.visits import Job

AFTERWARDS: Final = 2.0
"""Mending and explaining a plan takes up to twice as long as its start (measured), within the same limit."""


def plan_visits(question: Question, params: PlanParams, watch: Watch = keep_on) -> VisitPlan:
    """The best plan found for the question within the limits of `params`; `watch` hears of progress and may end it.

    The same question and seed give the same plan as long as iterations, not seconds, end the search. No rule is ever
    broken: what does not fit is left out and explained. Raises Unavailable if the travel times cannot be had.
    """
    began = monotonic()
    space = open_workspace(question, params)
    start = space.start_tours()
    fill(space, start, space.jobs.values(), params)
    limited = replace(params, seconds=max(0.0, params.seconds - (1 + AFTERWARDS) * (monotonic() - began)))
    found = search(space, {n: list(stops) for n, stops in start.items()}, limited, watch)
    tours = _mended(space, found.tours, params)
    best = min(start, tours, key=lambda t: cost_of(space, t, params))
    return write_plan(space, question, best, params, iterations=found.iterations, seconds=monotonic() - began)


def _mended(space: Workspace, tours: Tours, params: PlanParams) -> Tours:
    """Tours that keep every rule: what does not fit in exact times, breaks included, looks for another place."""
    for number, stops in tours.items():
        day = space.days[number]
        fixed = {stop.key for stop in day.fixed}
        while not day.closed and time_tour(day.stretch, stops, space.seconds) is None:
            stops.remove(min((s for s in stops if s.key not in fixed), key=lambda s: (space.jobs[s.key].prize, s.key)))
    filled = {number: list(stops) for number, stops in tours.items()}
    fill(space, filled, missing(space, filled), params)
    # What is put in may make others late, which `fill` does not weigh.
    return min(tours, filled, key=lambda one: cost_of(space, one, params))


def missing(space: Workspace, tours: Tours) -> list[Job]:
    """The jobs that are in none of the tours."""
    there = {stop.key for stops in tours.values() for stop in stops}
    return [job for order_id, job in space.jobs.items() if order_id not in there]


def cost_of(space: Workspace, tours: Tours, params: PlanParams) -> int:
    """What tours cost, cents: travel, other outlets, and the prizes of what is left out or late."""
    cents = float(sum(job.prize for job in missing(space, tours)))
    for number, stops in tours.items():
        day = space.days[number]
        way = [day.stretch.start_place, *(stop.place for stop in stops), day.stretch.end_place]
        metres = sum(int(space.travel.metres[a, b]) for a, b in pairwise(way))
        seconds = sum(space.seconds[a][b] for a, b in pairwise(way))
        cents += metres * params.cents_per_km / 1000 + seconds * params.cents_per_hour / 3600
        timed = time_tour(day.stretch, stops, space.seconds)
        for stop, begins in zip(stops, timed.begins if timed else (), strict=False):
            job = space.jobs.get(stop.key)
            if job is not None:
                cents += surcharge(job, day, params)
                cents += job.prize - space.worth(job, begins, params)
    return round(cents)


def _is_late(space: Workspace, job: Job, begins: int) -> bool:
    return job.due_by is not None and space.moment(begins) > job.due_by


def write_plan(
    space: Workspace, question: Question, tours: Tours, params: PlanParams, *, iterations: int = 0, seconds: float = 0.0
) -> VisitPlan:
    """Tours as a plan: exact times, figures, and an explanation of every visit and of everything left out."""
    visits: list[Planned] = []
    breaks: list[Break] = []
    for number, stops in tours.items():
        timed = time_tour(space.days[number].stretch, stops, space.seconds)
        if timed is not None:
            visits += _visits(space, tours, number, timed, params)
            breaks += _break(space, number, timed)
    written = {visit.order_id for visit in visits}
    visits += [_as_booked(v.order_id, question) for v in question.fixed if v.order_id not in written]
    left = [why_not(space, tours, job, params) for job in missing(space, tours)]
    return VisitPlan(
        visits=tuple(sorted(visits, key=lambda v: (v.technician_id, v.starts, v.order_id))),
        unassigned=tuple(sorted(left, key=lambda u: u.order_id)),
        breaks=tuple(breaks),
        figures=_figures(space, tours, visits, params),
        iterations=iterations,
        seconds=seconds,
    )


def _visits(space: Workspace, tours: Tours, number: int, timed: Timed, params: PlanParams) -> list[Planned]:
    day, found, before = space.days[number], [], space.days[number].stretch.start_place
    for stop, begins in zip(tours[number], timed.begins, strict=True):
        job = space.jobs.get(stop.key)
        found.append(
            Planned(
                order_id=stop.key,
                technician_id=day.technician.id,
                starts=space.moment(begins),
                ends=space.moment(begins + stop.lasts),
                travel_s=space.seconds[before][stop.place],
                extra_s=extra_travel(space, tours, number, stop),
                fixed=job is None,
                late=job is not None and _is_late(space, job, begins),
                why="stays as it is" if job is None else why_this_technician(space, tours, number, stop, params),
            )
        )
        before = stop.place
    return found


def _as_booked(order_id: str, question: Question) -> Planned:
    """A fixed visit that is under way, or was booked outside the rules: it is shown as it is."""
    visit = next(v for v in question.fixed if v.order_id == order_id)
    return Planned(
        order_id=order_id,
        technician_id=visit.technician_id,
        starts=visit.starts,
        ends=visit.ends,
        travel_s=0,
        extra_s=0,
        fixed=True,
        why="under way" if visit.starts < question.now else "booked by hand, against hours or travel time",
    )


def _break(space: Workspace, number: int, timed: Timed) -> list[Break]:
    day = space.days[number]
    if timed.rest_begins is None or day.stretch.rest is None:
        return []
    ends = timed.rest_begins + day.stretch.rest[2]
    return [Break(technician_id=day.technician.id, starts=space.moment(timed.rest_begins), ends=space.moment(ends))]


def _figures(space: Workspace, tours: Tours, visits: list[Planned], params: PlanParams) -> Figures:
    metres = seconds = 0
    for number, stops in tours.items():
        stretch = space.days[number].stretch
        way = [stretch.start_place, *(stop.place for stop in stops), stretch.end_place]
        for a, b in pairwise(way):
            metres += int(space.travel.metres[a, b])
            seconds += space.seconds[a][b]
    return Figures(
        visits=len(visits),
        unassigned=len(missing(space, tours)),
        late=sum(visit.late for visit in visits),
        travel_s=seconds,
        travel_m=metres,
        cost=cost_of(space, tours, params),
    )
