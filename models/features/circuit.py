"""Circuit: how hard it is loaded, what leaks, and what its contacts cost. Alarms are the ingest path's business."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, quantiles_of, single, summarise

PEAK_A: Final = "peak_a"
"""Highest current of the day that at least three rows reached, A."""
LEAKAGE: Final = "leakage_ma"
CONTACT: Final = "contact_ohm"
"""Voltage lost between the upstream point and the circuit per ampere, ohm: slope over the day's rows."""
TERMINAL_RISE: Final = "terminal_rise_k"
"""Terminal at the day's highest currents less terminal at its lowest, K."""
VOLTAGE: Final = "voltage_v"
LEAST_ROWS: Final = 24
LEAST_SPREAD_A: Final = 1.0
"""With less change of current the slope is noise (E)."""


def circuit_indices(day: Day) -> list[DayIndex]:
    """Indices of one day's readings."""
    rows = day.readings
    current, volt = rows.number("current_a"), rows.number("voltage_v")
    if not np.isfinite(current).any():
        current = np.divide(rows.number("power_w"), volt, out=np.full(len(rows), np.nan), where=volt > 60)
    known = np.sort(current[np.isfinite(current)])
    if len(known) < LEAST_ROWS:
        return []
    low, high = quantiles_of(known, (0.2, 0.95))
    terminal = rows.number("terminal_c")
    lost = rows.number("upstream_v") - volt
    found = [
        *single(PEAK_A, float(known[-3]), len(known)),
        *summarise(LEAKAGE, rows.number("leakage_ma")),
        *summarise(VOLTAGE, volt),
    ]
    if high - low < LEAST_SPREAD_A:
        return found
    hot, cold = terminal[current >= high], terminal[current <= low]
    if np.isfinite(hot).any() and np.isfinite(cold).any():
        found += single(TERMINAL_RISE, float(np.nanmedian(hot) - np.nanmedian(cold)), len(hot))
    both = np.isfinite(lost) & np.isfinite(current)
    if both.sum() >= LEAST_ROWS:
        centred = current[both] - current[both].mean()
        found += single(CONTACT, float(centred @ lost[both] / (centred @ centred)), int(both.sum()))
    return found
