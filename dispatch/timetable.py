"""A tour in its exact times: which visits in which order fit into a stretch of work, break and travel included.

All times are whole seconds from an origin the caller chooses; places are rows of a travel matrix. Everything that
decides whether a visit is possible asks `time_tour`, so that offers, plans and repairs cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dispatch.travel import NO_WAY_S

Seconds = Sequence[Sequence[int]]
"""Travel times from row to column; nested lists, because single look-ups in an array are ten times slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A visit to be fitted in: it must begin within one of `windows`, which are in order."""

    key: str
    place: int
    lasts: int
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of work: where and from when one is free, where and by when one has to be, and the break within."""

    start_place: int
    starts: int
    end_place: int
    ends: int
    rest: tuple[int, int, int] | None = None
    """Begins no earlier than, is over by, lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The earliest possible times of a tour's visits, of its end, and of the break."""

    begins: tuple[int, ...]
    back: int
    rest_begins: int | None
    travel: int


def time_tour(stretch: Stretch, stops: Sequence[Stop], seconds: Seconds) -> Timed | None:
    """The earliest times at which the stops can be made in this order, or None if they cannot.

    The break is taken before leaving for one of the stops or for the end, or on arrival there; where it delays the end
    least.
    """
    tour = [*stops, Stop(key="", place=stretch.end_place, lasts=0, windows=((stretch.starts, stretch.ends),))]
    if stretch.rest is None:
        return _walk(stretch, tour, seconds, None, on_arrival=False)
    best: Timed | None = None
    for rest_before in range(len(tour)):
        for on_arrival in (False, True):
            timed = _walk(stretch, tour, seconds, rest_before, on_arrival=on_arrival)
            if timed is not None and (best is None or timed.back < best.back):
                best = timed
    return best


def _walk(
    stretch: Stretch, tour: Sequence[Stop], seconds: Seconds, rest_before: int | None, *, on_arrival: bool
) -> Timed | None:
    now, place, travel, rest_begins = stretch.starts, stretch.start_place, 0, None
    begins = []
    for number, stop in enumerate(tour):
        leg = seconds[place][stop.place]
        if leg >= NO_WAY_S:
            return None
        now += leg
        if rest_before == number:
            rest_begins = _rest_at(stretch, now if on_arrival else now - leg)
            if rest_begins is None:
                return None
            now = rest_begins + _rest_length(stretch) + (0 if on_arrival else leg)
        begin = _first_within(stop.windows, now)
        if begin is None:
            return None
        begins.append(begin)
        travel += leg
        now, place = begin + stop.lasts, stop.place
    return Timed(begins=tuple(begins[:-1]), back=now, rest_begins=rest_begins, travel=travel)


def _rest_at(stretch: Stretch, now: int) -> int | None:
    assert stretch.rest is not None  # asked only where there is one
    earliest, latest, length = stretch.rest
    begins = max(now, earliest)
    return begins if begins + length <= latest else None


def _rest_length(stretch: Stretch) -> int:
    assert stretch.rest is not None
    return stretch.rest[2]


def _first_within(windows: Sequence[tuple[int, int]], moment: int) -> int | None:
    for opens, closes in windows:
        if moment <= closes:
            return max(moment, opens)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Where a stop fits into a tour at least extra travel, with the tour's new times."""

    position: int
    extra: int
    timed: Timed


def best_insertion(
    stretch: Stretch, stops: Sequence[Stop], new: Stop, seconds: Seconds, *, below: int = NO_WAY_S
) -> Insertion | None:
    """The position at which `new` costs least extra travel (under `below` seconds) and all else stays possible."""
    for extra, position in sorted(_detours(stretch, stops, new, seconds)):
        if extra >= below:
            return None
        timed = time_tour(stretch, [*stops[:position], new, *stops[position:]], seconds)
        if timed is not None:
            return Insertion(position=position, extra=extra, timed=timed)
    return None


def _detours(stretch: Stretch, stops: Sequence[Stop], new: Stop, seconds: Seconds) -> list[tuple[int, int]]:
    places = [stretch.start_place, *(stop.place for stop in stops), stretch.end_place]
    return [
        (seconds[a][new.place] + seconds[new.place][b] - seconds[a][b], position)
        for position, (a, b) in enumerate(pairwise(places))
    ]
