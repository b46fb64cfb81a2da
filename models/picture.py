"""The evidence of a finding by day: the index that tells most, what was expected, where it is heading. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from domain.signals import Kind
from models.detectors.accumulate import middle_of
from models.detectors.amplitude import amplitudes_of, limits_of
from models.detectors.contract import References
from models.detectors.index_words import words_of
from models.detectors.rivals import rivals_of
from models.detectors.signature import CautionParams, Effect
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.fleet_prior import priors_for
from models.healthy.learners import RATIO
from models.history import FeatureHistory

BAND: Final = 2.0
"""Deviations of a healthy day that the band spans to either side: about 95 days in a hundred."""


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
    learned: tuple[tuple[date, float], ...]
    """The days from which normal was learned."""


def picture_of(
    kind: Kind, fault: str, signals: Collection[str], history: FeatureHistory, references: References
) -> Picture | None:
    """The picture for a finding whose evidence names `signals`; None if no stored index belongs to the fault."""
    signature = next((one for one in rivals_of(kind) if one.fault == fault), None)
    if signature is None:
        return None
    deviations = deviations_of(kind, history, references)
    amplitudes = amplitudes_of(signature, deviations)
    shown = [effect for effect in signature.effects if effect.size and effect.index in deviations]
    if amplitudes is None or not shown:
        return None
    told = [effect for effect in shown if words_of(effect.index).signal in signals]
    effect = next(iter(sorted(told or shown, key=lambda one: -_weight(one, deviations[one.index]))))
    level = limits_of(signature, amplitudes, CautionParams()).level
    return _drawn(kind, effect, deviations[effect.index], (level, signature.failure[1]), history, references)


def _weight(effect: Effect, deviation: Deviation) -> float:
    """How far beyond noise the last days are, in the direction of the fault; what is key goes first."""
    last = slice(-3, None)
    value = middle_of(deviation.values[last]) * np.sign(effect.size)
    return float(value / np.hypot(middle_of(deviation.noise[last]), deviation.drift)) + 100.0 * effect.key


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
    learned: tuple[tuple[date, float], ...] = ()
    if reference is not None:
        series = history.complete(told_by).before(deviation.days[0])
        # One that was carried over work on the appliance was learned at some time before it.
        series = series.since(reference.learned_from) if reference.learned_from < deviation.days[0] else series
        learned = tuple(zip(series.days, series.values.tolist(), strict=True))
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
    )
