"""Dryer: less air through the drum means hotter air at the inlet, a heater held back, and a longer way to dry."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, ratio_of, single, summarise
from models.features.stretches import changes, counted, stretches

INLET_RISE: Final = "inlet_rise_k"
"""Air at the drum's inlet over the air while it rests, K, in the settled part of drying."""
EXHAUST_RISE: Final = "exhaust_rise_k"
HEATER_DUTY: Final = "heater_duty"
"""Share of the settled part of drying in which the heater is on."""
HEATER_W: Final = "heater_on_w"
MINUTES_PER_KG: Final = "minutes_per_kg"
"""Minutes per kilogram of water removed, median of the day's cycles."""
LOAD: Final = "load_kg"
LIMIT_TRIPS: Final = "limit_trips"
"""Trips of the limiter on this day."""
SETTLE_S: Final = 900.0
"""Drum and load warm up for a quarter of an hour (E)."""
LEAST_WATER_KG: Final = 0.3
ON_W: Final = 200.0


def drying_indices(day: Day) -> list[DayIndex]:
    """Indices of the day's readings and cycle summaries."""
    rows, cycles = day.readings, day.cycles
    minutes, water = cycles.number("minutes"), cycles.number("water_kg")
    found = [
        *summarise(MINUTES_PER_KG, ratio_of(minutes, water, (water >= LEAST_WATER_KG) & (minutes > 5))),
        *summarise(LOAD, cycles.number("load_kg")),
    ]
    if len(rows) == 0:
        return found
    heater, inlet, exhaust = rows.number("heater_w"), rows.number("inlet_c"), rows.number("exhaust_c")
    if not np.isfinite(heater).any():
        heater = rows.number("power_w")
    drying = rows.text("phase") == "dry"
    if not (rows.text("phase") != "").any():
        drying = heater > ON_W
    settled = np.zeros(len(rows), dtype=np.bool_)
    for start, end in stretches(drying, changes(rows.time_s, 600.0)):
        settled[start:end] = rows.time_s[start:end] - rows.time_s[start] >= SETTLE_S
    resting = ~drying & ~(heater > ON_W)
    base = float(np.nanmedian(inlet[resting])) if np.isfinite(inlet[resting]).any() else 25.0
    said = settled & np.isfinite(heater)
    on = said & (heater > ON_W)
    found += summarise(INLET_RISE, np.where(on, inlet - base, np.nan))
    found += summarise(EXHAUST_RISE, np.where(on, exhaust - base, np.nan))
    found += summarise(HEATER_W, np.where(on, heater, np.nan))
    if said.sum() >= 10:
        found += single(HEATER_DUTY, float(on.sum() / said.sum()), float(said.sum()))
    return found + single(LIMIT_TRIPS, counted(rows.number("limit_trips")), len(rows))
