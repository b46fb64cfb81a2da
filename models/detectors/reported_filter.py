"""What the appliance itself reports about its filter: an alarm, or a used-up cleaning interval."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np

from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.filter_reports import FILTER_ALARM, FILTER_USED
from models.history import DaySeries, FeatureHistory, day_start

FULL_PCT: Final = 100.0
"""The interval that the maker set is used up."""
PROBABILITY: Final = {FILTER_ALARM: 0.8, FILTER_USED: 0.6}
"""A counter knows hours, not dust; an alarm is the maker's own word. Neither is calibrated yet (E)."""

FAULT_OF_KIND: Final = {
    Kind.AIR_CONDITIONER: "filter_clog",
    Kind.WASHING_MACHINE: "drain_filter_clog",
    Kind.DRYER: "vent_clog",
    Kind.DISHWASHER: "filter_clog",
    Kind.AIR_PURIFIER: "filter_clog",
    Kind.RANGE_HOOD: "filter_clog",
}
HOURS_SAY_NOTHING: Final = frozenset({Kind.AIR_PURIFIER, Kind.RANGE_HOOD})
"""Domain notes: never hours alone for these; cooking and dust, not hours, fill their filters."""


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, *, kind: Kind, detector: str
) -> Verdict | None:
    """Present while the alarm is on or the counter full; gone once the last one of them was reset."""
    watched = [(FILTER_ALARM, 1.0, "1")]
    if kind not in HOURS_SAY_NOTHING:
        watched.append((FILTER_USED, FULL_PCT, "%"))
    seen = [
        evidence
        for index, limit, unit in watched
        if (evidence := _on(history.all_days(index), index, limit, unit)) is not None
    ]
    base = Verdict(
        fault=FAULT_OF_KIND[kind],
        present=False,
        at=now_data_time,
        probability=0.0,
        urgency=fault_of(kind, FAULT_OF_KIND[kind]).urgency,
        evidence=(),
        detector=detector,
    )
    if seen:
        return replace(
            base,
            present=True,
            urgency=Urgency.SELF,
            probability=max(PROBABILITY[evidence.signal] for evidence in seen),
            evidence=tuple(seen),
        )
    ended = [
        evidence
        for index, limit, unit in watched
        if (evidence := _off(history.all_days(index), index, limit, unit)) is not None
    ]
    # A counter that never was full says nothing about the filter: it may not even count.
    return replace(base, evidence=tuple(ended)) if ended else None


def _on(series: DaySeries, index: str, limit: float, unit: str) -> Evidence | None:
    if len(series) == 0 or series.values[-1] < limit:
        return None
    below = np.flatnonzero(series.values < limit)
    since = series.days[int(below[-1]) + 1 if len(below) else 0]
    return Evidence(
        signal=index,
        expected=0.0 if index == FILTER_ALARM else None,
        observed=float(series.values[-1]),
        unit=unit,
        since=day_start(since),
        note=(
            "The appliance itself asks for its filter to be cleaned."
            if index == FILTER_ALARM
            else "The cleaning interval that the maker set is used up; the appliance counts, it does not measure dust."
        ),
    )


def _off(series: DaySeries, index: str, limit: float, unit: str) -> Evidence | None:
    full = np.flatnonzero(series.values >= limit)
    if len(full) == 0 or int(full[-1]) == len(series) - 1:
        return None
    return Evidence(
        signal=index,
        expected=None,
        observed=float(series.values[-1]),
        unit=unit,
        since=day_start(series.days[int(full[-1]) + 1]),
        note="The appliance's own alarm or counter was reset.",
    )


def _detector(kind: Kind) -> Detector:
    name, version = f"reported_filter_{kind}", "1"
    return Detector(
        name=name,
        version=version,
        fault=FAULT_OF_KIND[kind],
        kinds=frozenset({kind}),
        indices=(FILTER_ALARM,) if kind in HOURS_SAY_NOTHING else (FILTER_ALARM, FILTER_USED),
        cannot_see=(
            "Dust: a counter knows hours or cycles only. A reset without cleaning, and a cleaning without reset. When "
            "within the day it changed."
        ),
        measures=False,
        judge=partial(judge, kind=kind, detector=f"{name}/{version}"),
    )


DETECTORS: Final = tuple(_detector(kind) for kind in FAULT_OF_KIND)
