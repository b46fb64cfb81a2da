"""Evidence over days: a one-sided cumulative sum that raises once and clears on proof, and a robust trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import theilslopes

from models.features.day import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """For a daily deviation `r` (log ratio to expected): all in units of r, `decision` in r times days."""

    slack: float
    """Deviation per day that counts for nothing."""
    decision: float
    """Accumulated deviation beyond the slack that raises."""
    level: float
    """The median of the last `steady_days` must be beyond this as well: a single day never raises."""
    clear: float
    """Back near normal: at or below this on `clear_days` good days in a row."""
    steady_days: int = 3
    clear_days: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where the accumulation stands after the last day."""

    raised: bool
    cleared_on: date | None
    """The last day of the run that ended an earlier alarm, if it did and none was raised since."""
    since: date | None
    """First day of the present rise."""
    strength: float
    """Accumulated sum over its limit; 1 where it just raises."""
    near: bool
    """The last days are at or below the clearing level."""


def follow(days: Sequence[date], deviations: Floats, limits: Limits) -> Course:
    """Walk through the days in order (Page's one-sided CUSUM, 1954, with a level condition and a proven end)."""
    total, raised = 0.0, False
    since: date | None = None
    cleared_on: date | None = None
    for place, day in enumerate(days):
        total = max(0.0, total + float(deviations[place]) - limits.slack)
        since = None if total == 0.0 else since or day
        recent = deviations[max(0, place + 1 - limits.steady_days) : place + 1]
        steady = len(recent) == limits.steady_days and float(np.median(recent)) >= limits.level
        if total >= limits.decision and steady:
            raised, cleared_on = True, None
        if _near(deviations[: place + 1], limits):
            cleared_on = day if raised else cleared_on
            total, raised, since = 0.0, False, None
    return Course(
        raised=raised,
        cleared_on=cleared_on,
        since=since,
        strength=total / limits.decision,
        near=_near(deviations, limits),
    )


def _near(deviations: Floats, limits: Limits) -> bool:
    last = deviations[-limits.clear_days :]
    return len(last) == limits.clear_days and bool((last <= limits.clear).all())


def bounded_probability(strength: float) -> float:
    """0.60 where the evidence just suffices, rising to 0.95; monotone. Not calibrated yet (E)."""
    return 0.95 - 0.35 * float(np.exp(-max(0.0, strength - 1.0) / 1.5))


def days_to(
    days: Sequence[date], deviations: Floats, limit: float, *, least_days: int = 8, farthest_days: float = 180.0
) -> tuple[float, float, float] | None:
    """Days from the last day until `limit` is reached (P10, P50, P90); None unless the trend is credible.

    Theil-Sen slope with its 80 % interval (Sen 1968). Credible: at least `least_days` days, the whole interval
    rising, not there yet, and P90 within `farthest_days`. The interval takes days as independent, so it is too narrow
    for a real fleet: coverage is measured and corrected by the full engine.
    """
    if len(days) < least_days:
        return None
    at = np.array([(day - days[-1]).days for day in days], dtype=np.float64)
    slope, intercept, low, high = theilslopes(deviations, at, alpha=0.8)
    missing = limit - float(intercept)
    if low <= 0 or missing <= 0 or missing / low > farthest_days:
        return None
    return float(missing / high), float(missing / slope), float(missing / low)
