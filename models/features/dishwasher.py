"""Dishwasher: heating, circulation and draining."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, Rows, quantiles_of, ratio_of, single, summarise
from models.features.mains import fill_pace
from models.features.stretches import changes, hours_between, slopes_per_h, stretches

HEAT_RATE: Final = "heat_rate_k_per_h"
"""Rise of the water's temperature in the heating phase, K/h."""
HEAT_DUTY: Final = "heat_duty"
"""Share of the time in which the programme wants heat that the element gives it; a worn relay gives it now and then."""
PLATEAU: Final = "plateau_c"
"""Highest water temperature of the day's cycles, °C."""
HEATER_W: Final = "heater_on_w"
"""Power of the heater while it is on, W."""
HEAT_PER_H: Final = "heat_kwh_per_wash_h"
"""Electric heat per hour of washing, kWh/h: what an appliance with only a power meter tells of its heater."""
CIRC_POWER: Final = "circ_power_w"
"""Power of the circulation pump while it runs, W."""
CIRC_ROUGH: Final = "circ_rough"
"""Instability of the pump's power: median step between neighbouring rows over the power; air in the pump."""
TURBIDITY: Final = "turbidity_ntu"
"""Turbidity of the water at the end of washing."""
DRAIN: Final = "drain_s_per_l"
FILL: Final = "fill_s_per_l"
LEAST_LITRES: Final = 2.0
ON_W: Final = 400.0
"""More than pumps take: the heater is on (E)."""
PUMP_W: Final = 8.0
LEAST_ASKED: Final = 3
NO_HEAT_K_PER_H: Final = 1.0
"""A slower rise is none: the water only mixes (E). Kept positive, as rates are compared as logarithms."""


def washing_indices(day: Day) -> list[DayIndex]:
    """Indices of the day's readings and cycle summaries."""
    return [*_cycles(day.cycles), *_readings(day.readings)]


def _cycles(cycles: Rows) -> list[DayIndex]:
    litres, drain = cycles.number("litres"), cycles.number("drain_s")
    return [
        *summarise(DRAIN, ratio_of(drain, litres, (litres >= LEAST_LITRES) & (drain >= 2.0))),
        *summarise(FILL, fill_pace(cycles, LEAST_LITRES)),
    ]


def _readings(rows: Rows) -> list[DayIndex]:
    if len(rows) < 5:
        return []
    heater, pump, water = rows.number("heater_w"), rows.number("circ_pump_w"), rows.number("water_c")
    power, phase = rows.number("power_w"), rows.text("phase")
    washing = np.isin(phase, ("wash", "rinse", "heat"))
    if not (phase != "").any():
        washing = power > 25.0
    if washing.sum() < 5:
        return []
    heat_w = heater if np.isfinite(heater).any() else np.where(power > ON_W, power, 0.0)
    hours = hours_between(rows.time_s, 300.0)
    cuts = changes(rows.time_s, 300.0)
    heating = washing & (heat_w > ON_W)
    asked = phase == "heat"  # the programme wants heat, whether or not the element gives it
    risen = stretches(asked if asked.any() else heating, cuts)
    rates = slopes_per_h(rows.time_s, water, [(start, end) for start, end in risen if end - start >= 4])
    kwh = float(np.nansum(np.where(washing, heat_w, 0.0) * hours)) / 1000.0
    told = asked & np.isfinite(heat_w)
    duty = (
        single(HEAT_DUTY, float((heat_w[told] > ON_W).mean()), float(told.sum())) if told.sum() >= LEAST_ASKED else []
    )
    found = [
        *duty,
        *summarise(HEAT_RATE, np.maximum(rates, NO_HEAT_K_PER_H)),
        *summarise(HEATER_W, np.where(heating, heat_w, np.nan)),
        *single(HEAT_PER_H, max(kwh, 0.005) / max(float(hours[washing].sum()), 0.1), float(washing.sum())),
        *_pump(pump, washing, cuts),
        *summarise(TURBIDITY, np.where(washing, rows.number("turbidity_ntu"), np.nan)),
    ]
    hot = water[washing & np.isfinite(water)]
    return found + (single(PLATEAU, quantiles_of(hot, (0.97,))[0], len(hot)) if len(hot) >= 5 else [])


def _pump(pump: Floats, washing: Mask, cuts: Mask) -> list[DayIndex]:
    runs = washing & (pump > PUMP_W)
    if runs.sum() < 8:
        return []
    level = float(np.median(pump[runs]))
    neighbours = runs[1:] & runs[:-1] & ~cuts[1:]
    steps = np.abs(np.diff(pump))[neighbours]
    rough = single(CIRC_ROUGH, float(np.mean(steps)) / level, len(steps)) if len(steps) >= 6 else []
    return [*summarise(CIRC_POWER, np.where(runs, pump, np.nan)), *rough]
