"""What is wrong with one sensor, and the ways in which days tell it: again and again, ever since, or moved off."""

from datetime import date
from typing import Final, NamedTuple

import numpy as np

from models.detectors.accumulate import middle_of
from models.features.day import Floats
from models.history import DaySeries, FeatureHistory

DAYS: Final = 2
"""So many observed days in a row (E): one day may be a holiday of the sensor's radio."""
LEAST_BEFORE: Final = 3
"""Days that tell what the sensor does when sound (E)."""
BEFORE: Final = 28
RECENT_DAYS: Final = 14
"""What is older than this is not the present state (E): what is said of an appliance may rest on a broken sensor for
as long (`Signature.old_days`)."""
ODD_SHARE: Final = 0.025
"""Impossible values among the rows of a day; a sound sensor has hardly one in a thousand (E)."""
ODD_LEAST: Final = 4.0
"""And so many of them (E)."""
POOLED_DAYS: Final = 12
"""Observed days that are taken together where each has few rows (E)."""
MOVED_DAYS: Final = 3
"""So many beyond what two sensors differed by (E)."""


class Trouble(NamedTuple):
    """One sensor and what it does since when; `expected` is None where nothing is known of before."""

    signal: str
    since: date
    expected: float | None
    observed: float
    unit: str
    what: str


def again(signal: str, usual: DaySeries, shares: Floats, what: str) -> Trouble | None:
    """Over the last two days, or more where an appliance is seldom used."""
    counts = shares * usual.weights
    hit = np.flatnonzero(counts)
    if len(hit) < DAYS or hit[-1] < len(usual) - DAYS:
        return None
    far = np.flatnonzero(np.diff(hit) > POOLED_DAYS // 2)
    start = int(hit[far[-1] + 1 if len(far) else 0])  # since then hardly a few days without
    quiet = _least_share(counts[:start], usual.weights[:start])
    for run in range(DAYS, min(len(usual) - start, POOLED_DAYS) + 1):
        odd, share = float(counts[-run:].sum()), float(counts[-run:].sum() / usual.weights[-run:].sum())
        least = ODD_SHARE if quiet is not None else 2.0 * ODD_SHARE
        enough = odd >= ODD_LEAST and share >= least and int((counts[-run:] > 0).sum()) >= DAYS
        if enough and (quiet is None or quiet < 0.3 * share):
            return Trouble(signal, usual.days[start], quiet, share, "share of rows", what)
    return None


def _least_share(counts: Floats, rows: Floats) -> float | None:
    """The quietest three days before; None if there are not so many. A few units do such things from the first day."""
    if len(counts) < LEAST_BEFORE:
        return None
    windows = [slice(first, first + LEAST_BEFORE) for first in range(0, len(counts) - LEAST_BEFORE + 1, LEAST_BEFORE)]
    return min(float(counts[window].sum() / max(rows[window].sum(), 1.0)) for window in windows)


def lasting(
    signal: str,
    usual: DaySeries,
    shares: Floats,
    limit: float,
    before_limit: float,
    what: str,
    *,
    needs_before: bool = True,
    days: int = DAYS,
) -> Trouble | None:
    """A share that has been beyond its limit on the last days and was not before."""
    sound = np.flatnonzero(shares < limit)
    run = len(shares) - (int(sound[-1]) + 1 if len(sound) else 0)
    if run < days:
        return None
    before = shares[: len(shares) - run][-BEFORE:]
    known = len(before) >= LEAST_BEFORE
    if (needs_before and not known) or (known and middle_of(before) >= before_limit):
        return None
    middle = middle_of(before) if known else None
    return Trouble(signal, usual.days[-run], middle, float(shares[-1]), "share of rows", what)


def moved(
    signal: str, series: DaySeries, history: FeatureHistory, limit: float, unit: str, what: str
) -> Trouble | None:
    """On the last days beyond what the first days were by the limit, all to one side: chance goes both ways."""
    days = MOVED_DAYS
    if len(series) < LEAST_BEFORE + days + 2 or (history.today - series.days[-1]).days > RECENT_DAYS:
        return None
    first = series.values[: max(LEAST_BEFORE + 2, min(14, len(series) - days))]
    if float(np.abs(series.values[-days:] - first[0]).max()) < 0.5 * limit:
        return None
    middle = middle_of(first)
    scatter = 1.4826 * middle_of(np.abs(first - middle))
    away = series.values - middle
    within = np.flatnonzero(away * np.sign(away[-1]) <= limit + 4.0 * scatter)
    run = len(series) - (int(within[-1]) + 1 if len(within) else 0)
    if run < days:
        return None
    return Trouble(signal, series.days[-run], middle, middle_of(series.values[-run:]), unit, what)


def aligned(sparse: DaySeries, usual: DaySeries) -> Floats:
    """The values of `sparse` on the days of `usual`; zero where it was not notable."""
    by_day = dict(zip(sparse.days, sparse.values.tolist(), strict=True))
    return np.array([by_day.get(day, 0.0) for day in usual.days])
