"""Broken sensors: each way to be wrong is seen within days, sound sensors and new ways of reporting are left alone."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, Floats, Rows
from models.features.plausible import odd_values, without_odd
from models.history import DatedIndex, history_of
from models.judge import _doubted, _rests_on, _without, judge_appliance
from tests.unit.synthetic_days import FIRST, evening

LAST, WRONG_FROM = 16, 10
ROWS = 288

Wrong = Callable[[Floats, np.random.Generator], Floats]


def fridge_day(number: int, wrong: Wrong, *, lacks: frozenset[str] = frozenset()) -> Day:
    """A day of a refrigerator at five minutes; from `WRONG_FROM` on its fresh-food sensor does `wrong`."""
    rng = np.random.default_rng(number)
    step = np.arange(float(ROWS), dtype=np.float64)
    on = (step % 9 < 3).astype(np.float64)
    saw = np.abs(step % 9 - 3) * 0.3
    fridge = np.round(4.0 + saw + rng.normal(0, 0.1, ROWS), 1)
    if number >= WRONG_FROM:
        fridge = wrong(fridge, rng)
    numbers = {
        "compressor_on": on,
        "power_w": 80.0 * on + 2.0,
        "fridge_c": fridge,
        "freezer_c": np.round(-19.0 + saw + rng.normal(0, 0.1, ROWS), 1),
        "ambient_c": np.round(23.0 + np.sin(step / 46.0) + rng.normal(0, 0.1, ROWS), 1),
    }
    kept = {name: values for name, values in numbers.items() if name not in lacks or number < WRONG_FROM}
    day = FIRST + timedelta(days=number)
    midnight_s = evening(number).timestamp() - 23 * 3600.0
    return Day(day=day, readings=Rows(time_s=midnight_s + 300.0 * step, numbers=kept))


def verdict_of(days: list[Day], last: int = LAST) -> Verdict | None:
    rows: list[DatedIndex] = [
        (day.day, one.index, one.value, one.spread, one.weight)
        for day in days
        for one in daily_indices(Kind.REFRIGERATOR, day)
    ]
    found = judge_appliance(Kind.REFRIGERATOR, history_of(rows, evening(last)), {}, evening(last))
    return next((one for one in found if one.fault == "sensor_fault"), None)


def spiked(values: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(ROWS) < 0.06, values + rng.choice([-11.0, 11.0], ROWS), values)


def coded(values: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(ROWS) < 0.4, 49.0, values)


def half_gone(values: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(ROWS) < 0.3, np.nan, values)


@pytest.mark.parametrize(
    "wrong",
    [
        spiked,
        coded,
        half_gone,
        lambda values, rng: np.full(ROWS, 5.1),
        lambda values, rng: np.full(ROWS, np.nan),
        lambda values, rng: np.round(1.8 * values + 32.0, 1),
    ],
    ids=["spikes", "a code", "missing again and again", "stuck", "gone", "Fahrenheit"],
)
def test_every_way_to_be_wrong_is_seen_and_named(wrong: Wrong) -> None:
    verdict = verdict_of([fridge_day(number, wrong) for number in range(LAST + 1)])
    assert verdict is not None
    assert verdict.present
    assert [evidence.signal for evidence in verdict.evidence] == ["fridge_c"]
    assert evening(WRONG_FROM - 2) < verdict.evidence[0].since <= evening(WRONG_FROM)


def test_sound_sensors_and_a_cold_spell_are_left_alone() -> None:
    verdict = verdict_of([fridge_day(number, lambda values, rng: values - 2.5) for number in range(LAST + 1)])
    assert verdict is not None
    assert not verdict.present


def test_one_bad_day_is_none() -> None:
    days = [fridge_day(number, lambda values, rng: values) for number in range(LAST + 1)]
    days[LAST - 1] = fridge_day(LAST - 1, lambda values, rng: np.full(ROWS, 5.1))
    verdict = verdict_of(days)
    assert verdict is not None
    assert not verdict.present


@pytest.mark.parametrize(("idle_days", "present"), [(13, True), (15, None)])
def test_an_appliance_that_stands_idle_has_its_broken_sensor_still(idle_days: int, present: bool | None) -> None:
    days = [fridge_day(number, lambda values, rng: np.full(ROWS, 5.1)) for number in range(LAST)]
    verdict = verdict_of(days, LAST - 1 + idle_days)
    assert (verdict and verdict.present) is present


def test_a_device_that_reports_in_another_way_now_has_no_broken_sensors() -> None:
    lacks = frozenset({"fridge_c", "freezer_c", "evap_c"})
    verdict = verdict_of([fridge_day(number, lambda values, rng: values, lacks=lacks) for number in range(LAST + 1)])
    assert verdict is None or not verdict.present


def test_what_moves_several_signals_at_once_is_real_and_a_lone_jump_is_left_out() -> None:
    day = fridge_day(0, lambda values, rng: values)
    fridge, freezer = day.readings.numbers["fridge_c"], day.readings.numbers["freezer_c"]
    fridge[100], fridge[200], freezer[200] = 30.0, 30.0, 5.0
    odd = odd_values(Kind.REFRIGERATOR, day.readings)
    assert {signal: np.flatnonzero(rows).tolist() for signal, rows in odd.items()} == {"fridge_c": [100]}
    cleaned = without_odd(Kind.REFRIGERATOR, day).readings.number("fridge_c")
    assert np.isnan(cleaned[100])
    assert cleaned[200] == 30.0


def test_power_that_is_not_voltage_times_current_is_a_broken_meter() -> None:
    step = np.arange(200.0, dtype=np.float64)
    current = 2.0 + step % 5
    numbers = {
        "voltage_v": np.full(200, 230.0),
        "current_a": current,
        "power_factor": np.full(200, 0.9),
        "power_w": 230.0 * current * 0.9,
    }
    numbers["power_w"][:10] *= 2.0
    rows = Rows(time_s=evening(0).timestamp() - 40_000.0 + 60.0 * step, numbers=numbers)
    found = {one.index: one.value for one in daily_indices(Kind.CIRCUIT, Day(day=FIRST, readings=rows))}
    assert found["gap.power_w.current_a"] == pytest.approx(10 / 200)


@pytest.mark.parametrize(("trips", "told"), [(0.0, True), (2.0, True), (3.0, False)])
def test_an_element_switched_faster_than_it_is_read_tells_nothing_of_its_meter(trips: float, told: bool) -> None:
    hours = np.arange(48, dtype=np.float64) / 2.0
    numbers = {
        "power_w": np.full(48, 2000.0),
        "energy_kwh": 1.0 * hours,  # half of what the rows add up to
        "cutout_trips": np.round(trips * hours / hours[-1]),
    }
    rows = Rows(time_s=evening(0).timestamp() - 80_000.0 + 1800.0 * np.arange(48.0), numbers=numbers)
    found = {one.index: one.value for one in daily_indices(Kind.WATER_HEATER, Day(day=FIRST, readings=rows))}
    assert ("gap.power_w.energy_kwh" in found) is told
    assert found.get("gap.power_w.energy_kwh", np.log(2.0)) == pytest.approx(np.log(2.0))


SHORT = ((118, 4), (301, 4), (603, 9))  # minute and minutes: read once, by no row, twice
LONG = (*SHORT, (700, 60))


@pytest.mark.parametrize(
    ("heatings", "meter", "least", "most"),
    [(SHORT, 1.0, 0.0, 0.0), (LONG, 1.0, 0.0, 0.0), (SHORT, 0.001, -7.5, -5.0), (LONG, 2.0, 0.3, 0.8)],
)
def test_what_an_element_does_between_two_rows_contradicts_no_meter(
    heatings: tuple[tuple[int, int], ...], meter: float, least: float, most: float
) -> None:
    minutes = np.arange(0.0, 1440.0)
    heats = np.zeros(1440, dtype=np.bool_)
    for start, lasts in heatings:
        heats[start : start + lasts] = True
    energy = np.cumsum(np.where(heats, 2.4 / 60.0, 0.0))
    read = minutes % 5 == 0
    numbers = {"power_w": np.where(heats, 2400.0, 1.0)[read] * meter, "energy_kwh": np.round(energy[read], 3)}
    rows = Rows(time_s=evening(0).timestamp() - 80_000.0 + 60.0 * minutes[read], numbers=numbers)
    found = {one.index: one.value for one in daily_indices(Kind.WATER_HEATER, Day(day=FIRST, readings=rows))}
    assert least <= found.get("gap.power_w.energy_kwh", 0.0) <= most


def test_no_appliance_verdict_rests_on_a_doubted_sensor() -> None:
    def said(fault: str, signal: str) -> Verdict:
        evidence = Evidence(signal=signal, expected=1.0, observed=2.0, unit="", since=evening(3), note="")
        return Verdict(fault=fault, present=True, at=evening(9), probability=0.9, urgency=Urgency.VISIT,
                       evidence=(evidence,), detector="some/1")  # fmt: skip

    doubted = _doubted([said("sensor_fault", "fridge_c")])
    assert _rests_on(said("door_seal_leak", "fridge_c rate / (ambient_c - fridge_c)"), doubted)
    assert not _rests_on(said("door_seal_leak", "power_w"), doubted)
    assert not _rests_on(said("sensor_fault", "fridge_c"), doubted)
    rows = [(FIRST, index, 1.0, 0.0, 9.0) for index in ("warmup_per_h", "fridge_c", "on_power_w")]
    assert set(_without(history_of(rows, evening(1)), doubted).series) == {"on_power_w"}
