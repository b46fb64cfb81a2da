"""Any kind: a sensor that stands still for days although it always moved. Judged before any appliance verdict."""

from datetime import datetime
from functools import partial
from typing import Final

import numpy as np

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.sensors import ALIVE, STUCK
from models.history import DaySeries, FeatureHistory, day_start

STANDS: Final = 0.9
"""Share of a day's rows in one run of exactly the same value that is standing still (E)."""
DAYS: Final = 2
"""So many days in a row (E): one day may be a holiday of the sensor's radio."""
MOVED: Final = 0.5
"""On earlier days it must have moved: nine days in ten below this share, over at least seven days (E)."""
LEAST_BEFORE: Final = 7


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, *, kind: Kind, detector: str
) -> Verdict | None:
    """Present while any live signal of the kind stands still; absent when all of them move again."""
    said = {signal: history.complete(f"{STUCK}.{signal}") for signal in ALIVE[kind]}
    known = {signal: series for signal, series in said.items() if len(series) >= LEAST_BEFORE + DAYS}
    if not known:
        return None
    standing = [_evidence(signal, series) for signal, series in known.items() if _stands(series)]
    moving = all(series.values[-1] < STANDS for series in known.values())
    if not standing and not moving:
        return None
    return Verdict(
        fault="sensor_fault",
        present=bool(standing),
        at=now_data_time,
        probability=0.9 if standing else 0.0,
        urgency=Urgency.VISIT,
        evidence=tuple(standing) or tuple(_moves(signal, series) for signal, series in known.items() if _stood(series)),
        detector=detector,
    )


def _stands(series: DaySeries) -> bool:
    before = series.values[: -_run(series)] if _run(series) else series.values
    moved = len(before) >= LEAST_BEFORE and float(np.quantile(before, 0.9)) < MOVED
    return _run(series) >= DAYS and moved


def _run(series: DaySeries) -> int:
    """Standing days at the end."""
    moving = np.flatnonzero(series.values < STANDS)
    return len(series) - (int(moving[-1]) + 1 if len(moving) else 0)


def _stood(series: DaySeries) -> bool:
    still = series.values >= STANDS
    return bool((still[1:] & still[:-1]).any())


def _evidence(signal: str, series: DaySeries) -> Evidence:
    since = series.days[len(series) - _run(series)]
    return Evidence(
        signal=signal,
        expected=float(np.median(series.values[: -_run(series)])),
        observed=float(series.values[-1]),
        unit="share of the day at one value",
        since=day_start(since),
        note="This sensor stands still although it always moved. Nothing is concluded about the appliance from it.",
    )


def _moves(signal: str, series: DaySeries) -> Evidence:
    return Evidence(
        signal=signal,
        expected=None,
        observed=float(series.values[-1]),
        unit="share of the day at one value",
        since=day_start(series.days[-1]),
        note="This sensor moves again.",
    )


def _detector(kind: Kind) -> Detector:
    name, version = f"stuck_sensor_{kind}", "1"
    return Detector(
        name=name,
        version=version,
        fault="sensor_fault",
        kinds=frozenset({kind}),
        indices=tuple(f"{STUCK}.{signal}" for signal in ALIVE[kind]),
        cannot_see=(
            "Drift, a wrong unit, spikes; a sensor that stood still from the first week; signals that a machine sends "
            "only a few times a day; slow sensors whose resolution hides their movement."
        ),
        measures=True,
        judge=partial(judge, kind=kind, detector=f"{name}/{version}"),
    )


DETECTORS: Final = tuple(_detector(kind) for kind in ALIVE)
