"""What sensors do that no appliance can: stand still while it works, jump alone, fall silent alone, contradict another.

Days on which a sensor is as it should be leave one row, what is usual for it; the shares are said only where notable.
"""

from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.day import Day, DayIndex, Floats, Mask, Rows, median_of, quantiles_of, single
from models.features.plausible import FANS, WATCHED, odd_values_of, working
from models.features.stretches import counted

USUAL: Final = "usual"
"""Median of the signal while the appliance works, with the width from its 10th to its 90th percentile as spread."""
STUCK: Final = "stuck_share"
"""Share of the day's working rows in the longest run of exactly the same value; said from `NOTABLE` on."""
ODD: Final = "odd_share"
"""Share of the day's working rows with an impossible value; said where there is any."""
MISSING: Final = "missing_share"
"""Share of working rows without this value between rows with it; said from `NOTABLE_MISSING` on."""
TENS: Final = "tens_share"
"""Share of multiples of ten among the day's working rows that are not zero; said from `ALL_TENS` on."""
GAP: Final = "gap"
"""Difference of two sensors where physics makes them equal: `gap.room_c.supply_c` and so on, K; energy as a ratio."""
POWER_GAP: Final = "gap.power_w.current_a"
"""Share of rows in which power is not voltage times current times power factor; said on every day that can tell."""
ENERGY_GAP: Final = "gap.power_w.energy_kwh"
"""Logarithm of integrated power over the advance of the energy counter."""
TURNS_OFF: Final = "gap.fan_rpm.off"
"""Share of the rows of a fan that is switched off in which its speed is not zero, or not said."""
STANDS_ON: Final = "gap.fan_rpm.on"
"""Share of the rows of a fan that runs, and draws power for it, in which its speed is zero, or not said."""
LEAST_ROWS: Final = 6
NOTABLE: Final = 0.5
NOTABLE_MISSING: Final = 0.05
IN_ONES: Final = frozenset({"pm25_ugm3", "turbidity_ntu"})
"""Said in whole numbers: ten times that is told by its last digit, whatever the air or the dishes are like."""
ALL_TENS: Final = 0.95
LEAST_TENS: Final = 24
REST_S: Final = 3600.0
"""After an hour at rest coil, supply and room are at one temperature within a kelvin or two (E)."""
LEAST_RESTING: Final = 6
REST_PAIRS: Final = {
    Kind.AIR_CONDITIONER: (
        ("room_c", "supply_c"),
        ("room_c", "coil_in_c"),
        ("outdoor_c", "coil_out_c"),
        ("outdoor_c", "discharge_c"),
    ),
    Kind.DRYER: (("inlet_c", "exhaust_c"),),
}
ON_W: Final = {Kind.AIR_CONDITIONER: 60.0, Kind.DRYER: 20.0}
LONGEST_STEP_S: Final = 2400.0
FAN_RUNS_W: Final = 3.0
"""More than the standby of a fan (E)."""
MOST_TRIPS: Final = 2.0
"""An element that trips more often in a day is switched faster than it is read: rows do not add up to energy (E)."""
HEATS: Final = 0.1
"""Share of the day's highest power that an element which heats takes at the least (E)."""


def sensor_indices(day: Day, *, kind: Kind) -> list[DayIndex]:
    """What the day's readings tell of each watched sensor."""
    rows = day.readings
    if len(rows) < LEAST_ROWS:
        return []
    at_work = working(kind, rows)
    odd = odd_values_of(kind, day)
    found: list[DayIndex] = []
    for signal in WATCHED.get(kind, {}):
        if signal in rows.numbers:
            found += _one(signal, rows.number(signal), at_work, odd.get(signal))
    return [*found, *_rest_gaps(kind, rows), *_speed_gaps(kind, rows), *_power_gap(rows), *_energy_gap(kind, rows)]


def _one(signal: str, values: Floats, at_work: Mask, odd: Mask | None) -> list[DayIndex]:
    known = at_work & np.isfinite(values)
    count = int(known.sum())
    missing = _missing(values[at_work])
    found = single(f"{MISSING}.{signal}", missing, int(at_work.sum())) if missing >= NOTABLE_MISSING else []
    if count < LEAST_ROWS:
        return found
    low, middle, high = quantiles_of(values[known], (0.1, 0.5, 0.9))
    found += single(f"{USUAL}.{signal}", middle, count, spread=high - low)
    run = _longest_run(values[known]) / count
    found += single(f"{STUCK}.{signal}", run, count) if run >= NOTABLE else []
    tens = _tens(values[known]) if signal in IN_ONES else 0.0
    found += single(f"{TENS}.{signal}", tens, count) if tens >= ALL_TENS else []
    if odd is not None and (odd & at_work).any():
        found += single(f"{ODD}.{signal}", float((odd & at_work).sum()) / count, count)
    return found


def _missing(values: Floats) -> float:
    """Share of unknown rows among those between the first and the last known one."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return 0.0
    return float(1.0 - len(known) / (known[-1] - known[0] + 1))


def _tens(values: Floats) -> float:
    """Share of multiples of ten among the values that are not zero; 0 if there are too few of them."""
    said = values[values > 0]
    return float((said % 10.0 == 0.0).mean()) if len(said) >= LEAST_TENS else 0.0


def _longest_run(values: Floats) -> int:
    turns = np.flatnonzero(np.diff(values)) + 1
    return int(np.diff(np.concatenate(([0], turns, [len(values)]))).max())


def _rest_gaps(kind: Kind, rows: Rows) -> list[DayIndex]:
    pairs = [pair for pair in REST_PAIRS.get(kind, ()) if pair[0] in rows.numbers and pair[1] in rows.numbers]
    if not pairs or "power_w" not in rows.numbers:
        return []
    on = ~(rows.number("power_w") <= ON_W[kind])
    last_on = np.maximum.accumulate(np.where(on, rows.time_s, rows.time_s[0]))
    resting = ~on & (rows.time_s - last_on >= REST_S)
    found: list[DayIndex] = []
    for one, other in pairs:
        gap = (rows.number(one) - rows.number(other))[resting]
        gap = gap[np.isfinite(gap)]
        if len(gap) >= LEAST_RESTING:
            found += single(f"{GAP}.{one}.{other}", median_of(gap), len(gap))
    return found


def _speed_gaps(kind: Kind, rows: Rows) -> list[DayIndex]:
    """A fan that is switched off stands, and one that runs turns; of rows in which neither has just begun."""
    if kind not in FANS or "fan_rpm" not in rows.numbers:
        return []
    level, speed = rows.number("fan_level"), rows.number("fan_rpm")
    settled = np.concatenate(([False], level[1:] == level[:-1]))
    off, on = settled & (level == 0), settled & (level >= 1) & (rows.number("power_w") > FAN_RUNS_W)
    found: list[DayIndex] = []
    if np.isfinite(speed[off]).any():  # many say no speed at all while they are off
        found += single(TURNS_OFF, float((speed[off] != 0).mean()), int(off.sum()))
    if on.any():
        found += single(STANDS_ON, float((~(speed[on] > 0)).mean()), int(on.sum()))
    return found


def _power_gap(rows: Rows) -> list[DayIndex]:
    """Ohm's bookkeeping, where a meter says all of it."""
    power, apparent = rows.number("power_w"), rows.number("voltage_v") * rows.number("current_a")
    factor = rows.number("power_factor")
    told = np.isfinite(power) & (rows.number("current_a") >= 1.0) & (apparent > 0)
    if int(told.sum()) < LEAST_ROWS:
        return []
    ratio = np.abs(power[told]) / apparent[told]
    exact = np.abs(factor[told])
    wrong = np.where(np.isfinite(exact), np.abs(ratio - exact) > 0.08 + 0.1 * exact, ratio > 1.15)
    return single(POWER_GAP, float(wrong.mean()), int(told.sum()))


def _energy_gap(kind: Kind, rows: Rows) -> list[DayIndex]:
    power, energy = rows.number("power_w"), rows.number("energy_kwh")
    known = np.isfinite(power) & np.isfinite(energy)
    if int(known.sum()) < LEAST_ROWS or counted(rows.number("cutout_trips")) > MOST_TRIPS:
        return []
    power, energy, time_s = power[known], energy[known], rows.time_s[known]
    step_s, advance, one, other = np.diff(time_s), np.diff(energy), power[:-1], power[1:]
    told = (step_s <= LONGEST_STEP_S) & (advance >= 0)
    if kind is Kind.WATER_HEATER:
        # An element heats for some minutes: of what came and went between two rows neither tells, and of one that
        # begins or ends between them it may have heated all of that time, or none.
        one, other = np.minimum(one, other), np.maximum(one, other)
        told &= other >= HEATS * float(power.max())
    metered = float(advance[told].sum())
    steps = advance[told & (advance > 0)]
    if len(steps) < 5 or metered < max(0.05, 10 * float(steps.min())):
        return []  # too coarse a counter for so little energy
    # A counter advances by what flowed since the row before: at the power that was said then, for a meter that speaks
    # when something changes, or at the one that is said now, for one that sums up; nobody tells which. So the nearer
    # of both counts, and nothing if the counter lies between them.
    before, after = (
        float(np.log(max(float((watts * step_s)[told].sum()) / 3.6e6, 1e-4) / metered)) for watts in (one, other)
    )
    gap = 0.0 if before * after <= 0 else min(before, after, key=abs)
    return single(ENERGY_GAP, gap, int(told.sum()))
