"""The evidence of a finding by day: the index that tells most, what was expected, where it is heading. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from domain.signals import Kind
from models.detectors.accumulate import middle_of
from models.detectors.amplitude import amplitudes_of, limits_of
from models.detectors.contract import References
from models.detectors.index_words import words_of
from models.detectors.pattern import name_of
from models.detectors.rivals import rivals_of
from models.detectors.signature import CautionParams, Effect
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.fleet_prior import priors_for
from models.healthy.learners import RATIO
from models.healthy.reference import Reference
from models.history import DaySeries, FeatureHistory

BAND: Final = 2.0
"""Deviations of a healthy day that the band spans to either side: about 95 days in a hundred."""

DatedValues = tuple[tuple[date, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One index of one appliance by day; all values in `unit`, one per day of `days`."""

    name: str
    unit: str
    days: tuple[date, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    """The band in which a healthy day lies."""
    threshold: tuple[float, ...]
    """From here the deviation is spoken of."""
    failure: tuple[float, ...]
    """Where half of such units have failed or need care."""
    learned: DatedValues
    """The days from which normal was learned."""
    uncompared: DatedValues
    """Days that were measured too, but tell nothing of this: little was measured, nothing like it was learned, work on
    the appliance lies between, or a dryer's heater was never held back."""
    signs: int = 0
    """So many indices add up to the finding; 0: it was told in another way than by adding up."""
    lowest_of: int = 1
    """Of so many days only the lowest adds up."""


def picture_of(
    kind: Kind,
    fault: str,
    signals: Collection[str],
    history: FeatureHistory,
    references: References,
    detector: str = "",
) -> Picture | None:
    """The picture for a finding of `detector` whose evidence names `signals`; None if no stored index belongs to the
    fault."""
    signatures = [one for one in rivals_of(kind) if one.fault == fault]
    own = next((one for one in signatures if name_of(one) == detector.partition("/")[0]), None)
    signature = own or next(iter(signatures), None)
    if signature is None:
        return None
    deviations = deviations_of(kind, history, references)
    amplitudes = amplitudes_of(signature, deviations)
    shown = [effect for effect in signature.effects if effect.size and effect.index in deviations]
    if amplitudes is None or not shown:
        return None
    told = [effect for effect in shown if words_of(effect.index).signal in signals]
    effect = _most_telling(told or shown, deviations)
    limits = limits_of(signature, amplitudes, CautionParams()).level, signature.failure[1]
    picture = _drawn(kind, effect, deviations[effect.index], limits, history, references)
    return picture if own is None else replace(picture, signs=len(shown), lowest_of=own.lowest_of)


def _most_telling(effects: Sequence[Effect], deviations: Mapping[str, Deviation]) -> Effect:
    """Of those that were compared last: one that stopped telling leaves out the days that may contradict it."""
    among = [one for one in effects if one.key] or effects
    newest = max(deviations[one.index].days[-1] for one in among)
    fresh = [one for one in among if deviations[one.index].days[-1] == newest]
    return max(fresh, key=lambda one: _weight(one, deviations[one.index]))


def _weight(effect: Effect, deviation: Deviation) -> float:
    """How far beyond noise the last days are, in the direction of the fault."""
    last = slice(-3, None)
    value = middle_of(deviation.values[last]) * np.sign(effect.size)
    return float(value / np.hypot(middle_of(deviation.noise[last]), deviation.drift))


def _drawn(
    kind: Kind,
    effect: Effect,
    deviation: Deviation,
    amplitudes: tuple[float, float],
    history: FeatureHistory,
    references: References,
) -> Picture:
    prior = priors_for(kind, history.priors).get(effect.index)
    log = effect.index in RATIO or prior is None or prior.log

    def away(by: "np.ndarray[tuple[int], np.dtype[np.float64]] | float") -> tuple[float, ...]:
        shifted = deviation.expected * np.exp(by) if log else deviation.expected + by
        return tuple(np.broadcast_to(shifted, deviation.expected.shape).tolist())

    spread = BAND * np.hypot(deviation.noise, deviation.drift)
    level, failure = (amplitude * effect.size for amplitude in amplitudes)
    told_by = deviation.told_by or effect.index
    words, reference = words_of(told_by), references.get(told_by)
    least_weight = 0.0 if prior is None else prior.least_weight
    learned, uncompared = _others(history.complete(told_by), deviation, reference, least_weight)
    return Picture(
        name=words.name,
        unit=words.unit,
        days=deviation.days,
        observed=tuple(deviation.observed.tolist()),
        expected=away(0.0),
        low=away(-spread),
        high=away(spread),
        threshold=away(level),
        failure=away(failure),
        learned=learned,
        uncompared=uncompared,
    )


def _others(
    series: DaySeries, deviation: Deviation, reference: Reference | None, least_weight: float
) -> tuple[DatedValues, DatedValues]:
    """The days that normal was learned from, and those that are not compared with it."""
    learned: list[tuple[date, float]] = []
    uncompared: list[tuple[date, float]] = []
    compared = frozenset(deviation.days)
    for day, value, weight in zip(series.days, series.values.tolist(), series.weights.tolist(), strict=True):
        if day not in compared:
            one = learned if weight >= least_weight and _was_learned(day, reference) else uncompared
            one.append((day, value))
    return tuple(learned), tuple(uncompared)


def _was_learned(day: date, reference: Reference | None) -> bool:
    """Of one carried over work on the appliance nobody knows any more from which days before it was learned."""
    return reference is not None and reference.learned_from <= day <= reference.learned_to
