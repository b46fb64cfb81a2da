"""Refrigerator behind a plug: the compressor draws nothing any more, though the light still goes on and off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.refrigerator import MEAN_POWER, ON_POWER, RUN_H
from models.history import FeatureHistory, day_start
from models.only_power import only_power


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPowerParams:
    """What counts as drawing nothing. All (E)."""

    share: float = 0.15
    """Of the usual mean power of a day: electronics and the light."""
    light_share: float = 0.35
    """Of the usual power of running: a light, no compressor."""
    runs: float = 0.5
    """Of the usual hours of running: a meter that reads less after work on it shows as long runs as ever."""
    still_days: int = 2
    known_days: int = 8


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, params: NoPowerParams | None = None
) -> Verdict | None:
    """Present from the first still day; its end is seen by what watches how it runs."""
    params = params or NoPowerParams()
    mean, on = history.complete(MEAN_POWER), history.complete(ON_POWER)
    if not only_power(history) or len(mean) < params.known_days + params.still_days or not len(on):
        return None
    # Quartiles on the healthy side: a machine that stood still for weeks must not become the usual one.
    usual_w, usual_on_w = float(np.quantile(mean.values, 0.75)), float(np.quantile(on.values, 0.75))
    still = int(np.argmax(mean.values[::-1] >= params.share * usual_w))
    if still < params.still_days:
        return None
    runs = history.complete(RUN_H)
    runs_h = runs.since(mean.days[-still]).values
    if len(runs_h) and float(runs_h.max()) > params.runs * float(np.quantile(runs.values, 0.75)):
        return None
    lit = [value for day, value in zip(on.days, on.values, strict=True) if day >= mean.days[-still]]
    if not lit or max(lit) > params.light_share * usual_on_w:
        return None  # a reading that never moves is a meter that stands, and more than a light is a compressor
    evidence = Evidence(
        signal="power_w",
        expected=usual_w,
        observed=float(mean.values[-1]),
        unit="W",
        since=day_start(mean.days[-still]),
        note="The compressor draws nothing, though the light goes on: it has stopped, or was switched off on purpose.",
    )
    return Verdict(
        fault="compressor_failing",
        present=True,
        at=now_data_time,
        probability=0.9,
        urgency=Urgency.VISIT,
        evidence=(evidence,),
        detector=DETECTOR.label,
    )


DETECTOR: Final = Detector(
    name="power_lost",
    version="2",
    fault="compressor_failing",
    kinds=frozenset({Kind.REFRIGERATOR}),
    indices=(MEAN_POWER, ON_POWER, RUN_H),
    cannot_see=(
        "Anything before it stopped; whether it was switched off on purpose while its door is still opened; a unit "
        "that nobody opens for days."
    ),
    measures=True,
    judge=judge,
)
