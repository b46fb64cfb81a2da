"""The question as PyVRP understands it: vehicles, clients, groups and matrices.

- A technician's stretch of work is a vehicle. A fixed visit splits it: one vehicle ends there, the next begins there,
  so that what is fixed cannot move.
- A job is an optional client with its prize. Several windows, or a due time in the middle of one, make several clients
  of which at most one is visited; what lies later has the smaller prize.
- Who may not do a job, or is of another outlet, drives there by a matrix of their own, in which it is out of reach or
  dearer.
- PyVRP knows no breaks. Its clock stands still during the usual break of each day; where that was too simple for
  somebody, the exact times afterwards (`timetable.time_tour`) show it and the tour is repaired.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyvrp
from numpy.typing import NDArray

from dispatch.insertion import surcharge
from dispatch.problem import PlanParams
from dispatch.travel import NO_WAY_S
from dispatch.workspace import DAY_S, Workday, Workspace

OUT_OF_REACH = 10_000_000
"""Cents for a leg that must not be driven; a thousand times the dearest visit, and far below overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A vehicle: the part of a day between two fixed visits; `at` is where its stops go in the day's tour."""

    day: int
    at: int
    start_place: int
    starts: int
    end_place: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A client: one way to do a job."""

    order_id: str
    opens: int
    closes: int
    prize: int


def gaps_of(space: Workspace) -> list[Gap]:
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


def _gap(day: int, at: int, start_place: int, starts: int, end_place: int, ends: int) -> Gap:
    return Gap(day=day, at=at, start_place=start_place, starts=starts, end_place=end_place, ends=ends)


def choices_of(space: Workspace, params: PlanParams) -> list[Choice]:
    """The ways to do each job: its windows, cut where its worth changes, and around the break if it is long."""
    clock = _clock_of(space)
    last = max((day.stretch.ends for day in space.days), default=0)
    choices = []
    for order_id, job in space.jobs.items():
        cuts = list(range(space.opens + DAY_S, last, DAY_S))
        if job.due_by is not None:
            cuts.append(math.floor((job.due_by - space.origin).total_seconds()) + 1)
        stop = space.stops[order_id]
        for opens, closes in [piece for window in stop.windows for piece in clock.pieces(*window, stop.lasts)]:
            edges = sorted({opens, *(cut for cut in cuts if opens < cut <= closes), closes + 1})
            choices += [
                Choice(order_id=order_id, opens=a, closes=b - 1, prize=round(space.worth(job, a, params)))
                for a, b in pairwise(edges)
                if any(day.stretch.starts < b and a < day.stretch.ends for day in space.days)
            ]
    return choices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Break:
    """The usual break of a day: between `earliest` and `latest`; the clock stands still from `begins` on."""

    begins: int
    length: int
    earliest: int
    latest: int

    def excludes(self, lasts: int) -> tuple[int, int] | None:
        """Visits of this length that begin strictly between these leave no room for the break, on neither side."""
        after, before = self.latest - self.length - lasts, self.earliest + self.length
        return (after, before) if after < before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """A clock that stands still during the usual breaks."""

    breaks: tuple[_Break, ...]

    def read(self, second: int) -> int:
        """What it shows at that second."""
        return second - sum(min(max(second - b.begins, 0), b.length) for b in self.breaks)

    def window(self, opens: int, closes: int, lasts: int) -> tuple[int, int]:
        """What it shows of a window for a visit that `lasts`.

        A visit that is longer than the room beside the break, or has to begin within less than a break's length, is
        wholly before or wholly after it: before, if the break still fits after it.
        """
        gone = 0
        for b in self.breaks:
            if b.excludes(lasts) is None and closes - opens >= b.length:
                return self.read(opens), self.read(closes)
            if opens >= b.begins + b.length or (opens + lasts > b.begins and opens + lasts + b.length > b.latest):
                gone += b.length
        return opens - gone, closes - gone

    def pieces(self, opens: int, closes: int, lasts: int) -> list[tuple[int, int]]:
        """The parts of a window in which a visit that `lasts` leaves room for the breaks."""
        pieces = [(opens, closes)]
        for b in self.breaks:
            if (excluded := b.excludes(lasts)) is not None:
                after, before = excluded
                halves = [half for a, z in pieces for half in ((a, min(z, after)), (max(a, before), z))]
                pieces = [(a, z) for a, z in halves if a <= z]
        return pieces


def _clock_of(space: Workspace) -> _Clock:
    usual: Counter[_Break] = Counter()
    for day in space.days:
        if day.stretch.rest is not None:
            earliest, latest, length = day.stretch.rest
            begins = earliest + (latest - earliest - length) // 2
            usual[_Break(begins=begins, length=length, earliest=earliest, latest=latest)] += 1
    breaks: list[_Break] = []
    for one, _ in usual.most_common():
        if all(one.latest <= other.earliest or one.earliest >= other.latest for other in breaks):
            breaks.append(one)
    return _Clock(breaks=tuple(sorted(breaks, key=lambda one: one.begins)))


def problem_data(
    space: Workspace, gaps: Sequence[Gap], choices: Sequence[Choice], params: PlanParams
) -> pyvrp.ProblemData:
    """The whole question for PyVRP; clients are numbered as `choices`, vehicles as `gaps`."""
    clock = _clock_of(space)
    depots = {
        place: number for number, place in enumerate(sorted({p for g in gaps for p in (g.start_place, g.end_place)}))
    }
    profiles, distances, durations = _profiles(space, gaps, params)
    clients, groups = _clients(space, choices, clock)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(p.longitude, p.latitude) for p in space.places],
        clients=clients,
        depots=[pyvrp.Depot(place) for place in depots],
        vehicle_types=[
            pyvrp.VehicleType(
                start_depot=depots[gap.start_place],
                end_depot=depots[gap.end_place],
                tw_early=clock.read(gap.starts),
                tw_late=clock.read(gap.ends),
                profile=profiles[gap.day],
            )
            for gap in gaps
        ],
        distance_matrices=distances,  # type: ignore[arg-type]  # PyVRP's stub names a type that numpy's do not know
        duration_matrices=durations,  # type: ignore[arg-type]
        groups=groups,
    )


def _clients(
    space: Workspace, choices: Sequence[Choice], clock: _Clock
) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
    several = {order for order, count in Counter(c.order_id for c in choices).items() if count > 1}
    groups = {order: pyvrp.ClientGroup(required=False, name=order) for order in sorted(several)}
    group_numbers = {order: number for number, order in enumerate(groups)}
    clients = []
    for number, choice in enumerate(choices):
        stop = space.stops[choice.order_id]
        if choice.order_id in groups:
            groups[choice.order_id].add_client(number)
        early, late = clock.window(choice.opens, choice.closes, stop.lasts)
        clients.append(
            pyvrp.Client(
                location=stop.place,
                service_duration=stop.lasts,
                tw_early=early,
                tw_late=late,
                prize=choice.prize,
                required=False,
                group=group_numbers.get(choice.order_id),
            )
        )
    return clients, list(groups.values())


def _profiles(
    space: Workspace, gaps: Sequence[Gap], params: PlanParams
) -> tuple[dict[int, int], list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """The matrices of costs (cents) and times, one per sort of technician, and which sort each day is."""
    cents = np.rint(
        space.travel.metres * (params.cents_per_km / 1000) + space.travel.seconds * (params.cents_per_hour / 3600)
    ).astype(np.int64)
    seconds = np.minimum(space.travel.seconds, NO_WAY_S)
    sorts: dict[tuple[tuple[int, ...], tuple[tuple[int, int], ...]], int] = {}
    of_day: dict[int, int] = {}
    for number in sorted({gap.day for gap in gaps}):
        of_day[number] = sorts.setdefault(_restrictions(space, space.days[number], params), len(sorts))
    distances, durations = [], []
    for closed, dearer in sorts:
        cost, time = cents.copy(), seconds.copy()
        for place, more in dearer:
            cost[:, place] += more
        cost[:, list(closed)], time[:, list(closed)] = OUT_OF_REACH, NO_WAY_S
        np.fill_diagonal(cost, 0)
        np.fill_diagonal(time, 0)
        distances.append(cost)
        durations.append(time)
    return of_day, distances, durations


def _restrictions(
    space: Workspace, day: Workday, params: PlanParams
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The places that the day's technician may not go to, and what going to the others costs extra, cents."""
    closed = tuple(space.stops[o].place for o in space.jobs if not space.able(o, day))
    extras = {space.stops[o].place: surcharge(job, day, params) for o, job in space.jobs.items()}
    dearer = tuple((place, more) for place, more in extras.items() if more)
    return closed, dearer
