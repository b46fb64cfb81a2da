"""Air conditioner: physical indices at steady cooling, and the windows that a reference is learned from."""

import numpy as np

from models.features.day import Day, DayIndex, summarise
from models.features.steady import SteadyParams, Windows, steady_windows
from models.features.stuck import without_stuck

AIR_DROP = "air_drop_k"
"""Room air less supply air at steady cooling, K, median of the day's windows."""
COIL_DROP = "coil_drop_k"
"""Room air less indoor coil at steady cooling, K: for units that do not measure their supply air."""
OUTDOOR_RISE = "outdoor_rise_k"
"""Outdoor coil less outdoor air at steady cooling, K: grows when the outdoor coil is fouled."""
POWER = "steady_power_w"
"""Power at steady cooling, W, only for units that say their compressor speed."""
DISCHARGE_LIFT = "discharge_lift_k"
"""Compressor discharge less outdoor air at steady cooling, K: grows when refrigerant is short."""
EEV = "steady_eev_steps"
"""Opening of the expansion valve at steady cooling: grows when refrigerant is short."""


def cooling_windows(day: Day, params: SteadyParams | None = None) -> Windows:
    """Steady cooling windows of the day; a sensor that is stuck counts as missing."""
    if params is None:
        if "cooling" not in day.memo:
            day.memo["cooling"] = cooling_windows(day, SteadyParams())
        windows: Windows = day.memo["cooling"]
        return windows
    rows = day.readings
    compressor_hz, power_w = rows.number("compressor_hz"), rows.number("power_w")
    running = np.where(np.isfinite(compressor_hz), compressor_hz > params.off_hz, power_w > params.off_w)
    return steady_windows(without_stuck(rows, running.astype(np.bool_)), params)


def steady_indices(day: Day) -> list[DayIndex]:
    """Air-side and coil temperature differences, coil and discharge temperature, valve opening: medians at steady."""
    windows = cooling_windows(day)
    return [
        *summarise(AIR_DROP, windows.air_drop_k),
        *summarise(COIL_DROP, windows.coil_drop_k),
        *summarise("steady_coil_in_c", windows.coil_in_c),
        *summarise("steady_discharge_c", windows.discharge_c),
        *summarise("steady_eev_steps", windows.eev_steps),
        *summarise(OUTDOOR_RISE, windows.outdoor_rise_k),
        *summarise(POWER, windows.power_w),
        *summarise(DISCHARGE_LIFT, windows.discharge_lift_k),
    ]
