"""How long appliances last until a fault, from units that joined late, left early or have not failed yet.

Ages are days since installation. A unit is known from the age at which the system first heard of it (delayed entry) to
its failure or to the last day it was heard of (censored); counting it before would make every model look better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from quality.bounds import LEVEL, Bounded, rate

Floats = NDArray[np.float64]
MONTH_DAYS: Final = 365.25 / 12
MIN_AT_RISK: Final = 5
"""Fewer units than this at risk say too little about an age to draw it (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One unit: known between two ages in days, and whether it failed at the second; ValueError if that is no span."""

    from_d: float
    to_d: float
    failed: bool

    def __post_init__(self) -> None:
        if not 0 <= self.from_d <= self.to_d:
            raise ValueError(f"a life from day {self.from_d} to day {self.to_d} is no span")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Share that survives each age at which something failed; `low` and `high` are pointwise 95 % bounds."""

    ages_d: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: NDArray[np.int64]

    def at(self, age_d: float) -> tuple[float, float, float] | None:
        """Survival and bounds at an age; None beyond what was observed with enough units."""
        if not len(self.ages_d) or age_d < self.ages_d[0]:
            return (1.0, 1.0, 1.0) if len(self.ages_d) else None
        place = int(np.searchsorted(self.ages_d, age_d, side="right")) - 1
        return float(self.survival[place]), float(self.low[place]), float(self.high[place])


def kaplan_meier(lives: Sequence[Life], level: float = LEVEL, min_at_risk: int = MIN_AT_RISK) -> Curve:
    """The product-limit estimate with delayed entry (Kaplan and Meier 1958; Tsai, Jewell and Wang 1987).

    Bounds: Greenwood's variance on the log(-log) scale (Kalbfleisch and Prentice), which stay within 0 and 1. Ages at
    which fewer than `min_at_risk` units were watched are left out: with delayed entry one early unit would decide all.
    """
    entered = np.sort([life.from_d for life in lives])
    left = np.sort([life.to_d for life in lives])
    failed_at = np.array([life.to_d for life in lives if life.failed])
    ages, deaths = np.unique(failed_at, return_counts=True)
    # At risk just before an age: entered earlier, and not gone before it.
    at_risk = np.searchsorted(entered, ages, side="left") - np.searchsorted(left, ages, side="left")
    enough = at_risk >= max(min_at_risk, 1)
    ages, deaths, at_risk = ages[enough], deaths[enough], at_risk[enough]
    survival = np.cumprod(1 - deaths / at_risk)
    low, high = _bounds(survival, deaths, at_risk, level)
    return Curve(ages_d=ages, survival=survival, low=low, high=high, at_risk=at_risk.astype(np.int64))


def _bounds(
    survival: Floats, deaths: NDArray[np.int64], at_risk: NDArray[np.int64], level: float
) -> tuple[Floats, Floats]:
    z = float(norm.ppf((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        log_survival = np.log(survival)
        width = z * np.sqrt(greenwood) / np.abs(log_survival)
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    gone = survival <= 0  # nobody is left: the estimate is 0, and its upper bound is the one before
    before = np.concatenate(([1.0], high[:-1])) if len(high) else high
    return np.where(gone, 0.0, low), np.where(gone, before, high)


def failure_rate(lives: Sequence[Life], level: float = LEVEL) -> Bounded:
    """Failures per 1000 appliance-months watched, with exact bounds."""
    months = sum(life.to_d - life.from_d for life in lives) / MONTH_DAYS
    return rate(sum(life.failed for life in lives), months, level).times(1000.0)
