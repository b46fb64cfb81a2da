"""Washing machine: drain filter clog from drain seconds per litre against the machine's own first cycles."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.day import Floats
from models.features.washing_machine import DRAIN
from models.history import DaySeries, FeatureHistory, day_start


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainParams:
    """Ratios to the reference level (domain notes: x1.3 warn, x2 act) and how many cycles must agree (E)."""

    warn: float = 1.3
    act: float = 2.0
    clear: float = 1.15
    """Back near the reference: halfway between clean and warning."""
    cycles: int = 3
    noise: float = 3.0
    """The warning ratio is never below one plus this many spreads of the reference."""


def judge(
    history: FeatureHistory, references: References, now_data_time: datetime, params: DrainParams | None = None
) -> Verdict | None:
    """The verdict as of `now_data_time`: the median of the last three or more cycles decides."""
    params = params or DrainParams()
    reference = references.get(DRAIN)
    if reference is None:
        return None
    level = float(reference.model["level"])
    warn = max(params.warn, 1.0 + params.noise * float(reference.model["spread"]) / level)
    series = history.all_days(DRAIN).since(reference.learned_to + timedelta(days=1))
    recent = _recent(series, params.cycles)
    if len(recent) < params.cycles:
        return None
    ratio = float(np.median(recent)) / level
    if ratio >= warn:
        return _raised(series, level, ratio, warn, now_data_time, params)
    if (recent <= params.clear * level).all():
        return _absent(series, level, ratio, warn, now_data_time, params)
    return None


def _recent(series: DaySeries, cycles: int) -> Floats:
    """Cycles of the last days that together hold at least `cycles`; a day's cycles stand at their median."""
    enough = np.flatnonzero(np.cumsum(series.weights[::-1]) >= cycles)
    if len(enough) == 0:
        return np.empty(0)
    first = len(series) - int(enough[0]) - 1
    return np.repeat(series.values[first:], series.weights[first:].astype(int))


def _raised(series: DaySeries, level: float, ratio: float, warn: float, at: datetime, params: DrainParams) -> Verdict:
    acting = ratio >= params.act
    note = (
        f"Draining takes {ratio:.1f} times as long per litre as in this machine's own first cycles (median of the last "
        "cycles). Mains pressure is ruled out: it acts on filling, not on draining; load size is, as it is per litre."
        + (" Beyond twice the time it may stop with water inside." if acting else "")
    )
    evidence = Evidence(
        signal="drain_s / litres",
        expected=level,
        observed=level * ratio,
        unit="s/l",
        since=day_start(_since(series, warn * level)),
        note=note,
    )
    return Verdict(
        fault="drain_filter_clog",
        present=True,
        at=at,
        # 0.6 at the warning ratio to 0.95 well beyond acting; monotone, not calibrated yet (E).
        probability=0.95 - 0.35 * float(np.exp(-(ratio - warn) / 0.5)),
        urgency=Urgency.SELF,
        evidence=(evidence,),
        detector=DETECTOR.label,
    )


def _absent(series: DaySeries, level: float, ratio: float, warn: float, at: datetime, params: DrainParams) -> Verdict:
    """Not there; with evidence if it was there before."""
    evidence: tuple[Evidence, ...] = ()
    if _was_raised(series, level, warn, params):
        since = next(day for day in series.days if _clean_from(series, day, params.clear * level))
        note = "Draining takes no longer than in this machine's own first cycles, three cycles or more in a row."
        evidence = (
            Evidence(
                signal="drain_s / litres",
                expected=level,
                observed=level * ratio,
                unit="s/l",
                since=day_start(since),
                note=note,
            ),
        )
    return Verdict(
        fault="drain_filter_clog",
        present=False,
        at=at,
        probability=0.0,
        urgency=Urgency.SELF,
        evidence=evidence,
        detector=DETECTOR.label,
    )


def _was_raised(series: DaySeries, level: float, warn: float, params: DrainParams) -> bool:
    return any(
        len(recent := _recent(series.before(day), params.cycles)) and float(np.median(recent)) >= warn * level
        for day in series.days
    )


def _clean_from(series: DaySeries, day: date, limit: float) -> bool:
    return bool((series.since(day).values <= limit).all())


def _since(series: DaySeries, limit: float) -> date:
    """First day of the run of slow days that reaches to the end."""
    since = series.days[-1]
    for day, value in zip(reversed(series.days), reversed(series.values), strict=True):
        if value < limit and day != since:
            break
        since = day
    return since


DETECTOR: Final = Detector(
    name="drain_filter_clog",
    version="1",
    fault="drain_filter_clog",
    kinds=frozenset({Kind.WASHING_MACHINE}),
    indices=(DRAIN,),
    references=(DRAIN,),
    cannot_see=(
        "A filter that was clogged during the first eight cycles; a machine that does not report drain time and litres "
        "per cycle; a worn pump or a kinked hose look the same; a sudden block inside one cycle is that machine's own "
        "error code, not this."
    ),
    measures=True,
    judge=judge,
)
