"""Putting jobs into tours one after the other, each where it costs least: a start for the search, and its repair."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.problem import PlanParams
from dispatch.timetable import Insertion, Stop, best_insertion
from dispatch.travel import NO_WAY_S
from dispatch.workspace import Tours, Workday, Workspace, by_worth
from domain.visits import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where a job fits best: number of the day, how, and what it costs, cents."""

    day: int
    insertion: Insertion
    cents: float


def fill(space: Workspace, tours: Tours, jobs: Iterable[Job], params: PlanParams) -> list[Job]:
    """Put the jobs into the tours, the dearest first, each where it costs least; the jobs that fit nowhere."""
    left = []
    for job in by_worth(jobs):
        placing = cheapest(space, tours, job, params)
        if placing is None or placing.cents >= job.prize:
            left.append(job)
        else:
            tours[placing.day].insert(placing.insertion.position, space.stops[job.order_id])
    return left


def cheapest(space: Workspace, tours: Tours, job: Job, params: PlanParams, *, without: str = "") -> Placing | None:
    """Where the job costs least, or None; not with the technician `without`."""
    best: Placing | None = None
    stop = space.stops[job.order_id]
    if not stop.windows:
        return None
    for number, day in enumerate(space.days):
        if day.technician.id == without or not space.able(job.order_id, day) or not _may_overlap(day, stop):
            continue
        extra = surcharge(job, day, params)
        limit = NO_WAY_S if best is None else _seconds_for(best.cents - extra, params)
        found = best_insertion(day.stretch, tours[number], stop, space.seconds, below=limit)
        if found is not None:
            begins = found.timed.begins[found.position]
            cents = found.extra * cents_per_second(params) + extra + job.prize - space.worth(job, begins, params)
            if best is None or cents < best.cents:
                best = Placing(day=number, insertion=found, cents=cents)
    return best


def cents_per_second(params: PlanParams) -> float:
    """A second on the road, wage and van together at the pace of town traffic (25 km/h, `SpeedModel`)."""
    return params.cents_per_hour / 3600 + params.cents_per_km * 25 / 3600


def _seconds_for(cents: float, params: PlanParams) -> int:
    return max(0, int(cents / cents_per_second(params)) + 1)


def surcharge(job: Job, day: Workday, params: PlanParams) -> int:
    """What a visit costs extra by who makes it, cents: of another than the responsible outlet, or by his grade."""
    other = params.other_outlet_cents if job.outlet_id not in (None, day.technician.outlet_id) else 0
    return other + round(day.technician.handicap_min * params.cents_per_hour / 60)


def _may_overlap(day: Workday, stop: Stop) -> bool:
    return stop.windows[0][0] <= day.stretch.ends and day.stretch.starts <= stop.windows[-1][1]
