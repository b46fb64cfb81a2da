"""Known faults as patterns: which indices of an appliance move, which way, and how far in proportion to each other.

The deviation d_i of index i under a fault of amplitude a is a * effect_i, give or take a * tolerance_i, besides the
unit's own noise. Each day's deviations give one amplitude (weighted least squares); amplitudes are accumulated over
days; and a fault is named only if its pattern explains the last days better than every other known fault, than
health, and than 'something unknown moved' (which is for review, never for a visit).
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress
from math import exp, inf, log
from typing import Final

import numpy as np

from domain.signals import Kind
from models.detectors.accumulate import Limits, middle_of
from models.detectors.contract import References
from models.features.day import Floats, Mask, Whole
from models.healthy.deviations import Deviation, deviations_of
from models.history import FeatureHistory

LEAST_TOLD: Final = 2
"""Days on which `Signature.lowest_unless` was told that suffice: one may have been told at another hour (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a fault of amplitude 1 does to an index, in the scale of that index (relative, mostly)."""

    index: str
    size: float
    tolerance: float
    key: bool = False
    """The fault is judged only on days and units that show at least one of its key indices."""
    sometimes: bool = False
    """Half of the units show it: that it is absent speaks hardly against the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One fault of one kind; amplitudes are relative, about the share of the function that is lost."""

    fault: str
    kind: Kind
    effects: tuple[Effect, ...]
    level: float
    """Smallest amplitude that is spoken of, however quiet the unit (domain notes or E)."""
    failure: tuple[float, float, float]
    """Amplitude at which it fails or has to be seen to: early, usual and late among units (E)."""
    cannot_see: str
    old_days: int = 14
    steady_days: int = 3
    """Of so many days the median has to be beyond the level; 1 for a fault whose `lowest_of` has the days in it."""
    fastest_per_day: float | None = None
    """Faster growth than this is another fault (domain notes: time scales); None if it may come at once."""
    hurried_odds: float = 0.0
    """What is left of its odds where it seems to grow faster than that; 0: then it is no explanation."""
    odds: float = 1.0
    """How common it is beside the other faults of the kind, roughly (E)."""
    least_probability: float | None = None
    """Stricter than `CautionParams.least_probability`, where being wrong is dear."""
    stage: str = ""
    """Tells apart several patterns of one fault: what it looks like early on, and later."""
    gradual: bool = False
    """It never comes in one step; what does is something outside of the appliance (mains pressure, say)."""
    lowest_of: int = 1
    """What stays until it is put right is there on every day: of so many observed days the lowest one counts, because
    what only looks like it comes and goes (foam, mains pressure)."""
    lowest_within: int = 1
    """And of all observed days within so many calendar days, and of the one before them: so it has lasted so long."""
    lowest_without: str = ""
    """Only for units that do not measure this context; empty for all."""
    of_sensor: bool = False
    """A sensor that moved alone: it explains nothing where the sensor was found right at rest."""
    decisive: str = ""
    """This index has to have moved, on units that do not measure `decisive_without`; empty: none has to."""
    decisive_without: str = ""
    lowest_unless: str = ""
    """A context index that tells what only looks like it: two days on which it was known are enough,"""
    hidden: float = 0.0
    """if the amplitude is larger than by what that index may have hidden."""
    largest: float = inf
    """It explains no more than this amplitude: what is beyond it has another cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplitudes:
    """One fault's amplitude by day with the standard deviation of a healthy day, and of months (`drift`)."""

    days: tuple[date, ...]
    values: Floats
    added: Floats
    """What adds up: a day that told what only looks like the fault counts by itself, others as in `values`."""
    noise: float
    drift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionParams:
    """How many standard deviations count; set on blocks of healthy residuals (docs/guides/detection.md)."""

    slack: float = 1.0
    decision: float = 6.0
    level: float = 3.0
    clear: float = 1.5
    moved: float = 2.0
    """An index that decides has moved beyond so many standard deviations of its recent days."""
    recent_days: int = 5
    some_amplitude: float = 0.1
    """Share of its least amplitude below which a fault is no explanation of anything."""
    least_probability: float = 0.4
    """Less sure than this is for review, not for an owner or a planner (E)."""
    unknown: float = 0.30
    """Deviation, in any direction, of what nobody has a name for (E)."""
    unknown_odds: float = 0.15
    """How likely it is beside all known faults together (E)."""


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
    lowest = _lowest(signature, ordinals[known], each, told[known])
    return Amplitudes(
        days=days if known.all() else tuple(compress(days, known.tolist())),
        values=lowest,
        added=np.where(told[known], each, lowest),
        noise=1.0 / np.sqrt(typical),
        drift=float(np.sqrt(wander)) / typical,
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


def _back_to(told: Whole, count: int) -> Whole:
    """At each place that of the last but one day of `told`; -1 where there is none yet."""
    before = np.searchsorted(told, np.arange(count), side="right") - LEAST_TOLD
    return np.where(before >= 0, told[np.maximum(before, 0)] if len(told) else -1, -1)


def _lowest(signature: Signature, ordinals: Whole, values: Floats, told: Mask) -> Floats:
    if signature.lowest_of == 1:
        return values
    within = np.searchsorted(ordinals, ordinals - signature.lowest_within, side="right") - 1
    enough = np.arange(len(ordinals)) - signature.lowest_of + 1
    lasted = _since(values, np.minimum(within, enough))
    asked = _back_to(np.flatnonzero(told), len(ordinals))
    return np.where(asked >= within, np.maximum(lasted, _since(values, asked) - signature.hidden), lasted)


def _since(values: Floats, first: Whole) -> Floats:
    """At each place the lowest since the place `first`; where there are too few days to tell, nothing is there."""
    return np.array([values[max(start, 0) : place + 1].min(initial=0.0 if start < 0 else np.inf)
                     for place, start in enumerate(first.tolist())])  # fmt: skip


def limits_of(signature: Signature, amplitudes: Amplitudes, params: CautionParams) -> Limits:
    """Limits in amplitude: floors of the fault, or multiples of what the unit does when healthy."""
    noise, drift = amplitudes.noise, amplitudes.drift
    # The lowest of some days is no wilder than their median.
    together = signature.steady_days if signature.steady_days > 1 else signature.lowest_of
    settled = float(np.hypot(noise / np.sqrt(together), drift))
    level = max(signature.level, params.level * settled)
    slack = max(0.4 * level, params.slack * settled)
    return Limits(
        slack=slack,
        decision=max(1.2 * level, params.decision * settled),
        level=level,
        clear=max(0.35 * level, params.clear * settled),
        steady_days=signature.steady_days,
        clear_days=3,
    )


def rivals_among(signatures: Sequence[Signature], signature: Signature) -> list[Signature]:
    """Those that `signature` has to be told from, itself included: they move, or hold still, an index of its own.

    A fault that shares no index with it sits in another part of the appliance, and may be there besides.
    """
    own = {effect.index for effect in signature.effects}
    return [one for one in signatures if any(effect.index in own for effect in one.effects)]


def likelihoods(
    signatures: Sequence[Signature],
    deviations: Mapping[str, Deviation],
    until: date,
    params: CautionParams,
    hurried: Collection[Signature] = (),
) -> dict[str, float]:
    """Probability of each fault, of `healthy` and of `unknown`, from the medians of the last days; sums to one.

    Only indices that one of the `signatures` speaks of count.
    """
    spoken_of = {effect.index for signature in signatures for effect in signature.effects}
    recent = _recent({index: one for index, one in deviations.items() if index in spoken_of}, until, params)
    scores = {"healthy": _log_density(recent, {}, 0.0), "unknown": _unknown(recent, params)}
    for signature in signatures:
        effects = {effect.index: effect for effect in signature.effects}
        odds = signature.odds * (signature.hurried_odds if signature in hurried else 1.0)
        if odds == 0.0 or not any(effect.key and effect.index in recent for effect in signature.effects):
            continue
        amplitude = min(_best_amplitude(recent, effects, signature.level), signature.largest)
        # A fault that has no amplitude is health, which is counted already.
        some = amplitude >= params.some_amplitude * signature.level
        score = _log_density(recent, effects, amplitude) - 0.5 + log(odds) if some else -inf  # one fitted number
        scores[signature.fault] = max(score, scores.get(signature.fault, score))
    best = max(scores.values())
    weights = {name: exp(max(score - best, -50.0)) for name, score in scores.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def all_deviations(kind: Kind, history: FeatureHistory, references: References) -> dict[str, Deviation]:
    """Every index of the kind that can be compared with health."""
    return deviations_of(kind, history, references)


_Recent = dict[str, tuple[float, float]]


def _recent(deviations: Mapping[str, Deviation], until: date, params: CautionParams) -> _Recent:
    """Median deviation and its standard deviation of the last days up to `until`, by index; old ones say nothing."""
    found: _Recent = {}
    for index, deviation in deviations.items():
        # Of what is seldom used, fewer days within four weeks have to do.
        count = min(params.recent_days, len(deviation) - bisect_left(deviation.days, until - timedelta(days=28)))
        if count <= 0 or (until - deviation.days[-1]).days > 14:
            continue
        noise = middle_of(deviation.noise[-count:])
        found[index] = (
            middle_of(deviation.values[-count:]),
            float(np.hypot(1.3 * noise / np.sqrt(count), deviation.drift)),
        )
    return found


def is_decided(
    signature: Signature,
    history: FeatureHistory,
    deviations: Mapping[str, Deviation],
    until: date,
    params: CautionParams,
) -> bool:
    """Whether an index moved that tells the fault from what moves the others on a unit that measures less."""
    if not signature.decisive or len(history.all_days(signature.decisive_without)):
        return True
    value, deviation = _recent(deviations, until, params).get(signature.decisive, (0.0, 1.0))
    size = next(effect.size for effect in signature.effects if effect.index == signature.decisive)
    return bool(value * np.sign(size) > params.moved * deviation)


def _best_amplitude(recent: _Recent, effects: Mapping[str, Effect], least: float) -> float:
    above = below = 0.0
    for index, (value, deviation) in recent.items():
        effect = effects.get(index)
        if effect is not None and effect.size:
            variance = deviation**2 + (effect.tolerance * least) ** 2
            above += effect.size * value / variance
            below += effect.size**2 / variance
    return max(0.0, above / below) if below else 0.0


def _log_density(recent: _Recent, effects: Mapping[str, Effect], amplitude: float) -> float:
    """Student-like: a single wild index costs at most its logarithm, so that it cannot decide alone."""
    total = 0.0
    for index, (value, deviation) in recent.items():
        effect = effects.get(index)
        absent = _density(value, deviation**2 + (0.3 * amplitude * deviation) ** 2)
        if effect is None:
            total += absent
            continue
        shown = _density(value - amplitude * effect.size, deviation**2 + (amplitude * effect.tolerance) ** 2)
        total += float(np.logaddexp(shown, absent)) - log(2.0) if effect.sometimes else shown
    return total


def _density(gap: float, variance: float) -> float:
    return -0.5 * log(variance) - 2.5 * log(1.0 + gap**2 / (4.0 * variance))


def _unknown(recent: _Recent, params: CautionParams) -> float:
    total = log(params.unknown_odds)
    for value, deviation in recent.values():
        variance = deviation**2 + params.unknown**2
        total += -0.5 * log(variance) - 2.5 * log(1.0 + value**2 / (4.0 * variance))
    return total


def grows_too_fast(signature: Signature, amplitudes: Amplitudes) -> bool:
    """True if the last weeks show a rise that this fault cannot make, beyond what noise explains."""
    if len(amplitudes.values) < 8:
        return False
    if signature.gradual and _in_one_step(amplitudes.values[-60:]):
        return True
    if signature.fastest_per_day is None:
        return False
    now, before = amplitudes.values[-3:], amplitudes.values[-12:-5]
    days = (amplitudes.days[-2] - amplitudes.days[max(-9, -len(amplitudes.days))]).days
    rise = middle_of(now) - middle_of(before)
    return rise > signature.fastest_per_day * days + amplitudes.noise


def _in_one_step(values: Floats, width: int = 4, share: float = 0.6) -> bool:
    """True if most of the present amplitude came between one half week and the next."""
    levels = np.median(np.lib.stride_tricks.sliding_window_view(values, width), axis=1)
    steps = levels[width:] - levels[:-width]
    return len(steps) > 0 and float(steps.max()) >= share * max(float(levels[-1]), 1e-9)
