"""From a signature to a detector: accumulated evidence, the right name, and the words for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import numpy as np

from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from models.detectors.accumulate import Course, follow, middle_of
from models.detectors.amplitude import Amplitudes, grows_too_fast, known_amplitudes, limits_of
from models.detectors.contract import Detector, References
from models.detectors.index_words import words_of
from models.detectors.known_faults import SIGNATURES
from models.detectors.naming import is_decided, likelihoods, rivals_among
from models.detectors.pace import paced
from models.detectors.rivals import explanations_of
from models.detectors.signature import CautionParams, Signature
from models.healthy.deviations import Deviation, deviations_of
from models.history import FeatureHistory, day_start
from models.prognosis import days_until, with_time_scale

VERSION: Final = "2"
CONTENDS: Final = 0.5
"""A rival this many times as likely as what is named contends with it: a fault that needs a technician then keeps back
what the owner could put right, and what the owner could put right a visit, where what tells them apart is not measured
(E)."""


def judge(
    history: FeatureHistory,
    references: References,
    now_data_time: datetime,
    *,
    signature: Signature,
    detector: str,
    params: CautionParams | None = None,
) -> Verdict | None:
    """The verdict as of `now_data_time`; see `Detector` for what None and False mean."""
    params = params or CautionParams()
    deviations = deviations_of(signature.kind, history, references)
    amplitudes = known_amplitudes(signature, history, deviations)
    if amplitudes is None:
        return None
    limits = limits_of(signature, amplitudes, params)
    course = follow(amplitudes.days, amplitudes.values, limits, amplitudes.added, amplitudes.each)
    fresh = (history.today - amplitudes.days[-1]).days <= signature.old_days
    if course.raised and fresh:
        lately = _lately(signature, params)
        if not is_decided(signature, deviations, amplitudes.days[-1], lately):
            return None
        among = rivals_among(explanations_of(signature.kind, deviations), signature)
        untimely = [one for one in among if _is_untimely(one, history, deviations)]
        pace = paced(signature, among, amplitudes)
        named = likelihoods(among, deviations, amplitudes.days[-1], lately, untimely, pace)
        if signature not in untimely and max(named, key=lambda fault: named[fault]) == signature.fault:
            verdict = _raised(
                signature, detector, deviations, amplitudes, course, named[signature.fault], now_data_time
            )
            if graver_is_likely(signature, named) or _owner_first(signature, named, deviations):
                return None
            least = max(params.least_probability, signature.least_probability or 0.0)
            return verdict if verdict and verdict.probability >= least else None
        return None
    if course.cleared_on == history.today:
        return None  # another run may tell otherwise: an end is told by days that are over
    if course.cleared_on is not None:
        evidence = _evidence(signature, deviations, day_start(course.cleared_on), recovered=True)
        return _absent(signature, detector, now_data_time, evidence)
    return _absent(signature, detector, now_data_time, ()) if course.near and fresh else None


def _lately(signature: Signature, params: CautionParams) -> CautionParams:
    """Named by the days that raise it, where these are fewer than three, because it fails soon, or more than usual; by
    three where what comes and goes may look like it."""
    if signature.named_by is not None:
        return replace(params, recent_days=signature.named_by)
    if 3 <= signature.steady_days <= params.recent_days:
        return params
    return replace(params, recent_days=3 if signature.lowest_of > 1 else signature.steady_days)


def graver_is_likely(signature: Signature, named: Mapping[str, float]) -> bool:
    """True while a fault that needs a technician is hardly less likely: an owner who cleans what is clean loses the
    days in which the repair would have been in time, while what an owner can put right takes months."""
    kind, own = signature.kind, signature.fault
    if fault_of(kind, own).urgency is not Urgency.SELF:
        return False
    graver = {
        one.fault for one in SIGNATURES if one.kind == kind and fault_of(kind, one.fault).urgency is Urgency.VISIT
    }
    return any(named.get(fault, 0.0) >= CONTENDS * named[own] for fault in graver)


def _owner_first(signature: Signature, named: Mapping[str, float], deviations: Mapping[str, Deviation]) -> bool:
    """True while what the owner could clean is not that much less likely, and what tells them apart is not measured.

    Nobody should pay a visit for dust.
    """
    if not any(signature.surer_without in one.unmeasured for one in deviations.values()):
        return False
    kind, own = signature.kind, signature.fault
    easier = {one.fault for one in SIGNATURES if one.kind == kind and fault_of(kind, one.fault).urgency is Urgency.SELF}
    return any(named.get(fault, 0.0) > CONTENDS * named[own] for fault in easier)


def _is_untimely(rival: Signature, history: FeatureHistory, deviations: dict[str, Deviation]) -> bool:
    """True if what there is came faster than this fault can."""
    amplitudes = known_amplitudes(rival, history, deviations)
    return amplitudes is not None and grows_too_fast(rival, amplitudes)


def _raised(
    signature: Signature,
    detector: str,
    deviations: dict[str, Deviation],
    amplitudes: Amplitudes,
    course: Course,
    named: float,
    at: datetime,
) -> Verdict | None:
    since = day_start(course.since or amplitudes.days[-1])
    evidence = _evidence(signature, deviations, since, recovered=False)
    if not evidence:
        return None
    fault = fault_of(signature.kind, signature.fault)
    trend = days_until(amplitudes.days, amplitudes.values, signature.failure, amplitudes.noise)
    left = with_time_scale(fault, trend)
    last_day = day_start(amplitudes.days[-1]) + timedelta(hours=12)
    p10, p50, p90 = (last_day + timedelta(days=days) for days in left) if left else (None, None, None)
    strength = 1.0 - 0.35 * float(np.exp(-max(0.0, course.strength - 1.0) / 1.5))
    return Verdict(
        fault=signature.fault,
        present=True,
        at=at,
        probability=float(min(0.97, named * strength)),
        urgency=fault.urgency,
        evidence=evidence,
        fails_p10=p10,
        fails_p50=p50,
        fails_p90=p90,
        detector=detector,
    )


def _evidence(
    signature: Signature, deviations: dict[str, Deviation], since: datetime, *, recovered: bool
) -> tuple[Evidence, ...]:
    """The indices that moved as the fault says, the most telling first; for a recovery the key indices as they are."""
    told: list[tuple[float, Evidence]] = []
    for effect in signature.effects:
        deviation = deviations.get(effect.index)
        if deviation is None or effect.size == 0:
            continue
        last = slice(-min(signature.steady_days, len(deviation)), None)
        value = middle_of(deviation.values[last]) * np.sign(effect.size)
        weight = value / float(np.hypot(middle_of(deviation.noise[last]), deviation.drift))
        if (recovered and effect.key) or (not recovered and weight > 1.0):
            expected, observed = (middle_of(side[last]) for side in (deviation.expected, deviation.observed))
            told.append((weight, _said(deviation.told_by or effect.index, expected, observed, since, recovered)))
    told.sort(key=lambda pair: -pair[0])
    return tuple(evidence for _, evidence in told[:4])


def _said(index: str, expected: float, observed: float, since: datetime, recovered: bool) -> Evidence:
    words = words_of(index)
    if recovered:
        note = f"{words.name} is back at what this unit does when healthy."
    else:
        change = f"{100 * (observed / expected - 1):+.0f} %" if abs(expected) > 1e-9 else f"{observed:+.2f}"
        note = f"{words.name}: {change} against this unit when healthy, compared {words.alike}."
    return Evidence(signal=words.signal, expected=expected, observed=observed, unit=words.unit, since=since, note=note)


def _absent(signature: Signature, detector: str, at: datetime, evidence: tuple[Evidence, ...]) -> Verdict:
    return Verdict(
        fault=signature.fault,
        present=False,
        at=at,
        probability=0.0,
        urgency=fault_of(signature.kind, signature.fault).urgency,
        evidence=evidence,
        detector=detector,
    )


def name_of(signature: Signature) -> str:
    """The name of the detector that looks for this pattern."""
    return "_".join(part for part in (signature.kind, signature.fault, signature.stage) if part)


def _detector(signature: Signature) -> Detector:
    name = name_of(signature)
    return Detector(
        name=name,
        version=VERSION,
        fault=signature.fault,
        kinds=frozenset({signature.kind}),
        indices=tuple(effect.index for effect in signature.effects),
        references=tuple(effect.index for effect in signature.effects),
        cannot_see=signature.cannot_see,
        measures=True,
        judge=partial(judge, signature=signature, detector=f"{name}/{VERSION}"),
    )


DETECTORS: Final = tuple(_detector(signature) for signature in SIGNATURES)
