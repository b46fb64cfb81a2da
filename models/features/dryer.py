"""Dryer: less air through the drum means hotter air at the inlet, a heater held back, and a longer way to dry."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, Rows, median_of, ratio_of, single, summarise
from models.features.stretches import changes, counted, stretches

INLET_RISE: Final = "inlet_rise_k"
"""Air at the drum's inlet over the air before the run, K, in the settled part of drying."""
EXHAUST_RISE: Final = "exhaust_rise_k"
"""The same at the outlet while the load is wet through, that is in the first half of heating: later it warms anyway."""
REST_S: Final = 3600.0
"""An hour after a run drum and air are at the temperature of the room within a kelvin or two (E)."""
BEFORE_S: Final = 3 * 3600.0
"""The room of three hours before a run is that of the run (E); over a day it moves by as much as the outlet rises."""
HEATER_DUTY: Final = "heater_duty"
"""Share of the settled part of drying in which the heater is on."""
HEATER_W: Final = "heater_on_w"
MINUTES_PER_KG: Final = "minutes_per_kg"
"""Minutes per kilogram of water removed, median of the day's cycles."""
LOAD: Final = "load_kg"
LIMIT_TRIPS: Final = "limit_trips"
"""Trips of the limiter on this day."""
USUAL_C: Final = 25.0
"""The air of a room in which a dryer was never seen at rest, °C (E)."""
SETTLE_S: Final = 900.0
"""Drum and load warm up for a quarter of an hour (E)."""
LEAST_WATER_KG: Final = 0.3
ON_W: Final = 200.0
COOL_DOWN: Final = "cooling_min"
"""Minutes from the heater's last until the drum stands still: it turns until the load is cool enough to touch."""
HEATED: Final = "heated_min"
"""Minutes from the start until the heater's last: a large, wet load is heated longer and cools longer."""
RUNS_W: Final = 60.0
"""More than standby, less than a drum motor (E)."""
MOTOR_W: Final = 500.0
"""More than drum motor and fan take: of an appliance's whole power, the heater is on (E)."""
LEAST_HEATED_MIN: Final = 30.0
"""A shorter run is too small a load to tell how fast it cools (E)."""
LEAST_COOLED_MIN: Final = 2.0
"""Less is the beat of its rows: the load was cool when it was dry, and no air can make that shorter (E)."""


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
    power, on_w = rows.number("power_w"), ON_W
    if not np.isfinite(heater).any():
        heater, on_w = power, MOTOR_W
    turning = rows.text("phase") == "dry"
    if not (rows.text("phase") != "").any():
        turning = np.asarray(power > RUNS_W, dtype=np.bool_)
    runs = stretches(turning, changes(rows.time_s, 600.0))
    found += _cool_down(rows.time_s, heater > on_w, runs)
    drying = _until_last(heater > on_w, runs) if on_w == MOTOR_W else turning
    settled, wet, base = _course(rows, heater > on_w, turning, drying)
    said = settled & np.isfinite(heater)
    on = said & (heater > on_w)
    found += summarise(INLET_RISE, np.where(on, inlet - base, np.nan))
    found += summarise(EXHAUST_RISE, np.where(on & wet, exhaust - base, np.nan))
    found += summarise(HEATER_W, np.where(on, heater, np.nan))
    if said.sum() >= 10:
        found += single(HEATER_DUTY, float(on.sum() / said.sum()), float(said.sum()))
    return found + single(LIMIT_TRIPS, counted(rows.number("limit_trips")), len(rows))


def _course(rows: Rows, heated: Mask, turning: Mask, drying: Mask) -> tuple[Mask, Mask, Floats]:
    """Where drum and load have warmed up, where the load is wet through, and the air that each row's run began with."""
    inlet = rows.number("inlet_c")
    air_c = np.where(np.isfinite(inlet), inlet, rows.number("exhaust_c"))
    resting = ~turning & ~heated
    ran_s = np.maximum.accumulate(np.where(resting, rows.time_s[0] - REST_S, rows.time_s))
    calm = resting & (rows.time_s - ran_s >= REST_S) & np.isfinite(air_c)
    settled, wet = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    base = np.full(len(rows), np.nan)
    for start, end in stretches(drying, changes(rows.time_s, 600.0)):
        into_s = rows.time_s[start:end] - rows.time_s[start]
        hot = np.flatnonzero(heated[start:end])
        settled[start:end] = into_s >= SETTLE_S
        wet[start:end] = into_s <= 0.5 * (into_s[hot[-1]] if len(hot) else 0.0)
        lately = calm & (rows.time_s < rows.time_s[start]) & (rows.time_s >= rows.time_s[start] - BEFORE_S)
        known = air_c[lately] if lately.any() else air_c[calm]
        base[start:end] = median_of(known) if len(known) else USUAL_C
    return settled, wet, base


def _until_last(heated: Mask, runs: list[tuple[int, int]]) -> Mask:
    """Each run until the heater's last: what follows is cooling, which power alone does not tell from a held heater."""
    drying = np.zeros(len(heated), dtype=np.bool_)
    for start, end in runs:
        on = np.flatnonzero(heated[start:end])
        drying[start : start + (on[-1] + 1 if len(on) else 0)] = True
    return drying


def _cool_down(time_s: Floats, heated: Mask, runs: list[tuple[int, int]]) -> list[DayIndex]:
    """How long the runs that were seen to their end were heated, and cooled; one row's step is the least to be told."""
    minutes: list[tuple[float, float]] = []
    for start, end in runs:
        on = np.flatnonzero(heated[start:end])
        if not len(on) or end >= len(time_s):
            continue
        last = start + int(on[-1])
        least = float(np.median(np.diff(time_s[start:end]))) if end - start > 1 else 60.0
        minutes.append(((time_s[last] - time_s[start]) / 60.0, max(time_s[end - 1] - time_s[last], least) / 60.0))
    told = np.array(minutes).reshape(-1, 2)
    told = told[(told[:, 0] >= LEAST_HEATED_MIN) & (told[:, 1] >= LEAST_COOLED_MIN)]
    return [*summarise(HEATED, told[:, 0]), *summarise(COOL_DOWN, told[:, 1])]
