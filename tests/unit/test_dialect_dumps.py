"""State dumps of appliances: sentinels left out, units converted, each value at the time it was said."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.readings import Discovery, Event, Item, Presence, Reading, Refusal, Refused
from ingest.dialects import decode

NOW = 1_732_255_300_000_000  # 2024-11-22T06:01:40Z
SAMPLES = Path(__file__).parent / "samples"


def said(topic: str, payload: object) -> list[Item]:
    return decode(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode(), NOW)


def readings(items: list[Item]) -> list[Reading]:
    return [item for item in items if isinstance(item, Reading)]


def hon(parameters: dict[str, str], **more: object) -> dict[str, object]:
    old = "1970-01-01T00:00:00.0Z"
    shadow = {"parameters": {key: {"parNewVal": value, "lastUpdate": old} for key, value in parameters.items()}}
    return {"shadow": shadow, **more}


def test_an_air_conditioners_sentinels_become_notes() -> None:
    (got,) = readings(said("hon/ac/attributes", (SAMPLES / "hon_air_conditioner.json").read_bytes()))
    assert {
        name: got.values[name] for name in ("room_c", "coil_in_c", "setpoint_c", "outdoor_c", "eev_steps", "mode")
    } == {
        "room_c": 23.5,
        "coil_in_c": 9.0,
        "setpoint_c": 21.0,
        "outdoor_c": 31.0,
        "eev_steps": 210.0,
        "mode": "cool",
    }
    absent = {"coil_out_c", "compressor_a", "humidity_pct", "pm25_ugm3", "energy_kwh"}
    assert absent <= set(got.notes)
    assert not absent & set(got.values)
    assert "-64" in got.notes["coil_out_c"]
    assert "51.10" in got.notes["compressor_a"]
    assert "lastUpdate" in got.notes["time"]
    assert got.at_us == NOW


def test_hon_says_what_it_is_and_what_it_complains_of() -> None:
    items = said("hon/hood/attributes", hon({"filterCleaningAlarmStatus": "1", "windSpeed": "2", "errors": "0E"},
                 commandHistory={"command": {"applianceType": "HO"}}))  # fmt: skip
    assert [item.facts for item in items if isinstance(item, Discovery)] == [{"kind": "range_hood"}]
    assert [(item.code, item.active) for item in items if isinstance(item, Event)] == [
        ("0E", True),
        ("filter_clean_alarm", True),
    ]
    assert readings(items)[0].values == {"filter_clean_alarm": True, "fan_level": 2.0, "errors": "0E"}


def test_a_lost_appliances_values_are_no_younger_than_its_last_contact() -> None:
    lost = {"category": "DISCONNECTED", "timestampEvent": 1678574707942}
    items = said("hon/ac/attributes", hon({"tempIndoor": "23"}, lastConnEvent=lost))
    assert readings(items)[0].at_us == 1678574707942000
    assert [(item.at_us, item.online) for item in items if isinstance(item, Presence)] == [(1678574707942000, False)]


def test_a_parameter_with_its_own_time_is_stored_at_it() -> None:
    parameters = {
        "tempZ1": {"parNewVal": "5", "lastUpdate": "2024-11-22T05:00:00.0Z"},
        "tempSelZ1": {"parNewVal": "4", "lastUpdate": "2024-11-20T05:00:00.0Z"},
    }
    got = readings(said("hon/fridge/attributes", {"shadow": {"parameters": parameters}}))
    assert [(r.at_us // 1_000_000, dict(r.values)) for r in got] == [
        (1732078800, {"fridge_setpoint_c": 4.0}),
        (1732251600, {"fridge_c": 5.0}),
    ]


def test_maintenance_counters_are_values_and_overdue_ones_pass_a_hundred() -> None:
    payload = {"filterCleaning": {"tot": 100, "count": 56, "remaining": 44, "percentage": 56},
               "drawerCleaning": {"tot": 100, "count": 213, "remaining": -113, "percentage": 213},
               "sprayArmsCleaning": 0}  # fmt: skip
    (got,) = readings(said("hon/wm/maintenance", payload))
    assert {k: v for k, v in got.values.items() if k.startswith("filter")} == {
        "filter_used_pct": 56,
        "filter_cycles": 56,
        "filter_cycles_due": 100,
        "filter_cycles_left": 44,
    }
    assert (got.values["drawer_used_pct"], got.values["drawer_cycles_left"]) == (213, -113)
    assert "spray_arms_used_pct" in got.notes


def test_statistics_that_contradict_themselves_are_not_believed() -> None:
    assert readings(said("hon/wm/statistics", {"programsCounter": 155}))[0].values == {"programs_total": 155}
    (got,) = said("hon/ac/statistics", {"programsCounter": 0, "mostUsedPrograms": [{"count": 1073}]})
    assert isinstance(got, Refused)
    assert got.why is Refusal.NO_SIGNAL


def test_empty_dumps_are_silent() -> None:
    assert said("hon/ac/maintenance", {}) == []
    assert said("hon/ac/statistics", {}) == []


def smart(capabilities: dict[str, Any], **components: Any) -> dict[str, Any]:
    return {"components": {"main": capabilities, **components}}


def at(value: object, stamp: str = "2024-11-22T05:00:00Z", unit: str | None = None) -> dict[str, object]:
    return {"value": value, "timestamp": stamp, **({"unit": unit} if unit else {})}


def test_smartthings_values_are_stored_at_their_own_times_in_our_units() -> None:
    main = {
        "airConditionerMode": {"airConditionerMode": at("wind")},
        "switch": {"switch": at("on")},
        "temperatureMeasurement": {"temperature": at(77, "2024-11-22T05:30:00Z", "F")},
        "powerConsumptionReport": {"powerConsumption": at({"power": 812, "energy": 2247300})},
        "ocf": {"mnmn": at("Samsung"), "mnmo": at("AR07")},
    }
    items = said("smartthings/ac/status", smart(main))
    assert [(r.at_us // 1_000_000, dict(r.values)) for r in readings(items)] == [
        (1732251600, {"mode": "fan", "power_on": True, "power_w": 812, "energy_kwh": 2247.3}),
        (1732253400, {"room_c": 25.0}),
    ]
    assert [item.facts for item in items if isinstance(item, Discovery)] == [
        {"maker": "Samsung", "model": "AR07", "kind": "air_conditioner"}
    ]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (12, {"filter_used_pct": 12, "filter_h": 60.0, "filter_capacity_h": 500}),
        (250, {"filter_used_pct": 50.0, "filter_h": 250, "filter_capacity_h": 500}),
    ],
)
def test_dust_filter_usage_is_percent_of_the_capacity_or_hours(usage: int, expected: dict[str, float]) -> None:
    filters = {"dustFilterUsage": at(usage), "dustFilterCapacity": at(500, unit="Hour")}
    (got,) = readings(said("smartthings/ac/status", smart({"custom.dustFilter": filters})))
    assert got.values == expected


def test_disabled_parts_and_unplugged_probes_say_nothing() -> None:
    stale = {"relativeHumidityMeasurement": {"humidity": at(0, unit="%")}}
    main = {
        "custom.disabledComponents": {"disabledComponents": at(["1"])},
        "samsungce.meatProbe": {"temperature": at(0, unit="F"), "status": at("disconnected")},
        "relativeHumidityMeasurement": {"humidity": at(60, unit="%")},
    }
    got = readings(said("smartthings/ac/status", smart(main, **{"1": stale})))
    assert [dict(r.values) for r in got] == [{"meat_probe_status": "disconnected", "humidity_pct": 60}]


def test_a_refrigerators_components_are_its_compartments() -> None:
    cold = {"temperatureMeasurement": {"temperature": at(0, unit="F")}}
    dump = smart(
        {"refrigeration": {"defrost": at("off")}}, freezer=cold, cooler={"contactSensor": {"contact": at("open")}}
    )
    (got,) = readings(said("smartthings/fridge/status", dump))
    assert got.values == {"defrost": False, "freezer_c": -17.778, "cooler_door_open": True}


def test_whirlpool_counts_tenths_of_a_degree() -> None:
    attributes = {
        "Sys_OpStatusDisplayTemp": {"value": "235", "updateTime": 1732255200000},
        "Cavity_OpStatusMode": {"value": "1", "updateTime": 1732255200000},
        "Sys_OpSetPowerOn": {"value": "1", "updateTime": 1732255200000},
        "Sys_AlertStatusCustomerFaultCode": {"value": "F8,E1,0", "updateTime": 1732255201000},
        "Online": {"value": "0", "updateTime": 1732255202000},
    }
    items = said("whirlpool/living/attributes", {"applianceId": "WPR1XYZABC123", "attributes": attributes})
    assert readings(items)[0].values == {"room_c": 23.5, "mode": "cool", "power_on": True}
    assert [(e.code, e.at_us) for e in items if isinstance(e, Event)] == [("F8,E1,0", 1732255201000000)]
    assert [e.online for e in items if isinstance(e, Presence)] == [False]
    foreign = said("whirlpool/WPR1XYZABC999/attributes", {"applianceId": "WPR1XYZABC123", "attributes": attributes})
    assert [item.why for item in foreign if isinstance(item, Refused)] == [Refusal.FOREIGN]


def test_tuya_is_scaled_by_its_own_description_or_left_raw() -> None:
    status = {
        "cur_power": 24417,
        "cur_voltage": 2419,
        "cur_current": 10067,
        "switch": True,
        "fault": 0b100001,
        "add_ele": 390,
    }
    scale = {"cur_power": 1, "cur_voltage": 1, "cur_current": 0}
    unit = {"cur_power": "W", "cur_voltage": "V", "cur_current": "mA"}
    labels = ["ov_cr", "ov_vol"]
    items = said(
        "tuya/b1/status", {"status": status, "scale": scale, "unit": unit, "fault_labels": labels, "category": "dlq"}
    )
    assert readings(items)[0].values == {
        "power_w": 2441.7, "voltage_v": 241.9, "current_a": 10.067, "output_on": True, "add_ele": 390.0,
    }  # fmt: skip
    assert [e.code for e in items if isinstance(e, Event)] == ["ov_cr", "fault_5"]
    (bare,) = readings(said("tuya/b1/status", {"status": {"cur_voltage": 2419}}))
    assert (bare.values, set(bare.notes)) == ({"cur_voltage_raw": 2419.0}, {"voltage_v"})
