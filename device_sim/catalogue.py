"""Models on the market, per physics: who makes them, which firmware they run, which signals they do not report."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.signals import COMMON, CYCLE_SIGNALS, READING_SIGNALS, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A catalogue entry; `lacks` are the canonical signals this model does not report."""

    maker: str
    model: str
    firmware: str
    lacks: frozenset[str] = frozenset()


def _model(maker: str, model: str, firmware: str, lacks: str = "") -> Model:
    return Model(maker=maker, model=model, firmware=firmware, lacks=frozenset(lacks.split()))


def _plug(kind: Kind) -> Model:
    """The appliance is dumb and hangs on a metering plug: power is all there is."""
    every = {signal.name for signal in (*READING_SIGNALS[kind], *CYCLE_SIGNALS.get(kind, ()))}
    return Model(maker="Gridwell", model="GW-Plug", firmware="1.0.8", lacks=frozenset(every - set(COMMON)))


_FRIDGE, _WASHER, _DRYER = Kind.REFRIGERATOR, Kind.WASHING_MACHINE, Kind.DRYER
_A: Final = {
    "air_conditioner": (
        _model("Northpeak", "NP-35 Inverter", "2.4.1"),
        _model("Northpeak", "NP-26 Basic", "1.9.0", "discharge_c eev_steps"),
        _model("Clearbrook", "CB Air 9", "5.0.3", "humidity_pct filter_h"),
    ),
    "refrigerator": (
        _model("Northpeak", "NP-Cool 300", "3.1.0"),
        _model("Clearbrook", "CB Frost 28", "1.2.7", "ambient_c evap_c"),
        _plug(_FRIDGE),
    ),
    "washing_machine": (
        _model("Northpeak", "NP-Wash 8", "4.0.2"),
        _model("Clearbrook", "CB Drum 7", "2.2.5", "vibration_mm_s spin_vibration_mm_s"),
    ),
    "circuit": (
        _model("Gridwell", "GW-63 Meter", "1.5.0"),
        _model("Gridwell", "GW-40 Meter", "1.1.4", "terminal_c"),
    ),
    "dryer": (
        _model("Northpeak", "NP-Dry 7", "2.0.1"),
        _model("Clearbrook", "CB Warm 8", "1.7.3", "moisture_pct heater_w"),
        _plug(_DRYER),
    ),
    "dishwasher": (
        _model("Northpeak", "NP-Dish 14", "3.3.0"),
        _model("Clearbrook", "CB Plate 12", "1.1.9", "turbidity_ntu circ_pump_w"),
    ),
    "water_heater": (
        _model("Northpeak", "NP-Tank", "1.4.0"),
        _model("Clearbrook", "CB Boiler", "2.1.1", "anode_ma inlet_c leakage_ma"),
        _model("Clearbrook", "CB Boiler S", "2.0.6", "anode_ma inlet_c flow_lpm top_c leakage_ma"),
    ),
    "air_purifier": (
        _model("Clearbrook", "CB Pure 5", "4.2.0"),
        _model("Northpeak", "NP-Clean", "1.0.5", "pm25_ugm3"),
    ),
    "range_hood": (
        _model("Northpeak", "NP-Hood 60", "1.2.2"),
        _model("Clearbrook", "CB Draw", "1.0.1", "fan_rpm"),
    ),
}
_B: Final = {
    "air_conditioner": (
        _model("Ostrava", "OV Klima 12", "7.11"),
        _model("Ostrava", "OV Klima 9E", "6.02", "eev_steps coil_out_c fan_rpm"),
        _model("Sunhaven", "SH-V 3.5", "0.9.31", "discharge_c humidity_pct filter_h supply_c"),
    ),
    "refrigerator": (
        _model("Ostrava", "OV Polar", "2.8", "compressor_hz"),
        _model("Sunhaven", "SH-F 260", "0.4.12", "evap_c door_opens defrost"),
        _plug(_FRIDGE),
    ),
    "washing_machine": (
        _model("Ostrava", "OV Aqua 9", "12.0"),
        _model("Sunhaven", "SH-W 6", "0.7.2", "level_mm vibration_mm_s spin_vibration_mm_s"),
    ),
    "circuit": (
        _model("Ostrava", "OV Watt 3", "1.30"),
        _model("Sunhaven", "SH-Meter", "0.2.2", "terminal_c power_factor"),
    ),
    "dryer": (
        _model("Ostrava", "OV Vento", "4.4", "limit_trips"),
        _model("Sunhaven", "SH-D 7", "0.5.0", "heater_w inlet_c"),
        _plug(_DRYER),
    ),
    "dishwasher": (
        _model("Ostrava", "OV Lux 45", "9.1", "turbidity_ntu"),
        _model("Sunhaven", "SH-P 13", "0.6.6", "heater_w"),
    ),
    "water_heater": (
        _model("Ostrava", "OV Termo", "3.0", "flow_lpm"),
        _model("Sunhaven", "SH-B 50", "0.3.9", "anode_ma bottom_c leakage_ma"),
    ),
    "air_purifier": (
        _model("Ostrava", "OV Air", "2.2"),
        _model("Sunhaven", "SH-A 30", "0.8.8", "fan_rpm"),
    ),
    "range_hood": (
        _model("Ostrava", "OV Dunst", "1.9"),
        _model("Sunhaven", "SH-H", "0.1.4", "filter_h"),
    ),
}
CATALOGUE: Final = MappingProxyType({"a": _A, "b": _B})
