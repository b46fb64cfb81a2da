"""The watch for the unknown: is a unit further from healthy than anything healthy, in a way nobody has a name for?

An isolation forest over the absolute deviations of the last days, in standard deviations. What it says goes to review
only: never a reminder, never an order. It cannot see what moves no index, and not the first weeks of a unit.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from models.detectors.accumulate import middle_of
from models.features.day import Floats
from models.healthy.deviations import Deviation
from models.trained.model import Forest, Tree

RECENT_DAYS = 5
OLD_DAYS = 10
"""An index that was not seen for so long says nothing about today (E)."""
CEILING = 8.0
"""Deviations are cut here, so that one wild index does not make a unit stranger than three odd ones (E)."""


def strangeness(deviations: Mapping[str, Deviation], until: date) -> dict[str, float]:
    """Standard deviations from healthy by index, absolute, from the medians of the last days up to `until`."""
    found = {}
    last = until.toordinal()
    for index, deviation in deviations.items():
        count = int(np.searchsorted(deviation.ordinals, last, side="right"))
        if count < RECENT_DAYS or last - int(deviation.ordinals[count - 1]) > OLD_DAYS:
            continue
        part = slice(count - RECENT_DAYS, count)
        noise = float(np.hypot(1.3 * middle_of(deviation.noise[part]) / np.sqrt(RECENT_DAYS), deviation.drift))
        found[index] = min(abs(middle_of(deviation.values[part])) / noise, CEILING)
    return found


def as_row(indices: Sequence[str], strange: Mapping[str, float]) -> Floats:
    """A row for the forest; what is not measured counts as healthy."""
    return np.array([strange.get(index, 0.0) for index in indices])


def score(forest: Forest, row: Floats) -> float:
    """0.5 is ordinary, towards 1 is strange: 2 ** -(mean path length / usual path length)."""
    depth = sum(_depth(tree, row) for tree in forest.trees) / len(forest.trees)
    return float(2.0 ** (-depth / forest.usual_depth))


def _depth(tree: Tree, row: Floats) -> float:
    node = 0
    while tree.left[node] != -1:
        node = tree.left[node] if row[tree.feature[node]] <= tree.threshold[node] else tree.right[node]
    return tree.depth[node]
