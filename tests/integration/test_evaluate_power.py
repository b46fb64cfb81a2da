"""Household power recordings through `wellkept evaluate`."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from polars.exceptions import ComputeError

from wellkept.command_line import main
from wellkept.power_case import is_power_recording, write_power_case
from wellkept.recordings import open_recording

MONTH = "Time,Aggregate,Kettle,WashingMachine\n2014-01-01 00:00:00,154.5,0.0,\n2014-01-01 00:01:00,2200.0,2010.0,3.5\n"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two minutes of one home."""
    folder = tmp_path / "power"
    folder.mkdir()
    (folder / "REFIT_House2_2014-01.csv").write_text(MONTH)
    return folder


def test_recording_becomes_the_case_that_replay_would_send(recording: Path, tmp_path: Path) -> None:
    case = write_power_case(recording, tmp_path / "case")
    circuit = pl.read_parquet(case / "telemetry" / "circuit.parquet")
    washer = pl.read_parquet(case / "telemetry" / "washing_machine.parquet")
    written = {
        (time.timestamp(), name, watts)
        for frame in (circuit, washer)
        for time, name, watts in frame.select("time", "appliance_id", "power_w").iter_rows()
    }
    assert written == {(row.ts, row.appliance_id, row.measures["power_w"]) for row in open_recording(recording).rows()}
    assert len(written) == 5  # an empty cell is no reading


def test_recording_runs_without_truth(recording: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["evaluate", str(recording), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "out" / "power" / "report.json").read_text())
    assert (report["appliances"], report["truth"], report["said"]["visit"]["count"]) == (3, False, 0)
    assert "no truth.csv" in (tmp_path / "out" / "report.html").read_text()


def test_a_recording_that_finds_no_room_is_one_line(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, into: Path) -> Path:
        raise ComputeError("No space left on device")

    monkeypatch.setattr("wellkept.power_case.write_power_case", full)
    done = CliRunner().invoke(main, ["evaluate", str(recording), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert (done.exit_code, "make room" in done.output) == (2, True), done.output


def test_folder_of_anything_else_is_no_recording(tmp_path: Path) -> None:
    assert not is_power_recording(tmp_path)


@pytest.mark.shared_data
def test_healthy_home_gets_no_visit_and_no_alarm(shared_data: Path, tmp_path: Path) -> None:
    """Three months of one home; the whole recording is a matter of `wellkept evaluate` itself."""
    folder = tmp_path / "home"
    folder.mkdir()
    for month in ("2014-05", "2014-06", "2014-07"):
        name = f"REFIT_House2_{month}.csv.gz"
        (folder / name).symlink_to(shared_data / "appliance_power_1min" / name)
    done = CliRunner().invoke(main, ["evaluate", str(folder), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    said = json.loads((tmp_path / "out" / "home" / "report.json").read_text())["said"]
    assert (said["visit"]["count"], said["urgent"]["count"]) == (0, 0)
    assert said["self"]["count"] <= 1
