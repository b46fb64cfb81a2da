"""Mains water pressure, as the home's other wet machine feels it: a tap that the appliance itself has no part in."""

from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, DayIndex, Floats, Rows, ratio_of, summarise

MAINS: Final = "mains_s_per_l"
"""Seconds to fill one litre at the home's machine of another kind."""
BESIDE: Final = MappingProxyType({Kind.WASHING_MACHINE: Kind.DISHWASHER})
"""Whose cycles stand beside those of a kind, within a home."""
LEAST_LITRES: Final = 2.0
LEAST_FILL_S: Final = 2.0
AT_ONCE_S: Final = 8 * 3600.0
"""Works on the mains begin and end, so that the morning says little about the evening (E)."""


def mains_indices(day: Day) -> list[DayIndex]:
    """How fast water came to the home's other machine when it filled at the same time of the day as this one."""
    pace = fill_pace(day.beside, LEAST_LITRES)
    own_s = day.cycles.time_s
    apart_s = np.abs(day.beside.time_s[:, None] - own_s[None, :]).min(axis=1, initial=np.inf)
    return summarise(MAINS, pace[apart_s <= AT_ONCE_S])


def fill_pace(cycles: Rows, least_litres: float) -> Floats:
    """Seconds per litre of each cycle; NaN where too little was filled to tell."""
    fill_s, litres = cycles.number("fill_s"), cycles.number("litres")
    return ratio_of(fill_s, litres, (litres >= least_litres) & (fill_s >= LEAST_FILL_S))
