"""Water heater: hot water is drawn until the tank is cold, and nothing heats it: the element broke at once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.detectors.contract import Detector, References
from models.features.day import Floats
from models.features.water_heater import DRAWN_L, HEAT_H, OVER_MAINS
from models.history import DaySeries, FeatureHistory, day_start


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatLostParams:
    """What counts as a broken element. All (E)."""

    told_h: float = 18.0
    """Hours of a day on which its power has to be known, so that no heating was missed."""
    none_h: float = 0.05
    known_days: int = 5
    """Days of heating that tell how warm the tank usually is."""
    least_usual_k: float = 15.0
    """A tank that was never warm cannot be found cold."""
    cold: float = 0.25
    """Share of the usual heat over the mains: standing losses alone leave a third to a half of it after two days."""
    flushed_days: int = 2
    """So soon after the last heating only hot water that was drawn makes a tank cold."""
    least_drawn_l: float = 10.0
    """Where flow is measured it decides: hot water that nobody draws was switched off by who went away."""
    ended_days: int = 7


def judge(
    history: FeatureHistory, _references: References, now_data_time: datetime, params: HeatLostParams | None = None
) -> Verdict | None:
    """Present from the first whole day of a cold tank without heating, absent when it heats again."""
    params = params or HeatLostParams()
    heat = history.complete(HEAT_H).at_least(params.told_h)
    heated = heat.values > params.none_h
    if heated.sum() < params.known_days or heated.all():
        return None
    left = history.complete(OVER_MAINS).at_days(heat.ordinals)
    known = left[heated & np.isfinite(left)]
    usual_k = float(np.median(known)) if len(known) else 0.0
    last = int(np.flatnonzero(~heated)[-1])
    first = last + 1 - int(np.argmax(np.append(heated[last::-1], True)))
    if usual_k < params.least_usual_k or not _broken(history, heat, left / usual_k, first, last, params):
        return None
    goes_on = last == len(heat) - 1
    if not goes_on and len(heat) - 1 - last > params.ended_days:
        return None
    usual_h = float(np.median(heat.values[heated]))
    since = heat.days[first if goes_on else last + 1]
    return _verdict(now_data_time, since, (usual_h, float(heat.values[-1])), (usual_k, float(left[-1])), goes_on)


def _broken(
    history: FeatureHistory, heat: DaySeries, share: Floats, first: int, last: int, params: HeatLostParams
) -> bool:
    """Whether the tank was emptied of heat by who drew hot water, in the days without heating."""
    days = slice(first, last + 1)
    cold = share[days] <= params.cold
    drawn = history.complete(DRAWN_L).at_days(heat.ordinals[days])
    if np.isfinite(drawn).any():
        return bool((cold & (drawn >= params.least_drawn_l)).any())
    return bool(cold[: params.flushed_days].any())


def _verdict(
    at: datetime, since: date, hours: tuple[float, float], kelvins: tuple[float, float], present: bool
) -> Verdict:
    note = (
        "Hot water was drawn until the tank was cold, and nothing heats it: the element or what switches it is broken, "
        "or it was switched off on purpose."
        if present
        else "It heats again."
    )
    evidence = tuple(
        Evidence(signal=signal, expected=usual, observed=now, unit=unit, since=day_start(since), note=note)
        for signal, unit, (usual, now) in (("heater_w", "h a day", hours), ("top_c - inlet_c", "K", kelvins))
    )
    return Verdict(
        fault="element_failing",
        present=present,
        at=at,
        probability=0.9 if present else 0.0,
        urgency=Urgency.VISIT,
        evidence=evidence,
        detector=DETECTOR.label,
    )


DETECTOR: Final = Detector(
    name="heat_lost",
    version="1",
    fault="element_failing",
    kinds=frozenset({Kind.WATER_HEATER}),
    indices=(HEAT_H, OVER_MAINS, DRAWN_L),
    cannot_see=(
        "Anything before it stopped; units without a thermometer, such as those behind a plug; a tank that is drawn "
        "from so little that it keeps warm for days; whether it was switched off on purpose while hot water is drawn; "
        "which of element, thermostat, cut-out or relay broke."
    ),
    measures=True,
    judge=judge,
)
