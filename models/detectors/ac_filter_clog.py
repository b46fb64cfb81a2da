"""Air conditioner: filter clog from the air-side temperature difference against the appliance's own clean reference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log
from typing import Final

import numpy as np

from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.accumulate import Course, Limits, bounded_probability, days_to, follow
from models.detectors.contract import Detector, References
from models.detectors.index_words import words_of
from models.detectors.naming import likelihoods
from models.detectors.rivals import explanations_of
from models.detectors.signature import CautionParams
from models.features.air_conditioner import AIR_DROP, AT_HEATING, COIL_DROP
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.learners import EXPECTED, RATIO
from models.history import FeatureHistory, day_start
from models.prognosis import with_time_scale

NAME: Final = "ac_filter_clog"
VERSION: Final = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClogParams:
    """Limits on the log of observed over expected difference; each is the larger of a floor and of its noise multiple.

    Flow -25 % is about +25 % difference (domain notes), 0.22 in the log; the floors stand well below it so that there
    is time to act. The noise is the reference's own, from held-out blocks of days.
    """

    slack: float = 0.04
    slack_noise: float = 1.0
    decision: float = 0.16
    decision_noise: float = 6.0
    level: float = 0.09
    level_noise: float = 2.5
    clear: float = 0.04
    clear_noise: float = 1.0
    strong: float = 1.0
    """An owner looks at a filter: evidence that suffices need not wait for three days beyond the level."""
    coil_share: float = 0.7
    """A coil moves by this share of what the air does (E): the floors of a unit that has only its coil."""
    corroboration: float = 0.25
    """Where air and coil are both measured, the other difference must have grown by at least this share: less air
    flow makes the coil colder too, a drifting sensor does not."""
    limit: float = log(1.35)
    """Prognosis goes to +35 %, where capacity is down by about a fifth (domain notes)."""
    trend_days: int = 28
    old_days: int = 14
    """A clog not confirmed by a good day within so many days is no longer spoken of (E)."""


def judge(
    history: FeatureHistory, references: References, now_data_time: datetime, params: ClogParams | None = None
) -> Verdict | None:
    """The verdict as of `now_data_time`; see `Detector` for what None and False mean."""
    params = params or ClogParams()
    deviations = deviations_of(Kind.AIR_CONDITIONER, history, references)
    main = next((index for index in (AIR_DROP, COIL_DROP) if index in deviations), None)
    if main is None:
        return None
    moved = deviations[main]
    reference = references[moved.told_by]
    noise = float(np.hypot(reference.model["noise"], reference.unsure))
    limits = _limits(noise, params, 1.0 if main == AIR_DROP else params.coil_share)
    course = follow(moved.days, moved.values, limits)
    fresh = (history.today - moved.days[-1]).days <= params.old_days
    if course.raised and fresh and not _corroborated(deviations, main, limits, params):
        return None
    if course.raised and fresh and not _named(deviations, moved.days[-1]):
        return None
    if course.raised and fresh:
        return _raised(history, moved, course, now_data_time, params)
    if course.cleared_on is not None:
        return _verdict(False, now_data_time, 0.0, (_recovered(moved, course.cleared_on),))
    return _verdict(False, now_data_time, 0.0, ()) if course.near and fresh else None


def _limits(noise: float, params: ClogParams, share: float) -> Limits:
    return Limits(
        slack=max(share * params.slack, params.slack_noise * noise),
        decision=max(share * params.decision, params.decision_noise * noise),
        level=max(share * params.level, params.level_noise * noise),
        clear=max(share * params.clear, params.clear_noise * noise),
        strong=params.strong,
    )


def _corroborated(deviations: Mapping[str, Deviation], main: str, limits: Limits, params: ClogParams) -> bool:
    """True unless a second temperature that must have followed did not."""
    other = deviations.get(COIL_DROP if main == AIR_DROP else AIR_DROP)
    if other is None:
        return True
    own = deviations[main]
    second = other.values[other.ordinals >= own.ordinals[-limits.steady_days :][0]]
    if len(second) == 0:
        return True
    first = float(np.median(own.values[-limits.steady_days :]))
    return float(np.median(second)) >= params.corroboration * first


def _named(deviations: Mapping[str, Deviation], last: date) -> bool:
    """A clog explains the last days better than a leak, a fouled outdoor coil or a thermometer that moved alone."""
    named = likelihoods(explanations_of(Kind.AIR_CONDITIONER, deviations), deviations, last, CautionParams())
    return max(named, key=lambda fault: named[fault]) == "filter_clog"


def _raised(history: FeatureHistory, moved: Deviation, course: Course, at: datetime, params: ClogParams) -> Verdict:
    since = day_start(course.since or moved.days[-1])
    expected = float(np.median(moved.expected[-3:]))
    ratio = float(np.exp(np.median(moved.values[-3:])))
    mode = "heating" if moved.told_by in AT_HEATING else "cooling"
    note = (
        f"Temperature difference at steady {mode} is {100 * (ratio - 1):.0f} % above this unit's own clean reference "
        "(median of the last three good days). Compared at the same fan level and compressor speed and at like room "
        "and outdoor temperatures, so weather, setpoint and load are ruled out; a refrigerant loss would make it "
        "smaller, not larger."
    )
    signal = words_of(moved.told_by).signal
    evidence = [Evidence(signal=signal, expected=expected, observed=expected * ratio, unit="K", since=since, note=note)]
    evidence += list(_coil_evidence(history, moved.days, since))
    trend = days_to(moved.days[-params.trend_days :], moved.values[-params.trend_days :], params.limit)
    left = with_time_scale(fault_of(Kind.AIR_CONDITIONER, "filter_clog"), trend)
    last_day = day_start(moved.days[-1]) + timedelta(hours=12)
    p10, p50, p90 = (last_day + timedelta(days=days) for days in left) if left else (None, None, None)
    return Verdict(
        fault="filter_clog",
        present=True,
        at=at,
        probability=bounded_probability(course.strength),
        urgency=Urgency.SELF,
        evidence=tuple(evidence),
        fails_p10=p10,
        fails_p50=p50,
        fails_p90=p90,
        detector=DETECTOR.label,
    )


def _coil_evidence(history: FeatureHistory, days: Sequence[date], since: datetime) -> Iterator[Evidence]:
    """The indoor coil before and now, where it is measured; said as it is, not compared like with like."""
    coil = history.complete("steady_coil_in_c")
    before, now = coil.before(since.date()), coil.since(days[-3:][0])
    if len(before) and len(now):
        yield Evidence(
            signal="coil_in_c",
            expected=float(np.median(before.values[-14:])),
            observed=float(np.median(now.values)),
            unit="°C",
            since=since,
            note="Indoor coil at steady cooling, before and now; less air makes it colder. Not corrected for weather.",
        )


def _recovered(moved: Deviation, day: date) -> Evidence:
    until = np.searchsorted(moved.ordinals, day.toordinal(), side="right")
    expected = float(moved.expected[until - 1])
    return Evidence(
        signal=words_of(moved.told_by).signal,
        expected=expected,
        observed=expected * float(np.exp(np.median(moved.values[:until][-2:]))),
        unit="K",
        since=day_start(day),
        note="Temperature difference is back at this unit's own clean reference for two good days in a row.",
    )


def _verdict(present: bool, at: datetime, probability: float, evidence: tuple[Evidence, ...]) -> Verdict:
    return Verdict(
        fault="filter_clog",
        present=present,
        at=at,
        probability=probability,
        urgency=Urgency.SELF,
        evidence=evidence,
        detector=DETECTOR.label,
    )


DETECTOR: Final = Detector(
    name=NAME,
    version=VERSION,
    fault="filter_clog",
    kinds=frozenset({Kind.AIR_CONDITIONER}),
    indices=(*RATIO.values(), *EXPECTED.values(), "steady_coil_in_c"),
    references=(AIR_DROP, COIL_DROP),
    cannot_see=(
        "A filter that was clogged while the reference was learned; the first two weeks; days without settled "
        "cooling or heating (drying, runs of a few minutes, weather or fan levels unlike any learned); units "
        "that measure neither supply air nor indoor coil; a clog together with a leak that cancels it; which of "
        "filter, blocked outlet or failing fan takes the air away."
    ),
    measures=True,
    judge=judge,
)
