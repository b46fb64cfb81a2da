"""Times that can be offered to an owner: real gaps in days of work, with travel, hours, break and skill."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.rules import NO_STOCK, Stock, Why, objection, outlets_by_distance
from dispatch.timetable import Stop, time_tour
from dispatch.travel import BY_DISTANCE, TravelTimes
from dispatch.workspace import stretch_of, whole_s, without_lost_break
from domain.visits import FieldTechnician, Job, Period, Shift, Slot, Visit, shifts


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotParams:
    """What is offered; all of it engineering judgement (E)."""

    notice: timedelta = timedelta(hours=4)
    """Nothing is offered sooner than this."""
    horizon: timedelta = timedelta(days=10)
    grid: timedelta = timedelta(minutes=30)
    """Visits begin on these minutes of the hour."""
    per_day: int = 3
    """Times offered on one day, at least `apart` from each other: a choice, not a calendar."""
    apart: timedelta = timedelta(hours=2)
    most: int = 12
    transfer: timedelta = timedelta(days=2)
    """What it takes to bring a part that neither van nor outlet has."""
    travel: TravelTimes = BY_DISTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    slot: Slot
    extra_s: int
    """Travel that it adds to the technician's day."""


def free_slots(
    job: Job,
    technicians: Sequence[FieldTechnician],
    booked: Iterable[Visit],
    now: datetime,
    params: SlotParams,
    stock: Stock = NO_STOCK,
) -> tuple[Slot, ...]:
    """Up to `params.most` times at which somebody can do the job beside what is booked, in order of time.

    The responsible outlet's technicians are offered; those of the next outlet only if it has none to offer. Of the
    times of a day, those that cost least travel. A present booking of the same order does not stand in its own way.
    """
    horizon = Period(starts=now + params.notice, ends=now + max(params.notice, params.horizon))
    by_technician: dict[str, list[Visit]] = defaultdict(list)
    for visit in sorted(booked, key=lambda v: v.starts):
        if visit.order_id != job.order_id:
            by_technician[visit.technician_id].append(visit)
    for outlet_id in outlets_by_distance(job, technicians):
        offers = [
            offer
            for technician in technicians
            if technician.outlet_id == outlet_id
            for offer in _offers(job, technician, by_technician[technician.id], horizon, now, params, stock)
        ]
        if offers:
            zone = next(t.zone for t in technicians if t.outlet_id == outlet_id)
            return _choose(offers, zone, params)
    return ()


def _offers(
    job: Job,
    technician: FieldTechnician,
    booked: Sequence[Visit],
    horizon: Period,
    now: datetime,
    params: SlotParams,
    stock: Stock,
) -> Iterator[_Offer]:
    against = objection(job, technician, stock)
    if against is Why.PART and objection(replace(job, parts=()), technician, stock) is None:
        horizon = Period(starts=min(now + params.transfer, horizon.ends), ends=horizon.ends)
    elif against is not None:
        return
    places = [technician.base, job.place, *(visit.place for visit in booked)]
    seconds: list[list[int]] = params.travel.between(places).seconds.tolist()
    # Whole days: the gap that is wanted may begin with a visit that is under way before the horizon does.
    for shift in shifts(technician, Period(starts=horizon.starts - timedelta(days=1), ends=horizon.ends)):
        near = [n for n, visit in enumerate(booked) if visit.starts < shift.ends and shift.starts < visit.ends]
        fixed = [_fixed(booked[n], n + 2, shift.starts) for n in near]
        yield from _gaps(job, shift, fixed, seconds, params, horizon.starts)


def _fixed(visit: Visit, place: int, origin: datetime) -> Stop:
    begins = whole_s(visit.starts - origin)
    return Stop(key=visit.order_id, place=place, lasts=whole_s(visit.ends - visit.starts), windows=((begins, begins),))


def _gaps(
    job: Job,
    shift: Shift,
    fixed: Sequence[Stop],
    seconds: list[list[int]],
    params: SlotParams,
    earliest: datetime,
) -> Iterator[_Offer]:
    stretch = without_lost_break(stretch_of(shift, 0, shift.starts), fixed)
    as_it_is = time_tour(stretch, fixed, seconds)
    if as_it_is is None:  # booked by hand against travel time or hours: nothing is squeezed in beside it
        return
    for start in _grid(job, shift, params.grid, earliest):
        begins = whole_s(start - shift.starts)
        new = Stop(key=job.order_id, place=1, lasts=whole_s(job.length), windows=((begins, begins),))
        timed = time_tour(stretch, sorted([*fixed, new], key=lambda stop: stop.windows[0]), seconds)
        if timed is not None:
            slot = Slot(technician_id=shift.technician_id, starts=start, ends=start + job.length)
            yield _Offer(slot=slot, extra_s=timed.travel - as_it_is.travel)


def _grid(job: Job, shift: Shift, grid: timedelta, earliest: datetime) -> Iterator[datetime]:
    first = max(shift.starts, earliest)
    hour = first.replace(minute=0, second=0, microsecond=0)
    start = hour + -(-(first - hour) // grid) * grid
    while start + job.length <= shift.ends:
        if any(window.starts <= start <= window.ends for window in job.windows):
            yield start
        start += grid


def _choose(offers: Iterable[_Offer], zone: ZoneInfo, params: SlotParams) -> tuple[Slot, ...]:
    by_day: dict[object, list[_Offer]] = defaultdict(list)
    for offer in offers:
        by_day[offer.slot.starts.astimezone(zone).date()].append(offer)
    chosen: list[Slot] = []
    for day in by_day.values():
        picked: list[Slot] = []
        for offer in sorted(day, key=lambda o: (o.extra_s, o.slot.starts, o.slot.technician_id)):
            if len(picked) < params.per_day and all(_apart(offer.slot, slot, params) for slot in picked):
                picked.append(offer.slot)
        chosen += picked
    return tuple(sorted(chosen, key=lambda slot: (slot.starts, slot.technician_id))[: params.most])


def _apart(one: Slot, other: Slot, params: SlotParams) -> bool:
    return abs(one.starts - other.starts) >= params.apart
