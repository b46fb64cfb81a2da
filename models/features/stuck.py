"""A sensor that no longer moves says nothing; its rows are left out before anything is compared."""

from typing import Final

import numpy as np

from models.features.day import Floats, Mask, Rows

STUCK_S: Final = 3 * 3600.0
"""A value exactly the same for this long, while the compressor went on or off, is stuck (E): an indoor coil or the air
that leaves it moves by several kelvin within minutes of such a change."""
MOVING: Final = ("supply_c", "coil_in_c", "discharge_c")
"""Signals that must follow the compressor. Room and outdoor air may rightly stand still for hours."""


def without_stuck(rows: Rows, running: Mask) -> Rows:
    """`rows` with NaN where a sensor that must follow the compressor did not; `running` is per row."""
    numbers = dict(rows.numbers)
    for name in MOVING:
        if name in numbers:
            numbers[name] = np.where(_stuck(rows.time_s, numbers[name], running), np.nan, numbers[name])
    return Rows(time_s=rows.time_s, numbers=numbers, texts=rows.texts)


def _stuck(time_s: Floats, values: Floats, running: Mask) -> Mask:
    stuck = np.zeros(len(values), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return stuck
    same = values[known]
    starts = np.flatnonzero(np.concatenate(([True], same[1:] != same[:-1])))
    ends = np.concatenate((starts[1:], [len(same)]))
    long = time_s[known[ends - 1]] - time_s[known[starts]] >= STUCK_S
    for start, end in zip(starts[long], ends[long], strict=True):
        first, last = known[start], known[end - 1]
        ran = running[first : last + 1]
        if ran.any() and not ran.all():
            stuck[first : last + 1] = True
    return stuck
