"""Trivial ways to raise findings, walked through the same rounds: what the models have to beat.

`hours_counter` cleans by the clock of the appliance; `plain_threshold` compares a raw daily mean with the median of the
unit's own first days, blind to weather, load and use. A third, random findings of the same number, needs no walk and is
drawn where the figures are made. All limits (E), of the order found in makers' manuals and the domain notes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from domain.faults import fault_of
from domain.findings import Evidence, Verdict
from domain.readings import from_us
from domain.signals import Kind
from models.features.day import Day, Floats
from models.history import day_start

HOURS: Final[Mapping[Kind, float]] = MappingProxyType(
    {Kind.AIR_CONDITIONER: 250.0, Kind.AIR_PURIFIER: 2200.0, Kind.RANGE_HOOD: 40.0}
)
"""Hours after which the manual asks for the filter."""
FIRST_DAYS: Final = 14
STEADY_DAYS: Final = 3


class _Plain(NamedTuple):
    fault: str
    measure: Callable[[Day], Floats]
    share: float
    """Change of the daily mean that raises; negative for a fall."""


def _cooling_drop(day: Day) -> Floats:
    rows = day.readings
    return (rows.number("room_c") - rows.number("supply_c"))[rows.number("power_w") > 300.0]


def _per_litre(day: Day) -> Floats:
    litres = day.cycles.number("litres")
    return day.cycles.number("drain_s")[litres > 1.0] / litres[litres > 1.0]


def _minutes_per_kg(day: Day) -> Floats:
    water_kg = day.cycles.number("water_kg")
    return day.cycles.number("minutes")[water_kg > 0.2] / water_kg[water_kg > 0.2]


def _heater_w(day: Day) -> Floats:
    heater_w = day.readings.number("heater_w")
    return heater_w[heater_w > 500.0]


def _running_rpm(day: Day) -> Floats:
    fan_rpm = day.readings.number("fan_rpm")
    return fan_rpm[fan_rpm > 50.0]


PLAIN: Final[Mapping[Kind, _Plain]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: _Plain("filter_clog", _cooling_drop, 0.20),
        Kind.REFRIGERATOR: _Plain("condenser_dust", lambda day: day.readings.number("power_w"), 0.25),
        Kind.WASHING_MACHINE: _Plain("drain_filter_clog", _per_litre, 0.30),
        Kind.DRYER: _Plain("vent_clog", _minutes_per_kg, 0.30),
        Kind.DISHWASHER: _Plain("filter_clog", _per_litre, 0.30),
        Kind.WATER_HEATER: _Plain("element_failing", _heater_w, -0.05),
        Kind.AIR_PURIFIER: _Plain("filter_clog", _running_rpm, 0.10),
        Kind.RANGE_HOOD: _Plain("filter_clog", _running_rpm, 0.10),
    }
)


@dataclass(slots=True, kw_only=True)
class Baseline:
    """Both walked baselines of one appliance; tell it the complete days in order."""

    kind: Kind
    _means: dict[date, float] = field(default_factory=dict)

    def hours_counter(self, day: Day, data_to_us: int) -> Verdict | None:
        """The hours of the filter against the manual's interval."""
        limit = HOURS.get(self.kind)
        hours = _known(day.readings.number("filter_h"))
        if limit is None or len(hours) == 0:
            return None
        return _verdict(self.kind, "filter_clog", hours[-1] >= limit, data_to_us, "filter_h", limit, float(hours[-1]))

    def plain_threshold(self, day: Day, data_to_us: int) -> Verdict | None:
        """The mean of the last three days against the median of the first fourteen."""
        plain = PLAIN.get(self.kind)
        values = _known(plain.measure(day)) if plain is not None else np.empty(0)
        if plain is None or len(values) == 0:
            return None
        self._means[day.day] = float(values.mean())
        means = [self._means[known] for known in sorted(self._means)]
        if len(means) < FIRST_DAYS + STEADY_DAYS:
            return None
        first = float(np.median(means[:FIRST_DAYS]))
        last = float(np.mean(means[-STEADY_DAYS:]))
        change = last / first - 1.0 if first else 0.0
        present = change <= plain.share if plain.share < 0 else change >= plain.share
        return _verdict(self.kind, plain.fault, present, data_to_us, "daily_mean", first, last)


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _verdict(
    kind: Kind, fault: str, present: bool, data_to_us: int, signal: str, expected: float, observed: float
) -> Verdict:
    at = from_us(data_to_us)
    since = day_start(at.date())
    return Verdict(
        fault=fault,
        present=present,
        at=at,
        probability=0.5,
        urgency=fault_of(kind, fault).urgency,
        evidence=(Evidence(signal=signal, expected=expected, observed=observed, unit="", since=since),),
        detector="baseline",
    )
