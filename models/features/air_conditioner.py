"""Air conditioner: physical indices at steady cooling and heating, and the windows that a reference is learned from."""

from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, DayIndex, Rows, summarise
from models.features.plausible import without_odd
from models.features.steady import SteadyParams, Windows, steady_windows
from models.features.stuck import without_stuck

AIR_DROP = "air_drop_k"
"""Room air less supply air at steady cooling, K, median of the day's windows."""
COIL_DROP = "coil_drop_k"
"""Room air less indoor coil at steady cooling, K: for units that do not measure their supply air."""
COIL = "steady_coil_in_c"
"""Indoor coil at steady cooling, C."""
OUTDOOR_RISE = "outdoor_rise_k"
"""Outdoor coil less outdoor air at steady cooling, K: grows when the outdoor coil is fouled."""
POWER = "steady_power_w"
"""Power at steady cooling, W, only for units that say their compressor speed."""
DISCHARGE_LIFT = "discharge_lift_k"
"""Compressor discharge less outdoor air at steady cooling, K: grows when refrigerant is short."""
EEV = "steady_eev_steps"
"""Opening of the expansion valve at steady cooling: grows when refrigerant is short."""

GUARD_LOAD = "guard_load"
"""Compressor speed over room less indoor coil while the frost guard holds the coil, Hz/K: falls when air is short.
Units that hardly ever leave the guard show it by nothing else."""


HEATING: Final = MappingProxyType(
    {
        AIR_DROP: "air_rise_k",
        COIL_DROP: "coil_rise_k",
        OUTDOOR_RISE: "outdoor_drop_k",
        POWER: "heating_power_w",
        DISCHARGE_LIFT: "heating_discharge_lift_k",
        EEV: "heating_eev_steps",
    }
)
"""By index at steady cooling the one that tells the same of the machine at steady heating."""


AT_HEATING: Final = frozenset(HEATING.values())


def steady_of(day: Day, *, heating: bool = False) -> Windows:
    """Steady cooling (or heating) windows of the day; an impossible value, or one of a sensor that is stuck, counts as
    missing. References are learned from them as well, so that what is learned and what is compared leave out the same.
    """
    known, name = day.memo, "heating" if heating else "cooling"
    if name not in known:
        if "moving" not in known:
            known["moving"] = _moving_rows(day, SteadyParams())
        known[name] = steady_windows(known["moving"], heating=heating)
    windows: Windows = known[name]
    return windows


def _moving_rows(day: Day, params: SteadyParams) -> Rows:
    rows = without_odd(Kind.AIR_CONDITIONER, day).readings
    compressor_hz, power_w = rows.number("compressor_hz"), rows.number("power_w")
    running = np.where(np.isfinite(compressor_hz), compressor_hz > params.off_hz, power_w > params.off_w)
    return without_stuck(rows, running.astype(np.bool_))


def steady_indices(day: Day) -> list[DayIndex]:
    """Air-side and coil temperature differences, coil and discharge temperature, valve opening: medians at steady."""
    windows, heating = steady_of(day), steady_of(day, heating=True)
    return [
        *summarise(AIR_DROP, windows.air_drop_k),
        *summarise(COIL_DROP, windows.coil_drop_k),
        *summarise(COIL, windows.coil_in_c),
        *summarise("steady_discharge_c", windows.discharge_c),
        *summarise("steady_eev_steps", windows.eev_steps),
        *summarise(OUTDOOR_RISE, windows.outdoor_rise_k),
        *summarise(POWER, windows.power_w),
        *summarise(DISCHARGE_LIFT, windows.discharge_lift_k),
        *summarise(GUARD_LOAD, windows.guard_load),
        *summarise(HEATING[AIR_DROP], heating.air_drop_k),
        *summarise(HEATING[COIL_DROP], heating.coil_drop_k),
        *summarise(HEATING[OUTDOOR_RISE], heating.outdoor_rise_k),
        *summarise(HEATING[POWER], heating.power_w),
        *summarise(HEATING[DISCHARGE_LIFT], heating.discharge_lift_k),
        *summarise(HEATING[EEV], heating.eev_steps),
    ]
