"""What sensors do that no appliance can: stand still for hours while the machine works, or fall silent alone."""

from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, DayIndex, Floats, single

STUCK: Final = "stuck_share"
"""Share of the day's rows in the longest run of exactly the same value, by signal: `stuck_share.coil_in_c`."""
ALIVE: Final = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: ("room_c", "coil_in_c", "coil_out_c", "outdoor_c", "supply_c", "discharge_c"),
        Kind.REFRIGERATOR: ("fridge_c", "freezer_c", "evap_c", "ambient_c"),
        Kind.WATER_HEATER: ("top_c", "bottom_c", "inlet_c"),
        Kind.CIRCUIT: ("voltage_v", "terminal_c", "upstream_v"),
    }
)
"""Signals with a resolution of a tenth that real air or water keeps moving. Words, counters and set values are not; nor
is anything of a machine that works in cycles, as between them all of it rightly stands still."""
LEAST_ROWS: Final = 40


def sensor_indices(day: Day, *, kind: Kind) -> list[DayIndex]:
    """The stuck share of each live signal that was said often enough that day."""
    found: list[DayIndex] = []
    for signal in ALIVE.get(kind, ()):
        values = day.readings.number(signal)
        known = values[np.isfinite(values)]
        if len(known) >= LEAST_ROWS:
            found += single(f"{STUCK}.{signal}", _longest_run(known) / len(known), len(known))
    return found


def _longest_run(values: Floats) -> int:
    turns = np.flatnonzero(np.diff(values)) + 1
    return int(np.diff(np.concatenate(([0], turns, [len(values)]))).max())
