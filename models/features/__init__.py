"""Daily indices: one definition for live scoring, training and evaluation.

`daily_indices(kind, day)` is the only way in. Pure: same rows in any order, same indices.
"""

from collections.abc import Callable, Mapping
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
    runs,
    scope,
    sensors,
    washing_machine,
    water_heater,
)
from models.features.day import Day, DayIndex
from models.features.plausible import without_odd

_Extractor = Callable[[Day], list[DayIndex]]

_REPORTS: Final = filter_reports.reported_indices

EXTRACTORS: Final[Mapping[Kind, tuple[_Extractor, ...]]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: (air_conditioner.steady_indices, _REPORTS),
        Kind.REFRIGERATOR: (refrigerator.cold_indices,),
        Kind.WASHING_MACHINE: (
            washing_machine.drain_indices,
            washing_machine.cycle_indices,
            washing_machine.drum_indices,
            _REPORTS,
        ),
        Kind.DRYER: (dryer.drying_indices, _REPORTS),
        Kind.DISHWASHER: (dishwasher.washing_indices, _REPORTS),
        Kind.WATER_HEATER: (water_heater.tank_indices,),
        Kind.AIR_PURIFIER: (fan.fan_indices, _REPORTS),
        Kind.RANGE_HOOD: (fan.fan_indices, _REPORTS),
        Kind.CIRCUIT: (circuit.circuit_indices,),
    }
)
"""What is computed for each kind; a new index of the full engine is one more function here."""


def daily_indices(kind: Kind, day: Day) -> list[DayIndex]:
    """All indices that one UTC day of one appliance of `kind` can show; empty for a kind without any.

    Sensors are judged on the day as it was said, the appliance on what is left without impossible values.
    """
    told = [*sensors.sensor_indices(day, kind=kind), *scope.scope_indices(day), *runs.run_indices(day, kind=kind)]
    sound = without_odd(kind, day)
    return [*(index for extract in EXTRACTORS.get(kind, ()) for index in extract(sound)), *told]
