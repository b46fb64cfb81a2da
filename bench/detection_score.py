"""Scores as published: point by point, nothing adjusted; and events that were noticed while they lasted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Points(NamedTuple):
    """By point: what was said, and what was true."""

    said: NDArray[np.bool_]
    truth: NDArray[np.bool_]


def score_points(recordings: Iterable[Points]) -> dict[str, Any]:
    """F1, false alarms out of the healthy points and missed out of the faulty ones, in per cent, over all points."""
    hit = false = missed = quiet = 0
    for said, truth in recordings:
        hit += int((said & truth).sum())
        false += int((said & ~truth).sum())
        missed += int((~said & truth).sum())
        quiet += int((~said & ~truth).sum())
    return {
        "f1": round(2 * hit / max(1, 2 * hit + false + missed), 3),
        "false_alarms_pct": round(100 * false / max(1, false + quiet), 1),
        "missed_pct": round(100 * missed / max(1, hit + missed), 1),
    }


def events_found(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[int, int]:
    """Stretches of truth during which the alarm began, or spoke after not speaking just before; and all stretches.

    An alarm that was up already when the fault began proves nothing and does not count.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], truth.astype(np.int8), [0]))))
    found = 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        before = bool(said[start - 1]) if start else False
        found += bool(said[start:end].any()) and not before
    return found, len(edges) // 2
