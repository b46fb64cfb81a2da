"""Washing machine: indices of finished cycles."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, summarise

DRAIN: Final = "drain_s_per_l"
"""Seconds to drain one litre, median of the day's cycles; its weight is the number of cycles."""
LEAST_LITRES: Final = 3.0
"""Below this the start and end of pumping, not the flow, decide the time (E)."""
LEAST_DRAIN_S: Final = 2.0
"""A drain shorter than this did not happen (E)."""


def drain_indices(day: Day) -> list[DayIndex]:
    """Drain seconds per litre over the day's cycles that drained enough water to tell."""
    drain_s, litres = day.cycles.number("drain_s"), day.cycles.number("litres")
    enough = (litres >= LEAST_LITRES) & (drain_s >= LEAST_DRAIN_S)
    return summarise(DRAIN, np.divide(drain_s, litres, out=np.full(len(drain_s), np.nan), where=enough))
