"""A sensor that reads in another unit since one step: °F for °C, or a factor between units, or ten times."""

from typing import Final

import numpy as np

from domain.signals import SIGNALS
from models.detectors.accumulate import middle_of
from models.detectors.trouble import BEFORE, DAYS, LEAST_BEFORE, Trouble, aligned, lasting
from models.features.day import Floats
from models.features.sensors import ALL_TENS, TENS
from models.history import DaySeries, FeatureHistory

STEP_DAYS: Final = 12
"""Observed days among which a step to another unit is looked for (E), and if there is none among all, if it led to
where the sensor never was: waiting puts nothing right."""
ALIKE_K: Final = 3.0
"""Days alike differ by so much (E)."""
SWINGS: Final = (1.34, 2.42)
"""In Fahrenheit everything swings 1.8 times as far: nearer to that than to as far as before, or to 3.2 times."""
FACTORS: Final = (10.0, 0.1, 1000.0, 0.001, 25.4, 1 / 25.4)
"""Between W and kW, mm and cm, m and inch."""
NO_FACTOR: Final = frozenset({"pm25_ugm3", "flow_lpm", "turbidity_ntu", "discharge_c"})
"""Days of bad air or of dirty dishes, a household that draws more, the first hot day: all come close to such a step."""


def tenfold(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    """What is said in whole numbers says nothing but multiples of ten."""
    told = history.complete(f"{TENS}.{signal}")
    if len(told) < DAYS or told.days[-1] != usual.days[-1]:
        return None
    return lasting(signal, usual, aligned(told, usual), ALL_TENS, 0.5, "reads ten times: only multiples of ten,")


def flipped(signal: str, usual: DaySeries, _history: FeatureHistory) -> Trouble | None:
    """Since one step, on two days at least, the distribution is that of before in another unit."""
    steps = np.abs(np.diff(usual.values))
    if len(steps) == 0 or signal in NO_FACTOR:
        return None
    look = _in_fahrenheit if signal.endswith("_c") else _by_a_factor
    for among, known in ((steps[1 - STEP_DAYS :], BEFORE), (steps, len(usual))):
        run = len(among) - int(among.argmax())
        before, now = usual.values[:-run], usual.values[-run:]
        if run < DAYS or len(before) < LEAST_BEFORE or before[-known:].min() <= now.max() <= before[-known:].max():
            continue
        trouble = look(signal, usual, run, before[-BEFORE:], now)
        if trouble is not None:
            return trouble
    return None


def _in_fahrenheit(signal: str, usual: DaySeries, run: int, before: Floats, now: Floats) -> Trouble | None:
    middle, width = middle_of(before), middle_of(usual.spreads[:-run][-BEFORE:])
    flip, coldest = (1.8 * value + 32.0 for value in (middle, float(before.min()) - ALIKE_K))
    scatter = 1.4826 * middle_of(np.abs(before - middle))
    near = np.abs(now - flip) <= max(ALIKE_K + 3.0 * scatter, 0.15 * abs(flip - middle))
    near &= now >= coldest  # a hot wash is no cold one in °F
    near &= (usual.spreads[-run:] > 0.9 * width) | (width < 1.0)
    if middle < 0.0:  # below freezing the two scales come near each other: what warms up may look like it
        swings = usual.spreads[1 - run :]  # the day of the change holds both
        near &= np.abs(now - flip) <= 0.25 * abs(flip - middle)
        near &= bool(((swings > SWINGS[0] * width) & (swings < SWINGS[1] * width)).all())
    apart = abs(flip - middle) > max(6.0 + 6.0 * scatter, 1.5 * float(before.max() - before.min()))
    if not (apart and bool(near.all())):
        return None
    return Trouble(signal, usual.days[-run], middle, float(now[-1]), "°C", "reads as if in Fahrenheit,")


def _by_a_factor(signal: str, usual: DaySeries, run: int, before: Floats, now: Floats) -> Trouble | None:
    if min(float(before.min()), float(now.min())) <= 0:
        return None
    middle = middle_of(before)
    noise = float(np.max(np.abs(np.log(before / middle)))) / 3.0
    ratios = np.log(now / middle)
    for factor in FACTORS:
        size = float(np.log(factor))
        if noise < 0.25 * abs(size) and bool((np.abs(ratios - size) <= 0.25 + 2.0 * noise).all()):
            unit = SIGNALS[signal].unit
            return Trouble(signal, usual.days[-run], middle, float(now[-1]), unit, "reads in another unit,")
    return None
