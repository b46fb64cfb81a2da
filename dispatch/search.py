"""The search for good tours by PyVRP: from where it starts to where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import pyvrp
from pyvrp.solve import SolveParams, solve

from dispatch.model import Choice, Gap, choices_of, gaps_of, problem_data
from dispatch.problem import PlanParams, Progress, Watch
from dispatch.timetable import Stop, time_tour
from dispatch.workspace import Tours, Workday, Workspace

WATCH_EVERY = 50
"""Iterations between two words of progress; a few hundredths of a second (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the search came to."""

    tours: Tours
    iterations: int
    seconds: float


def search(space: Workspace, start: Tours, params: PlanParams, watch: Watch) -> Found:
    """Look for better tours than `start`, within the limits of `params`, as long as `watch` says so."""
    gaps = gaps_of(space)
    choices = choices_of(space, params)
    if not gaps or not choices:
        return Found(tours=start, iterations=0, seconds=0.0)
    data = problem_data(space, gaps, choices, params)
    stop = _Stop(params, watch)
    result = solve(
        data,
        stop,
        seed=params.seed,
        collect_stats=False,
        display=False,
        params=SolveParams(),
        initial_solution=_solution(data, space, gaps, choices, start),
    )
    tours = _tours(space, gaps, choices, result.best) if result.best.is_feasible() else start
    return Found(tours=tours, iterations=result.num_iterations, seconds=stop.seconds)


class _Stop:
    """Ends the search by iterations, time, patience, or because nobody wants to know more."""

    def __init__(self, params: PlanParams, watch: Watch) -> None:
        self._params, self._watch = params, watch
        self._began = monotonic()
        self._iterations = self._improved_at = 0
        self._best: int | None = None

    @property
    def seconds(self) -> float:
        """Since it began."""
        return monotonic() - self._began

    def __call__(self, best_cost: int) -> bool:
        """True if the search is to end; called before every iteration."""
        news = self._best is None or best_cost < self._best
        if news:
            self._best, self._improved_at = best_cost, self._iterations
        over = (
            self._iterations >= self._params.iterations
            or self._iterations - self._improved_at >= self._params.patience
            or self.seconds >= self._params.seconds
        )
        if news or over or self._iterations % WATCH_EVERY == 0:
            over |= not self._watch(Progress(iteration=self._iterations, seconds=self.seconds, best=best_cost))
        self._iterations += 1
        return over


def _solution(
    data: pyvrp.ProblemData, space: Workspace, gaps: Sequence[Gap], choices: Sequence[Choice], tours: Tours
) -> pyvrp.Solution:
    """Tours as PyVRP writes them."""
    begins = {
        stop.key: begin
        for number, stops in tours.items()
        if (timed := time_tour(space.days[number].stretch, stops, space.seconds)) is not None
        for stop, begin in zip(stops, timed.begins, strict=True)
    }
    client = {
        choice.order_id: number
        for number, choice in enumerate(choices)
        if choice.opens <= begins.get(choice.order_id, -1) <= choice.closes
    }
    routes = []
    for number, gap in enumerate(gaps):
        here = [
            client[stop.key] for stop in _between(space.days[gap.day], tours[gap.day], gap.at) if stop.key in client
        ]
        if here:
            routes.append(pyvrp.Route(data, here, number))
    return pyvrp.Solution(data, routes)


def _between(day: Workday, stops: Sequence[Stop], at: int) -> list[Stop]:
    """The stops after the fixed visit number `at` - 1 and before the next one."""
    fixed = {stop.key for stop in day.fixed}
    met, found = 0, []
    for stop in stops:
        if stop.key in fixed:
            met += 1
        elif met == at:
            found.append(stop)
    return found


def _tours(space: Workspace, gaps: Sequence[Gap], choices: Sequence[Choice], solution: pyvrp.Solution) -> Tours:
    tours = space.start_tours()
    routes = {route.vehicle_type(): route for route in solution.routes()}
    for number in reversed(range(len(gaps))):  # from the end of each day, so that positions stay right
        if number in routes:
            gap = gaps[number]
            new = [space.stops[choices[a.idx].order_id] for a in routes[number] if a.is_client()]
            tours[gap.day][gap.at : gap.at] = new
    return tours
