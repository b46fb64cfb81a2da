"""Written cases: the same on any number of cores, honest truth, bad data where the contract promises it."""

import csv
import hashlib
import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from device_sim.arrival import Arrival
from device_sim.case import write_case
from device_sim.catalogue import CATALOGUE
from device_sim.fault_catalogue import FAULTS, contract_name, fault_key
from device_sim.fault_plans import fault_chances, plan_faults
from device_sim.faults import FaultBook, FaultPlan
from device_sim.fleet import Fleet
from device_sim.params import DAY_S, SimParams
from device_sim.tables import Table
from domain.errors import Unavailable
from domain.faults import fault_of
from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, Kind

START = datetime(2025, 6, 1, tzinfo=UTC)
CONTRACT_TIMES = ("onset", "detectable", "failure", "end")


def make_params(**changes: object) -> SimParams:
    settings: dict[str, object] = {
        "start": START, "homes": 6, "seed": 4, "faults": "none", "horizon_days": 90.0, "outfit": "full",
        "climate": "two", "confounders": True, "prevalence": "enriched", **changes,
    }  # fmt: skip
    return SimParams(**settings)  # type: ignore[arg-type]


def quiet(_share: float, _rows: int) -> None:
    return None


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "one"
    write_case(make_params(), folder, days=2, report=quiet)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_case_does_not_depend_on_the_number_of_processes(case: Path, tmp_path: Path) -> None:
    write_case(make_params(), tmp_path / "two", days=2, report=quiet, jobs=2)
    first = {path.relative_to(case): hashlib.sha256(path.read_bytes()).hexdigest() for path in case.rglob("*.csv")}
    for path, digest in first.items():
        assert hashlib.sha256((tmp_path / "two" / path).read_bytes()).hexdigest() == digest, path
    for path in case.rglob("*.parquet"):
        assert pl.read_parquet(path).equals(pl.read_parquet(tmp_path / "two" / path.relative_to(case))), path


def test_every_kind_speaks_in_canonical_names_and_types(case: Path) -> None:
    kinds = {path.stem for path in (case / "telemetry").glob("*.parquet")}
    assert kinds == {kind.value for kind in Kind}
    for path in case.rglob("*.parquet"):
        allowed = (READING_SIGNALS if path.parent.name == "telemetry" else CYCLE_SIGNALS)[Kind(path.stem)]
        frame = pl.read_parquet(path)
        assert set(frame.columns) - {"time", "received_at", "appliance_id"} <= {signal.name for signal in allowed}
        assert frame.schema["time"] == pl.Datetime("us", "UTC")
        for flag in ("defrost", "door_open", "compressor_on"):
            assert frame.schema.get(flag, pl.Boolean) == pl.Boolean


def test_appliances_carry_the_static_facts_of_the_contract(case: Path) -> None:
    rows = rows_of(case / "appliances.csv")
    assert {"appliance_id", "household_id", "circuit_id", "water_hardness_dh", "volume_l", "rcd_ma"} <= set(rows[0])
    ids = {row["appliance_id"] for row in rows}
    assert all(row["circuit_id"] in ids for row in rows if row["circuit_id"])
    assert all(row["volume_l"] for row in rows if row["kind"] == "water_heater")


def test_the_fleet_file_holds_drawn_and_real_chances(case: Path) -> None:
    about = json.loads((case / "fleet.json").read_text(encoding="utf-8"))
    assert about["prevalence"] == "enriched"
    clog = next(item for item in about["weights"] if item["part"] == "hood" and item["fault"] == "filter_clog")
    assert clog["weight"] == pytest.approx(clog["real"] / clog["drawn"], rel=1e-3)


def test_rows_arrive_twice_late_and_out_of_order(case: Path) -> None:
    circuit = pl.read_parquet(case / "telemetry" / "circuit.parquet")
    assert circuit.height > circuit.unique(["appliance_id", "time"]).height
    late_s = (circuit["received_at"] - circuit["time"]).dt.total_seconds().to_numpy()
    assert np.median(late_s) == 0
    assert late_s.max() > 300
    received = circuit.sort("received_at").group_by("appliance_id", maintain_order=True).agg(pl.col("time").diff())
    assert received["time"].explode().drop_nulls().dt.total_seconds().to_numpy().min() < 0


def test_a_healthy_fleet_has_an_empty_truth(tmp_path: Path) -> None:
    write_case(make_params(prevalence=""), tmp_path / "case", days=2, report=quiet)
    assert rows_of(tmp_path / "case" / "truth.csv") == []


def test_physics_b_is_another_market_with_other_units() -> None:
    a, b = CATALOGUE["a"], CATALOGUE["b"]
    for kind in a:
        makers = [{model.model for model in side[kind] if model.model != "GW-Plug"} for side in (a, b)]
        assert not makers[0] & makers[1]
    first, second = (Fleet(make_params(physics=physics, prevalence="")).blocks[0] for physics in "ab")
    assert first.specs[0].heater["volume_l"] != second.specs[0].heater["volume_l"]


@pytest.mark.parametrize("key", sorted(FAULTS))
def test_every_fault_is_one_the_product_knows(key: str) -> None:
    kind = FAULTS[key]
    parts = {"ac": "air_conditioner", "fridge": "refrigerator", "washer": "washing_machine", "heater": "water_heater",
             "purifier": "air_purifier", "hood": "range_hood", "*": "dryer", "kitchen": "circuit",
             "main": "circuit"}  # fmt: skip
    assert fault_of(Kind(parts.get(kind.part, kind.part)), contract_name(key)).code == contract_name(key)
    part = "dryer" if kind.part == "*" else kind.part
    assert fault_key(part, contract_name(key)) == key


def grown(plan: FaultPlan, *, days: int, lacks: frozenset[str] = frozenset(), variant_b: bool = False) -> FaultBook:
    book = FaultBook(seed=1, homes=[0], plans=(plan,), lacks={(0, plan.where): lacks}, variant_b=variant_b)
    for day in range(days):
        book.grow(day, {})
    return book


def test_a_fault_that_the_unit_cannot_show_is_never_detectable() -> None:
    plan = FaultPlan(home=0, fault="bearing_wear", onset_day=1.0, days_to_full=10.0)
    blind = frozenset({"spin_vibration_mm_s", "vibration_mm_s", "power_w"})
    assert grown(plan, days=60).records[0].detectable_day is not None
    assert grown(plan, days=60, lacks=blind).records[0].detectable_day is None
    assert grown(plan, days=60, lacks=blind).records[0].failure_day is not None


def test_a_sudden_fault_fails_at_its_onset() -> None:
    record = grown(FaultPlan(home=0, fault="heater_failure", onset_day=3.5, days_to_full=9.0, sudden=True), days=8)
    assert record.records[0].failure_day == record.records[0].detectable_day == 3.5


@pytest.mark.parametrize("variant_b", [False, True])
def test_repair_comes_after_failure_leaves_a_row_and_little_of_the_fault(variant_b: bool) -> None:
    plan = FaultPlan(home=0, fault="element_failing", onset_day=2.0, days_to_full=12.0, repair_days=3.0)
    book = grown(plan, days=140, variant_b=variant_b)
    record = book.records[0]
    assert record.failure_day is not None
    assert record.end_day is not None
    assert record.end_day >= record.failure_day + 3.0
    assert book.services[-1].action == "part_replaced"
    assert float(book.severity("element_failing")[0]) <= 0.15


@pytest.mark.parametrize("variant_b", [False, True])
def test_a_new_defrost_heater_works(variant_b: bool) -> None:
    plan = FaultPlan(home=0, fault="defrost_failure", onset_day=2.0, days_to_full=6.0, repair_days=3.0)
    book = grown(plan, days=60, variant_b=variant_b)
    assert book.records[0].end_day is not None
    assert float(book.severity("defrost_failure")[0]) == 0.0  # anything left, and it never pulses again


def test_owners_clean_unasked_and_the_filter_clogs_again() -> None:
    book = grown(FaultPlan(home=0, fault="hood_filter_clog", onset_day=0.0, days_to_full=60.0, clean_at=0.3), days=120)
    assert len(book.records) >= 3
    assert all(a.end_day == b.plan.onset_day for a, b in zip(book.records, book.records[1:], strict=False))
    assert len(book.services) < len(book.records)  # most cleanings leave no word


def test_real_rates_are_those_of_the_catalogue_and_enriched_ones_far_above() -> None:
    real, rich = (fault_chances(make_params(prevalence=name), "fridge") for name in ("real", "enriched"))
    assert real["defrost_failure"] == pytest.approx(1.0 - np.exp(-0.02 * 90.0 / 365.0))
    assert rich["defrost_failure"] > 5.0 * real["defrost_failure"]
    assert sum(rich.values()) < 0.7


def test_plans_depend_on_seed_and_home_only() -> None:
    few, many = plan_faults(make_params(homes=5)), plan_faults(make_params(homes=20))
    assert few == tuple(plan for plan in many if plan.home < 5)
    assert many != plan_faults(make_params(homes=20, seed=5))


def table(count: int) -> Table:
    ts = START.timestamp() + 300.0 * np.arange(count, dtype=np.float64)
    return Table(
        kind="refrigerator", topic="telemetry", appliance=np.full(count, "home-0001-fridge"), ts=ts,
        columns={"fridge_c": np.full(count, 4.0), "energy_kwh": 7.0 + 0.01 * np.arange(count)},
        unit=np.ones(count, dtype=np.int64),
    )  # fmt: skip


def test_nothing_is_invented_on_the_way_and_no_row_arrives_before_it_was_made() -> None:
    count = 60_000
    end_s = START.timestamp() + 300.0 * count
    arrival = Arrival(3, units=[], start_s=START.timestamp(), end_s=end_s)
    got = arrival.receive(table(count))
    made = set(table(count).ts.tolist())
    assert set(got.table.ts.tolist()) <= made
    assert (got.received_s > got.table.ts).all()
    assert np.median(got.received_s - got.table.ts) < 2.0
    odd = np.unique(np.asarray(got.table.columns["fridge_c"], dtype=np.float64))
    assert {4.0} < set(odd.tolist()) <= {4.0, 255.0, -64.0, 51.1}


def test_some_counters_restart_and_some_clocks_are_wrong() -> None:
    count = 3000
    end_s = START.timestamp() + 300.0 * count
    resets = clocks = 0
    for unit in range(400):
        arrival = Arrival(9, units=[unit], start_s=START.timestamp(), end_s=end_s)
        rows = table(count)
        got = arrival.receive(Table(kind=rows.kind, topic=rows.topic, appliance=rows.appliance, ts=rows.ts,
                                    columns=rows.columns, unit=np.full(count, unit)))  # fmt: skip
        energy = np.asarray(got.table.columns["energy_kwh"], dtype=np.float64)
        resets += bool((energy < 7.0).any())
        clocks += bool((np.abs(got.table.ts - got.received_s) > 5.0 * DAY_S).any())
    assert 8 <= resets <= 50
    assert 0 < clocks <= 20


def test_a_killed_process_is_said_in_one_line_and_the_case_can_be_written_again(case: Path, tmp_path: Path) -> None:
    def kill(_share: float, _rows: int) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(Unavailable, match="fewer --jobs"):
        write_case(make_params(), tmp_path / "two", days=2, report=kill, jobs=2)
    assert not (tmp_path / "two" / "appliances.csv").exists()
    write_case(make_params(), tmp_path / "two", days=2, report=quiet)
    for path in case.rglob("*.csv"):
        assert (tmp_path / "two" / path.relative_to(case)).read_bytes() == path.read_bytes()
