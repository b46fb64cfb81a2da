"""A refrigerator's power meter against what the machine does: standing still, and read too seldom to be judged."""

from datetime import timedelta

import pytest

from domain.signals import Kind
from models.detectors.meter_troubles import meter_troubles
from models.history import FeatureHistory, history_of
from models.judge import judge_appliance
from tests.unit.synthetic_days import FIRST, evening

LAST = 40
PLUG = {"run_h": 9.0, "duty": 0.4, "on_power_w": 45.0, "peak_power_w": 180.0, "defrost_by_power_h": 0.33,
        "only_power": 1.0, "gap.power_w.energy_kwh": 0.0}  # fmt: skip
STANDS = {"run_h": 24.0, "duty": 1.0, "on_power_w": 47.5, "peak_power_w": 47.5, "defrost_by_power_h": 0.0,
          "gap.power_w.energy_kwh": 0.16}  # fmt: skip


def history_with(usual: dict[str, float], *lately: dict[str, float]) -> FeatureHistory:
    """`usual` days, of which the last are as in `lately`."""
    rows = [
        (FIRST + timedelta(days=number), index, value, 0.0, 24.0)
        for number in range(LAST + 1)
        for index, value in (usual | (lately[number - LAST] if LAST - number < len(lately) else {})).items()
    ]
    return history_of(rows, evening(LAST + 1))


@pytest.mark.parametrize(
    ("changed", "days", "told"),
    [({}, 2, True), ({}, 1, False), ({"peak_power_w": 49.0}, 5, False), ({"duty": 0.9}, 5, False),
     ({"on_power_w": 15.0, "peak_power_w": 15.0}, 5, False)],
    ids=["two days", "one day", "a start or a light", "rests", "standby"],
)  # fmt: skip
def test_a_plug_that_reads_one_value_all_day_stands_still(changed: dict[str, float], days: int, *, told: bool) -> None:
    found = list(meter_troubles(history_with(PLUG, *[STANDS | changed] * days)))
    assert [(one.signal, one.what) for one in found] == [("power_w", "stands still although it always moved,")] * told


def test_no_defrost_heater_is_missed_by_a_meter_that_stands_still() -> None:
    history = history_with(PLUG, *[STANDS] * 5)
    found = judge_appliance(Kind.REFRIGERATOR, history, {}, evening(LAST + 1))
    assert {one.fault for one in found if one.present} == {"sensor_fault"}


@pytest.mark.parametrize(
    ("run_h", "told"), [(12.0, True), (8.0, True), (7.0, False)], ids=["as ever", "two thirds", "hardly"]
)
def test_a_machine_that_starts_for_minutes_tells_its_power_too_seldom(run_h: float, *, told: bool) -> None:
    """It usually runs 12 h a day; 0.6 of that are 7.2 h."""
    usual = {"run_h": 12.0, "gap.power_w.energy_kwh": 0.0, "fridge_c": 5.0}
    found = list(meter_troubles(history_with(usual, *[{"run_h": run_h, "gap.power_w.energy_kwh": -0.4}] * 4)))
    assert bool(found) is told


def test_behind_a_plug_the_hours_of_running_are_the_meters_own() -> None:
    lately = {"run_h": 3.0, "gap.power_w.energy_kwh": -0.4}
    assert list(meter_troubles(history_with(PLUG, *[lately] * 4)))
    assert not list(meter_troubles(history_of([], evening(LAST))))
