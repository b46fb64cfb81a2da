"""How far the thermometers of an air conditioner have moved since they were learned, told at rest.

An hour after it last ran, coil, supply and room are at one temperature, and so are the outdoor coil, the discharge pipe
and outdoor air. What a thermometer reads there beside its neighbour is its own error; what has been added to it since
the reference was learned is taken off what it reads at work. So a thermometer that drifts is no fault of the machine,
and one that is right at rest explains nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from models.features import air_conditioner as ac
from models.features.day import Floats, Whole, median_of
from models.features.sensors import GAP
from models.healthy.reference import Reference
from models.history import DaySeries, FeatureHistory

REST_K: Final = "rest_k"
"""Where a reference keeps the gap at rest while it was learned, K."""
LEAST_DAYS: Final = 5
"""Days at rest whose median tells: the sun on an outdoor unit and a wet coil come and go (E)."""
LATE: Final = timedelta(days=28)
"""What ran through the days it was learned from may tell its gap so much later (E): thermometers drift over months."""
OLDEST: Final = timedelta(days=21)
"""A thermometer that has not been at rest for so long tells nothing of itself (E)."""
_GAPS: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        ac.AIR_DROP: (f"{GAP}.room_c.supply_c", 1.0),
        ac.COIL_DROP: (f"{GAP}.room_c.coil_in_c", 1.0),
        ac.OUTDOOR_RISE: (f"{GAP}.outdoor_c.coil_out_c", -1.0),
        ac.DISCHARGE_LIFT: (f"{GAP}.outdoor_c.discharge_c", -1.0),
        ac.HEATING[ac.AIR_DROP]: (f"{GAP}.room_c.supply_c", -1.0),
        ac.HEATING[ac.COIL_DROP]: (f"{GAP}.room_c.coil_in_c", -1.0),
        ac.HEATING[ac.OUTDOOR_RISE]: (f"{GAP}.outdoor_c.coil_out_c", 1.0),
        ac.HEATING[ac.DISCHARGE_LIFT]: (f"{GAP}.outdoor_c.discharge_c", -1.0),
    }
)
"""By index the gap between its two thermometers at rest, and its sign in the index."""


def gap_at_rest(index: str, history: FeatureHistory, first: date, last: date) -> dict[str, float]:
    """What a reference keeps of the days it was learned from: nothing for an index that has no answer at rest."""
    series = _gaps(index, history).within(first, last)
    return {REST_K: median_of(series.values)} if len(series) >= LEAST_DAYS else {}


def rested_late(reference: Reference, history: FeatureHistory) -> Reference | None:
    """The reference with the gap of the first days at rest after it was learned, for a unit that hardly rested until
    then; None if there is nothing to add. After work on the appliance it is not known what the gap was before."""
    if REST_K in reference.model or "watched_from" in reference.model:
        return None
    series = _gaps(reference.index, history).within(reference.learned_from, reference.learned_to + LATE)
    if len(series) < LEAST_DAYS:
        return None
    return replace(reference, model={**reference.model, REST_K: median_of(series.values[:LEAST_DAYS])})


def moved_k(index: str, history: FeatureHistory, model: Mapping[str, Any], ordinals: Whole) -> Floats:
    """By day number, how far the index has moved by its thermometers alone, K; NaN where rest does not tell."""
    learned, series = model.get(REST_K), _gaps(index, history)
    if learned is None or len(series) < LEAST_DAYS:
        return np.full(len(ordinals), np.nan)
    last = np.median(np.lib.stride_tricks.sliding_window_view(series.values, LEAST_DAYS), axis=1)
    place = np.searchsorted(series.ordinals, ordinals, side="right") - LEAST_DAYS
    known = (place >= 0) & (ordinals - series.ordinals[np.maximum(place, 0)] <= OLDEST.days)
    return np.where(known, _GAPS[index][1] * (last[np.maximum(place, 0)] - learned), np.nan)


def _gaps(index: str, history: FeatureHistory) -> DaySeries:
    return history.complete(_GAPS[index][0]) if index in _GAPS else DaySeries()
