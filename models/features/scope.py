"""How much an appliance says of itself: behind a metering plug, its power is all there is."""

from typing import Final

import numpy as np

from domain.signals import COMMON
from models.features.day import Day, DayIndex, Rows, single

ONLY_POWER: Final = "only_power"
"""1 on a day on which power, voltage, current and energy were all that was said; absent on any other."""


def scope_indices(day: Day) -> list[DayIndex]:
    """Whether the day's readings hold nothing but what every meter says."""
    return single(ONLY_POWER, 1.0, len(day.readings)) if tells_only_power(day.readings, day.cycles) else []


def tells_only_power(readings: Rows, cycles: Rows) -> bool:
    """Whether these rows hold nothing but what every meter says, its power at least."""
    if len(cycles) or not np.isfinite(readings.number("power_w")).any():
        return False
    spoken = any((words != "").any() for words in readings.texts.values())
    return not spoken and not any(
        np.isfinite(one).any() for name, one in readings.numbers.items() if name not in COMMON
    )
