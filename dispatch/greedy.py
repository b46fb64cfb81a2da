"""The plan without a search: the nearest outlet sends whoever can begin first. What planning is measured against."""

from dispatch.plan import write_plan
from dispatch.problem import PlanParams, Question, VisitPlan
from dispatch.rules import outlets_by_distance
from dispatch.timetable import time_tour
from dispatch.workspace import Tours, Workspace, by_worth, open_workspace
from domain.visits import Job


def plan_greedily(question: Question, params: PlanParams) -> VisitPlan:
    """One job after the other, the most pressing first: of the nearest outlet with somebody able and free, the one who
    can begin first, in any gap of the day. Nothing is moved afterwards to save travel."""
    space = open_workspace(question, params)
    tours = space.start_tours()
    for job in by_worth(question.jobs):
        _put(space, tours, job, question)
    return write_plan(space, question, tours, params)


def _put(space: Workspace, tours: Tours, job: Job, question: Question) -> None:
    stop = space.stops[job.order_id]
    for outlet_id in outlets_by_distance(job, question.technicians):
        options = []
        for number, day in enumerate(space.days):
            if day.technician.outlet_id != outlet_id or not stop.windows or not space.able(job.order_id, day):
                continue
            for at in range(len(tours[number]) + 1):
                timed = time_tour(day.stretch, [*tours[number][:at], stop, *tours[number][at:]], space.seconds)
                if timed is not None:
                    options.append((timed.begins[at], day.technician.id, number, at))
        if options:
            _, _, number, at = min(options)
            tours[number].insert(at, stop)
            return
