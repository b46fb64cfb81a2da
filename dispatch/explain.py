"""Why somebody was chosen, and why somebody is not visited, in words for planners."""

from collections.abc import Sequence

from dispatch.insertion import Placing, cheapest
from dispatch.problem import PlanParams, Unassigned
from dispatch.rules import Why, missing_parts
from dispatch.timetable import Stop, time_tour
from dispatch.workspace import Tours, Workspace
from domain.visits import Job

NAMES = 4
"""Technicians named in a sentence before it says how many more (E)."""


def why_this_technician(space: Workspace, tours: Tours, day: int, stop: Stop, params: PlanParams) -> str:
    """Why the job of `stop` is done by the technician of `day`, against the next best."""
    job, technician = space.jobs[stop.key], space.days[day].technician
    able = sorted({d.technician.id for d in space.days if space.able(stop.key, d)})
    if job.technician_id is not None:
        return f"{technician.id} is fixed for this visit"
    if able == [technician.id]:
        return f"{technician.id} is the only one with skill, area and part for it"
    extra = extra_travel(space, tours, day, stop)
    where = "responsible outlet" if job.outlet_id == technician.outlet_id else f"outlet {technician.outlet_id}"
    mine = f"{technician.id} of the {where} needs {minutes(extra)} more on the road"
    other = cheapest(space, tours, job, params, without=technician.id)
    if other is None:
        return f"{mine}; none of the {len(able) - 1} others able has room"
    rival = space.days[other.day].technician
    return f"{mine}; {rival.id} would need {minutes(other.insertion.extra)}{_elsewhere(job, rival.outlet_id)}"


def _elsewhere(job: Job, outlet_id: str) -> str:
    return "" if job.outlet_id in (None, outlet_id) else f" and is of outlet {outlet_id}"


def extra_travel(space: Workspace, tours: Tours, day: int, stop: Stop) -> int:
    """Seconds on the road that the stop adds to its tour."""
    stretch, places = space.days[day].stretch, [s.place for s in tours[day]]
    at = [s.key for s in tours[day]].index(stop.key)
    way = [stretch.start_place, *places, stretch.end_place]
    before, here, after = way[at], way[at + 1], way[at + 2]
    return space.seconds[before][here] + space.seconds[here][after] - space.seconds[before][after]


def minutes(seconds: int) -> str:
    """Whole minutes, as people say them."""
    return f"{round(seconds / 60)} min"


def why_not(space: Workspace, tours: Tours, job: Job, params: PlanParams) -> Unassigned:
    """Why a job was left out: the first of skill, area, part and time that nobody passes, else what outweighs it."""
    against = space.objections[job.order_id]
    for reason in (Why.PINNED, Why.SKILL, Why.AREA, Why.PART):
        passed = [name for name, why in against.items() if why is None or _order(why) > _order(reason)]
        if not passed:
            return Unassigned(order_id=job.order_id, reason=reason, why=_words(space, job, reason))
    able = sorted(name for name, why in against.items() if why is None)
    alone = [n for n, day in enumerate(space.days) if space.able(job.order_id, day) and _fits_empty(space, n, job)]
    if not alone:
        why = f"{_names(able)} could do it, but not within the times allowed, beside what is fixed"
        return Unassigned(order_id=job.order_id, reason=Why.TIME, why=why)
    return Unassigned(order_id=job.order_id, reason=Why.OUTWEIGHED, why=_outweighed(space, tours, job, alone, params))


def _order(why: Why) -> int:
    return list(Why).index(why)


def _words(space: Workspace, job: Job, reason: Why) -> str:
    technicians = {day.technician.id: day.technician for day in space.days}
    if not space.objections[job.order_id]:
        return "there is no technician; create one with POST /api/v1/technicians"
    if reason is Why.PINNED:
        return f"{job.technician_id} is fixed for it and is not there; release the pin or choose another"
    if reason is Why.SKILL:
        return f"no technician is trained for {', '.join(sorted(job.skills))} together; split the order or train"
    if reason is Why.AREA:
        return "the home lies outside the area of everybody with the skill; widen an area or assign by hand"
    lacking = [missing_parts(job, t, {}) for t in technicians.values() if not job.skills - t.skills]
    parts = sorted({part for missing in lacking for part in missing}) or sorted(set(job.parts))
    return f"not in stock in any van or outlet of somebody able: {', '.join(parts)}; ask for a transfer"


def _fits_empty(space: Workspace, number: int, job: Job) -> bool:
    day, stop = space.days[number], space.stops[job.order_id]
    return any(
        time_tour(day.stretch, [*day.fixed[:at], stop, *day.fixed[at:]], space.seconds) is not None
        for at in range(len(day.fixed) + 1)
    )


def _outweighed(space: Workspace, tours: Tours, job: Job, alone: Sequence[int], params: PlanParams) -> str:
    placing: Placing | None = cheapest(space, tours, job, params)
    if placing is not None:
        spent = minutes(placing.insertion.extra)
        return f"the way ({spent} more on the road) costs more than the visit is worth by its risk and due date"
    names = _names(sorted({space.days[n].technician.id for n in alone}))
    rivals = [space.jobs[s.key] for n in alone for s in tours[n] if s.key in space.jobs]
    lower = [rival for rival in rivals if rival.prize < job.prize]
    weigh = "that weigh more" if not lower else "that together weigh more or cost less travel"
    return f"{names} could come, but their days are full of {len(rivals)} visits {weigh}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {more} more" if more > 0 else "")
