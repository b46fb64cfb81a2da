"""Simulated fleets: the same by seed, honest about time, numbered without gaps, healthy when told so."""

import csv
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from device_sim.case import write_case
from device_sim.description import describe_homes
from device_sim.fault_catalogue import FAULTS
from device_sim.fault_plans import plan_faults
from device_sim.fleet import Fleet
from device_sim.params import DAY_S, SimParams
from device_sim.tables import Event, Reading, Sequencer, Table

START = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def make_params(**changes: object) -> SimParams:
    settings: dict[str, object] = {"start": START, "homes": 2, "seed": 5, "faults": "none", "horizon_days": 10.0}
    return SimParams(**{**settings, **changes})  # type: ignore[arg-type]


def run(params: SimParams, *, hours: float, stride_s: int = 3 * 3600) -> tuple[list[Table], list[Event], Fleet]:
    fleet = Fleet(params)
    end_s = params.start.timestamp() + 3600 * hours
    tables: list[Table] = []
    events: list[Event] = []
    while fleet.time_s < end_s:
        new_tables, new_events = fleet.advance_to(min(fleet.time_s + stride_s, end_s))
        tables.extend(new_tables)
        events.extend(new_events)
    return tables, events, fleet


def readings(params: SimParams, *, hours: float, stride_s: int = 3 * 3600) -> list[Reading]:
    return Sequencer().number(run(params, hours=hours, stride_s=stride_s)[0])


def test_the_same_seed_gives_the_same_readings_and_another_seed_others() -> None:
    first = readings(make_params(), hours=20)
    assert first == readings(make_params(), hours=20)
    assert first != readings(make_params(seed=6), hours=20)


def test_the_stride_of_stepping_does_not_change_what_is_reported() -> None:
    coarse = readings(make_params(), hours=6, stride_s=6 * 3600)
    fine = readings(make_params(), hours=6, stride_s=420)
    assert [(r.appliance_id, r.ts, r.seq) for r in coarse] == [(r.appliance_id, r.ts, r.seq) for r in fine]
    for a, b in zip(coarse, fine, strict=True):
        numbers = [name for name, value in a.measures.items() if isinstance(value, float)]
        assert set(a.measures) == set(b.measures)
        assert [a.measures[n] for n in numbers] == pytest.approx([b.measures[n] for n in numbers], abs=0.0011)


def test_a_home_does_not_depend_on_how_many_neighbours_are_simulated() -> None:
    alone = readings(make_params(homes=1), hours=12)
    together = [r for r in readings(make_params(homes=3), hours=12) if r.appliance_id.startswith("home-0001")]
    assert alone == together


def test_seq_grows_by_one_over_telemetry_and_cycles_in_order_of_time() -> None:
    by_appliance: dict[str, list[Reading]] = {}
    sequencer = Sequencer()
    fleet, params = Fleet(make_params(homes=3)), make_params(homes=3)
    for hour in range(2, 74, 2):
        for reading in sequencer.number(fleet.advance_to(params.start.timestamp() + 3600 * hour)[0]):
            by_appliance.setdefault(reading.appliance_id, []).append(reading)
    assert any(r.topic == "cycle" for rows in by_appliance.values() for r in rows)
    for rows in by_appliance.values():
        assert [r.seq for r in rows] == list(range(1, len(rows) + 1))
        assert all(a.ts < b.ts for a, b in pairwise(rows))


def test_no_reading_lies_before_the_start_or_after_the_instant_asked_for() -> None:
    fleet = Fleet(make_params())
    until_s = START.timestamp() + 5 * 3600 + 37.0
    rows = Sequencer().number(fleet.advance_to(until_s)[0])
    assert rows
    assert all(START.timestamp() <= r.ts <= until_s for r in rows)
    assert fleet.time_s <= until_s


def test_a_fleet_without_faults_has_no_severity_no_truth_and_no_alarm() -> None:
    tables, events, fleet = run(make_params(homes=4), hours=24 * 6, stride_s=DAY_S)
    assert fleet.truth() == []
    assert events == []
    assert all(fleet.severity(home, fault) == 0.0 for home in range(4) for fault in FAULTS)
    for table in tables:
        if table.kind == "circuit":
            rating = np.where(np.char.endswith(table.appliance, "kitchen"), 32.0, 25.0)
            assert (np.asarray(table.columns["current_a"], dtype=np.float64) < rating).all()
        if table.kind == "refrigerator":
            assert float(np.nanmax(np.asarray(table.columns["freezer_c"], dtype=np.float64))) < -12.0


def test_severity_only_grows_until_the_owner_cleans() -> None:
    params = make_params(homes=1, faults="filter_clog", horizon_days=4.0)
    fleet, seen = Fleet(params), [0.0]
    for day in range(1, 11):
        fleet.advance_to(START.timestamp() + DAY_S * day)
        fleet.advance_to(START.timestamp() + DAY_S * day)  # the first call stops at local midnight
        seen.append(fleet.severity(0, "filter_clog"))
    assert seen == sorted(seen)
    assert seen[-1] > 0.05
    fleet.relieve(0, "filter_clog")
    assert fleet.severity(0, "filter_clog") <= 0.04
    ended, regrowing = fleet.truth()[0], len(fleet.truth())
    assert ended.end is not None
    assert regrowing >= 1


@pytest.mark.parametrize(("fault", "signal", "limit"), [
    ("overload", "current_a", 25.0), ("flood", "level_mm", 150.0), ("food_at_risk", "fridge_c", 8.0),
])  # fmt: skip
def test_an_abrupt_fault_shows_in_its_signal(fault: str, signal: str, limit: float) -> None:
    params = make_params(homes=1, faults=fault, horizon_days=2.0)
    tables, _, fleet = run(params, hours=24 * 3, stride_s=DAY_S)
    highest = max(
        float(np.nanmax(np.asarray(table.columns[signal], dtype=np.float64)))
        for table in tables
        if signal in table.columns
    )
    assert highest > limit
    assert [row.fault for row in fleet.truth()] == [fault]
    assert fleet.truth()[0].abrupt


def test_an_overload_is_seen_at_ten_seconds() -> None:
    tables, _, _ = run(make_params(homes=1, faults="overload", horizon_days=2.0), hours=24 * 3, stride_s=DAY_S)
    stamps = np.concatenate([
        t.ts[(t.appliance == "home-0001-main") & (np.asarray(t.columns["current_a"], dtype=np.float64) > 25.0)]
        for t in tables if t.kind == "circuit"
    ])  # fmt: skip
    gaps = np.diff(np.sort(stamps))
    assert stamps.size > 60
    assert float(np.median(gaps)) == pytest.approx(10.0)


def test_the_demo_tells_its_story_and_keeps_the_fourth_home_healthy() -> None:
    plans = plan_faults(make_params(homes=4, faults="demo", horizon_days=75.0))
    assert {(plan.home, plan.fault) for plan in plans} == {
        (0, "filter_clog"), (1, "drain_filter_clog"), (2, "overload"), (2, "refrigerant_leak"),
    }  # fmt: skip


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown fault 'rust'.*filter_clog"):
        plan_faults(make_params(faults="rust"))


def test_homes_are_described_with_every_appliance_that_speaks() -> None:
    params = make_params(homes=2)
    described = {item.id: item for home in describe_homes(params) for item in home.appliances}
    spoke = {r.appliance_id for r in readings(params, hours=24)}
    assert spoke == set(described)
    assert described["home-0001-ac"].circuit_id == "home-0001-main"
    assert described["home-0001-kitchen"].breaker_rating_a == 32.0


def test_a_case_folder_holds_what_was_simulated(tmp_path: Path) -> None:
    shares: list[float] = []
    params = make_params(homes=2, faults="overload", horizon_days=2.0)
    rows = write_case(params, tmp_path / "case", days=3, report=lambda share, _: shares.append(share))
    frames = [pl.read_parquet(path) for path in (tmp_path / "case").glob("*/*.parquet")]
    assert sum(frame.height for frame in frames) == rows
    assert shares[-1] == 1.0
    circuit = pl.read_parquet(tmp_path / "case" / "telemetry" / "circuit.parquet")
    assert circuit.schema["time"] == pl.Datetime("us", "UTC")
    assert circuit.filter(pl.col("time") < START).is_empty()
    with (tmp_path / "case" / "truth.csv").open(encoding="utf-8") as file:
        assert {row["fault"] for row in csv.DictReader(file)} == {"overload"}
    with pytest.raises(FileExistsError):
        write_case(params, tmp_path / "case", days=3, report=lambda _share, _rows: None)
