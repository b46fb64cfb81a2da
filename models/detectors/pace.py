"""How fast it came tells which fault it is: dust takes a season, a compressor fails within days to weeks."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.detectors.accumulate import middle_of
from models.detectors.amplitude import Amplitudes
from models.detectors.signature import Signature
from models.features.day import Floats

LATELY: Final = (0, 3)
"""Days ago, from and to below: what there is now,"""
BEFORE: Final = (12, 20)
"""and what there was a fortnight before. A week is less than what a kitchen, guests or a heat wave do to a machine."""
RATES: Final = np.geomspace(2e-4, 0.2, 80)
"""Growth of the amplitude in a day that is thought of."""
LEAST: Final = 0.05
"""It came too fast, or too slowly, for a fault: one of twenty is left of its odds (E)."""
MOST: Final = 2.0
"""What came slowly makes a slow fault twice as likely at most: a fast one may rest for a while (E)."""


def paced(signature: Signature, rivals: Sequence[Signature], amplitudes: Amplitudes) -> dict[str, float]:
    """By fault what the rise of the last fortnight makes of its odds beside the signature's; empty if nothing."""
    rise = _rise(amplitudes)
    if signature.pace is None or rise is None:
        return {}
    own = _likelihood(signature.pace, *rise, amplitudes.noise)
    told = {one.fault: _likelihood(one.pace, *rise, amplitudes.noise) / own for one in rivals if one.pace is not None}
    return {fault: float(np.clip(odds, LEAST, MOST)) for fault, odds in told.items()}


def _rise(amplitudes: Amplitudes) -> tuple[float, float] | None:
    """How much the amplitude has grown, and in how many days."""
    ago = amplitudes.days[-1].toordinal() - np.array([day.toordinal() for day in amplitudes.days])
    now, before = ((ago >= first) & (ago < end) for first, end in (LATELY, BEFORE))
    if not before.any():
        return None
    grown = middle_of(amplitudes.each[now]) - middle_of(amplitudes.each[before])
    return grown, float(middle_of(ago[before].astype(np.float64)) - middle_of(ago[now].astype(np.float64)))


def _likelihood(pace: tuple[float, float], grown: float, days: float, noise: float) -> float:
    """Of such a rise if the fault grows by `pace`: the middle rate of units and the spread of its logarithm.

    Student-like, as the naming is: one wild week must not decide alone.
    """
    middle, spread = pace
    units: Floats = np.exp(-0.5 * (np.log(RATES / middle) / spread) ** 2) / spread
    shown: Floats = (1.0 + ((grown - RATES * days) / noise) ** 2 / 4.0) ** -2.5
    return float(units @ shown)
