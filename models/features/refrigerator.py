"""Refrigerator: heat that leaks in (off-cycle warm-up), what it takes to pump it out (power, duty), and defrosting.

With Q = UA (ambient - inside), the off-cycle warm-up rate over the temperature difference is UA over heat capacity:
it tells the cabinet (seal, doors) from the machine (condenser, compressor), which shows in power and duty instead.
"""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, Mask, Rows, median_of, quantiles_of, ratio_of, single, summarise
from models.features.stretches import changes, counted, hours_between, medians, slopes_per_h, stretches
from models.features.thermostat import pace_indices

WARMUP: Final = "warmup_per_h"
"""Off-cycle warm-up of the fresh-food side over (ambient - inside), 1/h, doors closed."""
FREEZER_WARMUP: Final = "freezer_warmup_per_h"
ON_POWER: Final = "on_power_w"
"""Power while the compressor runs, doors closed, no defrost, W."""
DUTY: Final = "duty"
"""Share of time the compressor runs, weighted by its speed over `NOMINAL_HZ` where the unit says it."""
MEAN_POWER: Final = "mean_power_w"
LIFT: Final = "lift_k"
"""Ambient less fresh-food temperature, K: the load's driving force."""
PULLDOWN: Final = "pulldown_k_per_h"
"""How fast the compartment gets colder while the compressor runs, K/h (positive is cooling)."""
GROSS: Final = "gross_cooling_k_per_h"
"""What the machine takes out, K/h: how fast it cools while running, and how fast the same compartment warms at rest,
which it makes up for meanwhile. With C dT/dt = UA (ambient - inside) - capacity it is capacity over heat capacity:
kitchen, door gasket and shopping, which move each of the two, leave their sum as it is."""
FRIDGE: Final = "fridge_c"
FREEZER: Final = "freezer_c"
SPLIT: Final = "split_k"
"""Fresh food less freezer, K."""
EVAP_DEPTH: Final = "evap_depth_k"
"""Freezer (or fresh food) less evaporator while running, K: grows as frost insulates the coil."""
STARTS: Final = "starts_per_h"
SHORT_STARTS: Final = "short_start_share"
"""Share of the day's compressor starts that end within ten minutes: a compressor that gives up and tries again."""
RUN_H: Final = "run_h"
DEFROST_BY_POWER_H: Final = "defrost_by_power_h"
"""The same where power is all there is: a guess from its level, which a failing compressor may upset."""
PEAK_W: Final = "peak_power_w"
"""The power that a unit which says only power exceeds for `PEAK_H` of a day, W: on a day with a pulse its heater's."""
DEFROST_H: Final = "defrost_h"
"""Hours in which the defrost flag was set, the evaporator was being heated, or only a heater can draw the power."""
RUN_BEFORE_H: Final = "run_before_pulse_h"
"""Hours that the compressor ran on the day before the heater's first pulse,"""
RUN_SINCE_H: Final = "run_since_pulse_h"
"""and after its last one: timers count these, not days."""
PULSE_H: Final = 0.05
"""Hours of defrosting that are a pulse: three minutes."""
AMBIENT: Final = "ambient_c"
DOORS: Final = "doors_per_h"
HZ: Final = "compressor_hz"

GAP_S: Final = 1200.0
"""A longer silence ends a stretch (E)."""
SHORT_S: Final = 600.0
"""A compressor run shorter than ten minutes is a failed start, not a cycle (E): makers' anti-short-cycle times are
five minutes or more, healthy runs take fifteen and more."""
LEAST_ROWS: Final = 24
"""Fewer rows than two hours at five minutes do not make a day (E)."""
NOMINAL_HZ: Final = 60.0
"""Any speed would do: the index is compared as a logarithm."""
HEATER_W: Final = 60.0
"""More than fan, light and electronics take (E): without a running compressor only a defrost heater draws it."""
HEATER_TIMES: Final = 1.25
"""A unit that says power only: this many times the usual power of running, for no longer than `PULSE_S`, is the heater
(E; heaters of 120 to 400 W for 10 to 40 minutes beside compressors of 50 to 150 W, data sheets)."""
PULSE_S: Final = 3600.0
PEAK_H: Final = 0.2
"""Shorter peaks are a compressor that starts, or works hard for a while (E)."""
OFF_W: Final = 12.0
"""Electronics and fans of a refrigerator whose compressor rests take less (E)."""


def cold_indices(day: Day) -> list[DayIndex]:
    """All indices of a day that has enough rows."""
    rows = day.readings
    if len(rows) < LEAST_ROWS:
        return []
    on, hours = _running(rows), hours_between(rows.time_s)
    closed, defrost = _closed(rows), _defrosting(rows, on)
    on &= ~defrost
    fridge, freezer, ambient = rows.number("fridge_c"), rows.number("freezer_c"), rows.number("ambient_c")
    power, evap = rows.number("power_w"), rows.number("evap_c")
    cold = np.where(np.isfinite(freezer), freezer, fridge)
    quiet = on & closed & ~defrost
    said = np.isfinite(power)
    mean_power = float(np.sum(power[said] * hours[said]) / np.sum(hours[said])) if hours[said].sum() > 0 else np.nan
    return [
        *_switching(rows, on, hours),
        *_off_cycles(rows, on, closed & ~defrost, fridge, freezer, ambient),
        # Where a temperature inside is measured, GROSS and WARMUP tell the same of a machine that hardly rests, too.
        *([] if np.isfinite(cold).any() else pace_indices(rows, on, defrost, gap_s=GAP_S, short_s=SHORT_S)),
        *summarise(ON_POWER, np.where(quiet, power, np.nan)),
        *single(MEAN_POWER, mean_power, float(hours[said].sum())),
        *summarise(LIFT, ambient - fridge),
        *summarise(FRIDGE, fridge),
        *summarise(FREEZER, freezer),
        *summarise(SPLIT, fridge - freezer),
        *summarise(AMBIENT, ambient),
        *summarise(EVAP_DEPTH, np.where(quiet, cold - evap, np.nan)),
        *summarise(HZ, np.where(quiet, rows.number("compressor_hz"), np.nan)),
        *_defrosts(rows, defrost, on, hours),
        *single(DOORS, counted(rows.number("door_opens")) / max(float(hours.sum()), 1.0), float(hours.sum())),
    ]


def _running(rows: Rows) -> Mask:
    """Compressor on: as said, else by its speed, else by power above a third of the day's high (power-only units)."""
    said, speed, power = rows.number("compressor_on"), rows.number("compressor_hz"), rows.number("power_w")
    if np.isfinite(said).any():
        return np.asarray(said > 0.5, dtype=np.bool_)
    if np.isfinite(speed).any():
        return np.asarray(speed > 1.0, dtype=np.bool_)
    known = power[np.isfinite(power)]
    if len(known) == 0:
        return np.zeros(len(rows), dtype=np.bool_)
    limit = max(OFF_W, quantiles_of(known, (0.8,))[0] / 3.0)
    return np.asarray(power > limit, dtype=np.bool_)


def _closed(rows: Rows) -> Mask:
    """No door open now and none opened since the row before."""
    closed = ~(rows.number("door_open") > 0.5)
    opens = rows.number("door_opens")
    moved = np.zeros(len(rows), dtype=np.bool_)
    moved[1:] = np.diff(opens) > 0
    return np.asarray(closed & ~moved, dtype=np.bool_)


def _says_running(rows: Rows) -> bool:
    return any(np.isfinite(rows.number(name)).any() for name in ("compressor_on", "compressor_hz"))


def _defrosts(rows: Rows, defrost: Mask, on: Mask, hours: Floats) -> list[DayIndex]:
    told = any(np.isfinite(rows.number(name)).any() for name in ("defrost", "evap_c"))
    power = rows.number("power_w")
    total, pulse_h = float(hours.sum()), float(hours[defrost].sum())
    if told or (np.isfinite(power).any() and _says_running(rows)):
        return [*single(DEFROST_H, pulse_h, total), *_around_pulses(rows, defrost, on, hours, PULSE_H)]
    if not np.isfinite(power).any():
        return []
    return [
        *single(DEFROST_BY_POWER_H, pulse_h, total),
        *single(PEAK_W, _exceeded_for(power, hours, PEAK_H), total),
        *_around_pulses(rows, defrost, on, hours, PEAK_H),
    ]


def _around_pulses(rows: Rows, defrost: Mask, on: Mask, hours: Floats, least_h: float) -> list[DayIndex]:
    """Nothing on a day without a pulse of `least_h` hours."""
    runs = stretches(defrost, changes(rows.time_s, GAP_S))
    pulses = [(start, end) for start, end in runs if hours[start:end].sum() > least_h]
    if not pulses:
        return []
    ran, total = hours * on, float(hours.sum())
    before, since = ran[: pulses[0][0]].sum(), ran[pulses[-1][1] :].sum()
    return [*single(RUN_BEFORE_H, before, total), *single(RUN_SINCE_H, since, total)]


def _exceeded_for(power: Floats, hours: Floats, share_h: float) -> float:
    """The power that is reached for `share_h` hours of these rows; NaN if they are shorter than that."""
    known = np.isfinite(power)
    order = np.argsort(-power[known])
    reached = np.flatnonzero(np.cumsum(hours[known][order]) > share_h)
    return float(power[known][order][reached[0]]) if len(reached) else np.nan


def _defrosting(rows: Rows, on: Mask) -> Mask:
    """The flag, an evaporator above freezing (only a heater or a long rest brings it there), or a heater's power."""
    flag, evap, power = rows.number("defrost") > 0.5, rows.number("evap_c") > 2.0, rows.number("power_w")
    if _says_running(rows):
        return np.asarray(flag | evap | ((power > HEATER_W) & ~on), dtype=np.bool_)
    running = power[on & np.isfinite(power)]
    heater = np.zeros(len(rows), dtype=np.bool_)
    if len(running):
        limit = max(HEATER_W, HEATER_TIMES * quantiles_of(running, (0.85,))[0])
        for start, end in stretches(power > limit, changes(rows.time_s, GAP_S)):
            heater[start:end] = rows.time_s[end - 1] - rows.time_s[start] <= PULSE_S
    return np.asarray(flag | evap | heater, dtype=np.bool_)


def _switching(rows: Rows, on: Mask, hours: Floats) -> list[DayIndex]:
    total = float(hours.sum())
    runs = stretches(on, changes(rows.time_s, GAP_S))
    whole = [(start, end) for start, end in runs if start > 0 and end < len(rows)]
    lengths = np.array([rows.time_s[end] - rows.time_s[start] for start, end in whole])
    speed = rows.number("compressor_hz")
    effort = np.where(np.isfinite(speed), speed / NOMINAL_HZ, 1.0) * on
    found = [*single(DUTY, float(effort @ hours) / max(total, 0.1), total), *single(RUN_H, hours[on].sum(), total)]
    found += single(STARTS, len(whole) / max(total, 1.0), total)
    if len(whole) >= 4:
        found += single(SHORT_STARTS, float((lengths <= SHORT_S).mean()), len(whole))
    return found


def _off_cycles(rows: Rows, on: Mask, quiet: Mask, fridge: Floats, freezer: Floats, ambient: Floats) -> list[DayIndex]:
    cuts = changes(rows.time_s, GAP_S)
    off = [(start + 1, end) for start, end in stretches(~on & quiet, cuts) if end - start >= 4]
    runs = [(start + 1, end) for start, end in stretches(on & quiet, cuts) if end - start >= 4]
    around = np.where(np.isfinite(ambient), ambient, 24.0)  # an unknown kitchen is taken as a temperate one (E)
    found: list[DayIndex] = []
    for name, inside in ((WARMUP, fridge), (FREEZER_WARMUP, freezer)):
        driving = medians(around - inside, off)
        found += summarise(name, ratio_of(slopes_per_h(rows.time_s, inside, off), driving, driving > 3.0))
    cold = np.where(np.isfinite(freezer), freezer, fridge)
    pulls = -slopes_per_h(rows.time_s, cold, runs)
    found += summarise(PULLDOWN, pulls)
    warming = slopes_per_h(rows.time_s, cold, off)
    warming = warming[np.isfinite(warming)]
    return found + (summarise(GROSS, pulls + median_of(warming)) if len(warming) else [])
