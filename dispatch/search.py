"""The search for a good plan: the question as a vehicle routing problem for PyVRP, and its answer as tours.

- A technician's stretch of work is a vehicle. A fixed visit splits it: one vehicle ends there, the next begins there,
  so that what is fixed cannot move.
- A job is an optional client with its prize. Several windows, or a due time in the middle of one, make several clients
  of which at most one is visited; what lies after the due time has the smaller prize.
- Who may not do a job, or is of another outlet, drives there by a matrix of their own, in which it is out of reach or
  dearer.
- PyVRP knows no breaks. Time stands still during the usual break of each day; where that was too simple for somebody,
  the exact times afterwards (`timetable.time_tour`) show it and the tour is repaired.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.solve import SolveParams, solve

from dispatch.insertion import other_outlet
from dispatch.problem import PlanParams, Progress, Watch
from dispatch.timetable import Stop, time_tour
from dispatch.travel import NO_WAY_S
from dispatch.workspace import DAY_S, Tours, Workday, Workspace

OUT_OF_REACH = 10_000_000
"""Cents for a leg that must not be driven; a thousand times the dearest visit, and far below overflow."""
WATCH_EVERY = 50
"""Iterations between two words of progress; a few hundredths of a second (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the search came to."""

    tours: Tours
    iterations: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """A vehicle: the part of a day between two fixed visits; `at` is where its stops go in the day's tour."""

    day: int
    at: int
    start_place: int
    starts: int
    end_place: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A client: one way to do a job."""

    order_id: str
    opens: int
    closes: int
    prize: int


def search(space: Workspace, start: Tours, params: PlanParams, watch: Watch) -> Found:
    """Look for better tours than `start`, within the limits of `params`, as long as `watch` says so."""
    gaps = _gaps(space)
    choices = _choices(space, params)
    if not gaps or not choices:
        return Found(tours=start, iterations=0, seconds=0.0)
    squeeze = _squeeze(space)
    data = _data(space, gaps, choices, squeeze, params)
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


def _gaps(space: Workspace) -> list[_Gap]:
    gaps = []
    for number, day in enumerate(space.days):
        if day.closed:
            continue
        place, free = day.stretch.start_place, day.stretch.starts
        for at, fixed in enumerate(day.fixed):
            begins = fixed.windows[0][0]
            gaps.append(_gap(number, at, place, free, fixed.place, begins))
            place, free = fixed.place, begins + fixed.lasts
        gaps.append(_gap(number, len(day.fixed), place, free, day.stretch.end_place, day.stretch.ends))
    return [gap for gap in gaps if gap.ends > gap.starts]


def _gap(day: int, at: int, start_place: int, starts: int, end_place: int, ends: int) -> _Gap:
    return _Gap(day=day, at=at, start_place=start_place, starts=starts, end_place=end_place, ends=ends)


def _choices(space: Workspace, params: PlanParams) -> list[_Choice]:
    """The ways to do each job: its windows, cut where its worth changes."""
    last = max((day.stretch.ends for day in space.days), default=0)
    choices = []
    for order_id, job in space.jobs.items():
        cuts = list(range(space.opens + DAY_S, last, DAY_S))
        if job.due_by is not None:
            cuts.append(math.floor((job.due_by - space.origin).total_seconds()) + 1)
        for opens, closes in space.stops[order_id].windows:
            edges = sorted({opens, *(cut for cut in cuts if opens < cut <= closes), closes + 1})
            choices += [
                _Choice(order_id=order_id, opens=a, closes=b - 1, prize=round(space.worth(job, a, params)))
                for a, b in pairwise(edges)
                if any(day.stretch.starts < b and a < day.stretch.ends for day in space.days)
            ]
    return choices


def _squeeze(space: Workspace) -> Callable[[int], int]:
    """A clock that stands still during the most usual break of each day."""
    usual: Counter[tuple[int, int]] = Counter()
    for day in space.days:
        if day.stretch.rest is not None:
            earliest, latest, length = day.stretch.rest
            usual[earliest + (latest - earliest - length) // 2, length] += 1
    breaks: list[tuple[int, int]] = []
    for (begins, length), _ in usual.most_common():
        if all(begins + length <= other or begins >= other + lasts for other, lasts in breaks):
            breaks.append((begins, length))
    return lambda second: second - sum(min(max(second - begins, 0), length) for begins, length in breaks)


def _data(
    space: Workspace,
    gaps: Sequence[_Gap],
    choices: Sequence[_Choice],
    squeeze: Callable[[int], int],
    params: PlanParams,
) -> pyvrp.ProblemData:
    depots = {
        place: number for number, place in enumerate(sorted({p for g in gaps for p in (g.start_place, g.end_place)}))
    }
    profiles, distances, durations = _profiles(space, gaps, params)
    several = {order for order, count in Counter(c.order_id for c in choices).items() if count > 1}
    groups = {order: pyvrp.ClientGroup(required=False, name=order) for order in sorted(several)}
    group_numbers = {order: number for number, order in enumerate(groups)}
    clients = []
    for number, choice in enumerate(choices):
        stop = space.stops[choice.order_id]
        if choice.order_id in groups:
            groups[choice.order_id].add_client(number)
        clients.append(
            pyvrp.Client(
                location=stop.place,
                service_duration=stop.lasts,
                tw_early=squeeze(choice.opens),
                tw_late=squeeze(choice.closes),
                prize=choice.prize,
                required=False,
                group=group_numbers.get(choice.order_id),
            )
        )
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(p.longitude, p.latitude) for p in space.places],
        clients=clients,
        depots=[pyvrp.Depot(place) for place in depots],
        vehicle_types=[
            pyvrp.VehicleType(
                start_depot=depots[gap.start_place],
                end_depot=depots[gap.end_place],
                tw_early=squeeze(gap.starts),
                tw_late=squeeze(gap.ends),
                profile=profiles[gap.day],
            )
            for gap in gaps
        ],
        distance_matrices=distances,  # type: ignore[arg-type]  # PyVRP's stub names a type that numpy's do not know
        duration_matrices=durations,  # type: ignore[arg-type]
        groups=list(groups.values()),
    )


def _profiles(
    space: Workspace, gaps: Sequence[_Gap], params: PlanParams
) -> tuple[dict[int, int], list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """The matrices of costs (cents) and times, one per sort of technician, and which sort each day is."""
    cents = np.rint(
        space.travel.metres * (params.cents_per_km / 1000) + space.travel.seconds * (params.cents_per_hour / 3600)
    ).astype(np.int64)
    seconds = np.minimum(space.travel.seconds, NO_WAY_S)
    sorts: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    of_day: dict[int, int] = {}
    for number in sorted({gap.day for gap in gaps}):
        of_day[number] = sorts.setdefault(_restrictions(space, space.days[number], params), len(sorts))
    distances, durations = [], []
    for closed, dearer in sorts:
        cost, time = cents.copy(), seconds.copy()
        cost[:, list(dearer)] += params.other_outlet_cents
        cost[:, list(closed)], time[:, list(closed)] = OUT_OF_REACH, NO_WAY_S
        np.fill_diagonal(cost, 0)
        np.fill_diagonal(time, 0)
        distances.append(cost)
        durations.append(time)
    return of_day, distances, durations


def _restrictions(space: Workspace, day: Workday, params: PlanParams) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places that the day's technician may not go to, and those that are another outlet's."""
    closed = tuple(space.stops[o].place for o in space.jobs if not space.able(o, day))
    dearer = tuple(space.stops[o].place for o, job in space.jobs.items() if other_outlet(job, day, params))
    return closed, dearer


def _solution(
    data: pyvrp.ProblemData, space: Workspace, gaps: Sequence[_Gap], choices: Sequence[_Choice], tours: Tours
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


def _tours(space: Workspace, gaps: Sequence[_Gap], choices: Sequence[_Choice], solution: pyvrp.Solution) -> Tours:
    tours = space.start_tours()
    routes = {route.vehicle_type(): route for route in solution.routes()}
    for number in reversed(range(len(gaps))):  # from the end of each day, so that positions stay right
        if number in routes:
            gap = gaps[number]
            new = [space.stops[choices[a.idx].order_id] for a in routes[number] if a.is_client()]
            tours[gap.day][gap.at : gap.at] = new
    return tours
