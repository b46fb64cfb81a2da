"""Which known fault it is: the one whose pattern explains the last days better than every other, than health, and than
'something unknown moved' (which is for review, never for a visit)."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from math import exp, inf, log
from types import MappingProxyType
from typing import Final

import numpy as np

from models.detectors.accumulate import middle_of
from models.detectors.signature import CautionParams, Effect, Signature
from models.healthy.deviations import Deviation

AGREES: Final = 0.7
"""Two indices that tell of the same thing differ by less than a third (E), or something else moved the one."""
_Recent = dict[str, tuple[float, float]]


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
    untimely: Collection[Signature] = (),
    paced: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """Probability of each fault, of `healthy` and of `unknown`, from the medians of the last days; sums to one.

    Only indices that one of the `signatures` speaks of count. What is `untimely` is no explanation; `paced` says what
    the growth makes of a fault's odds.
    """
    spoken_of = {effect.index for signature in signatures for effect in signature.effects}
    recent = _recent({index: one for index, one in deviations.items() if index in spoken_of}, until, params)
    scores = {"healthy": _log_density(recent, {}, 0.0), "unknown": _unknown(recent, params)}
    for signature in signatures:
        effects = {effect.index: effect for effect in signature.effects}
        odds = 0.0 if signature in untimely else signature.odds * paced.get(signature.fault, 1.0)
        if odds == 0.0 or not any(effect.key and effect.index in recent for effect in signature.effects):
            continue
        amplitude = min(_best_amplitude(recent, effects, signature.level), signature.largest)
        # A fault that has no amplitude is health, which is counted already, and one that is refuted explains nothing.
        some = amplitude >= params.some_amplitude * signature.level and not _is_refuted(signature, recent, params)
        score = _log_density(recent, effects, amplitude) - 0.5 + log(odds) if some else -inf  # one fitted number
        scores[signature.fault] = max(score, scores.get(signature.fault, score))
    best = max(scores.values())
    weights = {name: exp(max(score - best, -50.0)) for name, score in scores.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _is_refuted(signature: Signature, recent: _Recent, params: CautionParams) -> bool:
    """True where an index has risen, beyond chance, that the fault can only lower."""
    value, deviation = recent.get(signature.refuted_by, (0.0, 0.0))
    return value > params.moved * deviation


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


def is_decided(signature: Signature, deviations: Mapping[str, Deviation], until: date, params: CautionParams) -> bool:
    """Whether an index moved that tells the fault from what moves the others, beyond what such a fault takes of it.

    The others that tell of the same have moved alike, as far as can be said.
    """
    if not signature.decisive:
        return True
    recent = _recent(deviations, until, params)
    known = [index for index in signature.decisive if index in recent]
    if not known:
        return False
    latest = max(deviations[index].days[-1] for index in known)
    known = [index for index in known if (latest - deviations[index].days[-1]).days < signature.outdated_days]
    sizes = {effect.index: effect.size for effect in signature.effects}
    moved = [recent[index][0] * float(np.sign(sizes[index])) for index in known]
    shown, share = signature.taken
    taken = share * max(0.0, recent[shown][0]) if shown in recent else 0.0
    alike = all(by + recent[index][1] >= AGREES * moved[0] for by, index in zip(moved, known, strict=True))
    return moved[0] - taken > params.moved * recent[known[0]][1] and alike


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
