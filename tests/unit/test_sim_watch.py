"""The truth of hazards: what the physics holds by the written definitions, and nothing else."""

from datetime import UTC, datetime

import numpy as np
import pytest

from device_sim.block import Block
from device_sim.circuit import CircuitTrace, moisture
from device_sim.description import draw_home
from device_sim.fault_plans import HAZARDS, plan_faults
from device_sim.faults import FaultBook, FaultPlan
from device_sim.params import SimParams
from device_sim.watch import Episode, Watch

MINUTE = 1.0 / 1440.0


def book(*plans: FaultPlan) -> FaultBook:
    return FaultBook(seed=1, homes=[0], plans=plans)


def minutes(*runs: tuple[int, int], length: int = 1440) -> np.ndarray:
    """A day of one home, 1.0 in the minutes [first, stop) of each run."""
    values = np.zeros((length, 1))
    for first, stop in runs:
        values[first:stop] = 1.0
    return values


def fed(*days: np.ndarray, lacks: str = "") -> list[Episode]:
    """Episodes of a fridge at 9 degC where the days say 1, else at 5."""
    watch = Watch([0], {(0, "fridge"): frozenset(lacks.split())})
    for day, warm in enumerate(days):
        watch.food(book(), float(day), 5.0 + 4.0 * warm, np.full_like(warm, -18.0))
    return watch.episodes


def test_a_fridge_is_a_hazard_after_two_warm_hours_and_was_warm_before() -> None:
    (one,) = fed(minutes((600, 800)))
    times = (one.onset_day, one.hazard_day, one.end_day)
    assert times == pytest.approx((600 * MINUTE, 720 * MINUTE, 800 * MINUTE))


@pytest.mark.parametrize("runs", [((600, 719),), ((600, 710), (711, 820))])
def test_less_than_two_hours_at_a_time_is_none(runs: tuple[tuple[int, int], ...]) -> None:
    assert fed(minutes(*runs)) == []


def test_two_hours_may_lie_across_midnight() -> None:
    (one,) = fed(minutes((1380, 1440)), minutes((0, 60)), minutes())
    assert (one.onset_day, one.hazard_day, one.end_day) == pytest.approx(
        (1380 * MINUTE, 1.0 + 60 * MINUTE, 1.0 + 60 * MINUTE)
    )


def test_stretches_within_a_day_are_one_event_and_later_ones_another() -> None:
    found = fed(minutes((0, 200), (900, 1100)), minutes((1000, 1200)), minutes(), minutes((0, 150)))
    assert [one.onset_day for one in found] == pytest.approx([0.0, 3.0])
    assert [one.end_day for one in found] == pytest.approx([1.0 + 1200 * MINUTE, 3.0 + 150 * MINUTE])


def test_what_no_sensor_of_the_unit_shows_is_true_and_not_visible() -> None:
    (one,) = fed(minutes((600, 800)), lacks="fridge_c")
    assert one.hazard_day is None


def test_a_warm_freezer_is_a_hazard_after_half_a_minute() -> None:
    watch = Watch([0], {})
    watch.food(book(), 0.0, np.full((1440, 1), 5.0), -18.0 + 7.0 * minutes((600, 640)))
    (one,) = watch.episodes
    assert (one.onset_day, one.hazard_day) == pytest.approx((600 * MINUTE, 600.5 * MINUTE))


def trace(
    current_a: np.ndarray, *, leakage_ma: np.ndarray | float = 0.0, joint_w: np.ndarray | float = 0.0
) -> CircuitTrace:
    """Kitchen and main of one home, alike."""
    two = np.concatenate([current_a, current_a], axis=1)
    leaks, hot = (np.concatenate([np.zeros_like(current_a) + one] * 2, axis=1) for one in (leakage_ma, joint_w))
    rest = dict.fromkeys(("voltage_v", "upstream_v", "power_w", "power_factor", "terminal_c", "energy_kwh"), two)
    return CircuitTrace(current_a=two, leakage_ma=leaks, joint_w=hot, **rest)


def test_every_circuit_above_its_own_rating_for_half_a_minute_is_overloaded() -> None:
    watch = Watch([0], {})
    watch.circuits(book(), 2.0, trace(30.0 * minutes((600, 601))), np.array([32.0, 25.0]))
    (one,) = watch.episodes
    assert (one.part, one.fault) == ("main", "overload")
    assert one.hazard_day == pytest.approx(2.0 + 600.5 * MINUTE)


def test_a_growing_fault_has_the_hazard_as_its_own_until_it_is_repaired() -> None:
    growing = book(FaultPlan(home=0, fault="loose_contact", onset_day=1.0, days_to_full=10.0))
    watch, quiet = Watch([0], {}), minutes()
    for day in (2.0, 3.0):
        watch.circuits(growing, day, trace(quiet, joint_w=12.0 * minutes((600, 640))), np.array([32.0, 25.0]))
    assert growing.records[0].detectable_day == pytest.approx(2.0 + 600.5 * MINUTE)
    assert [one.part for one in watch.episodes] == ["main"]  # where nothing grows it is a hazard all the same


@pytest.mark.parametrize(
    ("rated_w", "leaks_ma", "listed"), [(2000.0, 1.45, False), (2000.0, 1.55, True), (8000.0, 5.1, True)]
)
def test_a_heater_may_leak_three_quarters_of_a_milliampere_per_kilowatt(
    rated_w: float, leaks_ma: float, listed: bool
) -> None:
    watch = Watch([0], {})
    watch.heaters(book(), 0.0, leaks_ma * minutes((600, 640)), np.array([rated_w]))
    assert [(one.part, one.fault) for one in watch.episodes] == [("heater", "earth_leakage")] * listed


def test_two_trips_of_the_limiter_within_a_week_are_repeated() -> None:
    watch = Watch([0], {})
    for day, count in ((0.0, 1.0), (8.0, 2.0), (12.0, 3.0)):
        watch.dryers(book(), day, np.full((1440, 1), count))
    assert [one.onset_day for one in watch.episodes] == [12.0]


def test_moisture_comes_and_goes_over_hours_and_leads_into_the_next_day() -> None:
    damp = moisture(np.random.default_rng(1).standard_normal((1440, 3)))
    assert np.abs(damp[0]).max() == 0.0
    assert np.abs(np.diff(damp, axis=0)).max() < 0.02
    assert 0.3 < damp.std() < 1.5


def params(**more: object) -> SimParams:
    return SimParams(start=datetime(2025, 7, 1, tzinfo=UTC), homes=12, outfit="full", **more)  # type: ignore[arg-type]


def test_circuits_report_at_their_own_pace() -> None:
    asked = params(faults="none", circuit_every_s=10)
    block = Block(asked, [draw_home(asked, 0)], ())
    tables, _ = block.advance(block.time_s + 600)
    (circuits,) = [table for table in tables if table.kind == "circuit"]
    kitchen = np.sort(circuits.ts[circuits.appliance == "home-0001-kitchen"])
    assert kitchen.size == 60
    assert np.diff(kitchen) == pytest.approx(np.full(59, 10.0))


@pytest.mark.parametrize("seconds", [5, 45, 70])
def test_a_pace_that_does_not_fit_the_minute_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="circuits every"):
        params(circuit_every_s=seconds)


def test_every_hazard_comes_in_a_fleet_of_hazards_and_one_home_in_six_has_none() -> None:
    plans = plan_faults(params(faults="hazards", horizon_days=20.0))
    assert {plan.fault for plan in plans} == set(HAZARDS)
    assert not {plan.home for plan in plans} & {5, 11}
    assert all(0.0 < plan.onset_day < 20.0 for plan in plans)
