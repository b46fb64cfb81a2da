"""How large a known fault is on each day, from the deviations of all the indices that it moves; and how fast it grows.

Each day's deviations give one amplitude (weighted least squares), which `accumulate` then adds up over days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from math import inf
from typing import Final

import numpy as np

from models.detectors.accumulate import Limits, middle_of
from models.detectors.lasting import lasting
from models.detectors.signature import CautionParams, Effect, Signature
from models.features.day import Floats, Mask, Whole
from models.healthy.deviations import Deviation
from models.history import FeatureHistory

FALL: Final = 2.0
"""A level that has fallen has fallen by so many of its standard deviations (E)."""
ONE_STEP_DAYS: Final = 14
"""Two half weeks of observed days that take longer than twice that time tell no step (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplitudes:
    """One fault's amplitude by day with the standard deviation of a healthy day, and of months (`drift`)."""

    days: tuple[date, ...]
    values: Floats
    each: Floats
    """Every day by itself, where `values` are the lowest of some days."""
    added: Floats
    """What adds up: a day that told what only looks like the fault counts by itself, up to `lasting.MOST_TOLD` levels,
    others as the lowest, less nothing for what may be hidden: the slack of the sum is about that much."""
    noise: float
    drift: float
    carried: bool
    """A key index has a level that goes on over work."""


def amplitudes_of(signature: Signature, deviations: Mapping[str, Deviation]) -> Amplitudes | None:
    """Weighted least squares of the day's deviations on the pattern; None if the unit shows no key index."""
    shown = [(effect, deviations[effect.index]) for effect in signature.effects if effect.index in deviations]
    if not any(effect.key for effect, _ in shown):
        return None
    days, ordinals = _days_of([found for effect, found in shown if effect.key])
    above, below = np.zeros(len(ordinals)), np.zeros(len(ordinals))
    wander = 0.0
    for effect, found in shown:
        if effect.size == 0 or len(found) == 0:
            continue
        # A vague effect says less about the amplitude: its tolerance at the least amplitude counts as noise.
        variance = found.noise**2 + found.drift**2 + (effect.tolerance * signature.level) ** 2
        bounded = np.clip(found.values, -6.0 * found.noise - abs(effect.size), 6.0 * found.noise + abs(effect.size))
        if len(found) == len(ordinals) and bool((found.ordinals == ordinals).all()):
            above += effect.size * bounded / variance
            below += effect.size**2 / variance
        else:
            place = np.minimum(np.searchsorted(ordinals, found.ordinals), len(ordinals) - 1)
            here = ordinals[place] == found.ordinals
            above[place[here]] += (effect.size * bounded / variance)[here]
            below[place[here]] += (effect.size**2 / variance)[here]
        wander += effect.size**2 / middle_of(variance) ** 2 * found.drift**2
    known = below > 0
    if not known.any():
        return None
    typical = middle_of(below[known])
    told = _told(signature, shown, ordinals)
    each = above[known] / below[known]
    values, added = lasting(signature, ordinals[known], each, told[known])
    return Amplitudes(
        days=days if known.all() else tuple(compress(days, known.tolist())),
        values=values,
        each=each,
        added=added,
        noise=1.0 / np.sqrt(typical),
        drift=float(np.sqrt(wander)) / typical,
        carried=any(effect.key and found.carried for effect, found in shown),
    )


def known_amplitudes(
    signature: Signature, history: FeatureHistory, deviations: Mapping[str, Deviation]
) -> Amplitudes | None:
    """`amplitudes_of` these deviations of the history, worked out once for all who ask."""
    memo = history.memo.get("amplitudes")
    if memo is None or memo[0] is not deviations:
        history.memo["amplitudes"] = memo = (deviations, {})
    known: dict[int, tuple[Signature, Amplitudes | None]] = memo[1]  # it keeps the signature, so that its id stays its
    if id(signature) not in known:
        known[id(signature)] = signature, amplitudes_of(signature, deviations)
    return known[id(signature)][1]


def _days_of(keys: Sequence[Deviation]) -> tuple[tuple[date, ...], Whole]:
    """The days on which any of them is known, as days and as day numbers."""
    longest = max(keys, key=len)
    if all(one.days == longest.days for one in keys):
        return longest.days, longest.ordinals
    ordinals = np.unique(np.concatenate([one.ordinals for one in keys]))
    return tuple(map(date.fromordinal, ordinals.tolist())), ordinals


def _told(signature: Signature, shown: Sequence[tuple[Effect, Deviation]], ordinals: Whole) -> Mask:
    """The days on which what only looks like the fault was measured."""
    told = np.zeros(len(ordinals), dtype=np.bool_)
    for effect, found in shown:
        if effect.key and signature.lowest_unless in found.alike_in:
            told |= np.isin(ordinals, found.ordinals[found.alike_in[signature.lowest_unless]])
    return told


def limits_of(signature: Signature, amplitudes: Amplitudes, params: CautionParams) -> Limits:
    """Limits in amplitude: floors of the fault, or multiples of what the unit does when healthy."""
    noise, drift = amplitudes.noise, amplitudes.drift
    # The lowest of some days is no wilder than their median.
    together = signature.steady_days if signature.steady_days > 1 else signature.lowest_of
    settled = float(np.hypot(noise / np.sqrt(together), drift))
    widths = params.lowest_level if signature.steady_days == 1 and signature.lowest_of >= 3 else params.level
    level = max(signature.level, signature.caution * widths * settled)
    slack = max(0.4 * level, params.slack * settled)
    return Limits(
        slack=slack,
        decision=max(1.2 * level, signature.caution * params.decision * settled),
        level=level,
        clear=max(0.35 * level, params.clear * settled),
        steady_days=signature.steady_days,
        clear_days=3,
        # After work the lowest of five days is the level, so that little by little adds up to nothing.
        strong=inf if amplitudes.carried else signature.strong,
        fallen=signature.fallen,
        fall=FALL * noise / float(np.sqrt(together)),
    )


def grows_too_fast(signature: Signature, amplitudes: Amplitudes) -> bool:
    """True if the last weeks show a rise that this fault cannot make, beyond what noise explains."""
    if len(amplitudes.values) < 8:
        return False
    if signature.gradual and _in_one_step(amplitudes, signature.step_share):
        return True
    if signature.fastest_per_day is None:
        return False
    now, before = amplitudes.values[-3:], amplitudes.values[-12:-5]
    days = (amplitudes.days[-2] - amplitudes.days[max(-9, -len(amplitudes.days))]).days
    rise = middle_of(now) - middle_of(before)
    return rise > signature.fastest_per_day * days + amplitudes.noise


def _in_one_step(amplitudes: Amplitudes, share: float, last: int = 60, width: int = 4) -> bool:
    """True if most of the present amplitude came between one half week and the next, of days that lie close together.

    What rose while the appliance stood still may have taken all of that time.
    """
    values = amplitudes.values[-last:]
    ordinals = np.array([day.toordinal() for day in amplitudes.days[-last:]])
    levels = np.median(np.lib.stride_tricks.sliding_window_view(values, width), axis=1)
    close = ordinals[2 * width - 1 :] - ordinals[: 1 - 2 * width] < ONE_STEP_DAYS
    steps = (levels[width:] - levels[:-width])[close]
    return len(steps) > 0 and float(steps.max()) >= share * max(float(levels[-1]), 1e-9)
