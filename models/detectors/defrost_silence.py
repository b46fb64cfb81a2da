"""Refrigerator: the defrost heater no longer pulses, counted in compressor hours (domain notes: N compressor-hours)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.day import Floats, Mask
from models.features.refrigerator import (
    DEFROST_BY_POWER_H,
    DEFROST_H,
    ON_POWER,
    PEAK_W,
    PULSE_H,
    RUN_BEFORE_H,
    RUN_H,
    RUN_SINCE_H,
)
from models.history import DaySeries, FeatureHistory, day_start


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceParams:
    """How long a silence counts. All (E)."""

    least_pulses: int = 5
    """Days with a pulse before the silence: a unit that never showed one cannot be judged."""
    guessed_pulse_h: float = 0.2
    """The same where it is guessed from power: shorter peaks are a compressor that works hard for a while."""
    seen_gaps: float = 1.5
    """Of the longest gap between two pulses, hours of compressor running: timers count these, to a few per cent."""
    unseen_gaps: float = 2.2
    """The same where one pulse may have come while nobody listened: two gaps together."""
    seen_h: float = 23.75
    """Hours of a day on which nothing was missed: heaters pulse for ten minutes and more."""
    guessed_gaps: float = 2.0
    """In usual gaps where pulses are guessed from power, as some of them are missed,"""
    longest_gaps: float = 1.3
    """and in longest ones; so long, ice may be what keeps the cold away."""
    least_run_h: float = 16.0
    """Timers of simple units let the compressor run for six to twelve hours, adaptive ones for days."""
    least_days: int = 1
    guessed_days: int = 3
    """Whole days without a pulse."""
    guessed_share: float = 0.75
    """Pulses that are only guessed from power are regular if they were seen on this share of the days of the last
    `guessed_within` before the silence: where they come and go anyway, their absence tells less."""
    guessed_within: int = 28
    heater_share: float = 0.95
    """Where pulses are only guessed from power: a day whose peak is as high as this share of what the pulses before it
    drew has one as well, though a compressor that works hard in a hot kitchen hides it from the guess."""
    unknown_gaps_h: float = 30.0
    """As long as fewer pulses are known, so many hours of running without one leave ice on the evaporator."""
    below_heater: float = 0.83
    """And a day that peaks below this share of it has none, however its compressor runs."""
    power_shift: float = 0.06
    """Where pulses are only guessed from power, a compressor whose own power moved by this share hides them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pulses:
    """The days with a pulse, and how long the compressor ran between them."""

    guessed: bool
    series: DaySeries
    places: npt.NDArray[np.intp]
    """Where in the series the days with a pulse are."""
    gaps_h: Floats
    """Hours of running from the last pulse of each such day to the first of the next."""
    silent_h: float
    """Hours of running since the last pulse of all."""
    seen: bool
    """Every hour since was seen, so that no pulse was missed."""

    @property
    def longest_h(self) -> float:
        """The longest gap but for one of many."""
        return float(np.quantile(self.gaps_h, 0.97))


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, params: SilenceParams | None = None
) -> Verdict | None:
    """Present while the compressor has run far longer than ever since the last pulse; absent once it pulses again."""
    params = params or SilenceParams()
    pulses = _pulses(history, params)
    if pulses is None or len(pulses.series) < 2 * params.least_pulses or len(pulses.gaps_h) < params.least_pulses - 1:
        return None
    usual = float(np.median(pulses.gaps_h))
    limit = max(_limit_h(pulses, usual, params), params.least_run_h)
    silent_h, last, days = pulses.silent_h, int(pulses.places[-1]), pulses.series.days
    if silent_h >= limit and len(days) - 1 - last >= (params.guessed_days if pulses.guessed else params.least_days):
        if pulses.guessed and not _can_be_guessed(history, days[last], last + 1, pulses.places, params):
            return None
        return _verdict(True, now_data_time, usual, silent_h, day_start(days[last + 1]), silent_h / limit)
    was_silent = bool(pulses.gaps_h.max() >= max(params.guessed_gaps * usual, params.least_run_h))
    since = day_start(days[int(pulses.places[int(np.argmax(pulses.gaps_h)) + 1])]) if was_silent else None
    return _verdict(False, now_data_time, usual, silent_h, since, 0.0) if silent_h < limit else None


def _limit_h(pulses: _Pulses, usual_h: float, params: SilenceParams) -> float:
    """Hours of running without a pulse that the machine's own gaps do not explain."""
    if pulses.guessed:
        return max(params.guessed_gaps * usual_h, params.longest_gaps * pulses.longest_h)
    return (params.seen_gaps if pulses.seen else params.unseen_gaps) * pulses.longest_h


def undefrosted(history: FeatureHistory, params: SilenceParams | None = None) -> bool:
    """Whether a unit has run so long without a pulse that ice may be what keeps the cold away."""
    params = params or SilenceParams()
    pulses = _pulses(history, params)
    if pulses is None:
        return False
    known = len(pulses.places)
    if pulses.guessed and (known == 0 or not _never_near(history, pulses.series.days[pulses.places[-1]], params)):
        return False
    if known < params.least_pulses:
        return pulses.silent_h >= params.unknown_gaps_h
    gaps = params.longest_gaps if pulses.seen or pulses.guessed else params.unseen_gaps
    return pulses.silent_h >= max(gaps * pulses.longest_h, params.least_run_h)


def _pulses(history: FeatureHistory, params: SilenceParams) -> _Pulses | None:
    """None if the unit tells nothing of pulses, or not how long it runs."""
    guessed = len(history.complete(DEFROST_H)) == 0
    pulses, runs = history.complete(DEFROST_BY_POWER_H if guessed else DEFROST_H), history.complete(RUN_H)
    if len(pulses) == 0 or len(runs) < len(pulses):
        return None
    run_h = np.nan_to_num(runs.at_days(pulses.ordinals))
    total = np.cumsum(run_h)
    with_pulse = _with_heater(history, pulses, params) if guessed else pulses.values > PULSE_H
    places = np.flatnonzero(with_pulse)
    before, since = (history.complete(index).at_days(pulses.ordinals)[places] for index in (RUN_BEFORE_H, RUN_SINCE_H))
    # Where it is not known when on the day the pulse came, it counts as its end.
    first = (total - run_h)[places] + np.where(np.isfinite(before), before, run_h[places])
    last = total[places] - np.nan_to_num(since)
    late = slice(places[-1] if len(places) else 0, None)
    without_a_gap = bool((np.diff(pulses.ordinals[late]) == 1).all())
    return _Pulses(
        guessed=guessed,
        series=pulses,
        places=places,
        gaps_h=first[1:] - last[:-1],
        silent_h=float(total[-1] - (last[-1] if len(last) else 0.0)),
        seen=without_a_gap and bool((pulses.weights[late] >= params.seen_h).all()),
    )


def _with_heater(history: FeatureHistory, pulses: DaySeries, params: SilenceParams) -> Mask:
    """The days with a pulse: what stands out from the day's own running, or is as strong as the heater was before."""
    stands_out = pulses.values > params.guessed_pulse_h
    peak_w = history.complete(PEAK_W).at_days(pulses.ordinals)
    known = stands_out & np.isfinite(peak_w)
    if int(known.sum()) < params.least_pulses:
        return stands_out
    heater_w = float(np.median(peak_w[known]))
    weaker = peak_w < params.below_heater * heater_w
    with_heater: Mask = (stands_out & ~weaker) | (np.abs(peak_w / heater_w - 1.0) <= 1.0 - params.heater_share)
    return with_heater


def _can_be_guessed(
    history: FeatureHistory, last_pulse: date, days: int, pulsed: npt.NDArray[np.intp], params: SilenceParams
) -> bool:
    """Whether two of three hold: pulses were regular, nothing since came near one, and running draws what it drew."""
    within = min(days, params.guessed_within)
    regular = int((pulsed >= days - within).sum()) >= params.guessed_share * within
    clear = _never_near(history, last_pulse, params)
    return regular + clear + (not _power_moved(history, last_pulse, params.power_shift)) >= 2


def _never_near(history: FeatureHistory, last_pulse: date, params: SilenceParams) -> bool:
    """Whether no day since came near what the heater drew: then it does not matter how hard the compressor works."""
    peak, after = history.complete(PEAK_W), last_pulse + timedelta(days=1)
    pulses = history.complete(DEFROST_BY_POWER_H).before(after)
    drawn = peak.at_days(pulses.ordinals[pulses.values > params.guessed_pulse_h])
    drawn, silent = drawn[np.isfinite(drawn)], peak.since(after).values
    if len(drawn) < params.least_pulses or len(silent) == 0:
        return False
    return bool(silent.max() < params.below_heater * float(np.median(drawn)))


def _power_moved(history: FeatureHistory, last_pulse: date, share: float) -> bool:
    power = history.complete(ON_POWER)
    before, after = power.before(last_pulse + timedelta(days=1)), power.since(last_pulse + timedelta(days=1))
    if len(before) == 0 or len(after) == 0:
        return True
    return abs(float(np.median(after.values)) / float(np.median(before.values[-14:])) - 1.0) > share


def _verdict(
    present: bool, at: datetime, usual: float, silent_h: float, since: datetime | None, strength: float
) -> Verdict:
    said = (
        "No defrosting for this many hours of compressor running; it was usual after the expected ones."
        if present
        else "The defrost heater pulses again."
    )
    evidence = () if since is None else (
        Evidence(signal="defrost", expected=usual, observed=silent_h, unit="h of running", since=since, note=said),
    )  # fmt: skip
    return Verdict(
        fault="defrost_failure",
        present=present,
        at=at,
        probability=min(0.95, 0.75 + 0.1 * (strength - 1.0)) if present else 0.0,
        urgency=Urgency.VISIT,
        evidence=evidence,
        detector=DETECTOR.label,
    )


DETECTOR: Final = Detector(
    name="defrost_silence",
    version="7",
    fault="defrost_failure",
    kinds=frozenset({Kind.REFRIGERATOR}),
    indices=(DEFROST_H, DEFROST_BY_POWER_H, PEAK_W, RUN_H, RUN_BEFORE_H, RUN_SINCE_H, ON_POWER),
    cannot_see=(
        "Units that say neither power, defrosting nor evaporator temperature; a heater that failed before five "
        "pulses were seen; a heater that pulses but no longer heats; which of heater, sensor or timer failed."
    ),
    measures=True,
    judge=judge,
)
