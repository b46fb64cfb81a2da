"""Air purifier and range hood: what the fan does at a fixed step of its drive.

Less air through a fan at fixed drive unloads its motor: speed up, watts down. Watts over the cube of speed (the fan
laws: P ~ n^3 for an unchanged duct) falls with both, and does not care about mains voltage.
"""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, Rows, ratio_of, summarise
from models.features.stretches import changes, held, slopes_per_h, stretches

FAN_LAW: Final = "fan_law"
"""Watts over the cube of speed in 1000/min, by step: `fan_law_1` and so on."""
RPM: Final = "rpm_at"
WATTS: Final = "watts_at"
PM_DECAY: Final = "pm_decay_per_h"
"""Relative fall of fine dust per hour while the fan runs and dust is high."""
STEPS: Final = (1, 2, 3, 4, 5)
LEAST_ROWS: Final = 2


def fan_indices(day: Day) -> list[DayIndex]:
    """Speed, watts and their fan-law ratio per step, and how fast dust decays."""
    rows = day.readings
    if len(rows) < LEAST_ROWS:
        return []
    level = held(rows.time_s, rows.number("fan_level"), 3600.0)
    rpm, watts = rows.number("fan_rpm"), rows.number("power_w")
    settled = np.zeros(len(rows), dtype=np.bool_)
    settled[1:] = level[1:] == level[:-1]
    found: list[DayIndex] = []
    for step in STEPS:
        here = settled & (level == step)
        if int(here.sum()) < LEAST_ROWS:
            continue
        found += summarise(f"{RPM}_{step}", np.where(here & (rpm > 50), rpm, np.nan))
        found += summarise(f"{WATTS}_{step}", np.where(here & (watts > 0.5), watts, np.nan))
        law = ratio_of(watts, (rpm / 1000.0) ** 3, here & (rpm > 50) & (watts > 0.5))
        found += summarise(f"{FAN_LAW}_{step}", law)
    return found + _decay(rows, np.asarray(level >= 1, dtype=np.bool_))


def _decay(rows: Rows, running: Mask) -> list[DayIndex]:
    dust: Floats = rows.number("pm25_ugm3")
    with np.errstate(invalid="ignore", divide="ignore"):
        high = running & (dust > 25.0)
        logs = np.where(high, np.log(dust), np.nan)
    falls = [(start, end) for start, end in stretches(high, changes(rows.time_s, 900.0)) if end - start >= 4]
    return summarise(PM_DECAY, -slopes_per_h(rows.time_s, logs, falls))
