"""Reading a value only if it can be a measurement: number, within the catalogue's range, no known sentinel."""

from collections.abc import Mapping
from typing import Final

from domain.readings import Value
from domain.signals import SIGNALS, Type

SENTINELS: Final = frozenset({255.0, -64.0, 51.1, 51.099998474121094})
"""Met in dumps of real appliances where a sensor is missing (design notes, `sensor_fault`); 51.1 also as
single precision holds it. A true measurement that happens to be one of them costs one reading: it is skipped, it proves
nothing either way."""

_RANGE: Final = {
    name: (signal.low, signal.high) for name, signal in SIGNALS.items() if signal.type in (Type.GAUGE, Type.COUNTER)
}
_LEAST_VOLTAGE_SHARE: Final = 0.5
"""Below half of nominal a voltage reading is no base for computing a current (E)."""
_LEAST_POWER_FACTOR: Final = 0.2
"""Below this a power factor is noise of an idle meter (E)."""


def number(values: Mapping[str, Value], name: str) -> float | None:
    """The value of signal `name` if it is a number within its catalogue range, else None."""
    value = values.get(name)
    if type(value) is not float and type(value) is not int:
        return None
    low, high = _RANGE[name]
    return value if low <= value <= high else None


def sensed(values: Mapping[str, Value], name: str) -> float | None:
    """As `number`, and no known sentinel; spelled out because it runs several times per reading."""
    value = values.get(name)
    if type(value) is not float and type(value) is not int:
        return None
    low, high = _RANGE[name]
    return value if low <= value <= high and value not in SENTINELS else None


def amperes(values: Mapping[str, Value], nominal_v: float) -> float | None:
    """Current, A: as measured, else from power; None if neither is known.

    Without a power factor, power gives the active part only: the true current is larger, so an overload may be
    missed but none is invented.
    """
    current_a = number(values, "current_a")
    if current_a is not None:
        return current_a
    power_w = number(values, "power_w")
    if power_w is None:
        return None
    voltage_v = number(values, "voltage_v")
    if voltage_v is None or voltage_v < _LEAST_VOLTAGE_SHARE * nominal_v:
        voltage_v = nominal_v
    if voltage_v <= 0:
        return None
    factor = abs(number(values, "power_factor") or 1.0)
    return abs(power_w) / voltage_v / (factor if factor >= _LEAST_POWER_FACTOR else 1.0)


def source_of_amperes(values: Mapping[str, Value]) -> str:
    """A remark for people if the current was not measured, else nothing."""
    if number(values, "current_a") is not None:
        return ""
    if number(values, "voltage_v") is not None:
        return "; current computed from power and voltage"
    return "; current computed from power at nominal voltage"
