"""How far every index of an appliance is from healthy: one view over both sorts of references."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features.air_conditioner import (
    AIR_DROP,
    COIL_DROP,
    DISCHARGE_LIFT,
    EEV,
    GUARD_LOAD,
    HEATING,
    OUTDOOR_RISE,
)
from models.features.day import Floats
from models.features.dryer import COOL_DOWN, DRY_RISE, HEATER_DUTY, INLET_RISE, MINUTES_PER_KG, WET_RISE
from models.healthy.at_rest import moved_k
from models.healthy.fleet_prior import ContextSlope, IndexPrior, priors_for
from models.healthy.learners import EXPECTED, RATIO
from models.healthy.level import Deviation, deviation_of
from models.healthy.reference import Reference
from models.history import FeatureHistory

__all__ = ["Deviation", "deviations_of"]

WINDOW_DRIFT: Final = 0.02
"""Healthy air conditioners wander by this much over a season beyond what their context explains: measured on simulated
sound units (docs/decisions/0072-what-a-held-coil-tells.md)."""
OWN_DRIFT: Final = MappingProxyType(
    {index: 0.01 for one in (DISCHARGE_LIFT, EEV) for index in (one, HEATING[one])} | {HEATING[OUTDOOR_RISE]: 0.04}
)
"""And by this much a valve and what leaves the compressor, which follow its speed more than the weather, and an outdoor
coil that is to warm: a few kelvin, learned in autumn and frosted in winter (0078)."""
THERMOMETER_DRIFT_K: Final = 0.3
"""Two thermometers of an appliance drift apart by this much over a season (E): it weighs on small differences."""
RESTED_DRIFT_K: Final = 0.1
"""And by this much beyond what they show at rest (E)."""
LEAST_WINDOWS: Final = 2.0
BACKWARDS_K: Final = 2.0
"""So much the wrong way round (a coil warmer than the room that it cools) is no fault of the machine (E): what moves no
heat any more comes to nothing, and no further than its thermometers are off."""
UNSOUND: Final = 0.11
"""An index of an air conditioner that moved by this much shows a fault (E): about the least that is spoken of."""
LAST_DAYS: Final = 5
CLEANABLE: Final = MappingProxyType({AIR_DROP: 1.0, COIL_DROP: 1.0, OUTDOOR_RISE: 1.0, GUARD_LOAD: -1.0})
"""Which way a filter and an outdoor coil that want cleaning move what tells of them."""
GOES_TO_NOTHING: Final = frozenset({"pulldown_k_per_h", "starts_per_h"})
"""What is left of a refrigerator's capacity after its load, and how often it stops: both go to nothing where it runs on
and on. There a logarithm would make the last trace of them outweigh every other sign, so that shares are compared."""
ENOUGH: Final = MappingProxyType({"cutout_trips": 3.0})
"""More than so many a day tell no more (E): an element that trips at all does so as often as it is asked to heat."""
ALWAYS_ON: Final = 0.995
"""Share of drying from which on the thermostat of a dryer has not held its heater back (E)."""
OF_LESS_AIR: Final = (INLET_RISE, WET_RISE, DRY_RISE, COOL_DOWN)
"""What less air moves in a dryer long before the thermostat has to hold the heater back."""
BESIDE_OTHERS: Final = frozenset({HEATER_DUTY, MINUTES_PER_KG})
"""What a fifth less air need not move at all, and a load or a programme does."""
LOOK_BACK: Final = timedelta(days=150)
"""What is older has either been said or has ended (E); it keeps the cost of a day from growing with the history."""
CONTEXT_WANDER: Final = {"ambient_c": 5.0, "inlet_c": 4.0, "doors_per_h": 0.5, "mains_s_per_l": 0.02}
"""How far a slow context moves over months (E): counted as drift where the unit does not measure it."""
STANDS_IN: Final = MappingProxyType({"ambient_c": "rest_pace_per_h"})
"""What tells of a context that is not measured: how fast a refrigerator warms at rest tells how warm its kitchen is."""


def deviations_of(kind: Kind, history: FeatureHistory, references: Mapping[str, Reference]) -> dict[str, Deviation]:
    """By index; an index that cannot be compared is absent. Worked out once per history."""
    known = history.memo.get("deviations")
    if known is not None and known[0] is references and known[1] == kind:
        remembered: dict[str, Deviation] = known[2]
        return remembered
    recent = _recent(history)
    by_mode = {
        index: deviation
        for index in RATIO
        if index in references and (deviation := _of_windows(index, recent, references[index])) is not None
    }
    heating: Mapping[str, Deviation] = {i: by_mode.pop(twin) for i, twin in HEATING.items() if twin in by_mode}
    heating = _going_on(by_mode, heating, references)
    both = {index: _in_turn(by_mode[index], heating[index]) for index in by_mode.keys() & heating.keys()}
    found = {**heating, **by_mode, **both}
    for index, prior in priors_for(kind, history.priors).items():
        reference = references.get(index)
        deviation = deviation_of(prior, recent, reference)
        if deviation is not None and len(deviation):
            unsure = 0.0 if reference is None else reference.unsure
            blind = frozenset(one.context for one in prior.slopes if len(history.all_days(one.context)) == 0)
            drift = float(np.hypot(_drift(prior, history), unsure))
            values = np.expm1(deviation.values) if index in GOES_TO_NOTHING else deviation.values
            if index in ENOUGH:
                values = np.minimum(values, ENOUGH[index])
            noise = _with_untold(prior, deviation, blind)
            found[index] = replace(deviation, values=values, noise=noise, drift=drift, unmeasured=blind)
    if kind is Kind.DRYER:
        found = _beside_air(found)
    history.memo["deviations"] = (references, kind, found)
    return found


def deviation_for(kind: Kind, index: str, history: FeatureHistory, reference: Reference) -> Deviation | None:
    """One index against its reference, over the whole history; None if no day can be compared."""
    if kind is Kind.AIR_CONDITIONER and index in RATIO:
        return _of_windows(index, history, reference)
    prior = priors_for(kind, history.priors).get(index)
    return None if prior is None else deviation_of(prior, history, reference)


def _recent(history: FeatureHistory) -> FeatureHistory:
    first = history.today - LOOK_BACK
    if all(len(series) == 0 or series.days[0] >= first for series in history.series.values()):
        return history
    return replace(history, series={index: one.since(first) for index, one in history.series.items()}, memo={})


def _beside_air(found: dict[str, Deviation]) -> dict[str, Deviation]:
    """A dryer's indices with the time to dry and the share in which it heats only on days on which something else tells
    of the air, if anything does: alone they hardly tell how much is gone, and such a day would count in full. Nor do
    days tell on which the heater was never held back, as it is with all of the air and with a fifth less."""
    others = [found[index].ordinals for index in OF_LESS_AIR if index in found]
    if not others:
        return found
    told = np.unique(np.concatenate(others))
    kept = dict(found)
    for index in BESIDE_OTHERS & kept.keys():
        one = kept.pop(index)
        days = np.isin(one.ordinals, told)
        if index == HEATER_DUTY:
            days &= np.minimum(one.observed, one.expected) < ALWAYS_ON
        if days.any():
            kept[index] = one.at(days)
    return kept


def _drift(prior: IndexPrior, history: FeatureHistory) -> float:
    """The prior's drift, and what an unmeasured slow context may add to it."""
    total = prior.drift**2
    known = {slope.context for slope in prior.slopes if len(history.all_days(slope.context))}
    for slope in prior.slopes:
        if slope.context not in known and STANDS_IN.get(slope.context) not in known:
            total += _wander(slope) ** 2
    return float(np.sqrt(total))


def _with_untold(prior: IndexPrior, deviation: Deviation, blind: frozenset[str]) -> Floats:
    """The noise of each day: on one without what stands in for an unmeasured context that may have moved."""
    noise = deviation.noise
    for slope in prior.slopes:
        if slope.context in blind and (told := deviation.alike_in.get(STANDS_IN.get(slope.context, ""))) is not None:
            noise = np.where(told, noise, np.hypot(noise, _wander(slope)))
    return noise


def _wander(slope: ContextSlope) -> float:
    """How far the index may move with a context that is not measured."""
    return (abs(slope.mean) + slope.deviation) * CONTEXT_WANDER.get(slope.context, 0.0)


def _of_windows(index: str, history: FeatureHistory, reference: Reference) -> Deviation | None:
    series = history.complete(RATIO[index]).within(reference.watched_from, reference.watched_to)
    series = series.at_least(LEAST_WINDOWS)
    if len(series) == 0:
        return None
    stepped = reference.stepped(series.ordinals)
    wanted = history.complete(EXPECTED[index]).at_days(series.ordinals)
    moved = moved_k(index, history, reference.model, series.ordinals)
    rested = bool(np.isfinite(moved[-1]))
    observed = wanted * series.values - np.nan_to_num(moved)
    ratio = np.divide(observed, wanted, out=series.values.copy(), where=wanted > 0)
    wander = OWN_DRIFT.get(index, WINDOW_DRIFT)
    found = Deviation(
        days=series.days,
        values=np.log(np.maximum(ratio, 0.05)) - stepped,
        noise=np.full(len(series), float(reference.model["noise"])),
        expected=wanted * np.exp(stepped),
        observed=observed,
        drift=float(np.sqrt(wander**2 + _thermometers(index, wanted, rested) ** 2 + reference.unsure**2)),
        ordinals=series.ordinals,
        rested=rested,
        told_by=index,
    )
    told = ~(observed < -BACKWARDS_K)
    return found if told.all() else found.at(told) if told.any() else None


def _going_on(
    cooling: Mapping[str, Deviation], heating: Mapping[str, Deviation], references: Mapping[str, Reference]
) -> Mapping[str, Deviation]:
    """Heating from where cooling had come to when heating was learned, so that a fault learned with it has no end.

    Empty where that was what an owner puts right, perhaps between the seasons: then nobody knows from where.
    """
    begun = min((references[twin].learned_from for twin in HEATING.values() if twin in references), default=None)
    if begun is None:
        return heating
    last = {
        index: float(np.median(values[-LAST_DAYS:]))
        for index, one in cooling.items()
        if len(values := one.values[one.ordinals < begun.toordinal()])
    }
    if any(sign * last.get(index, 0.0) >= UNSOUND for index, sign in CLEANABLE.items()):
        return {}
    left = {index: by for index, by in last.items() if abs(by) >= UNSOUND}
    return {
        index: replace(one, values=one.values + by, expected=one.expected * np.exp(-by))
        for index, one in heating.items()
        for by in (left.get(index, 0.0),)
    }


def _in_turn(cooling: Deviation, heating: Deviation) -> Deviation:
    """One course of both modes, as the seasons take turns; a day of both counts as cooling."""
    own = ~np.isin(heating.ordinals, cooling.ordinals)
    ordinals = np.concatenate([cooling.ordinals, heating.ordinals[own]])
    order = np.argsort(ordinals)

    def of(name: str) -> Floats:
        joined: Floats = np.concatenate([getattr(cooling, name), getattr(heating, name)[own]])[order]
        return joined

    last = heating if heating.ordinals[-1] > cooling.ordinals[-1] else cooling
    return replace(
        last,
        days=tuple(map(date.fromordinal, ordinals[order].tolist())),
        ordinals=ordinals[order],
        values=of("values"),
        noise=of("noise"),
        expected=of("expected"),
        observed=of("observed"),
        carried=cooling.carried or heating.carried,
    )


def _thermometers(index: str, expected: Floats, rested: bool) -> float:
    """Relative drift of an index that is a difference of two temperatures."""
    if not index.endswith("_k"):
        return 0.0
    drift_k = RESTED_DRIFT_K if rested else THERMOMETER_DRIFT_K
    return drift_k / max(float(np.nanmedian(expected)) if np.isfinite(expected).any() else 1.0, 1.0)
