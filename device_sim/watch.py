"""Reads urgent conditions off the physics, to the minute, so that the truth depends on no plan and on no rule.

A condition is listed as soon as the physics holds it by the written definition, on whichever appliance: from when it
began, from when it was a hazard, and until when. Stretches of one appliance and fault that lie no more than a day apart
are one event (contracts, section 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.circuit import CircuitTrace
from device_sim.description import CIRCUITS, RCD_MA
from device_sim.faults import FaultBook
from device_sim.params import DAY_MIN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FRIDGE_LIMIT_C: Final = 8.0
FRIDGE_MINUTES: Final = 120.0
FREEZER_LIMIT_C: Final = -12.0
RCD_SHARE: Final = 0.3
HEATING_MA_PER_KW: Final = 0.75
HEATING_LEAST_MA: Final = 0.75
HEATING_MOST_MA: Final = 5.0
CONTACT_W: Final = 10.0
LOW_V: Final = 230.0 * 0.85
HIGH_V: Final = 230.0 * 1.10
WET_MM: Final = 8.0
SUSTAINED_MIN: Final = 0.5
"""More current than the rating, leakage, heat in a joint and a warm freezer stand when they have lasted for 30 s."""
TRIPS_WITHIN_DAYS: Final = 7.0
ONE_EVENT_DAYS: Final = 1.0
_MINUTE: Final = 1.0 / DAY_MIN


@dataclass(slots=True, kw_only=True)
class Episode:
    """A condition as the physics had it, in days after the start; `hazard_day` is None where no sensor shows it."""

    home: int
    part: str
    fault: str
    onset_day: float
    hazard_day: float | None
    end_day: float


class Watch:
    """Carries what a condition needs from one stretch to the next, and lists the episodes."""

    def __init__(self, homes: list[int], lacks: Mapping[tuple[int, str], frozenset[str]]) -> None:
        self._homes, self._lacks = homes, lacks
        self._since: dict[tuple[str, str, str], Floats] = {}
        self._last: dict[tuple[int, str, str], Episode] = {}
        self._trips = np.zeros(len(homes))
        self._last_trip = np.full(len(homes), -np.inf)
        self.episodes: list[Episode] = []

    def food(self, book: FaultBook, day: float, fridge_c: Floats, freezer_c: Floats) -> None:
        """Air of the fridge above 8 degC for two hours, or of the freezer above -12 degC for 30 s."""
        for signal, warm, minutes in (
            ("fridge_c", fridge_c > FRIDGE_LIMIT_C, FRIDGE_MINUTES),
            ("freezer_c", freezer_c > FREEZER_LIMIT_C, SUSTAINED_MIN),
        ):
            self._see(book, ("fridge", "food_at_risk", signal), day, warm, minutes)

    def circuits(self, book: FaultBook, day: float, trace: CircuitTrace, rating_a: Floats) -> None:
        """For 30 s: more current than the breaker's rating; more leakage than 30 % of the residual-current device's
        rating; more than 10 W in a joint beyond a sound one (45 K at its terminal come later, at 28 W).
        """
        count = len(self._homes)
        for number, part in enumerate(CIRCUITS[: rating_a.size // count]):
            own = slice(number * count, (number + 1) * count)
            over = trace.current_a[:, own] > rating_a[own]
            leaks = trace.leakage_ma[:, own] > RCD_SHARE * RCD_MA
            hot = trace.joint_w[:, own] > CONTACT_W
            self._see(book, (part, "overload", "power_w"), day, over, SUSTAINED_MIN)
            self._see(book, (part, "earth_leakage", "leakage_ma"), day, leaks, SUSTAINED_MIN)
            self._see(book, (part, "loose_contact", "voltage_v"), day, hot, SUSTAINED_MIN)

    def heaters(self, book: FaultBook, day: float, leakage_ma: Floats, rated_w: Floats) -> None:
        """Above what a heating appliance of its power may leak (IEC 60335-1, 13.2) for 30 s."""
        limit_ma = np.clip(HEATING_MA_PER_KW * rated_w / 1000.0, HEATING_LEAST_MA, HEATING_MOST_MA)
        self._see(book, ("heater", "earth_leakage", "leakage_ma"), day, leakage_ma > limit_ma, SUSTAINED_MIN)

    def mains(self, book: FaultBook, day: float, upstream_v: Floats) -> None:
        """Voltage outside 230 V -15/+10 %."""
        self._see(book, ("main", "neutral_loss", "voltage_v"), day, (upstream_v < LOW_V) | (upstream_v > HIGH_V), 0.0)

    def water(self, book: FaultBook, day: float, flood_mm: Floats) -> None:
        """Level that has risen in an idle washing machine."""
        self._see(book, ("washer", "flood", "level_mm"), day, flood_mm > WET_MM, 0.0)

    def dryers(self, book: FaultBook, day: float, limit_trips: Floats) -> None:
        """Two trips of the limiter within a week."""
        rises = np.diff(limit_trips, axis=0, prepend=self._trips[None, :]) > 0.0
        for minute, who in zip(*np.nonzero(rises), strict=True):
            at = day + float(minute) * _MINUTE
            if at - self._last_trip[who] <= TRIPS_WITHIN_DAYS:
                self._add(book, (self._homes[who], "dryer", "overheat_trips"), "limit_trips", (at, at, at + _MINUTE))
            self._last_trip[who] = at
        self._trips = limit_trips[-1].copy()

    def _see(self, book: FaultBook, what: tuple[str, str, str], day: float, holds: Bools, minutes: float) -> None:
        """Note the runs of `holds` (minutes, homes) that last `minutes`; one may have begun in an earlier stretch."""
        since = self._since.setdefault(what, np.full(holds.shape[1], np.nan))
        part, fault, signal = what
        going = ~np.isnan(since)
        for who in np.flatnonzero(holds.any(axis=0) | going):
            edges = np.flatnonzero(np.diff(holds[:, who], prepend=going[who], append=False))
            starts = [None, *edges[1::2]] if going[who] else edges[::2]
            ends = edges[::2] if going[who] else edges[1::2]
            for first, stop in zip(starts, ends, strict=True):
                if stop == 0:  # over with the stretch before, which has listed it
                    continue
                onset = float(since[who]) if first is None else day + float(first) * _MINUTE
                end = day + float(stop) * _MINUTE
                if end - onset >= (minutes - 1e-6) * _MINUTE:
                    key = (self._homes[who], part, fault)
                    self._add(book, key, signal, (onset, onset + minutes * _MINUTE, end))
            since[who] = onset if holds[-1, who] else np.nan

    def _add(self, book: FaultBook, key: tuple[int, str, str], signal: str, times: tuple[float, float, float]) -> None:
        """An episode from, as a hazard from, and until; part of the fault that is growing there, if one is."""
        home, part, fault = key
        onset, hazard, end = times
        seen = None if signal in self._lacks.get((home, part), ()) else hazard
        if book.notice(home, part, fault, hazard, visible=seen is not None):
            return
        last = self._last.get(key)
        if last is not None and onset - last.end_day <= ONE_EVENT_DAYS:
            last.onset_day, last.end_day = min(last.onset_day, onset), max(last.end_day, end)
            last.hazard_day = min((at for at in (last.hazard_day, seen) if at is not None), default=None)
            return
        self._last[key] = Episode(home=home, part=part, fault=fault, onset_day=onset, hazard_day=seen, end_day=end)
        self.episodes.append(self._last[key])
