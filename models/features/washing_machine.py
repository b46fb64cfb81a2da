"""Washing machine: indices of finished cycles, and of the phases of its programme where no summary is said."""

from typing import Final

import numpy as np

from models.features.day import Day, DayIndex, Floats, summarise
from models.features.mains import fill_pace, mains_indices

DRAIN: Final = "drain_s_per_l"
"""Seconds to drain one litre, median of the day's cycles; its weight is the number of cycles."""
FILL: Final = "fill_s_per_l"
"""Seconds to fill one litre: valve and mains pressure."""
SPIN_VIBRATION: Final = "spin_vibration_mm_s"
"""Vibration at spin, median over the day's loads."""
SPIN_RPM: Final = "spin_rpm"
LOAD: Final = "load_kg"
WASH_POWER: Final = "wash_power_w"
"""Power of the drum motor while it tumbles without heating, W."""
TUMBLE_VIBRATION: Final = "tumble_vibration_mm_s"
"""Vibration while it tumbles, mm/s."""
SPIN_POWER: Final = "spin_power_w"
"""Power while it spins, W."""
REBALANCES: Final = "rebalances"
LEAST_LITRES: Final = 3.0
"""Below this the start and end of pumping, not the flow, decide the time (E)."""
LEAST_DRAIN_S: Final = 2.0
"""A drain shorter than this did not happen (E)."""
HEATER_W: Final = 900.0
"""More than any drum motor takes: the heater is on (E)."""
TUMBLE_RPM: Final = (15.0, 120.0)
SPIN_FROM_RPM: Final = 400.0


def drain_indices(day: Day) -> list[DayIndex]:
    """Drain seconds per litre over the day's cycles that drained enough water to tell."""
    drain_s, litres = day.cycles.number("drain_s"), day.cycles.number("litres")
    enough = (litres >= LEAST_LITRES) & (drain_s >= LEAST_DRAIN_S)
    return summarise(DRAIN, np.divide(drain_s, litres, out=np.full(len(drain_s), np.nan), where=enough))


def cycle_indices(day: Day) -> list[DayIndex]:
    """Filling and spinning as the cycle summaries tell."""
    cycles = day.cycles
    return [
        *summarise(FILL, fill_pace(cycles, LEAST_LITRES)),
        *mains_indices(day),
        *summarise(SPIN_VIBRATION, _positive(cycles.number("spin_vibration_mm_s"))),
        *summarise(SPIN_RPM, _positive(cycles.number("spin_rpm"))),
        *summarise(LOAD, _positive(cycles.number("load_kg"))),
        *summarise(REBALANCES, cycles.number("rebalances")),
    ]


def drum_indices(day: Day) -> list[DayIndex]:
    """Motor power and vibration while the drum tumbles or spins, from readings inside the cycles."""
    rows = day.readings
    rpm, power, vibration = rows.number("drum_rpm"), rows.number("power_w"), rows.number("vibration_mm_s")
    if len(rows) == 0 or not np.isfinite(rpm).any():
        return _power_only(power)
    tumbling = (rpm >= TUMBLE_RPM[0]) & (rpm <= TUMBLE_RPM[1])
    spinning = rpm >= SPIN_FROM_RPM
    unheated = tumbling & (power < HEATER_W)
    return [
        *_summarise_if(WASH_POWER, np.where(unheated, power, np.nan), 5),
        *_summarise_if(TUMBLE_VIBRATION, np.where(tumbling, vibration, np.nan), 5),
        *_summarise_if(SPIN_POWER, np.where(spinning, power, np.nan), 2),
    ]


def _power_only(power: Floats) -> list[DayIndex]:
    """A smart plug: the motor's power is what is drawn between standby and the heater."""
    return _summarise_if(WASH_POWER, np.where((power > 30.0) & (power < HEATER_W), power, np.nan), 10)


def _summarise_if(index: str, values: Floats, least: int) -> list[DayIndex]:
    return summarise(index, values) if int(np.isfinite(values).sum()) >= least else []


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)
