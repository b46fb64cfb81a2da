"""Times that can be offered to an owner: real gaps in days of work, with travel, hours, break and skill."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.rules import NO_STOCK, Stock, Why, objection, outlets_by_distance
from dispatch.timetable import Stop, time_tour
from dispatch.travel import BY_DISTANCE, TravelTimes
from dispatch.workspace import stretch_of, whole_s, without_lost_break
from domain.visits import TRANSFER, FieldTechnician, Job, Period, Shift, Slot, Visit, shifts


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
    least: int = 4
    """So many times, on `days` days or more, are offered whatever their travel; more only if they cost little more."""
    days: int = 2
    most: int = 12
    dearer: timedelta = timedelta(minutes=10)
    """What a time may cost more than the cheapest, in travel, and still be offered beyond `least`."""
    wait_a_day: timedelta = timedelta(minutes=1)
    """Travel that a day of waiting is worth while the visit is in time: little."""
    late_a_day: timedelta = timedelta(minutes=30)
    """The same of a day past the date: a failure costs some 320, and one in ten has come by then (E)."""
    soonest: bool = False
    """For a hazard: the first days count, not the travel."""
    transfer: timedelta = TRANSFER
    travel: TravelTimes = BY_DISTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    slot: Slot
    extra_s: int
    """Travel that it adds to the technician's day."""

    def cost(self, now: datetime, due_by: datetime | None, params: SlotParams) -> tuple[bool, float]:
        """Late or not, then seconds of travel with what waiting is worth, which is more once the date has passed."""
        day = timedelta(days=1)
        late = timedelta() if due_by is None else max(timedelta(), self.slot.starts - max(due_by, now))
        waits = (self.slot.starts - now) / day * params.wait_a_day + late / day * params.late_a_day
        return due_by is not None and self.slot.starts > due_by, self.extra_s + waits.total_seconds()


def free_slots(
    job: Job,
    technicians: Sequence[FieldTechnician],
    booked: Iterable[Visit],
    now: datetime,
    params: SlotParams,
    stock: Stock = NO_STOCK,
) -> tuple[Slot, ...]:
    """Up to `params.most` times at which somebody can do the job beside what is booked, in order of time.

    The responsible outlet's technicians are offered; those of the next outlet only if it has none to offer. What is in
    time comes first, and of that the times that cost the least travel beside what is booked: so visits of neighbours
    come together on one day. A present booking of the same order does not stand in its own way.
    """
    horizon = Period(starts=now + params.notice, ends=now + max(params.notice, params.horizon))
    by_technician: dict[str, list[Visit]] = defaultdict(list)
    for visit in sorted(booked, key=lambda v: v.starts):
        if visit.order_id != job.order_id:
            by_technician[visit.technician_id].append(visit)
    for outlet_id in outlets_by_distance(job, technicians):
        team = [technician for technician in technicians if technician.outlet_id == outlet_id]
        offers = list(_of_team(job, team, by_technician, horizon, now, params, stock))
        if offers:
            choose = _soonest if params.soonest else _cheapest
            return choose(offers, team[0].zone, now, job.due_by, params)
    return ()


def _of_team(
    job: Job,
    team: Sequence[FieldTechnician],
    booked: Mapping[str, Sequence[Visit]],
    horizon: Period,
    now: datetime,
    params: SlotParams,
    stock: Stock,
) -> Iterator[_Offer]:
    """Every time at which somebody of an outlet can do the job; travel times are asked for once."""
    places = [job.place]
    numbers: dict[str, list[int]] = {}
    for technician in team:
        own = [technician.base, *(visit.place for visit in booked.get(technician.id, ()))]
        first = len(places)
        numbers[technician.id] = [first, 0, *range(first + 1, first + len(own))]
        places += own
    between = params.travel.between(places).seconds
    for technician in team:
        chosen = numbers[technician.id]
        seconds: list[list[int]] = between[np.ix_(chosen, chosen)].tolist()
        yield from _offers(job, technician, booked.get(technician.id, ()), seconds, horizon, now, params, stock)


def _offers(
    job: Job,
    technician: FieldTechnician,
    booked: Sequence[Visit],
    seconds: list[list[int]],
    horizon: Period,
    now: datetime,
    params: SlotParams,
    stock: Stock,
) -> Iterator[_Offer]:
    """Those of one technician; `seconds` is between the outlet, the home and the booked visits, in this order."""
    against = objection(job, technician, stock)
    if against is Why.PART and objection(replace(job, parts=()), technician, stock) is None:
        horizon = Period(starts=min(now + params.transfer, horizon.ends), ends=horizon.ends)
    elif against is not None:
        return
    # Whole days: the gap that is wanted may begin with a visit that is under way before the horizon does.
    for shift in shifts(technician, Period(starts=horizon.starts - timedelta(days=1), ends=horizon.ends)):
        if not any(window.starts < shift.ends and shift.starts <= window.ends for window in job.windows):
            continue
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


def _soonest(
    offers: Iterable[_Offer], zone: ZoneInfo, now: datetime, due_by: datetime | None, params: SlotParams
) -> tuple[Slot, ...]:
    """The first days, and of each day the times that cost least travel."""
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
    return _in_order(chosen)[: params.most]


def _cheapest(
    offers: Iterable[_Offer], zone: ZoneInfo, now: datetime, due_by: datetime | None, params: SlotParams
) -> tuple[Slot, ...]:
    """The times that cost least, on several days; beyond `least` only those that cost little more than the first."""
    costs = [(offer.cost(now, due_by, params), offer) for offer in offers]
    costs.sort(key=lambda pair: (pair[0], pair[1].slot.starts, pair[1].slot.technician_id))
    (late, best), _ = costs[0]
    limit = (late, best + params.dearer.total_seconds())
    chosen: list[Slot] = []
    of_day: Counter[object] = Counter()
    for cost, offer in costs:
        day = offer.slot.starts.astimezone(zone).date()
        days_missing = params.days - len(of_day)
        if len(chosen) >= params.most or (cost > limit and len(chosen) >= params.least and days_missing <= 0):
            break
        if cost > limit and day in of_day and params.least - len(chosen) <= days_missing:
            continue  # what is still to come has to lie on another day
        if of_day[day] < params.per_day and all(_apart(offer.slot, slot, params) for slot in chosen):
            chosen.append(offer.slot)
            of_day[day] += 1
    return _in_order(chosen)


def _in_order(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(slots, key=lambda slot: (slot.starts, slot.technician_id)))


def _apart(one: Slot, other: Slot, params: SlotParams) -> bool:
    return abs(one.starts - other.starts) >= params.apart
