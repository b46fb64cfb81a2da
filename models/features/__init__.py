"""Daily indices: one definition for live scoring, training and evaluation.

`daily_indices(kind, day)` is the only way in. Pure: same rows in any order, same indices.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from domain.signals import Kind
from models.features import (
    air_conditioner,
    circuit,
    dishwasher,
    dryer,
    fan,
    filter_reports,
    refrigerator,
    sensors,
    washing_machine,
    water_heater,
)
from models.features.day import Day, DayIndex

_Extractor = Callable[[Day], list[DayIndex]]

_REPORTS: Final = filter_reports.reported_indices


def _sensors(kind: Kind) -> _Extractor:
    return partial(sensors.sensor_indices, kind=kind)


EXTRACTORS: Final[Mapping[Kind, tuple[_Extractor, ...]]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: (air_conditioner.steady_indices, _sensors(Kind.AIR_CONDITIONER), _REPORTS),
        Kind.REFRIGERATOR: (refrigerator.cold_indices, _sensors(Kind.REFRIGERATOR)),
        Kind.WASHING_MACHINE: (
            washing_machine.drain_indices,
            washing_machine.cycle_indices,
            washing_machine.drum_indices,
            _REPORTS,
        ),
        Kind.DRYER: (dryer.drying_indices, _REPORTS),
        Kind.DISHWASHER: (dishwasher.washing_indices, _REPORTS),
        Kind.WATER_HEATER: (water_heater.tank_indices, _sensors(Kind.WATER_HEATER)),
        Kind.AIR_PURIFIER: (fan.fan_indices, _REPORTS),
        Kind.RANGE_HOOD: (fan.fan_indices, _REPORTS),
        Kind.CIRCUIT: (circuit.circuit_indices, _sensors(Kind.CIRCUIT)),
    }
)
"""What is computed for each kind; a new index of the full engine is one more function here."""


def daily_indices(kind: Kind, day: Day) -> list[DayIndex]:
    """All indices that one UTC day of one appliance of `kind` can show; empty for a kind without any."""
    return [index for extract in EXTRACTORS.get(kind, ()) for index in extract(day)]
