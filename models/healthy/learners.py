"""When an appliance's reference is learned, from what, and the indices that exist only relative to it.

Learning needs complete days only, takes the earliest days that suffice and freezes; so it does not matter in how many
pieces the data came. It is learned again only after a confirmed service (the full engine's business).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.features import air_conditioner
from models.features.day import Day, DayIndex, median_of
from models.features.steady import Windows
from models.healthy.air_side import expected_drop_k, learn_air_side, model_as_json, model_from_json, told_by_air
from models.healthy.at_rest import gap_at_rest
from models.healthy.fleet_prior import priors_for
from models.healthy.level import learn_level
from models.healthy.reference import Reference
from models.history import FeatureHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningParams:
    """How long is watched before a reference is frozen."""

    calendar_days: int = 14
    good_days: int = 10
    good_windows: float = 3.0
    """A day with fewer steady windows is not a good one (E)."""
    held_share: float = 0.8
    """A coil that its frost guard holds is held in this share of the day's windows (E); one that only comes near it
    now and then is told by its other windows."""
    longest_days: int = 60
    """After so many calendar days without a usable fit the search starts again that much later (E)."""


SOONER: Final = LearningParams(calendar_days=7, good_days=5, good_windows=6.0)
"""Of heating: it begins in autumn, when what went wrong in summer goes on, and a day of it has more windows and one
context less than a day of cooling (docs/decisions/0063-heating-has-a-normal-of-its-own.md). A mild day of a few short
runs has not, and is too far from winter to be carried on from (0078)."""

LoadDays = Callable[[date, date], Sequence[Day]]
"""Reads the appliance's days from the first to the last date, both included."""

_ReadWindows = Callable[[str, Sequence[date]], list[Windows]]

_COOLING: Final = MappingProxyType(
    {
        air_conditioner.AIR_DROP: "air_drop_k",
        air_conditioner.COIL_DROP: "coil_drop_k",
        air_conditioner.OUTDOOR_RISE: "outdoor_rise_k",
        air_conditioner.POWER: "power_w",
        air_conditioner.DISCHARGE_LIFT: "discharge_lift_k",
        air_conditioner.EEV: "eev_steps",
        air_conditioner.GUARD_LOAD: "guard_load",
    }
)
_TARGETS: Final = _COOLING | {heating: _COOLING[index] for index, heating in air_conditioner.HEATING.items()}
"""What is regressed on the context of steady windows, by index: at heating the same as at cooling, of its windows."""
_STEMS: Final = _COOLING | {index: index for index in air_conditioner.HEATING.values()}
RATIO: Final = MappingProxyType({index: f"{stem.removesuffix('_k')}_ratio" for index, stem in _STEMS.items()})
"""Observed over expected, median over the day's comparable windows."""
EXPECTED: Final = MappingProxyType(
    {index: f"{stem.removesuffix('_k')}_expected_k" if stem.endswith("_k") else f"{stem}_expected"
     for index, stem in _STEMS.items()}
)  # fmt: skip

RELATIVE: Final = MappingProxyType({Kind.AIR_CONDITIONER: frozenset(RATIO)})
"""The references of each kind that rows are compared with; all others are compared with daily indices."""


def learn_missing(
    kind: Kind,
    history: FeatureHistory,
    known: Mapping[str, Reference],
    load_days: LoadDays,
    params: LearningParams | None = None,
) -> list[Reference]:
    """References that can be learned now and are not `known` yet."""
    learned: list[Reference] = []
    if kind == Kind.AIR_CONDITIONER:
        read = _windows_once(load_days)
        for index in RATIO:
            if index not in known:
                usual = SOONER if index in air_conditioner.AT_HEATING else LearningParams()
                learned += _learn_drop(index, history, read, params or usual)
    for index, prior in priors_for(kind, history.priors).items():
        if index not in known and (level := learn_level(prior, history)) is not None:
            learned.append(level)
    return learned


def relative_indices(kind: Kind, day: Day, references: Mapping[str, Reference]) -> list[DayIndex]:
    """Indices of the day relative to the appliance's references; empty where there is none."""
    if kind != Kind.AIR_CONDITIONER or not any(index in references for index in RATIO):
        return []
    return [found for index in RATIO if index in references for found in _drop_ratio(index, day, references[index])]


def _drop_ratio(index: str, day: Day, reference: Reference) -> Iterator[DayIndex]:
    windows, target = air_conditioner.steady_of(day, heating=index in air_conditioner.AT_HEATING), _TARGETS[index]
    model = model_from_json(reference.model)
    expected = expected_drop_k(model, windows, target)
    ratios = getattr(windows, target) / expected
    comparable = told_by_air(target, windows, ratios, model.noise)
    if not comparable.any():
        return
    ratio = ratios[comparable]
    middle = median_of(ratio)
    spread = 1.4826 * median_of(np.abs(ratio - middle))
    weight = float(comparable.sum())
    yield DayIndex(index=RATIO[index], value=middle, spread=spread, weight=weight)
    yield DayIndex(index=EXPECTED[index], value=median_of(expected[comparable]), spread=0.0, weight=weight)


def _learn_drop(index: str, history: FeatureHistory, read: _ReadWindows, params: LearningParams) -> Iterator[Reference]:
    series = history.complete(index)
    good = [day for day, weight in zip(series.days, series.weights, strict=True) if weight >= params.good_windows]
    if index == air_conditioner.GUARD_LOAD:
        good = _held_from_the_start(good, history, params)
    while len(good) >= params.good_days:
        window = [day for day in good if day < good[0] + timedelta(days=params.longest_days)]
        reference = _first_fit(index, window, history, read, params)
        if reference is not None:
            yield reference
            return
        good = [day for day in good if day >= good[0] + timedelta(days=params.longest_days)]


def _held_from_the_start(good: Sequence[date], history: FeatureHistory, params: LearningParams) -> list[date]:
    """Those of the days on which the frost guard held the coil, if it did so in the unit's first weeks already.

    A coil that comes to its guard later may do so because air has become short.
    """
    windows, guarded = (history.complete(index) for index in (air_conditioner.COIL, air_conditioner.GUARD_LOAD))
    total = dict(zip(windows.days, windows.weights.tolist(), strict=True))
    held = dict(zip(guarded.days, guarded.weights.tolist(), strict=True))
    days = [day for day in good if held[day] >= params.held_share * total.get(day, 0.0)]
    first = min(windows.days, default=date.max)
    return days if days and days[0] <= first + timedelta(days=params.calendar_days) else []


def _first_fit(
    index: str, good: Sequence[date], history: FeatureHistory, read: _ReadWindows, params: LearningParams
) -> Reference | None:
    """The earliest end of learning at which a fit is usable; tried at most every fourth good day, as fits cost time."""
    ends = [
        number
        for number in range(params.good_days, len(good) + 1)
        if good[number - 1] >= good[0] + timedelta(days=params.calendar_days - 1)
    ][::4]
    if not ends or good[-1] >= history.today:
        return None
    windows = read(index, good[: ends[-1]])
    for number in ends:
        model = learn_air_side(windows[:number], _TARGETS[index])
        if model is not None:
            first, last = good[0], good[number - 1]
            kept = model_as_json(model) | gap_at_rest(index, history, first, last)
            return Reference(index=index, learned_from=first, learned_to=last, model=kept)
    return None


def _windows_once(load_days: LoadDays) -> _ReadWindows:
    """Steady windows of the days asked for; a stretch of days is read once, whichever index asks first."""
    known: dict[date, dict[bool, Windows]] = {}

    def read(index: str, days: Sequence[date]) -> list[Windows]:
        if missing := [day for day in days if day not in known]:
            for day in load_days(min(missing), max(missing)):
                known[day.day] = {heating: air_conditioner.steady_of(day, heating=heating) for heating in (False, True)}
        return [known[day][index in air_conditioner.AT_HEATING] for day in days]

    return read
