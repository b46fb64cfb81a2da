"""Healthy drain time of one washing machine, from its first cycles."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.features.washing_machine import DRAIN
from models.healthy.reference import Reference
from models.history import FeatureHistory

LEAST_CYCLES: Final = 8
"""Cycles that the reference rests on (E): about two weeks of a household's washing."""
LARGEST_SPREAD: Final = 0.35
"""Robust deviation over median of the first cycles above which they are too unlike each other to be a reference (E)."""


def learn_drain(history: FeatureHistory) -> Iterator[Reference]:
    """The reference from the earliest complete days that hold `LEAST_CYCLES` cycles, or nothing yet."""
    series = history.complete(DRAIN)
    enough = np.flatnonzero(np.cumsum(series.weights) >= LEAST_CYCLES)
    if len(enough) == 0:
        return
    count = int(enough[0]) + 1
    values = np.repeat(series.values[:count], series.weights[:count].astype(int))
    level = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - level)))
    if level <= 0 or spread > LARGEST_SPREAD * level:
        return
    yield Reference(
        index=DRAIN,
        learned_from=series.days[0],
        learned_to=series.days[count - 1],
        model={"level": level, "spread": spread, "cycles": float(series.weights[:count].sum())},
    )
