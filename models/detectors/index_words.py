"""Indices in words: what was measured, in which unit, and how like was compared with like."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How an index is spoken of."""

    signal: str
    unit: str
    name: str
    alike: str


def _words(signal: str, unit: str, name: str, alike: str = "over the last days") -> Words:
    return Words(signal=signal, unit=unit, name=name, alike=alike)


_STEADY: Final = "at the same fan level and at like compressor speed, room and outdoor air"
_KITCHEN: Final = "at like kitchen temperature and door use"
_LOAD: Final = "at like loads"
# Where no compressor is told of, power tells when it runs.
_SWITCHING: Final = "power_w, compressor_on"

_WORDS: Final = MappingProxyType(
    {
        "air_drop_k": _words("room_c - supply_c", "K", "Air-side temperature difference", _STEADY),
        "coil_drop_k": _words("room_c - coil_in_c", "K", "Room less indoor coil", _STEADY),
        "guard_load": _words(
            "compressor_hz / (room_c - coil_in_c)",
            "Hz/K",
            "Compressor speed at the frost guard for each kelvin between room and coil",
            "at the same fan level and at like room and outdoor air",
        ),
        "outdoor_rise_k": _words("coil_out_c - outdoor_c", "K", "Outdoor coil over outdoor air", _STEADY),
        "steady_power_w": _words("power_w", "W", "Power at equal compressor speed", _STEADY),
        "discharge_lift_k": _words("discharge_c - outdoor_c", "K", "Compressor discharge over outdoor air", _STEADY),
        "steady_eev_steps": _words("eev_steps", "", "Opening of the expansion valve", _STEADY),
        "air_rise_k": _words("supply_c - room_c", "K", "Air-side temperature difference in heating", _STEADY),
        "coil_rise_k": _words("coil_in_c - room_c", "K", "Indoor coil over the room in heating", _STEADY),
        "outdoor_drop_k": _words("outdoor_c - coil_out_c", "K", "Outdoor air over outdoor coil in heating", _STEADY),
        "heating_power_w": _words("power_w", "W", "Power at equal compressor speed in heating", _STEADY),
        "heating_discharge_lift_k": _words(
            "discharge_c - outdoor_c", "K", "Compressor discharge over outdoor air in heating", _STEADY
        ),
        "heating_eev_steps": _words("eev_steps", "", "Opening of the expansion valve in heating", _STEADY),
        "warmup_per_h": _words("fridge_c rate / (ambient_c - fridge_c)", "1/h", "Warm-up between runs", _KITCHEN),
        "freezer_warmup_per_h": _words(
            "freezer_c rate / (ambient_c - freezer_c)", "1/h", "Freezer warm-up between runs", _KITCHEN
        ),
        "on_power_w": _words("power_w", "W", "Power while the compressor runs", _KITCHEN),
        "duty": _words("compressor_on", "1", "Share of time the compressor runs", _KITCHEN),
        "mean_power_w": _words("power_w", "W", "Mean power of the day", _KITCHEN),
        "pulldown_k_per_h": _words("freezer_c rate", "K/h", "How fast it cools while running", _KITCHEN),
        "gross_cooling_k_per_h": _words(
            "freezer_c rate running - freezer_c rate resting", "K/h", "Cold that the machine makes", _KITCHEN
        ),
        "cycle_pace_per_h": _words(_SWITCHING, "1/h", "Cold that the machine makes, by its runs and rests", _KITCHEN),
        "rest_pace_per_h": _words(_SWITCHING, "1/h", "Warm-up, by how long it rests", _KITCHEN),
        "defrost_by_power_h": _words("power_w", "h", "Defrosting, by its power"),
        "peak_power_w": _words("power_w", "W", "Highest power of the day"),
        "evap_depth_k": _words("freezer_c - evap_c", "K", "Evaporator below its compartment", _KITCHEN),
        "fridge_c": _words("fridge_c", "°C", "Fresh-food temperature", _KITCHEN),
        "freezer_c": _words("freezer_c", "°C", "Freezer temperature", _KITCHEN),
        "short_start_share": _words("compressor_on", "1", "Share of starts given up within ten minutes"),
        "starts_per_h": _words("compressor_on", "1/h", "Compressor starts"),
        "drain_s_per_l": _words(
            "drain_s / litres", "s/l", "Draining time per litre", "per litre; mains pressure acts on filling only"
        ),
        "fill_s_per_l": _words("fill_s / litres", "s/l", "Filling time per litre", "at like mains pressure"),
        "mains_s_per_l": _words("fill_s / litres", "s/l", "Filling time per litre of the home's dishwasher"),
        "spin_vibration_mm_s": _words("spin_vibration_mm_s", "mm/s", "Vibration at spin", _LOAD + " and spin speeds"),
        "tumble_vibration_mm_s": _words("vibration_mm_s", "mm/s", "Vibration while tumbling", _LOAD),
        "wash_power_w": _words("power_w", "W", "Motor power while tumbling", _LOAD),
        "spin_power_w": _words("power_w", "W", "Motor power at spin", _LOAD + " and spin speeds"),
        "inlet_rise_k": _words("inlet_c", "K", "Inlet air over the resting machine", "at like heater power"),
        "wet_rise_k_per_kw": _words("exhaust_c", "K/kW", "Exhaust air over the room with a wet load", _LOAD),
        "dry_rise_k_per_kw": _words("exhaust_c", "K/kW", "Exhaust air over the room with a dry load", _LOAD),
        "cooling_per_h": _words("exhaust_c", "1/h", "Pace at which the drum cools to the room", _LOAD),
        "heater_duty": _words("heater_w", "1", "Share of drying in which the heater is on", _LOAD),
        "cooling_min": _words("power_w", "min", "Minutes of cooling at the end", "at like length and power of heating"),
        "minutes_per_kg": _words("minutes / water_kg", "min/kg", "Minutes per kilogram of water", _LOAD),
        "heat_duty": _words("heater_w", "1", "Heat given while the programme wants it", "at the same phase"),
        "heat_rate_k_per_h": _words("water_c rate", "K/h", "Rise of the water while heating", "at like heater power"),
        "heater_on_w": _words("heater_w", "W", "Heater power"),
        "plateau_c": _words("water_c", "°C", "Highest water temperature"),
        "heat_kwh_per_wash_h": _words("heater_w", "kWh/h", "Heat per hour of washing"),
        "circ_rough": _words("circ_pump_w", "1", "Unsteadiness of the circulation pump"),
        "circ_power_w": _words("circ_pump_w", "W", "Power of the circulation pump"),
        "turbidity_ntu": _words("turbidity_ntu", "NTU", "Turbidity of the water"),
        "resistance_ohm": _words(
            "voltage_v^2 / heater_w", "ohm", "Resistance of the element", "at the voltage of the moment"
        ),
        "heat_h": _words("heater_w", "h", "Hours of heating on a day"),
        "tank_over_mains_k": _words("top_c - inlet_c", "K", "Tank over the mains water"),
        "drawn_l": _words("flow_lpm", "l", "Litres drawn on a day"),
        "burst_min": _words("heater_w", "min", "Length of one heating", "at like inlet temperature"),
        "starts_per_heat_h": _words("heater_w", "1/h", "Heating starts per hour of heat"),
        "end_fall_k": _words("top_c, flow_lpm", "K", "Fall of the top of the tank in the half hour after a heating"),
        "end_lag_k": _words("top_c - bottom_c", "K", "Bottom of the tank behind its top when it stops heating"),
        "heat_rate_k_per_kwh": _words("bottom_c rate", "K/kWh", "Rise of the tank per kilowatt-hour"),
        "top_share": _words("top_c rate / (top_c rate + bottom_c rate)", "1", "Heat that passes the bottom"),
        "cutout_trips": _words("cutout_trips", "1/day", "Trips of the thermal cut-out"),
        "anode_ma": _words("anode_ma", "mA", "Protective current of the anode"),
        "leakage_on_ma": _words("leakage_ma", "mA", "Leakage while heating"),
        "fan_law": _words("power_w / fan_rpm^3", "W", "Watts over the cube of fan speed", "at the same fan step"),
        "watts_at": _words("power_w", "W", "Fan power", "at the same fan step"),
        "rpm_at": _words("fan_rpm", "1/min", "Fan speed", "at the same fan step"),
    }
)


def words_of(index: str) -> Words:
    """The words for an index; the family's for `fan_law_3` and the like; the index itself if it has none."""
    family = index.rsplit("_", 1)[0]
    return _WORDS.get(index) or _WORDS.get(family) or _words(index, "", index.replace("_", " "))
