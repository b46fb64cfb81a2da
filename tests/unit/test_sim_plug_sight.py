"""What a metering plug shows of a fault: read off the physics of that unit, never promised where power stands still."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from device_sim.block import Block
from device_sim.catalogue import CATALOGUE
from device_sim.description import HomeSpec, draw_home
from device_sim.fault_catalogue import FAULTS
from device_sim.faults import FaultPlan
from device_sim.params import SimParams
from device_sim.plug_sight import DRYER_FAULTS, FRIDGE_FAULTS, only_power, seen_by_power

PLUG = {part: next(model for model in CATALOGUE["b"][kind] if model.model == "GW-Plug")
        for part, kind in (("dryer", "dryer"), ("fridge", "refrigerator"))}  # fmt: skip
OHM = 230.0**2 / 1700.0


def home(**dryer: float) -> HomeSpec:
    """A home whose dryer and refrigerator hang on plugs; `dryer` changes constants of the dryer."""
    params = SimParams(start=datetime(2025, 6, 10, tzinfo=UTC), homes=1, physics="b", outfit="full", faults="none")
    spec = draw_home(params, 0)
    usual = {"heater_ohm": OHM, "air_w_k": 1700.0 / 55.0, "surface_share": 0.84, "drum_j_k": 28e3, "lag": 0.3,
             "dry_at_pct": 5.0}  # fmt: skip
    return replace(spec, parts=tuple({*spec.parts, "dryer"}), dryer={**usual, **dryer}, models={**spec.models, **PLUG})


def plan(fault: str) -> FaultPlan:
    return FaultPlan(home=0, fault=fault, onset_day=0.0, days_to_full=10.0)


def seen(fault: str, spec: HomeSpec) -> float | None:
    return seen_by_power([spec], [plan(fault)])[0, fault]


def test_a_dryer_that_cools_for_long_shows_its_duct_by_minutes_of_cooling() -> None:
    assert seen("vent_clog", home(dry_at_pct=2.5)) == pytest.approx(0.06)


def test_a_dryer_without_cooling_shows_its_duct_only_when_the_thermostat_chops_the_heater() -> None:
    """At 7.5 % the load is cool as soon as it is dry; then power stands still until the inlet reaches 112 degC.

    By hand: 24 degC + 55 K / share of the flow = 112 degC at a share of 0.625, that is sqrt(1 / (1 + 5 s)) at s = 0.31,
    long after a quarter of the flow has gone (s = 0.156).
    """
    found = seen("vent_clog", home(dry_at_pct=7.5))
    assert found is not None
    assert 0.31 <= found <= 0.37  # the duty has to fall by a tenth
    cooler = seen("vent_clog", home(dry_at_pct=7.5, air_w_k=1700.0 / 34.0))
    assert cooler is None  # 24 + 34 / 0.408 = 107 degC: even a duct that is full of lint chops nothing


@pytest.mark.parametrize("fault", FRIDGE_FAULTS)
def test_every_slow_fault_of_a_refrigerator_moves_its_power(fault: str) -> None:
    found, with_all = seen(fault, home()), FAULTS[fault].visible_at(frozenset())
    assert found is not None
    assert with_all is not None
    assert with_all <= found < FAULTS[fault].fails


def test_units_with_sensors_are_not_asked() -> None:
    spec = home()
    sensed = replace(spec, models={**spec.models, "dryer": CATALOGUE["b"]["dryer"][0]})
    assert seen_by_power([sensed], [plan("vent_clog")]) == {}
    assert not only_power(sensed, "dryer")


def test_the_truth_says_what_the_plug_shows() -> None:
    params = SimParams(start=datetime(2025, 6, 10, tzinfo=UTC), homes=1, physics="b", outfit="full", faults="none")
    for spec, shown in ((home(dry_at_pct=2.5), 0.06), (home(dry_at_pct=7.5, air_w_k=1700.0 / 34.0), None)):
        record = Block(params, [spec], (plan("vent_clog"),)).faults.records[0]
        assert record.visible_at == (None if shown is None else pytest.approx(shown))


@pytest.mark.parametrize("physics", ["a", "b"])
def test_every_slow_fault_of_a_kind_with_plugs_is_asked(physics: str) -> None:
    kinds = {kind for kind, models in CATALOGUE[physics].items() if any(one.model == "GW-Plug" for one in models)}
    assert kinds == {"dryer", "refrigerator"}
    slow = {key for key, kind in FAULTS.items() if kind.part in ("dryer", "fridge") and not kind.watched}
    assert slow == {*DRYER_FAULTS, *FRIDGE_FAULTS}
