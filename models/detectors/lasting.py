"""What stays until it is put right is as large as on the best of its last days: what only looks like it comes and goes.

How many days count is the signature's (`lowest_of` and what follows it).
"""

from math import inf
from typing import Final

import numpy as np

from models.detectors.accumulate import CLEANED, last_median
from models.detectors.signature import Signature
from models.features.day import Floats, Mask, Whole

LEAST_TOLD: Final = 2
"""Days on which `Signature.lowest_unless` was told that suffice: one may have been told at another hour (E)."""
MOST_TOLD: Final = 3.0
"""Levels that such a day by itself is evidence of at the most: what was told at another hour must not suffice (E)."""


def lasting(signature: Signature, ordinals: Whole, each: Floats, told: Mask) -> tuple[Floats, Floats]:
    """How large the fault is on each day, and what of it adds up, from the days by themselves and those that were told
    of what only looks like it."""
    if signature.lowest_of == 1:
        return each, each
    places = np.arange(len(each))
    first, asked = _first_counted(signature, ordinals), _told_since(told)
    lasted = _lowest_since(np.minimum(first, places - signature.lowest_of + 1), each)
    # Or since two days that told, where these are fewer.
    answered = np.where(asked >= first, _lowest_since(asked, each), -inf)
    values = np.maximum(lasted, answered - signature.hidden)
    if signature.away < inf:
        # The middle of three days where none of those that count was as ever: what comes and goes would have gone.
        middle = last_median(each, 3)
        away = lasted >= np.maximum(signature.away * signature.level, CLEANED * middle)
        values = np.where(away, np.maximum(values, middle), values)
    added = np.where(told, np.minimum(each, MOST_TOLD * signature.level), np.maximum(lasted, answered))
    if signature.each_from:
        # So many days within few, all beyond the level, that none of them speaks for the others.
        before = np.searchsorted(ordinals, ordinals - signature.lowest_within, side="right")
        through = (places + 1 - before >= signature.each_from) & (values >= signature.level)
        added = np.where(through, each, added)
    return values, added


def _first_counted(signature: Signature, ordinals: Whole) -> Whole:
    """At each place that of the first day that counts: the one before `lowest_within`, or one more if it lies alone, so
    long before the next that what it met may have ended in between; -1 where there is none yet."""
    first = np.searchsorted(ordinals, ordinals - signature.lowest_within, side="right") - 1
    many = np.arange(len(ordinals)) - first >= signature.lowest_of
    apart = np.where(many, signature.lowest_within, signature.apart or signature.lowest_within)
    gaps = np.diff(ordinals, append=ordinals[-1:])
    return first - ((first >= 0) & (apart > 1) & (gaps[np.maximum(first, 0)] >= apart))


def _told_since(told: Mask) -> Whole:
    """At each place that of the last but one day that told; -1 where there is none yet."""
    places = np.flatnonzero(told)
    before = np.searchsorted(places, np.arange(len(told)), side="right") - LEAST_TOLD
    return np.where(before >= 0, places[np.maximum(before, 0)] if len(places) else -1, -1)


def _lowest_since(first: Whole, values: Floats) -> Floats:
    """At each place the lowest since the place `first`; where there are too few days to tell, nothing is there."""
    edges = np.column_stack((np.maximum(first, 0), np.arange(1, len(values) + 1))).ravel()
    lowest: Floats = np.minimum.reduceat(np.append(values, np.inf), edges)[::2]
    return np.where(first < 0, np.minimum(lowest, 0.0), lowest)
