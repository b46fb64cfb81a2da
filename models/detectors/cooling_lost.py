"""Refrigerator: warm inside while the compressor stands still: it has stopped for good, not merely weakened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.refrigerator import FREEZER, FRIDGE, RUN_H
from models.history import FeatureHistory, day_start


@dataclass(frozen=True, slots=True, kw_only=True)
class LostParams:
    """What counts as lost. All (E)."""

    warmer_k: float = 9.0
    """Daily median above the unit's usual one: far beyond what shopping or a door left ajar does."""
    runs: float = 0.3
    """Share of the usual hours of running that is standing still."""
    least_days: int = 3


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, params: LostParams | None = None
) -> Verdict | None:
    """Present from the first warm day without running; its end is seen by what watches how well it cools."""
    params = params or LostParams()
    runs = history.complete(RUN_H)
    inside = [series for index in (FREEZER, FRIDGE) if len(series := history.complete(index)) > params.least_days]
    if not inside or len(runs) <= params.least_days:
        return None
    # Quartiles on the healthy side: a machine that stood still for weeks must not become the usual one.
    day, usual_h = runs.days[-1], float(np.quantile(runs.values, 0.75))
    usual = [float(np.quantile(series.values, 0.25)) for series in inside]
    warm = [series.values[-1] - level > params.warmer_k for series, level in zip(inside, usual, strict=True)]
    standing = int(np.argmax(runs.values[::-1] >= params.runs * usual_h))
    if any(series.days[-1] != day for series in inside) or any(warm) != all(warm):
        return None  # one compartment alone: ice, a door, or its thermometer
    if not all(warm) or standing == 0:
        return None
    note = "Every compartment is warm and the compressor hardly runs: it does not start any more."
    since = day_start(runs.days[-standing])
    evidence = tuple(
        Evidence(signal=signal, expected=level, observed=float(value), unit=unit, since=since, note=note)
        for signal, level, value, unit in (
            ("freezer_c" if len(inside) > 1 else "fridge_c", usual[0], inside[0].values[-1], "°C"),
            ("compressor_on", usual_h, runs.values[-1], "h a day"),
        )
    )
    return Verdict(
        fault="compressor_failing",
        present=True,
        at=now_data_time,
        probability=0.9,
        urgency=Urgency.VISIT,
        evidence=evidence,
        detector=DETECTOR.label,
    )


DETECTOR: Final = Detector(
    name="cooling_lost",
    version="1",
    fault="compressor_failing",
    kinds=frozenset({Kind.REFRIGERATOR}),
    indices=(FREEZER, FRIDGE, RUN_H),
    cannot_see=(
        "Anything before it stopped; units without a temperature inside; a unit that was switched off on purpose and "
        "left closed; which of relay, compressor or controller failed."
    ),
    measures=True,
    judge=judge,
)
