"""Where a case is written: beside nobody's files, anew after a half-written one; and what the command refuses."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from device_sim.case import write_case
from device_sim.case_folder import make_ready
from device_sim.command import sim
from device_sim.params import SimParams
from tests.unit.test_sim_cases import START, quiet, rows_of


def half_written(folder: Path) -> Path:
    for name in ("telemetry", "cycles"):
        (folder / name).mkdir(parents=True)
    (folder / "telemetry" / "dryer.parquet").write_bytes(b"of another fleet")
    (folder / "telemetry" / "circuit.block0001.part0002").write_bytes(b"left over")
    (folder / "truth.csv").write_text("half", encoding="utf-8")
    return folder


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_new_an_empty_and_a_half_written_folder_become_empty_cases(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    half_written(tmp_path / "half")
    for name in ("deep/new", "empty", "half"):
        make_ready(tmp_path / name)
        assert names(tmp_path / name) == {"telemetry", "cycles"}


@pytest.mark.parametrize("stranger", ["thesis.txt", "telemetry/notes.csv", "photos/one.jpg", "cycles/old/a.parquet"])
def test_files_of_others_are_neither_touched_nor_mixed_with_a_case(tmp_path: Path, stranger: str) -> None:
    folder = half_written(tmp_path / "case")
    (folder / stranger).parent.mkdir(exist_ok=True)
    (folder / stranger).write_text("precious", encoding="utf-8")
    before = names(folder)
    with pytest.raises(FileExistsError, match="choose an empty or a new folder"):
        make_ready(folder)
    assert names(folder) == before


def test_a_finished_case_and_a_file_of_that_name_are_left_alone(tmp_path: Path) -> None:
    case = half_written(tmp_path / "case")
    (case / "appliances.csv").write_text("appliance_id\n", encoding="utf-8")
    with pytest.raises(FileExistsError, match="holds a case already"):
        make_ready(case)
    (tmp_path / "file").write_text("precious", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is a file"):
        make_ready(tmp_path / "file")


@pytest.mark.parametrize(("options", "word"), [
    (["--write-case", "case", "--speed", "60"], "--speed is for live homes"),
    (["--write-case", "case", "--obedience", "0.5"], "--obedience is for live homes"),
    (["--write-case", "case", "--mqtt-url", "mqtt://127.0.0.1:1"], "--mqtt-url is for live homes"),
    (["--write-case", "case", "--faults", "none", "--prevalence", "real"], "instead of --faults"),
    (["--write-case", "case", "--from", "1970-01-01"], "between 2001 and 2199"),
    (["--days", "5"], "--days means nothing without --write-case"),
    (["--jobs", "2"], "--jobs means nothing without --write-case"),
])  # fmt: skip
def test_an_option_that_would_change_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(sim, options)
    assert said.exit_code == 2
    assert word in said.output
    assert names(tmp_path) == set()


def test_the_broker_of_the_environment_does_not_stand_in_the_way_of_a_case(tmp_path: Path) -> None:
    said = CliRunner().invoke(sim, ["--write-case", str(tmp_path / "case"), "--homes", "1", "--days", "1",
                                    "--from", "2025-06-01", "--outfit", "basic"],
                              env={"WELLKEPT_MQTT_URL": "mqtt://127.0.0.1:1"})  # fmt: skip
    assert said.exit_code == 0, said.output
    assert (tmp_path / "case" / "appliances.csv").exists()
    done, joined = said.output.index("100%"), said.output.index("joining telemetry/air_conditioner")
    assert done < joined < said.output.index("readings of 1 homes"), "the parts are joined after all is simulated"


def test_a_machine_behind_a_plug_sums_nothing_up(tmp_path: Path) -> None:
    params = SimParams(start=START, homes=9, seed=4, faults="none", outfit="full", climate="two")
    write_case(params, tmp_path / "case", days=3, report=quiet)
    models = {row["appliance_id"]: row["model"] for row in rows_of(tmp_path / "case" / "appliances.csv")}
    assert any(name.endswith("dryer") and model == "GW-Plug" for name, model in models.items())
    for path in (tmp_path / "case").glob("*/*.parquet"):
        frame = pl.read_parquet(path)
        told = frame.drop("time", "received_at", "appliance_id")
        assert frame.filter(~pl.any_horizontal([pl.col(name).is_not_null() for name in told.columns])).is_empty(), path
