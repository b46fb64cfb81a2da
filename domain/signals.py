"""The catalogue of signals: one frozen table that types columns, checks values and names units.

Everything that needs to know a signal reads it here: the hypertables are generated from it, readings are checked
against it, the API describes it. Ranges are what the quantity can physically be in a home, wide on purpose: a value
outside is a sentinel, a unit mix-up or a broken sensor, never a measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What an appliance is."""

    AIR_CONDITIONER = "air_conditioner"
    REFRIGERATOR = "refrigerator"
    WASHING_MACHINE = "washing_machine"
    DRYER = "dryer"
    DISHWASHER = "dishwasher"
    WATER_HEATER = "water_heater"
    AIR_PURIFIER = "air_purifier"
    RANGE_HOOD = "range_hood"
    CIRCUIT = "circuit"


class Type(StrEnum):
    """How a signal is stored."""

    GAUGE = "gauge"  # real: a level that goes up and down
    COUNTER = "counter"  # double precision: cumulative, may reset to zero
    FLAG = "flag"  # boolean
    CHOICE = "choice"  # text out of a fixed set


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One canonical signal; `low` and `high` bound a number inclusively in the unit that its name carries.

    For what is no number the bounds admit nothing, so that checking a number needs no look at the type.
    """

    name: str
    type: Type
    unit: str = ""
    low: float = inf
    high: float = -inf
    choices: frozenset[str] = frozenset()
    about: str = ""


MODES: Final = frozenset({"off", "cool", "heat", "dry", "fan", "auto"})
PHASES: Final = frozenset({"idle", "fill", "wash", "rinse", "heat", "drain", "spin", "dry"})


def _gauge(name: str, unit: str, low: float, high: float, about: str) -> Signal:
    return Signal(name=name, type=Type.GAUGE, unit=unit, low=low, high=high, about=about)


def _counter(name: str, unit: str, high: float, about: str) -> Signal:
    return Signal(name=name, type=Type.COUNTER, unit=unit, low=0.0, high=high, about=about)


def _flag(name: str, about: str) -> Signal:
    return Signal(name=name, type=Type.FLAG, about=about)


_ALL: Final = (
    _gauge("power_w", "W", -25_000, 25_000, "active power; negative when a home feeds in"),
    _gauge("voltage_v", "V", 0, 480, "mains voltage at the appliance"),
    _gauge("current_a", "A", 0, 125, "current drawn"),
    _counter("energy_kwh", "kWh", 1e7, "energy since the meter was new"),
    Signal(name="mode", type=Type.CHOICE, choices=MODES, about="operating mode"),
    _gauge("setpoint_c", "°C", 5, 40, "temperature asked for"),
    _gauge("room_c", "°C", -30, 60, "room air"),
    _gauge("coil_in_c", "°C", -40, 90, "indoor coil"),
    _gauge("coil_out_c", "°C", -50, 100, "outdoor coil"),
    _gauge("outdoor_c", "°C", -60, 60, "outdoor air"),
    _gauge("supply_c", "°C", -30, 90, "air leaving the indoor unit"),
    _gauge("discharge_c", "°C", -50, 160, "compressor discharge"),
    _gauge("compressor_hz", "Hz", 0, 200, "compressor frequency"),
    _gauge("fan_rpm", "1/min", 0, 6000, "fan speed"),
    _gauge("fan_level", "1", 0, 20, "fan step chosen"),
    _gauge("eev_steps", "1", 0, 4000, "opening of the expansion valve"),
    _gauge("humidity_pct", "%", 0, 100, "relative humidity"),
    _flag("defrost", "defrosting now"),
    _counter("filter_h", "h", 200_000, "hours since the filter was reset"),
    _gauge("fridge_c", "°C", -30, 50, "fresh-food compartment"),
    _gauge("freezer_c", "°C", -60, 50, "freezer compartment"),
    _gauge("evap_c", "°C", -60, 60, "evaporator"),
    _gauge("ambient_c", "°C", -30, 60, "air around the cabinet"),
    _flag("compressor_on", "compressor runs"),
    _flag("door_open", "a door is open"),
    _counter("door_opens", "1", 1e8, "door openings so far"),
    Signal(name="phase", type=Type.CHOICE, choices=PHASES, about="phase of the programme"),
    _gauge("level_mm", "mm", -50, 1000, "water level"),
    _gauge("drum_rpm", "1/min", 0, 2500, "drum speed"),
    _gauge("vibration_mm_s", "mm/s", 0, 500, "vibration of the tub"),
    _gauge("water_c", "°C", -5, 110, "water in the tub"),
    _gauge("fill_s", "s", 0, 7200, "time to fill"),
    _gauge("drain_s", "s", 0, 7200, "time to drain"),
    _gauge("litres", "l", 0, 500, "water drained"),
    _gauge("load_kg", "kg", 0, 50, "load"),
    _gauge("spin_rpm", "1/min", 0, 2500, "highest spin speed"),
    _gauge("spin_vibration_mm_s", "mm/s", 0, 500, "vibration at spin"),
    _gauge("rebalances", "1", 0, 500, "attempts to balance the load"),
    _gauge("inlet_c", "°C", -20, 250, "air or water entering"),
    _gauge("exhaust_c", "°C", -20, 250, "air leaving"),
    _gauge("moisture_pct", "%", 0, 100, "moisture of the load"),
    _gauge("heater_w", "W", 0, 15_000, "heater power"),
    _counter("limit_trips", "1", 1e6, "trips of the temperature limiter so far"),
    _gauge("minutes", "min", 0, 1440, "length of the cycle"),
    _gauge("water_kg", "kg", 0, 50, "water removed"),
    _gauge("circ_pump_w", "W", 0, 1000, "power of the circulation pump"),
    _gauge("turbidity_ntu", "NTU", 0, 10_000, "turbidity of the water"),
    _gauge("top_c", "°C", -5, 120, "tank, top"),
    _gauge("bottom_c", "°C", -5, 120, "tank, bottom"),
    _gauge("flow_lpm", "l/min", 0, 100, "water flow"),
    _gauge("leakage_ma", "mA", 0, 1000, "standing leakage to earth"),
    _counter("cutout_trips", "1", 1e6, "trips of the thermal cut-out so far"),
    _gauge("anode_ma", "mA", 0, 1000, "current of a powered anode"),
    _gauge("pm25_ugm3", "µg/m³", 0, 5000, "fine dust"),
    _gauge("power_factor", "1", -1, 1, "active over apparent power"),
    _gauge("terminal_c", "°C", -40, 250, "terminal of the socket or breaker"),
    _gauge("upstream_v", "V", 0, 480, "voltage before the circuit's own wiring"),
)

SIGNALS: Final = MappingProxyType({signal.name: signal for signal in _ALL})

COMMON: Final = ("power_w", "voltage_v", "current_a", "energy_kwh")


def _named(*names: str) -> tuple[Signal, ...]:
    return tuple(SIGNALS[name] for name in (*COMMON, *names))


READING_SIGNALS: Final[Mapping[str, tuple[Signal, ...]]] = MappingProxyType(
    {
        Kind.AIR_CONDITIONER: _named(
            *("mode", "setpoint_c", "room_c", "coil_in_c", "coil_out_c", "outdoor_c", "supply_c", "discharge_c"),
            *("compressor_hz", "fan_rpm", "fan_level", "eev_steps", "humidity_pct", "defrost", "filter_h"),
        ),
        Kind.REFRIGERATOR: _named(
            *("fridge_c", "freezer_c", "evap_c", "ambient_c", "compressor_hz", "compressor_on"),
            *("door_open", "door_opens", "defrost"),
        ),
        Kind.WASHING_MACHINE: _named("phase", "level_mm", "drum_rpm", "vibration_mm_s", "water_c"),
        Kind.DRYER: _named("phase", "inlet_c", "exhaust_c", "moisture_pct", "heater_w", "limit_trips"),
        Kind.DISHWASHER: _named("phase", "water_c", "heater_w", "circ_pump_w", "turbidity_ntu"),
        Kind.WATER_HEATER: _named(
            *("top_c", "bottom_c", "inlet_c", "flow_lpm", "heater_w", "leakage_ma", "cutout_trips", "anode_ma"),
        ),
        Kind.AIR_PURIFIER: _named("fan_level", "fan_rpm", "pm25_ugm3", "filter_h"),
        Kind.RANGE_HOOD: _named("fan_level", "fan_rpm", "filter_h"),
        Kind.CIRCUIT: _named("power_factor", "leakage_ma", "terminal_c", "upstream_v"),
    }
)
"""What one reading of each kind may carry, in column order."""

CYCLE_SIGNALS: Final[Mapping[str, tuple[Signal, ...]]] = MappingProxyType(
    {
        Kind.WASHING_MACHINE: _named(
            "fill_s", "drain_s", "litres", "load_kg", "spin_rpm", "spin_vibration_mm_s", "rebalances", "minutes"
        ),
        Kind.DRYER: _named("minutes", "load_kg", "water_kg"),
        Kind.DISHWASHER: _named("fill_s", "drain_s", "litres", "minutes"),
    }
)
"""What the summary of one finished cycle may carry, in column order."""

UNCLAIMED: Final = "unclaimed"
"""Stands in the place of a kind while nobody has said what a device is; its readings type the common signals only."""
UNCLAIMED_SIGNALS: Final = _named()
