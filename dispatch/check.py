"""The last look at a plan before anybody sees it: every hard rule, judged anew from the plan's own times.

It shares nothing with planning but the travel times: what it does not find wrong can be done.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from dispatch.problem import Break, Planned, PlanParams, Question, VisitPlan
from domain.care_orders import Place
from domain.visits import FieldTechnician, Shift, Visit, shifts


def broken_rules(question: Question, plan: VisitPlan, params: PlanParams) -> list[str]:
    """What is wrong with the plan, one sentence each; nothing if it keeps every rule.

    Visits that the plan shows as booked by hand or under way are facts and not judged.
    """
    judged = {t.id: t for t in question.technicians}
    problems = [*_books(question, plan), *_fixed(question, plan), *_parts(question, plan)]
    by_technician: dict[str, list[Planned]] = defaultdict(list)
    for visit in plan.visits:
        by_technician[visit.technician_id].append(visit)
    for technician_id, visits in by_technician.items():
        if technician_id in judged:
            breaks = [b for b in plan.breaks if b.technician_id == technician_id]
            problems += _day(question, judged[technician_id], sorted(visits, key=lambda v: v.starts), breaks, params)
    return problems


def _books(question: Question, plan: VisitPlan) -> Iterator[str]:
    """Every job is either planned once or left out once, and nothing else is in the plan."""
    seen = Counter([v.order_id for v in plan.visits] + [u.order_id for u in plan.unassigned])
    asked = {job.order_id for job in question.jobs} | {v.order_id for v in question.fixed}
    yield from (f"{order} is in the plan {seen[order]} times" for order in asked if seen[order] != 1)
    yield from (f"{order} was not asked for" for order in seen if order not in asked)


def _fixed(question: Question, plan: VisitPlan) -> Iterator[str]:
    planned = {v.order_id: v for v in plan.visits}
    for visit in question.fixed:
        now = planned.get(visit.order_id)
        if now is not None and (now.technician_id, now.starts, now.ends) != (
            visit.technician_id,
            visit.starts,
            visit.ends,
        ):
            yield f"{visit.order_id} is fixed and was moved"


def _parts(question: Question, plan: VisitPlan) -> Iterator[str]:
    """No more pieces are taken than the shelf and the van hold."""
    jobs = {job.order_id: job for job in question.jobs}
    technicians = {t.id: t for t in question.technicians}
    needed: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in plan.visits:
        if visit.order_id in jobs:
            needed[visit.technician_id].update(jobs[visit.order_id].parts)
    from_shelf: dict[str, Counter[str]] = defaultdict(Counter)
    for technician_id, parts in needed.items():
        technician = technicians[technician_id]
        for part, count in parts.items():
            from_shelf[technician.outlet_id][part] += max(0, count - technician.van.get(part, 0))
    for outlet_id, parts in from_shelf.items():
        for part, count in parts.items():
            have = question.stock.get(outlet_id, {}).get(part, 0)
            if count > have:
                yield f"{outlet_id} would need {count} of {part} beside the vans and has {have}"


def _day(
    question: Question,
    technician: FieldTechnician,
    visits: Sequence[Planned],
    breaks: Sequence[Break],
    params: PlanParams,
) -> Iterator[str]:
    jobs = {job.order_id: job for job in question.jobs}
    places = {v.order_id: v.place for v in question.fixed} | {j.order_id: j.place for j in question.jobs}
    for one, other in pairwise(visits):
        if other.starts < one.ends and not (one.fixed and other.fixed):
            yield f"{technician.id} is at {one.order_id} and {other.order_id} at once"
    for visit in visits:
        job = jobs.get(visit.order_id)
        if job is None:
            continue
        if job.skills - technician.skills:
            yield f"{technician.id} is not trained for {visit.order_id}"
        if job.technician_id not in (None, technician.id):
            yield f"{visit.order_id} is fixed to {job.technician_id}"
        if not any(w.starts <= visit.starts <= w.ends for w in job.windows) or visit.starts < question.now:
            yield f"{visit.order_id} begins outside its windows"
        if visit.ends - visit.starts != timedelta(minutes=job.minutes):
            yield f"{visit.order_id} does not last as long as its work"
    for shift in shifts(technician, question.horizon):
        inside = [v for v in visits if v.starts < shift.ends and shift.starts < v.ends]
        if any(v.order_id in jobs for v in inside):
            yield from _shift(question, technician, shift, inside, breaks, places, params)
    outside = [v for v in visits if v.order_id in jobs and not _within(v, shifts(technician, question.horizon))]
    yield from (f"{v.order_id} lies outside the hours of {technician.id}" for v in outside)


def _within(visit: Planned, stretches: Sequence[Shift]) -> bool:
    return any(s.starts <= visit.starts and visit.ends <= s.ends for s in stretches)


def _shift(
    question: Question,
    technician: FieldTechnician,
    shift: Shift,
    visits: Sequence[Planned],
    breaks: Sequence[Break],
    places: dict[str, Place],
    params: PlanParams,
) -> Iterator[str]:
    """From the outlet, or from what is under way, through the visits and the break and back in time."""
    begun = [v for v in question.fixed if v.technician_id == technician.id and v.starts < question.now]
    begun = [v for v in begun if v.starts < shift.ends and shift.starts < v.ends]
    here, free = _start(technician, shift, begun, question)
    pause = next((b for b in breaks if shift.starts <= b.starts < shift.ends), None)
    rest = shift.rest
    if rest is not None and any(
        v.starts < rest.within.starts + rest.length and v.ends > rest.within.ends - rest.length
        for v in question.fixed
        if v.technician_id == technician.id
    ):
        rest = None  # a visit that was booked by hand takes all the time for it
    if rest is not None and pause is None and not begun and shift.starts >= question.now:
        yield f"{technician.id} has no break"
    ahead = [v for v in visits if v.order_id not in {b.order_id for b in begun}]
    way_points = [(places[v.order_id], v.starts, v.ends, v.order_id) for v in ahead]
    for place, starts, ends, name in [*way_points, (technician.base, shift.ends, shift.ends, "the outlet")]:
        way = timedelta(seconds=int(params.travel.between([here, place]).seconds[0, 1]))
        spare = starts - free - way
        if pause is not None and free <= pause.starts < starts:
            spare -= pause.ends - pause.starts
        if spare < timedelta():
            yield f"{technician.id} cannot be at {name} in time"
        here, free = place, ends


def _start(
    technician: FieldTechnician, shift: Shift, begun: Sequence[Visit], question: Question
) -> tuple[Place, datetime]:
    last = max(begun, key=lambda v: v.starts, default=None)
    free = max([shift.starts, question.now, *(v.ends for v in begun)])
    return (technician.base if last is None else last.place), free
