"""Reads urgent conditions off the physics, to the minute, so that the truth does not depend on any plan."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.faults import FaultBook
from device_sim.params import DAY_MIN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FRIDGE_LIMIT_C: Final = 8.0
FRIDGE_MINUTES: Final = 120
FREEZER_LIMIT_C: Final = -12.0
RCD_SHARE: Final = 0.3
RCD_MA: Final = 30.0
LOW_V: Final = 230.0 * 0.85
HIGH_V: Final = 230.0 * 1.10
WET_MM: Final = 8.0
SUSTAINED_S: Final = 30.0


class Watch:
    """Carries what a condition needs from one stretch to the next."""

    def __init__(self, homes: list[int]) -> None:
        self._homes = homes
        self._warm_min = np.zeros(len(homes))
        self._trips = np.zeros(len(homes))
        self._last_trip = np.full(len(homes), -np.inf)

    def food(self, book: FaultBook, day: float, fridge_c: Floats, freezer_c: Floats) -> None:
        """Fridge above 8 degC for two hours, or freezer above -12 degC."""
        warm = fridge_c > FRIDGE_LIMIT_C
        if not warm.any() and not (freezer_c > FREEZER_LIMIT_C).any():
            self._warm_min[:] = 0.0
            return
        for who in np.flatnonzero(warm.any(axis=0) | (freezer_c > FREEZER_LIMIT_C).any(axis=0)):
            run = self._warm_min[who]
            for minute in range(warm.shape[0]):
                run = run + 1.0 if warm[minute, who] else 0.0
                if run >= FRIDGE_MINUTES or freezer_c[minute, who] > FREEZER_LIMIT_C:
                    book.notice(self._homes[who], "food_at_risk", day + minute / DAY_MIN)
                    break
        tail = np.argmax(~warm[::-1], axis=0)
        self._warm_min = np.where(warm.all(axis=0), self._warm_min + warm.shape[0], tail).astype(np.float64)

    def currents(self, book: FaultBook, day: float, current_a: Floats, rating_a: Floats, leakage_ma: Floats) -> None:
        """More than the rating for 30 s (a simulated minute), leakage above 30 % of the RCD, on main circuits."""
        self._first(book, "overload", day + SUSTAINED_S / 86_400.0, current_a > rating_a)
        self._first(book, "earth_leakage", day, leakage_ma > RCD_SHARE * RCD_MA)

    def mains(self, book: FaultBook, day: float, upstream_v: Floats) -> None:
        """Voltage outside 230 V -15/+10 %."""
        self._first(book, "neutral_loss", day, (upstream_v < LOW_V) | (upstream_v > HIGH_V))

    def water(self, book: FaultBook, day: float, flood_mm: Floats) -> None:
        """Level that rises in an idle washing machine."""
        self._first(book, "flood", day, flood_mm > WET_MM)

    def dryers(self, book: FaultBook, day: float, limit_trips: Floats) -> None:
        """Two limit trips within a day."""
        rises = np.diff(limit_trips, axis=0, prepend=self._trips[None, :]) > 0.0
        for minute, who in zip(*np.nonzero(rises), strict=True):
            at = day + float(minute) / DAY_MIN
            if at - self._last_trip[who] <= 1.0:
                book.notice(self._homes[who], "overheat_trips", at)
            self._last_trip[who] = at
        self._trips = limit_trips[-1].copy()

    def _first(self, book: FaultBook, fault: str, day: float, holds: Bools) -> None:
        if holds.any():
            for who in np.flatnonzero(holds.any(axis=0)):
                book.notice(self._homes[who], fault, day + float(np.argmax(holds[:, who])) / DAY_MIN)
