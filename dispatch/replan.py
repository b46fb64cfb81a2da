"""When the day goes otherwise: an emergency comes in, or a visit takes longer. The rest changes as little as can be.

What an owner agreed to is touched in this order: not at all; another technician at the agreed time; another time, as
near as possible, which the owner has to be asked about; and only then nobody, which a person has to settle by phone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from dispatch.problem import PlanParams, Question
from dispatch.timetable import Stop, time_tour
from dispatch.workspace import Tours, Workspace, open_workspace, whole_s
from domain.visits import Job, Slot


class Touch(IntEnum):
    """How much an agreed visit is touched; more is worse."""

    NOTHING = 0
    TECHNICIAN = 1
    TIME = 2
    LOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An agreed visit that has to change; `slot` None: nobody can come, the owner has to be called."""

    order_id: str
    was: Slot
    slot: Slot | None
    touch: Touch
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """Where the new visit goes (None: nowhere, or none was asked for), and what else changes for it."""

    slot: Slot | None
    moved: tuple[Moved, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A place in the tours: day, position and begin."""

    day: int
    at: int
    begins: int


def insert_urgent(question: Question, urgent: Job, movable: Mapping[str, Job], params: PlanParams) -> Replan:
    """Fit `urgent` in as early as possible beside the `fixed` visits of the question, moving at most one of them.

    `movable` are the fixed visits that may be moved at all, with the times that would do; one that is worth as much as
    the emergency stays. Nothing is moved if the emergency can be reached within its windows without.
    """
    space = open_workspace(replace(question, jobs=(urgent, *movable.values())), params)
    tours, stop = space.start_tours(), space.stops[urgent.order_id]
    spot = _nearest(space, tours, urgent, stop, stop.windows[0][0] if stop.windows else 0)
    if spot is not None:
        return Replan(slot=_slot(space, urgent, spot), moved=(), why="there is room for it beside everything agreed")
    options = list(_displacements(space, tours, urgent, stop, movable, question))
    if not options:
        return Replan(slot=None, moved=(), why="nobody able can be there in time, even if one other visit is moved")
    _, _, _, slot, moved = min(options, key=lambda option: option[:3])
    return Replan(slot=slot, moved=(moved,), why=f"room is made by moving one visit: {moved.why}")


def _displacements(
    space: Workspace, tours: Tours, urgent: Job, stop: Stop, movable: Mapping[str, Job], question: Question
) -> Iterator[tuple[Touch, int, str, Slot, Moved]]:
    for number, day in enumerate(space.days):
        if not space.able(urgent.order_id, day):
            continue
        for fixed in day.fixed:
            job = movable.get(fixed.key)
            if job is None or job.prize >= urgent.prize:
                continue
            without = {**tours, number: [s for s in tours[number] if s.key != fixed.key]}
            spot = _nearest(space, without, urgent, stop, stop.windows[0][0], only=number)
            if spot is not None:
                _put(without, spot, stop)
                moved = _rehome(space, without, job, fixed, question)
                yield moved.touch, spot.begins, job.order_id, _slot(space, urgent, spot), moved


def after_overrun(question: Question, late: str, movable: Mapping[str, Job], params: PlanParams) -> Replan:
    """What has to change now that the visit `late`, written into `fixed` with its new end, holds its technician longer.

    Visits that the technician can no longer reach in time, the least worth first, find somebody or some time else.
    Other people's days, and other days, stay as they are: also where somebody booked them against the rules.
    """
    space = open_workspace(replace(question, jobs=tuple(movable.values())), params)
    tours = space.start_tours()
    lost: list[Stop] = []
    for number in _touched(space, question, late):
        day = space.days[number]
        while tours[number] and time_tour(day.stretch, tours[number], space.seconds) is None:
            given_up = _give_up(space, number, tours[number], movable)
            if given_up is None:
                break  # what is left is locked: it stays, late, and a person has to settle it
            tours[number].remove(given_up)
            lost.append(given_up)
    days = tuple(replace(day, closed=not _possible(space, number, tours)) for number, day in enumerate(space.days))
    space = replace(space, days=days)
    lost.sort(key=lambda stop: (-movable[stop.key].prize, stop.windows))
    moved = [_rehome(space, tours, movable[stop.key], stop, question) for stop in lost]
    visits = "1 agreed visit" if len(moved) == 1 else f"{len(moved)} agreed visits"
    why = f"{visits} cannot be kept as they are" if moved else "every agreed visit can still be kept"
    return Replan(slot=None, moved=tuple(moved), why=why)


def _touched(space: Workspace, question: Question, late: str) -> list[int]:
    """The stretches of work that a visit reaches into."""
    visit = next(v for v in question.fixed if v.order_id == late)
    starts, ends = (whole_s(moment - space.origin) for moment in (visit.starts, visit.ends))
    return [
        number
        for number, day in enumerate(space.days)
        if day.technician.id == visit.technician_id and day.stretch.starts <= ends and starts <= day.stretch.ends
    ]


def _possible(space: Workspace, number: int, tours: Tours) -> bool:
    return time_tour(space.days[number].stretch, tours[number], space.seconds) is not None


def _give_up(space: Workspace, number: int, stops: list[Stop], movable: Mapping[str, Job]) -> Stop | None:
    """The stop to let go: one that makes the rest possible if there is such a one, and then the least worth."""
    stretch = space.days[number].stretch
    options = [stop for stop in stops if stop.key in movable]
    enough = [
        stop for stop in options if time_tour(stretch, [s for s in stops if s is not stop], space.seconds) is not None
    ]
    return min(enough or options, key=lambda stop: (movable[stop.key].prize, stop.windows), default=None)


def _rehome(space: Workspace, tours: Tours, job: Job, was: Stop, question: Question) -> Moved:
    """Another place in the tours for an agreed visit, which it is put into; as little touched as can be."""
    begins, stop = was.windows[0][0], space.stops[job.order_id]
    booked = next(v for v in question.fixed if v.order_id == job.order_id)
    before = Slot(technician_id=booked.technician_id, starts=booked.starts, ends=booked.ends)
    same_time = replace(stop, windows=((begins, begins),), lasts=was.lasts)
    for touch, wanted in ((Touch.TECHNICIAN, same_time), (Touch.TIME, replace(stop, lasts=was.lasts))):
        spot = _nearest(space, tours, job, wanted, begins)
        if spot is not None:
            _put(tours, spot, replace(wanted, windows=((spot.begins, spot.begins),)))
            slot = _slot(space, job, spot, wanted.lasts)
            return Moved(order_id=job.order_id, was=before, slot=slot, touch=touch, why=_said(touch, before, slot))
    return Moved(
        order_id=job.order_id, was=before, slot=None, touch=Touch.LOST, why="nobody else can come; call the owner"
    )


def _said(touch: Touch, was: Slot, slot: Slot) -> str:
    if touch is Touch.TECHNICIAN:
        return f"{slot.technician_id} comes in place of {was.technician_id}, at the agreed time"
    minutes = round((slot.starts - was.starts).total_seconds() / 60)
    when = f"{minutes} min later" if minutes > 0 else f"{-minutes} min earlier"
    return f"{slot.technician_id} comes {when} than agreed; ask the owner"


def _nearest(
    space: Workspace, tours: Tours, job: Job, stop: Stop, target: int, *, only: int | None = None
) -> _Spot | None:
    """Where the stop can begin nearest to `target`."""
    best: tuple[int, str, int, int, int] | None = None
    for number, day in enumerate(space.days):
        if (only is not None and number != only) or not stop.windows or not space.able(job.order_id, day):
            continue
        for at in range(len(tours[number]) + 1):
            timed = time_tour(day.stretch, [*tours[number][:at], stop, *tours[number][at:]], space.seconds)
            if timed is not None:
                key = (abs(timed.begins[at] - target), day.technician.id, number, at, timed.begins[at])
                best = key if best is None else min(best, key)
    return None if best is None else _Spot(day=best[2], at=best[3], begins=best[4])


def _put(tours: Tours, spot: _Spot, stop: Stop) -> None:
    tours[spot.day].insert(spot.at, stop)


def _slot(space: Workspace, job: Job, spot: _Spot, lasts: int | None = None) -> Slot:
    starts: datetime = space.moment(spot.begins)
    ends = space.moment(spot.begins + (lasts or space.stops[job.order_id].lasts))
    return Slot(technician_id=space.days[spot.day].technician.id, starts=starts, ends=ends)
