"""What healthy units of a fleet showed: noise of a day, drift over months, usual values, strangeness. Pure.

Blocks of two weeks: neighbouring days are alike, so days of one block tell the noise, and only different blocks tell
how far a healthy unit wanders.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from domain.signals import Kind
from models.features.day import Floats
from models.healthy.deviations import Deviation
from models.healthy.fleet_prior import priors_of
from models.history import FeatureHistory
from models.trained.model import Belief
from models.trained.unknown import strangeness

BLOCK_DAYS = 14
LEAST_UNITS = 15
MOST_TIMES = 3.0
"""A belief moves at most this far from the shipped one: beyond, the index itself is wrong, not its noise (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyUnit:
    """One healthy unit in short; plain numbers, so that it travels between processes."""

    kind: Kind
    noise: Mapping[str, float]
    block_medians: Mapping[str, tuple[float, ...]]
    strange: tuple[Mapping[str, float], ...]
    """Strangeness on one day in each half block."""
    values: Mapping[str, tuple[float, ...]]
    """Every third day of each raw index."""


def healthy_unit(kind: Kind, history: FeatureHistory, deviations: Mapping[str, Deviation]) -> HealthyUnit:
    """What one unit shows that was healthy all the time."""
    noise, medians = {}, {}
    for index, deviation in deviations.items():
        blocks = [part for part in _blocks(deviation) if len(part) >= 4]
        if blocks:
            centred = np.concatenate([part - np.median(part) for part in blocks])
            noise[index] = 1.4826 * float(np.median(np.abs(centred)))
            medians[index] = tuple(float(np.median(part)) for part in blocks)
    days = [day for deviation in deviations.values() for day in deviation.days[:1] + deviation.days[-1:]]
    return HealthyUnit(
        kind=kind,
        noise=noise,
        block_medians=medians,
        strange=tuple(found for day in _weekly(days) if (found := strangeness(deviations, day))),
        values={index: tuple(series.values[::3].tolist()) for index, series in history.series.items()},
    )


def _blocks(deviation: Deviation) -> list[Floats]:
    edges = np.flatnonzero(np.diff(deviation.ordinals // BLOCK_DAYS)) + 1
    return np.split(deviation.values, edges)


def _weekly(days: list[date]) -> Iterable[date]:
    if not days:
        return
    day = min(days) + timedelta(days=BLOCK_DAYS // 2)
    while day <= max(days):
        yield day
        day += timedelta(days=BLOCK_DAYS // 2)


def fit_beliefs(units: Iterable[HealthyUnit], *, simulated: bool) -> dict[Kind, dict[str, Belief]]:
    """Noise floor and drift by kind and index, where enough units show them.

    A simulated fleet can only widen what is believed: its units are cleaner than those in homes.
    """
    by_kind: dict[Kind, list[HealthyUnit]] = {}
    for unit in units:
        by_kind.setdefault(unit.kind, []).append(unit)
    found: dict[Kind, dict[str, Belief]] = {}
    for kind, own in sorted(by_kind.items()):
        for index, prior in priors_of(kind).items():
            noises = [unit.noise[index] for unit in own if index in unit.noise]
            if len(noises) < LEAST_UNITS:
                continue
            floor = float(np.quantile(noises, 0.25))
            wander = 1.4826 * float(np.median(np.abs([m for unit in own for m in unit.block_medians.get(index, ())])))
            usual = float(np.median(noises))
            drift = float(np.sqrt(max(0.0, wander**2 - 2.0 * usual**2 / BLOCK_DAYS)))
            least = 1.0 if simulated else 1.0 / MOST_TIMES
            belief = Belief(
                noise_floor=round(float(np.clip(floor, least * prior.noise_floor, MOST_TIMES * prior.noise_floor)), 6),
                drift=round(float(np.clip(drift, least * prior.drift, MOST_TIMES * prior.drift)), 6),
            )
            if belief != Belief(noise_floor=prior.noise_floor, drift=prior.drift):
                found.setdefault(kind, {})[index] = belief
    return found


def fit_ranges(units: Iterable[HealthyUnit], least_values: int = 200) -> dict[Kind, dict[str, tuple[float, float]]]:
    """The range of each raw index, a quarter of it wider on both sides: what lies outside was never met."""
    values: dict[tuple[Kind, str], list[float]] = {}
    for unit in units:
        for index, some in unit.values.items():
            values.setdefault((unit.kind, index), []).extend(some)
    found: dict[Kind, dict[str, tuple[float, float]]] = {}
    for (kind, index), seen in sorted(values.items()):
        if len(seen) >= least_values:
            low, high = (float(edge) for edge in np.quantile(seen, (0.005, 0.995)))
            wider = 0.25 * (high - low)
            found.setdefault(kind, {})[index] = (float(f"{low - wider:.6g}"), float(f"{high + wider:.6g}"))
    return found
