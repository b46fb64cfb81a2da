"""`wellkept evaluate` on small recorded fleets: no look-ahead, same result however it is run, honest files."""

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from domain.decision_params import DecisionParams
from models.evaluation.case import open_case
from models.evaluation.ledger import as_line
from models.evaluation.peers import findings_of
from models.evaluation.runner import run_case, run_piece
from models.partition import on_processes
from models.trained.file import shipped
from models.trained.speakers import Speakers
from tests.unit.evaluation_cases import START, at, table, write_case
from wellkept.command_line import main
from wellkept.evaluate_safety import watch_safety

DAYS = 40
APPLIANCES = [
    ("c-1", "h-1", "circuit", "M", "16", "30"),
    ("c-2", "h-2", "circuit", "M", "16", "30"),
    ("w-1", "h-1", "washing_machine", "M", "", ""),
    ("w-2", "h-2", "washing_machine", "M", "", ""),
    ("ac-1", "h-1", "air_conditioner", "M", "", ""),
]
Rows = Sequence[tuple[datetime, datetime, str, Mapping[str, Any]]]


def _delay(rng: random.Random) -> timedelta:
    """Mostly half a second, sometimes hours, seldom days."""
    return timedelta(seconds=rng.choice([0.5] * 30 + [7200.0] * 2 + [2.5 * 86_400]))


def _circuits(rng: random.Random) -> Iterator[tuple[datetime, datetime, str, Mapping[str, Any]]]:
    for name in ("c-1", "c-2"):
        for quarter in range(DAYS * 96):
            time = START + timedelta(minutes=15 * quarter)
            yield time, time + _delay(rng), name, {"current_a": 4.0, "voltage_v": 230.0}
        for day in (5, 21, 33):  # 25 A on 16 A for five minutes, a reading every ten seconds
            for step in range(30):
                time = at(day) + timedelta(hours=18, seconds=10 * step + 1)
                yield time, time + timedelta(seconds=0.5), name, {"current_a": 25.0, "voltage_v": 228.0}


def _cycles(rng: random.Random) -> Iterator[tuple[datetime, datetime, str, Mapping[str, Any]]]:
    for name, slow_from in (("w-1", 22), ("w-2", 99)):
        for day in range(DAYS):
            time = at(day) + timedelta(hours=9, minutes=rng.randrange(60))
            slow = 2.2 if day >= slow_from else 1.0
            yield time, time + _delay(rng), name, {"drain_s": 60.0 * slow * rng.uniform(0.97, 1.03), "litres": 20.0}


def _events() -> list[Sequence[str]]:
    header = ("time", "received_at", "appliance_id", "code", "active")
    on, off = at(12) + timedelta(hours=10), at(25) + timedelta(hours=10)
    rows = [(on.isoformat(), on.isoformat(), "ac-1", "filter_clean_alarm", "true"),
            (off.isoformat(), off.isoformat(), "ac-1", "filter_clean_alarm", "false")]  # fmt: skip
    return [header, *rows]


def _fleet(folder: Path, *, until: datetime | None = None, shuffled: bool = False) -> Path:
    """The fleet as it had arrived `until` then."""
    rng = random.Random(5)
    tables: dict[str, Rows] = {"circuit": list(_circuits(rng))}
    tables["air_conditioner"] = [(at(n / 4), at(n / 4), "ac-1", {"room_c": 24.0}) for n in range(4 * DAYS)]
    tables["washing_machine"] = [(at(n / 4), at(n / 4), "w-2", {"power_w": 2.0}) for n in range(4 * DAYS)]
    cycles, events = list(_cycles(rng)), _events()
    if until is not None:
        tables = {kind: [row for row in rows if row[1] <= until] for kind, rows in tables.items()}
        cycles = [row for row in cycles if row[1] <= until]
        events = [row for row in events if row[1] == "received_at" or datetime.fromisoformat(row[1]) <= until]
    frames = {kind: table(rows) for kind, rows in tables.items()}
    if shuffled:
        frames = {kind: frame.sample(fraction=1.0, shuffle=True, seed=3) for kind, frame in frames.items()}
    return write_case(
        folder, APPLIANCES, frames, cycles={"washing_machine": table(cycles)}, files={"events.csv": events}
    )


def _findings(folder: Path) -> list[dict[str, Any]]:
    return [as_line(finding) for finding in run_case(open_case(folder), watch_safety).findings]


def _said_by_the_program(folder: Path) -> list[dict[str, Any]]:
    """With the model that ships and the usual prices, as the command does it."""
    speakers = Speakers(champion=shipped())
    run = run_case(open_case(folder), watch_safety, speakers=speakers, weigh=DecisionParams())
    return [as_line(finding) for finding in run.findings]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The whole fleet and what is said about it."""
    folder = _fleet(tmp_path_factory.mktemp("case") / "fleet")
    return folder, _findings(folder)


def test_every_way_of_finding_speaks(whole: tuple[Path, list[dict[str, Any]]]) -> None:
    said = {(line["appliance_id"], line["fault"]) for line in whole[1]}
    assert {("c-1", "overload"), ("c-2", "overload"), ("w-1", "drain_filter_clog"), ("ac-1", "filter_clog")} <= said
    assert not any(line["appliance_id"] == "w-2" for line in whole[1])  # no telemetry but cycles, and the reverse


def test_overload_is_raised_by_the_arrival_of_the_reading_that_shows_it(
    whole: tuple[Path, list[dict[str, Any]]],
) -> None:
    raised = [line["raised_at"] for line in whole[1] if (line["appliance_id"], line["fault"]) == ("c-1", "overload")]
    # the fourth reading of 18:00:01, 11, 21, 31 has held for 30 s; half a second on the way
    assert raised == [
        (at(day) + timedelta(hours=18, seconds=31.5)).isoformat().replace("+00:00", "Z") for day in (5, 21, 33)
    ]


def test_reported_alarm_is_raised_the_night_after(whole: tuple[Path, list[dict[str, Any]]]) -> None:
    (line,) = [line for line in whole[1] if line["appliance_id"] == "ac-1"]
    assert line["raised_at"] == (at(13) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert line["cleared_at"] == (at(26) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("day", [5.751, 13.5, 21.9, 27.04, 33.0])
def test_future_never_changes_what_was_said(
    whole: tuple[Path, list[dict[str, Any]]], tmp_path: Path, day: float
) -> None:
    cut = at(day)
    text = cut.isoformat()
    part = _findings(_fleet(tmp_path / "part", until=cut))
    assert [_by(line, text) for line in part if line["raised_at"] <= text] == [
        _by(line, text) for line in whole[1] if line["raised_at"] <= text
    ]


def _by(line: dict[str, Any], text: str) -> dict[str, Any]:
    """The line as it stood then: an end that came later was not known."""
    return {name: value for name, value in line.items() if name != "cleared_at" or value <= text}


def test_order_of_rows_in_the_file_is_nothing(whole: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    assert _findings(_fleet(tmp_path / "shuffled", shuffled=True)) == whole[1]


def test_pieces_and_processes_change_nothing(whole: tuple[Path, list[dict[str, Any]]]) -> None:
    case = open_case(whole[0])
    with on_processes(2) as apply:
        two = run_case(case, watch_safety, apply=apply)
    assert [as_line(finding) for finding in two.findings] == whole[1]
    assert two.baselines == run_case(case, watch_safety).baselines


def test_one_appliance_alone_is_judged_alike(whole: tuple[Path, list[dict[str, Any]]]) -> None:
    from domain.signals import Kind
    from models.evaluation.case import Piece

    case = open_case(whole[0])
    (alone,) = run_piece(case, Piece(Kind.WASHING_MACHINE, ("w-1",), 0), watch_safety)
    found = [as_line(one) for one in findings_of(case, [alone.testimony], None)]
    assert found == [line for line in whole[1] if line["appliance_id"] == "w-1"]


def _run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def test_command_writes_findings_report_and_page(whole: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder, _ = whole
    expected = _said_by_the_program(folder)
    done = _run(folder, "--out", tmp_path, "--jobs", "1")
    assert done.exit_code == 0, done.output
    lines = (tmp_path / folder.name / "findings.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == expected
    report = json.loads((tmp_path / folder.name / "report.json").read_text())
    assert report["truth"] is False
    assert report["said"]["urgent"]["count"] == 6
    page = (tmp_path / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    newest = max(expected, key=lambda line: line["raised_at"])
    assert page.index("Newest findings") < page.index(f"<strong>{newest['appliance_id']}: ")
    assert f"{newest['raised_at'][:16].replace('T', ' ')}  {newest['appliance_id']}" in done.output


def test_a_run_that_is_broken_off_leaves_no_older_page_beside_its_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _fleet(tmp_path / "odd", until=at(2))
    assert _run(folder, "--out", tmp_path / "out", "--jobs", "1").exit_code == 0
    monkeypatch.setattr("models.evaluation.judged.judge_case", lambda *_: 1 / 0)
    assert _run(folder, "--out", tmp_path / "out", "--jobs", "1").exit_code != 0
    assert [file.name for file in (tmp_path / "out").rglob("*.*")] == ["findings.jsonl"]


def test_truth_is_read_for_the_figures_only(whole: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder = _fleet(tmp_path / "known")
    first = at(5) + timedelta(hours=18, seconds=1)
    (folder / "truth.csv").write_text(
        "appliance_id,fault,onset,detectable,failure,end,abrupt\n"
        f"c-1,overload,{first.isoformat()},{first.isoformat()},,{(first + timedelta(minutes=5)).isoformat()},true\n"
        f"w-1,drain_filter_clog,{at(20).isoformat()},{at(22).isoformat()},{at(39).isoformat()},,false\n"
    )
    again = shutil.copytree(folder, tmp_path / "again")
    bare = _fleet(tmp_path / "bare", until=at(2))
    done = _run(folder, bare, again, "--out", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert "known, again as one fleet:" in done.output
    said = [json.loads(line) for line in (tmp_path / "out" / "known" / "findings.jsonl").read_text().splitlines()]
    assert said == _said_by_the_program(whole[0])
    report = json.loads((tmp_path / "out" / "known" / "report.json").read_text())
    assert report["seconds_to_alarm"]["p50"] == pytest.approx(30.5)
    # 6 overloads were said, one is in the truth; the filter alarm of ac-1 has no fault behind it
    overload = next(row for row in report["faults"] if row["fault"] == "overload")
    assert (overload["events"], overload["true"], overload["false"]) == (1, 1, 5)
    assert report["false_nudges"]["count"] == 1
    assert {row["name"] for row in report["baselines"]} == {"models", "hours_counter", "plain_threshold", "random"}
    together = json.loads((tmp_path / "out" / "report.json").read_text())
    _is_twice(together, report)
    copy = json.loads((tmp_path / "out" / "again" / "report.json").read_text())
    assert together["seconds"] == pytest.approx(report["seconds"] + copy["seconds"]), "without those of the bare case"
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.index("all cases") < page.index("known")
    assert page.index("calibration error") < page.index("<svg") < page.index("false per 1000 months")


def _is_twice(together: dict[str, Any], report: dict[str, Any]) -> None:
    """A case and its copy as one fleet: everything twice, with narrower intervals; shares and seconds as they were."""
    assert together["case"] == "all cases"
    for count in ("rows", "appliances", "appliance_months"):
        assert together[count] == pytest.approx(2 * report[count], rel=1e-3)
    assert together["false_nudges"]["count"] == 2 * report["false_nudges"]["count"]
    assert together["false_nudges"]["upper95"] < report["false_nudges"]["upper95"]
    assert [row["events"] for row in together["faults"]] == [2 * row["events"] for row in report["faults"]]
    for same in ("within_60_s", "within_of_reading"):
        assert together["seconds_to_alarm"][same] == 2 * report["seconds_to_alarm"][same]
    assert together["seconds_to_alarm"]["p50"] == report["seconds_to_alarm"]["p50"]


def test_malformed_truth_is_refused_before_any_work_is_begun(tmp_path: Path) -> None:
    folder = _fleet(tmp_path / "odd", until=at(2))
    (folder / "truth.csv").write_text("appliance_id,fault,onset\nc-1,overload,yesterday\n")
    sound = _fleet(tmp_path / "sound", until=at(2))
    done = _run(sound, folder, "--out", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 2
    assert "truth.csv, line 2, column onset: 'yesterday' is no time" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["case", "case/out/deep", ".", "link"])
def test_nothing_is_written_into_a_case(tmp_path: Path, out: str) -> None:
    folder = _fleet(tmp_path / "case", until=at(2))
    (tmp_path / "link").symlink_to(folder)
    before = sorted(tmp_path.rglob("*"))
    done = _run(folder, "--out", tmp_path / out, "--jobs", "1")
    assert done.exit_code == 2
    assert f"results would be written into the case {folder.resolve()}, which is a recording" in done.output
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_left_out_and_unknown_is_said_before_the_walk_and_in_both_reports(tmp_path: Path) -> None:
    folder = _fleet(tmp_path / "odd", until=at(2))
    truth = f"appliance_id,fault,onset,detectable\nc-1,overlod,{at(1).isoformat()},{at(1).isoformat()}\n"
    (folder / "truth.csv").write_text(truth)
    (folder / "events.csv").write_text(
        f"time,appliance_id,code,active\n{at(1).isoformat()},ac-1,E1,true\nsoon,ac-1,E1,false\n"
    )
    done = _run(folder, "--out", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "out" / "odd" / "report.json").read_text())
    (events,) = [one for one in report["left_out"] if one["file"] == "events.csv"]
    assert (events["rows"], events["used"], events["refused"]) == (2, 1, {"no_time": 1})
    page = (tmp_path / "out" / "report.html").read_text()
    for said in ("line 3, column time:", "events.csv (all rows)", "overlod of c-1 in line 2"):
        assert done.output.index(said) < done.output.index("appliance-months"), said
        assert any(said in line for line in report["doubts"])
        assert said in page


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "appliances.csv"),
        ({"appliances.csv": "appliance_id,kind\na,circuit\n"}, "household_id"),
        ({"appliances.csv": "appliance_id,household_id,kind\na,h,teapot\n"}, "teapot"),
        ({"appliances.csv": "appliance_id,household_id,kind\na,h,circuit\n"}, "telemetry"),
    ],
)
def test_bad_case_is_one_clear_line(tmp_path: Path, files: dict[str, str], words: str) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    done = _run(folder, "--out", tmp_path / "out")
    assert done.exit_code == 2
    (last,) = [line for line in done.output.splitlines() if line.startswith("wellkept:")]
    assert words in last
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists(), "it is said before any work is begun"


def test_fleet_without_rows_is_said_to_be_empty(tmp_path: Path) -> None:
    schema = {"time": pl.Datetime("us", "UTC"), "received_at": pl.Datetime("us", "UTC"), "appliance_id": pl.String}
    empty = pl.DataFrame(schema={**schema, "power_w": pl.Float64})
    folder = write_case(tmp_path / "empty", APPLIANCES, {"circuit": empty})
    done = _run(folder, "--out", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 2, done.output
    assert "nothing can be judged: no file holds a row" in done.output
