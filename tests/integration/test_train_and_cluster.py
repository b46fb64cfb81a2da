"""`wellkept train` on a small recorded fleet, here and on a real Dask scheduler with two workers: the same model."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.signals import Kind
from models.trained.file import read_model, write_model
from scheduler.score import score
from store.database import Connection
from tests.integration.dask_cluster import dask_cluster
from tests.integration.scheduler_homes import NOW, work_on
from tests.integration.test_evaluate_cases import _fleet
from tests.integration.test_scoring_incremental import register as add_appliance
from tests.integration.test_scoring_incremental import store_cycles
from tests.unit.evaluation_cases import at
from tests.unit.synthetic_days import washing_day
from wellkept.command_line import main

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two washers, one of which clogs, a circuit and an air conditioner, with the truth."""
    folder = _fleet(tmp_path_factory.mktemp("training") / "fleet")
    (folder / "truth.csv").write_text(
        "appliance_id,fault,onset,detectable,failure,end,abrupt\n"
        f"w-1,drain_filter_clog,{at(22).isoformat()},{at(22).isoformat()},,,false\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Dask scheduler with two workers, each a process of its own."""
    with dask_cluster(tmp_path_factory.mktemp("dask"), workers=2) as running:
        yield running.address


def run(*words: str, dask_url: str = "") -> Result:
    environ = {"WELLKEPT_DATABASE_URL": "", "WELLKEPT_DASK_URL": dask_url, "WELLKEPT_HOME": "/nowhere"}
    return CliRunner(env=environ).invoke(main, list(words))


@pytest.fixture(scope="module")
def alone(fleet: Path) -> Path:
    """The model of one process."""
    file = fleet.parent / "alone.json"
    result = run("train", str(fleet), "--out", str(file), "--jobs", "1", "--name", "small")
    assert result.exit_code == 0, result.output
    for words in ("labels from truth.csv", "4 folds of homes", "written:", "not registered: no database"):
        assert words in result.output
    return file


def test_a_model_says_what_it_was_trained_on(alone: Path, fleet: Path) -> None:
    model = read_model(alone).model
    origin = model.provenance
    assert (origin.simulated, origin.labels, origin.cases) == (True, ("truth.csv",), (fleet.name,))
    assert (origin.appliances, origin.appliance_models) == (5, ("M",))
    assert (origin.data_from, origin.data_to) == ("2025-03-01", "2025-04-13")  # late rows are met late
    ours = [one for one in model.examples if one.group == "washing_machine_drain_filter_clog"]
    assert {one.there for one in ours} == {True}
    assert sum(one.weight for one in ours) == pytest.approx(1.0)  # one event, at several levels of evidence
    assert origin.figures["self_findings"]["true"] == 1


def evaluated(fleet: Path, model: Path, out: Path, dask_url: str = "") -> Path:
    """The findings of the fleet as this model says them."""
    result = run("evaluate", str(fleet), "--out", str(out), "--model", str(model), "--jobs", "1", dask_url=dask_url)
    assert result.exit_code == 0, result.output
    return out / fleet.name / "findings.jsonl"


@pytest.fixture(scope="module")
def judged(alone: Path, fleet: Path) -> Path:
    """What one process says with its own model."""
    return evaluated(fleet, alone, fleet.parent / "judged")


def clogged(findings: Path) -> list[str]:
    lines = map(json.loads, findings.read_text(encoding="utf-8").splitlines())
    return [one["appliance_id"] for one in lines if one["fault"] == "drain_filter_clog"]


def test_the_model_is_used_by_evaluate(alone: Path, fleet: Path, judged: Path, tmp_path: Path) -> None:
    model = read_model(alone).model
    deaf = write_model(replace(model, limits=dict.fromkeys(model.calibration, 0.99)), tmp_path / "deaf.json")
    silent = evaluated(fleet, tmp_path / "deaf.json", tmp_path)
    assert (clogged(judged), clogged(silent)) == (["w-1"], [])
    report = json.loads((silent.parent / "report.json").read_text(encoding="utf-8"))
    assert report["model"]["sha256"] == deaf.sha256


def test_a_cluster_makes_the_same_model_and_the_same_findings(
    alone: Path, fleet: Path, judged: Path, cluster: str, tmp_path: Path
) -> None:
    result = run("train", str(fleet), "--out", str(tmp_path / "m.json"), "--name", "small", dask_url=cluster)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "m.json").read_bytes() == alone.read_bytes()
    assert evaluated(fleet, alone, tmp_path, dask_url=cluster).read_bytes() == judged.read_bytes()


def test_a_cluster_scores_as_one_process_does(cluster: str, database_url: str, connection: Connection) -> None:
    add_appliance(connection, "washer-1", Kind.WASHING_MACHINE)
    add_appliance(connection, "washer-2", Kind.WASHING_MACHINE)
    for key, slow in connection.execute("SELECT key, id = 'washer-1' FROM appliance").fetchall():
        days = [washing_day(number, 5.0 if slow and number >= 15 else 2.0) for number in range(32)]
        store_cycles(connection, key, days, NOW - timedelta(days=1))
    work = work_on(connection)
    over = replace(work, settings=replace(work.settings, database_url=database_url, dask_url=cluster))
    counts = score(over)
    told = "SELECT appliance_key, fault, probability, score, evidence FROM finding ORDER BY 1, 2"
    there = connection.execute(told).fetchall()
    assert [fault for _, fault, *_ in there] == ["drain_filter_clog"]
    assert score(over) == {}  # nothing waits any more
    for table in ("finding", "feature_day", "reference", "judged", "day_due"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    assert score(work) == counts
    assert connection.execute(told).fetchall() == there


@pytest.mark.parametrize(
    ("url", "words"), [("tcp://127.0.0.1:1", "no Dask scheduler answers"), ("what://x", "no address")]
)
def test_a_cluster_that_is_not_there_is_one_clear_line(fleet: Path, url: str, words: str, tmp_path: Path) -> None:
    result = run("train", str(fleet), "--out", str(tmp_path / "m.json"), dask_url=url)
    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output


def test_without_data_it_says_what_to_give(tmp_path: Path) -> None:
    result = run("train", "--out", str(tmp_path / "m.json"))
    assert result.exit_code == 2
    assert "name a CASE" in result.output
