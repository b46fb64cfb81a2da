"""Evidence over days: a one-sided cumulative sum that raises once and clears on proof, and a robust trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Final

import numpy as np
from scipy.stats import theilslopes

from models.features.day import Floats, Mask, median_of

CLEANED: Final = 0.4
"""An owner's cleaning leaves less than this share of what had built up (E)."""
FIRM: Final = 0.8
"""Where evidence is strong the median of the last `FIRM_DAYS` has to be beyond this share of the level only (E)."""
FIRM_DAYS: Final = 3


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
    strong: float = inf
    """So many times the decision limit make up for a level that is not reached yet; infinity: nothing does."""
    fallen: float = 0.0
    """Where the middle of the last `clear_days` is below this share of the highest level, and `fall` lower, what was
    raised was put right; 0: only near normal."""
    fall: float = 0.0


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


def follow(
    days: Sequence[date],
    deviations: Floats,
    limits: Limits,
    sums: Floats | None = None,
    each: Floats | None = None,
) -> Course:
    """Walk through the days in order (Page's one-sided CUSUM, 1954, with a level condition and a proven end).

    `sums`: what is added up, and `each`: what has to be back near normal, where that is not `deviations` themselves.
    """
    usual = last_median(deviations, limits.steady_days)
    single = deviations if each is None else each
    worst, lately = _highest_of_last(single, limits.clear_days), last_median(single, limits.clear_days)
    # Plain floats: a walk of a year is a tenth of a millisecond, which a vectorised one with resets would not beat.
    added = deviations if sums is None else sums
    needed = np.where(last_median(added, FIRM_DAYS) >= FIRM * limits.level, limits.strong * limits.decision, inf)
    needed = np.where(usual >= limits.level, limits.decision, needed)
    start = _quiet_until(needed < inf, worst <= limits.clear)
    total, raised, peak = 0.0, False, 0.0
    since: int | None = None
    cleared_on: int | None = None
    columns = (added - limits.slack, needed, usual, worst, lately)
    rows = zip(*(one[start:].tolist() for one in columns), strict=True)
    for place, (step, enough, level, highest, now) in enumerate(rows, start):
        total = max(0.0, total + step)
        peak = max(peak, level)
        # Cleaning is seldom perfect: most of it gone at once is the end as well as all of it.
        is_near = highest <= max(limits.clear, CLEANED * peak if raised else 0.0)
        has_fallen = raised and limits.fallen > 0.0 and now <= min(limits.fallen * peak, peak - limits.fall)
        if total == 0.0:
            since = None
        elif since is None:
            since = place
        if total >= enough:
            raised, cleared_on = True, None
        if is_near or has_fallen:
            cleared_on = place if raised else cleared_on
            total, raised, since, peak = 0.0, False, None, 0.0
    return Course(
        raised=raised,
        cleared_on=None if cleared_on is None else days[cleared_on],
        since=None if since is None else days[since],
        strength=total / limits.decision,
        near=len(worst) > 0 and bool(worst[-1] <= limits.clear),
    )


def _quiet_until(steady: Mask, near: Mask) -> int:
    """From where the walk counts: before the first steady day nothing is raised, and a day near normal resets it."""
    first = int(steady.argmax()) if steady.any() else len(steady)
    resets = np.flatnonzero(near[:first])
    return int(resets[-1]) + 1 if len(resets) else 0


def last_median(values: Floats, count: int) -> Floats:
    """At each place the median of the last `count` values; minus infinity where there are not so many yet."""
    if len(values) < count:
        return np.full(len(values), -np.inf)
    if count == 3:  # the usual case, five times faster than sorting each window
        a, b, c = values[:-2], values[1:-1], values[2:]
        middle = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    else:
        middle = np.median(np.lib.stride_tricks.sliding_window_view(values, count), axis=1)
    return np.concatenate((np.full(count - 1, -np.inf), middle))


def _highest_of_last(values: Floats, count: int) -> Floats:
    """At each place the highest of the last `count` values; infinity where there are not so many yet."""
    if len(values) < count:
        return np.full(len(values), np.inf)
    highest = np.lib.stride_tricks.sliding_window_view(values, count).max(axis=1)
    return np.concatenate((np.full(count - 1, np.inf), highest))


def middle_of(values: Floats) -> float:
    """The median; a sort is several times faster than `np.median` for the few values of a few days."""
    return median_of(values)


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
