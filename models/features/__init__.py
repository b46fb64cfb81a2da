"""Daily indices: one definition for live scoring, training and evaluation.

`daily_indices(kind, day)` is the only way in. Pure: same rows in any order, same indices.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from domain.signals import Kind
from models.features import air_conditioner, filter_reports, washing_machine
from models.features.day import Day, DayIndex

_Extractor = Callable[[Day], list[DayIndex]]

EXTRACTORS: Final[Mapping[Kind, tuple[_Extractor, ...]]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: (air_conditioner.steady_indices, filter_reports.reported_indices),
        Kind.WASHING_MACHINE: (washing_machine.drain_indices, filter_reports.reported_indices),
        Kind.DRYER: (filter_reports.reported_indices,),
        Kind.DISHWASHER: (filter_reports.reported_indices,),
        Kind.AIR_PURIFIER: (filter_reports.reported_indices,),
        Kind.RANGE_HOOD: (filter_reports.reported_indices,),
    }
)
"""What is computed for each kind; a new index of the full engine is one more function here."""


def daily_indices(kind: Kind, day: Day) -> list[DayIndex]:
    """All indices that one UTC day of one appliance of `kind` can show; empty for a kind without any."""
    return [index for extract in EXTRACTORS.get(kind, ()) for index in extract(day)]
