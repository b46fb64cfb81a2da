"""Water heater: the element's resistance, how evenly the tank heats, and how often it has to switch."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, Rows, quantiles_of, ratio_of, single, summarise
from models.features.stretches import changes, counted, hours_between, slopes_per_h, stretches

RESISTANCE: Final = "resistance_ohm"
"""R = V^2 / P while heating: independent of mains voltage."""
HEATER_W: Final = "heater_on_w"
BURST_MIN: Final = "burst_min"
"""Median length of an uninterrupted heating, minutes: short cycling makes it small."""
STARTS_PER_HEAT_H: Final = "starts_per_heat_h"
"""Heating starts per hour of heating."""
END_LAG: Final = "end_lag_k"
"""Top less bottom where a heating ends and nothing is drawn, median of the day, over what is left of it at rest, K: a
sound element has warmed all of the tank by then, one under lime and sludge leaves the bottom cold."""
CALM_S: Final = 310.0
"""So long it heats, and nothing is drawn, before such an end: five minutes (E) and a clock's slack."""
REST_SHARE: Final = 0.1
"""Layers even out at rest: the day's lowest tenth of top less bottom is what the thermometers differ by (E)."""
LEAST_AT_REST: Final = 12
"""Rows at rest without which nothing is said: an hour at one row in five minutes (E)."""
END_FALL: Final = "end_fall_k"
"""How far the top falls in the half hour after a heating while nothing is drawn, median of the day, K: where the heat
passed the bottom by, the layers even out once it ends; a tank that is warm all through only cools. Said of tanks
without a thermometer at the bottom, whose flow is measured."""
FALL_S: Final = 1800.0
"""Half an hour, of which the second half is compared (E)."""
HEAT_H: Final = "heat_h"
"""Hours of heating on this day; 0 of a tank that nothing heats."""
OVER_MAINS: Final = "tank_over_mains_k"
"""What the tank holds: its water, at the top where that is measured, over the water that comes in, K; median of the
day."""
USUAL_MAINS_C: Final = 20.0
"""Mains water of a home that does not measure it (E)."""
DRAWN_L: Final = "drawn_l"
"""Litres drawn on this day."""
DRAWS_LPM: Final = 0.1
"""More than the offset of a flow meter, less than a dripping tap takes: a hundredth would be 14 litres a day (E)."""
HEAT_RATE: Final = "heat_rate_k_per_kwh"
"""Rise of the tank per kilowatt-hour of heat, without flow."""
TOP_SHARE: Final = "top_share"
"""Of all that both sensors rose by while heating without flow a cold bottom, the share of the upper one, with that rise
in K as its weight: a sound element warms the bottom first, one under lime and sludge sends its heat past it."""
COLD_BOTTOM_K: Final = 2.0
"""The bottom is cold while it is this much further below the top than at rest (E): above, both rise together in any
tank."""
LEAST_RISE_K: Final = 1.0
"""Of both sensors between two rows, above what the thermometers scatter by (E)."""
CUTOUTS: Final = "cutout_trips"
"""Trips of the thermal cut-out on that day."""
ANODE_MA: Final = "anode_ma"
LEAKAGE_ON: Final = "leakage_on_ma"
INLET: Final = "inlet_c"
TOP: Final = "top_c"
ON_W: Final = 300.0
"""More than electronics take: the element is on (E)."""


def tank_indices(day: Day) -> list[DayIndex]:
    """Indices of one day's readings."""
    rows = day.readings
    if len(rows) < 5:
        return []
    heat = rows.number("heater_w")
    if not np.isfinite(heat).any():
        heat = rows.number("power_w")
    on = heat > ON_W
    volt = rows.number("voltage_v")
    steady = np.zeros(len(rows), dtype=np.bool_)
    steady[1:-1] = on[1:-1] & on[:-2] & on[2:]  # a row on the edge averages on and off
    return [
        *summarise(RESISTANCE, ratio_of(volt**2, heat, steady & (volt > 60))),
        *summarise(HEATER_W, np.where(steady, heat, np.nan)),
        *_bursts(rows, on, heat),
        *_heated(rows, on, heat),
        *single(CUTOUTS, counted(rows.number("cutout_trips")), len(rows)),
        *summarise(ANODE_MA, rows.number("anode_ma")),
        *summarise(LEAKAGE_ON, np.where(steady, rows.number("leakage_ma"), np.nan)),
        *summarise(INLET, rows.number("inlet_c")),
        *summarise(TOP, rows.number("top_c")),
    ]


def _heated(rows: Rows, on: Mask, heat: Floats) -> list[DayIndex]:
    """How long it was heated, what that left in the tank, and what was drawn of it."""
    hours = hours_between(rows.time_s, 900.0)
    known_h = float(hours[np.isfinite(heat)].sum())
    top, mains, flow = rows.number("top_c"), rows.number("inlet_c"), rows.number("flow_lpm")
    water = np.where(np.isfinite(top), top, rows.number("bottom_c"))
    mains_c = np.where(np.isfinite(mains), mains, USUAL_MAINS_C)
    litres = float(hours @ np.where(flow > DRAWS_LPM, flow, 0.0) * 60.0) if np.isfinite(flow).any() else np.nan
    return [
        *single(HEAT_H, float(hours[on].sum()) if known_h > 0.0 else np.nan, known_h),
        *summarise(OVER_MAINS, water - mains_c),
        *single(DRAWN_L, litres, len(rows)),
    ]


def _bursts(rows: Rows, on: Mask, heat: Floats) -> list[DayIndex]:
    hours, cuts = hours_between(rows.time_s, 900.0), changes(rows.time_s, 1200.0)
    runs = stretches(on, cuts)
    whole = [(start, end) for start, end in runs if start > 0 and end < len(rows)]
    heat_h = float(hours[on].sum())
    top, bottom, flow = _told(rows.number("top_c")), _told(rows.number("bottom_c")), rows.number("flow_lpm")
    still = on & ~(flow > DRAWS_LPM)
    calm = [(start, end) for start, end in stretches(still, cuts) if end - start >= 4]
    tank = np.where(np.isfinite(bottom), bottom, top)
    rates = slopes_per_h(rows.time_s, tank, calm)
    kw = np.array([float(np.nanmean(heat[start:end])) / 1000.0 for start, end in calm])
    lengths = np.array([(rows.time_s[end] - rows.time_s[start]) / 60.0 for start, end in whole])
    calm_from = np.searchsorted(rows.time_s, rows.time_s - CALM_S)
    ends = [
        end - 1
        for start, end in runs
        if end < len(rows) and not cuts[end] and end - start >= 2
        if start <= calm_from[end - 1] and still[calm_from[end - 1] : end].all()
    ]
    at_rest = _at_rest(top, bottom, ~on & ~(flow > DRAWS_LPM))
    return [
        *summarise(END_FALL, _falls(rows, runs, on, cuts)),
        *_top_share(still & np.roll(still, 1) & ~cuts, top, bottom, at_rest),
        *summarise(BURST_MIN, lengths),
        *single(STARTS_PER_HEAT_H, len(whole) / heat_h if heat_h >= 0.3 and whole else np.nan, len(whole)),
        *summarise(END_LAG, (top - bottom)[ends] - at_rest),
        *summarise(HEAT_RATE, ratio_of(rates, kw, kw > 0)),
    ]


def _told(values: Floats) -> Floats:
    """A thermometer, unknown all day where it is for most of the day: a contact that comes and goes tells no rise."""
    return values if 2 * int(np.isfinite(values).sum()) >= len(values) else np.full(len(values), np.nan)


def _falls(rows: Rows, runs: list[tuple[int, int]], on: Mask, cuts: Mask) -> Floats:
    """Of each heating without a draw, after which the tank was left alone: from its end to a quarter hour later."""
    if np.isfinite(rows.number("bottom_c")).any():
        return np.empty(0)
    time_s, top, calm = rows.time_s, _told(rows.number("top_c")), (rows.number("flow_lpm") <= DRAWS_LPM) & ~cuts
    lasts = np.searchsorted(time_s, time_s + FALL_S, side="right") - 1
    return np.array(
        [
            top[end] - top[np.searchsorted(time_s, time_s[end] + FALL_S / 2.0) : last + 1].mean()
            for start, end in runs
            if end < len(rows) and 4.0 * (time_s[last := lasts[end]] - time_s[end]) > 3.0 * FALL_S
            if calm[start : last + 1].all() and not on[end : last + 1].any()
        ]
    )


def _at_rest(top: Floats, bottom: Floats, resting: Mask) -> float:
    """What top and bottom differ by once the layers are even; NaN where the tank hardly rested, or one stands still."""
    known = np.isfinite(top) & np.isfinite(bottom)
    gaps = (top - bottom)[known & resting]
    if len(gaps) < LEAST_AT_REST or min(float(np.ptp(top[known])), float(np.ptp(bottom[known]))) == 0.0:
        return np.nan
    return quantiles_of(gaps, (REST_SHARE,))[0]


def _top_share(heated: Mask, top: Floats, bottom: Floats, at_rest: float) -> list[DayIndex]:
    """From the rows that follow another one of the same calm heating; a tank that hardly rested has true sensors."""
    rise_top, rise_bottom = np.diff(top, prepend=np.nan), np.diff(bottom, prepend=np.nan)
    gap, both = top - bottom - (at_rest if np.isfinite(at_rest) else 0.0), rise_top + rise_bottom
    cold = heated & (gap - rise_top + rise_bottom > COLD_BOTTOM_K) & (gap >= 0.0) & (both > LEAST_RISE_K)
    risen = float(both[cold].sum())
    return single(TOP_SHARE, float(rise_top[cold].sum()) / risen if risen else np.nan, risen)
