"""Dryer: less air through the drum means hotter air at the inlet, a heater held back, and a longer way to dry."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, median_of, ratio_of, single, summarise
from models.features.stretches import changes, counted, stretches

INLET_RISE: Final = "inlet_rise_k"
"""Air at the drum's inlet over the room of the run, K, in the settled part of drying."""
WET_RISE: Final = "wet_rise_k_per_kw"
"""Where the outlet stands after an hour with a wet load, over the room of the run, per kW of heat."""
DRY_RISE: Final = "dry_rise_k_per_kw"
"""The outlet over the room when the load is dry, per kW of the heat of the last twenty minutes."""
COOLING_RATE: Final = "cooling_per_h"
"""How fast drum and load come down to the room once the heater is off: air takes it away, and less air takes longer."""
HOUR_S: Final = 3600.0
REST_S: Final = 1.5 * HOUR_S
"""An hour and a half after a run drum and air are at the temperature of the room within a kelvin (E)."""
HEATER_DUTY: Final = "heater_duty"
"""Share of the settled part of drying in which the heater is on."""
HEATER_W: Final = "heater_on_w"
MINUTES_PER_KG: Final = "minutes_per_kg"
"""Minutes per kilogram of water removed, median of the day's cycles."""
LOAD: Final = "load_kg"
LIMIT_TRIPS: Final = "limit_trips"
"""Trips of the limiter on this day."""
CUT_S: Final = 600.0
"""After a longer silence it is another run; a run that goes on from the day before is not seen from its beginning."""
DAY_S: Final = 86_400.0
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
WET_SHARE: Final = 0.65
"""In that part of heating the load is wet through (E): what it is given goes into vapour, and the drum settles."""
DRY_S: Final = 150.0
"""So near to the heater's last the outlet is that of the dry load."""
HEAT_S: Final = 1200.0
"""Drum and load follow the heat of about so long (E)."""
LEAST_RISE_K: Final = 5.0
"""Below this over the room, the room is what a fall tells of (E)."""
LEAST_COOLING_S: Final = 240.0


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
    runs = stretches(turning, changes(rows.time_s, CUT_S))
    drying = _until_last(heater > on_w, runs) if on_w == MOTOR_W else turning
    settled = _settled(rows.time_s, drying)
    busy = turning | (heater > on_w)
    heat_kw = np.where(heater > on_w, heater, 0.0) / 1000.0
    found += _whole_runs(rows.time_s, exhaust - _room(rows.time_s, exhaust, busy), heat_kw, runs)
    said = settled & np.isfinite(heater)
    on = said & (heater > on_w)
    found += summarise(INLET_RISE, np.where(on, inlet - _room(rows.time_s, inlet, busy), np.nan))
    found += summarise(HEATER_W, np.where(on, heater, np.nan))
    if said.sum() >= 10:
        found += single(HEATER_DUTY, float(on.sum() / said.sum()), float(said.sum()))
    return found + single(LIMIT_TRIPS, counted(rows.number("limit_trips")), len(rows))


def _settled(time_s: Floats, drying: Mask) -> Mask:
    """Where drum and load have warmed up."""
    settled = np.zeros(len(time_s), dtype=np.bool_)
    for start, end in stretches(drying, changes(time_s, CUT_S)):
        settled[start:end] = time_s[start:end] - time_s[start] >= SETTLE_S
    return settled


def _room(time_s: Floats, air_c: Floats, busy: Mask) -> Floats:
    """The room of each row's run, by the thermometer that its rise is read from: what that is off by goes.

    It lies between what the last hour of rest before the run told and the first one after it: a room warms and cools
    by as much within hours as the outlet rises with less air.
    """
    ran_s = np.maximum.accumulate(np.where(busy, time_s, time_s[0] - REST_S))
    calm = ~busy & (time_s - ran_s >= REST_S) & np.isfinite(air_c)
    rest_s, rest_c = time_s[calm], air_c[calm]
    room = np.full(len(time_s), USUAL_C)
    for start, end in stretches(busy, changes(time_s, CUT_S)):
        earlier, later = rest_s[rest_s < time_s[start]], rest_s[rest_s > time_s[start]]
        hours = [(last - HOUR_S, last) for last in earlier[-1:]] + [(first, first + HOUR_S) for first in later[:1]]
        sides = [(rest_s >= begins) & (rest_s <= ends) for begins, ends in hours]
        if sides:
            at_s, told_c = ([median_of(of[side]) for side in sides] for of in (rest_s, rest_c))
            room[start:end] = np.interp(time_s[start:end], at_s, told_c)
    return room


def _until_last(heated: Mask, runs: list[tuple[int, int]]) -> Mask:
    """Each run until the heater's last: what follows is cooling, which power alone does not tell from a held heater."""
    drying = np.zeros(len(heated), dtype=np.bool_)
    for start, end in runs:
        on = np.flatnonzero(heated[start:end])
        drying[start : start + (on[-1] + 1 if len(on) else 0)] = True
    return drying


def _whole_runs(time_s: Floats, rise_k: Floats, heat_kw: Floats, runs: list[tuple[int, int]]) -> list[DayIndex]:
    """What the runs that were seen from their beginning to their end tell of the outlet, and how long they cooled."""
    told: dict[str, list[float]] = {index: [] for index in (HEATED, COOL_DOWN, WET_RISE, DRY_RISE, COOLING_RATE)}
    for start, end in runs:
        on = np.flatnonzero(heat_kw[start:end] > 0.0)
        begun = start > 0 or time_s[0] % DAY_S > CUT_S
        if not len(on) or not begun or end >= len(time_s):
            continue
        last = start + int(on[-1])
        least = float(np.median(np.diff(time_s[start:end]))) if end - start > 1 else 60.0
        heated_s, cooled_s = time_s[last] - time_s[start], max(time_s[end - 1] - time_s[last], least)
        if heated_s < 60.0 * LEAST_HEATED_MIN:
            continue
        into_s, of_last_s = time_s[start:end] - time_s[start], time_s[start:end] - time_s[last]
        rise, heat = rise_k[start:end], heat_kw[start:end]
        wet, dry = into_s <= WET_SHARE * heated_s, np.isfinite(rise) & (np.abs(of_last_s) <= DRY_S)
        told[WET_RISE].append(_wet_rise(into_s[wet] / 3600.0, rise[wet], heat[wet]))
        if dry.any():
            told[DRY_RISE].append(float(rise[dry].mean() / heat[(of_last_s <= 0) & (of_last_s >= -HEAT_S)].mean()))
        told[COOLING_RATE].append(_falls(of_last_s[of_last_s >= DRY_S] / 3600.0, rise[of_last_s >= DRY_S]))
        if cooled_s >= 60.0 * LEAST_COOLED_MIN:
            told[HEATED].append(heated_s / 60.0)
            told[COOL_DOWN].append(cooled_s / 60.0)
    return [one for index, values in told.items() for one in summarise(index, np.array(values))]


def _wet_rise(hours: Floats, rise_k: Floats, heat_kw: Floats) -> float:
    """K per kW after an hour: what was given since the start, and not yet taken away in proportion to the rise, is the
    rise (least squares of the integrated heat balance of drum and load); NaN where it does not tell."""
    known = np.isfinite(rise_k)
    hours, rise_k, heat_kw = hours[known], rise_k[known], heat_kw[known]
    if len(hours) < 10:
        return np.nan
    step = np.diff(hours, prepend=hours[0])
    given = np.cumsum(heat_kw * step)
    taken = np.cumsum(0.5 * (rise_k + np.concatenate((rise_k[:1], rise_k[:-1]))) * step)
    gain, loss, _ = np.linalg.lstsq(np.column_stack((given, -taken, np.ones(len(hours)))), rise_k)[0]
    return float(gain / loss * -np.expm1(-loss)) if gain > 0.0 and loss > 0.0 else np.nan


def _falls(hours: Floats, rise_k: Floats) -> float:
    """Share of the rise over the room that goes per hour, where it falls as what is cooled does (Newton); else NaN."""
    known = rise_k > LEAST_RISE_K
    hours, rise_k = hours[known], rise_k[known]
    if len(hours) < 5 or hours[-1] - hours[0] < LEAST_COOLING_S / 3600.0:
        return np.nan
    weights = rise_k**2  # a thermometer scatters by so many K at any height
    centred = hours - np.average(hours, weights=weights)
    slope = float((weights * centred) @ np.log(rise_k) / ((weights * centred) @ centred))
    return -slope if slope < 0.0 else np.nan
