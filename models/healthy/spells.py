"""Context that is away from usual for some days at a time: what depends on it cannot be told then.

How much a low mains pressure slows a washing machine is known only roughly from its dishwasher, many of which hold
their flow down to some pressure. So a little is corrected for, and what is more is not compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from models.features.day import Floats, Mask, Whole, median_of
from models.features.mains import MAINS
from models.healthy.fleet_prior import ContextSlope, IndexPrior
from models.history import DaySeries, FeatureHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """How a context behaves that comes in spells."""

    reach: float
    """So far above its usual value, in its scale, it is only corrected for."""
    lasts_days: int
    """Where a day does not tell it, what was told so many days before or after holds as well."""


SPELLS: Final[Mapping[str, Spell]] = MappingProxyType({MAINS: Spell(reach=0.1, lasts_days=3)})
"""Works on the mains: a tenth slower is a sixth less pressure; they last days (E)."""
LEAST_TOLD: Final = 3
"""Days that tell what is usual (E)."""


def usual_of(slope: ContextSlope, history: FeatureHistory, days: Whole) -> float:
    """Median of the context between the first and the last of `days`, in its scale; NaN if it was hardly ever told."""
    told = _told(slope, history.all_days(slope.context))
    between = (told.ordinals >= days[0]) & (told.ordinals <= days[-1]) if len(days) else np.empty(0, dtype=np.bool_)
    return median_of(told.values[between]) if between.sum() >= LEAST_TOLD else np.nan


def in_spell(prior: IndexPrior, history: FeatureHistory, usual: Floats, days: Whole) -> Mask:
    """The days on which a context of `prior` was away from usual: told so on the day, or else on one nearby."""
    away = np.zeros(len(days), dtype=np.bool_)
    for slope, middle in zip(prior.slopes, usual.tolist(), strict=True):
        spell = SPELLS.get(slope.context)
        if spell is None or not np.isfinite(middle):
            continue
        told = _told(slope, history.all_days(slope.context))
        low = told.ordinals[told.values - middle > spell.reach]
        near = np.abs(low[:, None] - days[None, :]).min(axis=0, initial=spell.lasts_days + 1) <= spell.lasts_days
        away |= np.where(np.isin(days, told.ordinals), np.isin(days, low), near)
    return away


def _told(slope: ContextSlope, series: DaySeries) -> DaySeries:
    """The days that tell it, in the scale of the slope."""
    some = series.at(np.flatnonzero(np.isfinite(series.values) & ((series.values > 0) | (not slope.log))))
    return DaySeries(days=some.days, values=np.log(some.values) if slope.log else some.values, ordinals=some.ordinals)
