"""How much an appliance says of itself: behind a metering plug, its power is all there is."""

from typing import Final

import numpy as np

from domain.signals import COMMON
from models.features.day import Day, DayIndex, Rows, single

ONLY_POWER: Final = "only_power"
"""1 on a day on which power, voltage, current and energy were all that was said; absent on any other."""


def scope_indices(day: Day) -> list[DayIndex]:
    """Whether the day's readings hold nothing but what every meter says."""
    rows = day.readings
    if len(day.cycles) or not np.isfinite(rows.number("power_w")).any() or _says_more(rows):
        return []
    return single(ONLY_POWER, 1.0, len(rows))


def _says_more(rows: Rows) -> bool:
    spoken = any((words != "").any() for words in rows.texts.values())
    return spoken or any(np.isfinite(one).any() for name, one in rows.numbers.items() if name not in COMMON)
