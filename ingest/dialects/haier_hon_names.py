"""Names and codes of hOn parameters, as tables. Facts from recorded dumps and the codes that their readers agree on."""

from types import MappingProxyType
from typing import Final

_AC, _REF, _HOOD = "air_conditioner", "refrigerator", "range_hood"

NAMES: Final = MappingProxyType(
    {
        (_AC, "tempIndoor"): "room_c",
        (_AC, "tempSel"): "setpoint_c",
        (_AC, "tempCoilerIndoor"): "coil_in_c",
        (_AC, "tempCoilerOutdoor"): "coil_out_c",
        (_AC, "tempOutdoor"): "outdoor_c",
        (_AC, "tempAirOutdoor"): "temp_air_outdoor_c",
        (_AC, "tempInAirOutdoor"): "temp_in_air_outdoor_c",
        (_AC, "tempDefrostOutdoor"): "temp_defrost_outdoor_c",
        (_AC, "compressorFrequency"): "compressor_hz",
        (_AC, "compressorCurrent"): "compressor_a",
        (_AC, "expansionValveOpenDegree"): "eev_steps",
        (_AC, "humidityIndoor"): "humidity_pct",
        (_AC, "defrostStatus"): "defrost",
        (_AC, "windSpeed"): "fan_code",
        (_AC, "filterChangeStatusLocal"): "filter_change_alarm",
        (_REF, "tempZ1"): "fridge_c",
        (_REF, "tempZ2"): "freezer_c",
        (_REF, "tempSelZ1"): "fridge_setpoint_c",
        (_REF, "tempSelZ2"): "freezer_setpoint_c",
        (_HOOD, "windSpeed"): "fan_level",
        (None, "pm2p5ValueIndoor"): "pm25_ugm3",
        (None, "totalElectricityUsed"): "energy_kwh",
        (None, "currentElectricityUsed"): "cycle_energy_kwh",
        (None, "totalWaterUsed"): "water_used_l",
        (None, "currentWaterUsed"): "cycle_water_l",
        (None, "totalWashCycle"): "programs_total",
        (None, "remainingTimeMM"): "remaining_min",
        (None, "temp"): "programme_temp_c",
        (None, "spinSpeed"): "programme_spin_rpm",
        (None, "dryFilterStatus"): "dry_filter_alarm",
        (None, "filterCleaningAlarmStatus"): "filter_clean_alarm",
        (None, "onOffStatus"): "power_on",
        (None, "machMode"): "machine_mode_code",
        (None, "power"): "power_code",
        (None, "lastWorkTime"): "last_work_time",
        (None, "doorStatus"): "door_open",
    }
)
"""Canonical where the parameter means exactly that. `spinSpeed` and `temp` are what the programme asks for."""

SENTINELS: Final = frozenset({("compressorCurrent", 51.1), ("humidityIndoor", 255.0), ("tempIndoor", 255.0)})
"""Values that stand for no sensor, beside -64 for every temperature (seen in real dumps)."""

ABSENT_AT_ZERO: Final = frozenset(
    {
        *("humidityIndoor", "co2ValueIndoor", "pm2p5ValueIndoor", "pm2p5ValueOutdoor", "vocValueIndoor"),
        *("ch2oValueIndoor", "totalElectricityUsed", "totalWorkTime"),
    }
)
"""Air has some humidity and over 400 ppm of CO2, and no used appliance has used nothing: 0 means not fitted."""

AC_MODES: Final = MappingProxyType({"0": "auto", "1": "cool", "3": "dry", "4": "heat", "5": "fan", "6": "fan"})
"""`machMode`; readers of hOn disagree on 2, so it stays a code."""

PHASES: Final = MappingProxyType(
    {
        "washing_machine": MappingProxyType(
            {
                0: "idle",
                1: "wash",
                2: "wash",
                3: "spin",
                4: "rinse",
                5: "rinse",
                6: "rinse",
                7: "dry",
                8: "dry",
                10: "idle",
                11: "spin",
            }
        ),
        "dryer": MappingProxyType({0: "idle", 2: "dry", 11: "idle", 19: "dry", 20: "dry"}),
        "dishwasher": MappingProxyType({0: "idle", 1: "wash", 2: "wash", 3: "rinse", 4: "dry", 5: "idle", 6: "rinse"}),
    }
)
"""`prPhase`; codes without a counterpart among our phases stay a code."""

_YES_NO: Final = MappingProxyType({"0": False, "1": True, "false": False, "true": True})
FLAGS: Final = MappingProxyType(
    dict.fromkeys(
        ("defrost", "filter_change_alarm", "filter_clean_alarm", "dry_filter_alarm", "power_on", "door_open"), _YES_NO
    )
)

TEXTS: Final = frozenset({"errors", "error", "programStats", "operationName"})
"""Text even where it looks like a number: 00 and 0E are codes."""

KIND_BY_TYPE: Final = MappingProxyType(
    {
        "AC": _AC,
        "AP": "air_purifier",
        "DW": "dishwasher",
        "HO": _HOOD,
        "REF": _REF,
        "TD": "dryer",
        "WD": "washing_machine",
        "WH": "water_heater",
        "WM": "washing_machine",
    }
)
KIND_BY_PARAMETER: Final = (
    (("tempCoilerIndoor",), _AC),
    (("tempZ1", "tempSelZ1"), _REF),
    (("saltStatus", "rinseAidStatus"), "dishwasher"),
    (("tumblingStatus", "dryFilterStatus"), "dryer"),
    (("spinSpeed", "prPhase"), "washing_machine"),
)
"""Parameters that only one kind of appliance has."""
