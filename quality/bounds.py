"""Exact bounds of small counts: shares, rates and their ratio.

Service figures are small numbers over large ones, where the usual plus-or-minus is wrong on the side that flatters. All
bounds here are exact in the sense that they cover at least what they promise, whatever the true value.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, binom, chi2

Floats = NDArray[np.float64]
PER_MILLION: Final = 1_000_000.0
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A figure with its two-sided bounds; `count` out of `of` is what it rests on, None where there is nothing."""

    count: float
    of: float
    value: float | None
    low: float | None
    high: float | None

    def times(self, factor: float) -> "Bounded":
        """The same figure in another unit, for instance parts per million."""

        def scaled(number: float | None) -> float | None:
            return None if number is None else number * factor

        return Bounded(
            count=self.count, of=self.of, value=scaled(self.value), low=scaled(self.low), high=scaled(self.high)
        )


def share(count: int, of: int, level: float = LEVEL) -> Bounded:
    """`count / of` with the bounds of Clopper and Pearson (1934); ValueError unless 0 <= count <= of."""
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if of == 0:
        return Bounded(count=0, of=0, value=None, low=None, high=None)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(beta.ppf(tail, count, of - count + 1))
    high = 1.0 if count == of else float(beta.ppf(1 - tail, count + 1, of - count))
    return Bounded(count=count, of=of, value=count / of, low=low, high=high)


def parts_per_million(count: int, of: int, level: float = LEVEL) -> Bounded:
    """A share in parts per million."""
    return share(count, of, level).times(PER_MILLION)


def rate(count: int, exposure: float, level: float = LEVEL) -> Bounded:
    """Events per unit of exposure with Garwood's exact Poisson bounds (1936); ValueError for a negative count."""
    if count < 0 or exposure < 0:
        raise ValueError(f"{count} events in {exposure} is no rate")
    if exposure == 0:
        return Bounded(count=count, of=0.0, value=None, low=None, high=None)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(chi2.ppf(tail, 2 * count)) / 2
    high = float(chi2.ppf(1 - tail, 2 * (count + 1))) / 2
    return Bounded(count=count, of=exposure, value=count / exposure, low=low / exposure, high=high / exposure)


def rate_ratio(count: int, exposure: float, other_count: int, other_exposure: float, level: float = LEVEL) -> Bounded:
    """How many times the other rate this one is, exact given the total (Przyborowski and Wilenski 1940).

    Given the total number of events, this side's count is binomial; bounds of its share become bounds of the ratio.
    An upper bound of infinity is None, as is everything without exposure on either side or without any event.
    """
    total = count + other_count
    if exposure <= 0 or other_exposure <= 0 or total == 0:
        return Bounded(count=count, of=exposure, value=None, low=None, high=None)
    within = share(count, total, level)
    scale = other_exposure / exposure

    def odds(part: float | None) -> float | None:
        return None if part is None or part >= 1 else part / (1 - part) * scale

    return Bounded(count=count, of=exposure, value=odds(within.value), low=odds(within.low), high=odds(within.high))


def higher_by_chance(
    counts: ArrayLike, exposures: ArrayLike, other_counts: ArrayLike, other_exposures: ArrayLike
) -> Floats:
    """One-sided p-values, shape (n,): how likely this many events or more are if both rates are equal.

    Exact given the total, as in `rate_ratio`; 1 without any event. Exposures are above 0.
    """
    mine, exposure = np.asarray(counts), np.asarray(exposures, dtype=np.float64)
    even = exposure / (exposure + np.asarray(other_exposures, dtype=np.float64))
    return np.atleast_1d(binom.sf(mine - 1, mine + np.asarray(other_counts), even))
