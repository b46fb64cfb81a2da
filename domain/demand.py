"""How many pieces of a part will be needed, where and when: a Poisson-binomial of open findings over a Poisson base.

Every open finding that somebody will come for is a coin of its own: the chance that it is there, times the chance that
a visit for it uses the part, times the chance that the visit falls into the week. What nobody has found yet comes at
the base rate of the fleet. Their sum is computed exactly by convolution, so that the quantiles need no simulation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, exp
from types import MappingProxyType
from typing import Final

WEEK: Final = timedelta(weeks=1)
WEEKS_A_YEAR: Final = 365.25 / 7
NEGLIGIBLE: Final = 1e-9
"""Probability that is cut off at the top (E): no re-order depends on it."""
BASE_COUNTS_YEARS: Final = 200.0
"""The base rate counts as much as so many appliance-years of this fleet (E)."""
REVIEW: Final = WEEK
"""How often somebody orders parts (E)."""

# Faults a year per appliance that needs somebody with a part. About 40 % of refrigerators and 30 % of washers and
# dishwashers have some problem within five years (design notes), 0.10 and 0.07 a year, shared out over their faults
# here; the other kinds are of the same order (E).
BASE_RATES: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    {
        ("air_conditioner", "refrigerant_leak"): 0.03,
        ("refrigerator", "door_seal_leak"): 0.03,
        ("refrigerator", "compressor_failing"): 0.02,
        ("refrigerator", "defrost_failure"): 0.03,
        ("washing_machine", "bearing_wear"): 0.02,
        ("washing_machine", "inlet_valve_weak"): 0.015,
        ("washing_machine", "flood"): 0.005,
        ("dryer", "vent_clog"): 0.03,
        ("dryer", "overheat_trips"): 0.01,
        ("dishwasher", "heater_failure"): 0.03,
        ("water_heater", "element_failing"): 0.04,
        ("water_heater", "limescale"): 0.05,
        ("water_heater", "anode_spent"): 0.1,
        ("air_purifier", "filter_clog"): 0.5,
        ("range_hood", "filter_clog"): 0.3,
        ("circuit", "loose_contact"): 0.005,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When somebody will come: a fixed time, or a spread from the finding's own prognosis."""

    fixed: datetime | None = None
    p10: datetime | None = None
    p50: datetime | None = None
    p90: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Pieces needed in one week: mean, median and the number that suffices nine times in ten."""

    mean: float
    p50: int
    p90: int


def share_by(moment: datetime, due: Due, now: datetime) -> float:
    """The chance that the visit has come by `moment`: of a fixed time 0 or 1, else linear between the quantiles.

    Without a prognosis the visit comes evenly within four weeks from now (E). What was due before now is due now.
    """
    if due.fixed is not None:
        return float(moment > max(due.fixed, now))
    if due.p10 is None or due.p50 is None or due.p90 is None:
        knots = [(now, 0.0), (now + 4 * WEEK, 1.0)]
    else:
        # Somebody comes before it fails: the tenth percentile is the middle of the time in which they come (E).
        start, middle = now, max(due.p10, now)
        knots = [(start, 0.0), (middle, 0.5), (max(due.p50, middle), 1.0)]
    return _interpolated(moment, knots)


def _interpolated(moment: datetime, knots: Sequence[tuple[datetime, float]]) -> float:
    if moment <= knots[0][0]:
        return 0.0
    for (start, low), (end, high) in pairwise(knots):
        if moment < end:
            return low + (high - low) * ((moment - start) / (end - start))
    return 1.0


def yearly_rate(base: float, found: int, appliance_years: float) -> float:
    """The fleet's own rate of a fault: the base rate as a gamma prior, with what was found over `appliance_years`."""
    return (base * BASE_COUNTS_YEARS + found) / (BASE_COUNTS_YEARS + appliance_years)


def distribution(chances: Iterable[float], poisson_mean: float) -> list[float]:
    """Probability of 0, 1, 2, … pieces: independent chances and a Poisson number on top; ValueError outside 0 to 1."""
    chance = [1.0]
    for p in chances:
        if not 0 <= p <= 1:
            raise ValueError(f"a chance of {p} is not within 0 to 1")
        chance = [
            (chance[k] if k < len(chance) else 0.0) * (1 - p) + (chance[k - 1] * p if k else 0.0)
            for k in range(len(chance) + 1)
        ]
        while len(chance) > 1 and chance[-1] < NEGLIGIBLE:
            chance.pop()
    base = _poisson(poisson_mean)
    total = [0.0] * (len(chance) + len(base) - 1)
    for i, a in enumerate(chance):
        for k, b in enumerate(base):
            total[i + k] += a * b
    return total


def _poisson(mean: float) -> list[float]:
    if not 0 <= mean <= 700:  # exp(-700) is the smallest that a float still holds
        raise ValueError(f"a mean of {mean} pieces is not within 0 to 700")
    found, left, k = [exp(-mean)], 1 - exp(-mean), 0
    while left > NEGLIGIBLE and k < ceil(mean + 50 * (1 + mean**0.5)):
        k += 1
        found.append(found[-1] * mean / k)
        left -= found[-1]
    return found


def demand_of(chances: Sequence[float], poisson_mean: float) -> Demand:
    """Mean and quantiles of the number of pieces."""
    shares = distribution(chances, poisson_mean)
    return Demand(mean=sum(chances) + poisson_mean, p50=_quantile(shares, 0.5), p90=_quantile(shares, 0.9))


def _quantile(shares: Sequence[float], level: float) -> int:
    reached = 0.0
    for pieces, share in enumerate(shares):
        reached += share
        if reached >= level - NEGLIGIBLE:
            return pieces
    return len(shares) - 1


def to_order(needed_p90: int, free: int, coming: int) -> int:
    """Pieces to order now so that nine times in ten none is missing until the next order arrives."""
    return max(0, needed_p90 - free - coming)
