"""Stretches of rows in order of time: where they start and end, and what is typical of each."""

from collections.abc import Mapping

import numpy as np

from models.features.day import Floats, Mask, Whole


def held(time_s: Floats, values: Floats, hold_s: float) -> Floats:
    """Carry the last known value forward for at most `hold_s` seconds."""
    if len(values) == 0:
        return values
    place = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), -1))
    known = place >= 0
    held = np.where(known, values[place], np.nan)
    too_old = time_s - time_s[place] > hold_s
    return np.where(known & ~too_old, held, np.nan)


def changes(time_s: Floats, gap_s: float) -> Mask:
    """True at rows that follow a silence longer than `gap_s` seconds."""
    cut = np.zeros(len(time_s), dtype=np.bool_)
    cut[1:] = np.diff(time_s) > gap_s
    return cut


def stretches(usable: Mask, cuts: Mask) -> list[tuple[int, int]]:
    """Half-open index ranges of rows that are usable and not cut apart."""
    if len(usable) == 0:
        return []
    group = np.cumsum(cuts | np.concatenate(([True], usable[1:] != usable[:-1])))
    starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    ends = np.concatenate((starts[1:], [len(usable)]))
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if usable[a]]


def means(values: Floats, starts: Whole, ends: Whole) -> Floats:
    """Mean of the known values of each half-open range; NaN where none is known."""
    known = np.isfinite(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    number = count[ends] - count[starts]
    found: Floats = np.full(len(starts), np.nan)
    np.divide(total[ends] - total[starts], number, out=found, where=number > 0)
    return found


def means_of(columns: Mapping[str, Floats], starts: Whole, ends: Whole) -> dict[str, Floats]:
    """`means` of several columns of the same rows at once."""
    table = np.vstack(list(columns.values()))
    known = np.isfinite(table)
    edge = np.zeros((len(table), 1))
    total = np.hstack((edge, np.cumsum(np.where(known, table, 0.0), axis=1)))
    count = np.hstack((edge, np.cumsum(known, axis=1)))
    number = count[:, ends] - count[:, starts]
    found: Floats = np.full(number.shape, np.nan)
    np.divide(total[:, ends] - total[:, starts], number, out=found, where=number > 0)
    return dict(zip(columns, found, strict=True))


def slopes_per_h(time_s: Floats, values: Floats, ranges: list[tuple[int, int]]) -> Floats:
    """Least-squares slope per hour of the known values of each half-open range; NaN with fewer than three of them."""
    found = np.full(len(ranges), np.nan)
    for place, (start, end) in enumerate(ranges):
        known = np.isfinite(values[start:end])
        if known.sum() < 3:
            continue
        hours = (time_s[start:end][known] - time_s[start]) / 3600.0
        centred = hours - hours.mean()
        spread = float(centred @ centred)
        if spread > 0:
            found[place] = float(centred @ values[start:end][known]) / spread
    return found


def medians(values: Floats, ranges: list[tuple[int, int]]) -> Floats:
    """Median of the known values of each half-open range; NaN where none is known."""
    found = np.full(len(ranges), np.nan)
    for place, (start, end) in enumerate(ranges):
        known = values[start:end][np.isfinite(values[start:end])]
        if len(known):
            found[place] = float(np.median(known))
    return found


def hours_between(time_s: Floats, longest_s: float = 2400.0) -> Floats:
    """Hours each row stands for: until the next row, at most `longest_s`; the last row counts like its predecessor."""
    if len(time_s) < 2:
        return np.zeros(len(time_s))
    steps = np.diff(time_s)
    hours: Floats = np.minimum(np.append(steps, steps[-1]), longest_s) / 3600.0
    return hours


def counted(values: Floats) -> float:
    """How far a cumulative counter advanced; a reset counts as nothing, NaN if it was said fewer than twice."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return float("nan")
    steps = np.diff(known)
    return float(steps[steps > 0].sum())
