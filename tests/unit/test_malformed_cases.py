"""Cases as people write them by hand: whatever is wrong is said in one line that names the file, and the line in it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from domain.errors import BadInput
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.arrivals import read_checked
from models.evaluation.case import count_rows, open_case, pieces, read_events
from models.evaluation.case_files import unread_files
from models.evaluation.doubts import doubts_of, doubts_of_truth
from models.evaluation.refusals import lines_of, refusals_of
from models.evaluation.truth import read_truth, read_weights

APPLIANCES = "appliance_id,household_id,kind\nfridge-1,home-1,refrigerator\n"
TELEMETRY = "telemetry/refrigerator.csv"
ROWS = "time,appliance_id,power_w\n2026-11-01T12:00:00Z,fridge-1,80\n"
ARRIVED = "time,received_at,appliance_id,power_w\n2026-11-01T12:00:00Z,2026-11-01T12:00:01Z,fridge-1,80\n"


def case(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A case of one refrigerator with one row, and what `files` say otherwise."""
    for name, content in {"appliances.csv": APPLIANCES, TELEMETRY: ROWS, **files}.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read_all(folder: Path) -> None:
    found = open_case(folder)
    count_rows(found)
    for piece in pieces(found):
        read_checked(found.tables[piece.kind], piece.appliances, {})
    read_events(folder, [])
    read_truth(folder)
    read_weights(folder)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("appliances.csv", "", "holds no appliance"),
        ("appliances.csv", "appliance_id,kind\na,circuit\n", "needs the columns"),
        ("appliances.csv", APPLIANCES + "b,home-1,toaster\n", "line 3, column kind: 'toaster' is no kind"),
        ("appliances.csv", APPLIANCES + "b\n", "line 3, column household_id: is empty"),
        ("appliances.csv", APPLIANCES + "fridge-1,home-2,circuit\n", "fridge-1 more than once"),
        ("appliances.csv", APPLIANCES.encode() + b"b,s\xe9jour,circuit\n", "UTF-8"),
        (TELEMETRY, "", "cannot be read"),
        (TELEMETRY, ROWS + "1,2,3,4,5\n", "cannot be read"),
        (TELEMETRY, "time,power_w\n2026-11-01T12:00:00Z,80\n", "needs the columns time and appliance_id"),
        (TELEMETRY, ROWS.replace("2026-11-01T12:00:00Z", "noon"), "no time can be read"),
        ("telemetry/circuit.parquet", "no table", "cannot be read"),
        (
            "events.csv",
            "time,appliance_id,code,active\nnoon,fridge-1,E1,true\n",
            "none of its 1 rows can be used: line 2",
        ),
        ("events.csv", "when,what\n1,2\n", "needs the columns"),
        (
            "services.csv",
            "appliance_id,time,action\nfridge-1\n",
            "none of its 1 rows can be used: line 2, column action: is empty",
        ),
        ("truth.csv", "", "truth.csv is empty: take it out of the case"),
        ("truth.csv", "appliance_id,fault,onset\nfridge-1\n", "line 2, column fault: is empty"),
        (
            "truth.csv",
            "appliance_id,fault,onset\nfridge-1,door_seal_leak,soon\n",
            "line 2, column onset: 'soon' is no time",
        ),
        (
            "truth.csv",
            "appliance_id,fault,onset,end\nfridge-1,door_seal_leak,2026-11-03,2026-11-02\n",
            "column end: 2026",
        ),
        ("fleet.json", "{", "take it out"),
        ("fleet.json", '{"weights": [{"kind": "circuit"}]}', "take it out"),
        (
            "fleet.json",
            '{"weights": [{"kind": "a", "fault": "b", "appliances": 1, "drawn": NaN, "real": 0}]}',
            "take it",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_all(case(tmp_path, {name: content}))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_time_that_is_a_number_is_refused(tmp_path: Path) -> None:
    folder = case(tmp_path, {})
    rows = pl.DataFrame({"time": [1.0], "appliance_id": ["fridge-1"], "power_w": [80.0]})
    rows.write_parquet(folder / "telemetry/refrigerator.parquet")
    with pytest.raises(BadInput, match="ISO 8601"):
        read_all(folder)


def test_times_may_be_texts_beside_moments_and_a_list_is_no_value(tmp_path: Path) -> None:
    folder = case(tmp_path, {})
    file = folder / "telemetry/refrigerator.parquet"
    moment = datetime(2026, 11, 1, 12, 0, 1, tzinfo=UTC)
    pl.DataFrame({"time": ["2026-11-01 12:00:00"], "received_at": [moment], "appliance_id": ["fridge-1"],
                  "power_w": [80.0], "colours": [[1, 2]]}).write_parquet(file)  # fmt: skip
    rows = read_checked(file, ["fridge-1"], {})
    assert rows.select("time", "received_at").row(0) == (1_793_534_400_000_000, 1_793_534_401_000_000)
    assert rows.select("power_w", "colours").row(0) == (80.0, None)


def test_a_byte_order_mark_does_not_hide_the_first_column(tmp_path: Path) -> None:
    folder = case(tmp_path, {"appliances.csv": "\ufeff" + APPLIANCES})
    assert set(open_case(folder).appliances) == {"fridge-1"}


def test_files_that_nobody_reads_are_named(tmp_path: Path) -> None:
    folder = case(tmp_path, {"telemetry/fridge.csv": ROWS, "telemetry/circuit.csv.gz": "", "telemetry/.hidden": ""})
    assert [file.name for file in unread_files(folder)] == ["circuit.csv.gz", "fridge.csv"]


def test_what_holds_no_rows_and_a_folder_in_place_of_a_file_are_named(tmp_path: Path) -> None:
    head = ROWS.splitlines()[0]
    appliances = APPLIANCES + "dryer-1,home-1,dryer\ndryer-2,home-1,dryer\n"
    empty = ("telemetry/dryer.csv", "cycles/dryer.csv", "cycles/refrigerator.csv")
    folder = case(tmp_path, {"appliances.csv": appliances, **dict.fromkeys(empty, head)})
    (folder / "telemetry/circuit.parquet").mkdir()
    found = open_case(folder)
    (said,) = lines_of(found, refusals_of(found))
    assert said.startswith("no rows in telemetry/dryer.csv, ")
    assert all(name in said for name in empty)
    assert said.endswith("; not judged: 2 of dryer")
    assert "telemetry/circuit.parquet: not read, because it is a folder" in next(doubts_of(found))


def test_what_nobody_understands_is_said_in_one_line_each(tmp_path: Path) -> None:
    files = {
        "appliances.csv": APPLIANCES + "dryer-1,home-1,dryer\n",
        TELEMETRY: ROWS + "2026-11-01T12:00:00Z,dryer-1,80\n2026-11-01T12:00:00Z,toaster-1,80\n",
        "services.csv": "appliance_id,time,action,fault\n"
        "fridge-1,2026-11-01T12:00:00Z,kicked,\nfridge-1,2026-11-02T12:00:00Z,kicked,\n"
        "fridge-1,2026-11-02T12:00:00Z,repaired,vent_clog\nstranger,2026-11-02T12:00:00Z,repaired,\n",
        "events.csv": "time,appliance_id,code,active\n2026-11-01T12:00:00Z,oven-1,E1,true\n",
        "truth.csv": "appliance_id,fault,onset\nfridge-1,rust,2026-11-01T12:00:00Z\nghost,rust,2026-11-01T12:00:00Z\n",
    }
    found = open_case(case(tmp_path, files))
    said = [*doubts_of(found), *doubts_of_truth(found, read_truth(tmp_path) or ())]
    expected = (
        "services.csv: not heard, because no such action is known: kicked (2 times); actions are",
        "services.csv: left out, because appliances.csv does not list them: stranger",
        "events.csv: left out, because appliances.csv does not list them: oven-1",
        "services.csv: no such fault is known of that kind: vent_clog of fridge-1",
        "telemetry/refrigerator.csv: left out, because appliances.csv calls them no refrigerator: ",
        "received_at is missing or cannot be read in telemetry/refrigerator.csv (all rows), events.csv (all rows)",
        "truth.csv, column fault: counted as missed visits, because refrigerator has no such fault: "
        "rust of fridge-1 in line 2; it has ",
        "truth.csv: left out, because appliances.csv does not list them: ghost",
    )
    assert len(said) == len(expected)
    for line, start in zip(said, expected, strict=True):
        assert line.startswith(start)
    assert "dryer-1 (dryer)" in said[4]
    assert "toaster-1 (not listed)" in said[4]


def test_a_case_that_is_understood_raises_no_doubt(tmp_path: Path) -> None:
    truth = "appliance_id,fault,onset\nfridge-1,condenser_dust,2026-11-01\n"
    services = "appliance_id,time,action\nfridge-1,2026-11-01,inspected\n"
    found = open_case(case(tmp_path, {TELEMETRY: ARRIVED, "services.csv": services, "truth.csv": truth}))
    assert [*doubts_of(found), *doubts_of_truth(found, read_truth(tmp_path) or ())] == []
    assert [*lines_of(found, refusals_of(found))] == []


DAMAGED = """time,received_at,appliance_id,power_w,fridge_c,door_open,colour
2026-11-01T12:00:00Z,2026-11-01T12:00:01Z,fridge-1,80,4.5,false,red
2026-11-01T12:05:00Z,soon,fridge-1,eighty,4.5,perhaps,2
noon,2026-11-01T12:10:01Z,fridge-1,80,4.5,,
,,fridge-1,80,4.5,,
1970-01-01T00:00:09Z,2026-11-01T12:15:00Z,fridge-1,80,4.5,,
2081-01-01T00:00:00Z,2026-11-01T12:20:00Z,fridge-1,80,4.5,,
2026-11-01T12:25:00Z,2026-11-01T12:25:00Z,,80,4.5,,
2026-11-01T12:30:00Z,2026-11-01T12:30:00Z,fridge-1,eighty,-300,,
2026-11-01T12:30:00Z,2026-11-01T12:30:00Z,stranger,80,4.5,,
"""


def test_what_is_refused_is_counted_by_reason_and_column_and_the_rest_is_read(tmp_path: Path) -> None:
    found = open_case(case(tmp_path, {TELEMETRY: DAMAGED, "appliances.csv": APPLIANCES + "c-1,home-1,circuit\n"}))
    (one,) = refusals_of(found)
    assert (one.rows, one.listed, one.used) == (9, 8, 2)
    assert one.refused == {"no_appliance": 1, "no_time": 2, "clock_unset": 1, "future": 1, "no_signal": 1}
    assert one.values == {"power_w": (1, 2), "door_open": (1, 2), "colour": (1, 2)}  # in the two rows that are kept
    kept = read_checked(
        found.tables[Kind.REFRIGERATOR], ["fridge-1"], {s.name: s for s in READING_SIGNALS["refrigerator"]}
    )
    assert kept.height == one.used
    assert kept["received_at"].to_list()[1] == kept["time"].to_list()[1]  # an arrival that nobody can read is no reason
    refused, lacking = lines_of(found, [one])
    assert "6 of 9 rows refused (1 without an appliance_id, 2 without a time that can be read, 1 stamped be" in refused
    assert "power_w 1 of 2" in refused
    assert lacking.endswith("named after their kind: 1 of circuit")
    assert one.as_json()["values_left_out"] == {"power_w": 1, "door_open": 1, "colour": 1}


@pytest.mark.parametrize(
    "rows", [DAMAGED.splitlines()[0] + "\n" + DAMAGED.splitlines()[6], ROWS.replace("fridge", "x")]
)
def test_a_case_of_which_nothing_is_left_is_refused_with_the_reason(tmp_path: Path, rows: str) -> None:
    with pytest.raises(BadInput, match=r"nothing can be judged: (.*5 minutes ahead|no file holds a row).*run it again"):
        refusals_of(open_case(case(tmp_path, {TELEMETRY: rows})))


def test_lines_that_cannot_be_used_are_left_out_counted_and_the_first_is_named(tmp_path: Path) -> None:
    events = (
        "time,received_at,appliance_id,code,active\n2026-11-01T12:00:00Z,,fridge-1,E1,true\nnoon,,fridge-1,E1,true\n"
    )
    more = "2026-11-01T12:00:00Z,,fridge-1,E1,perhaps\n2026-11-01T12:00:00Z,,,E1,0\n"
    services = "appliance_id,time,action\nfridge-1,2026-11-01,inspected\nfridge-1,31.12.2026,repaired\n"
    files = {TELEMETRY: ARRIVED, "events.csv": events + more, "services.csv": services}
    found = open_case(case(tmp_path, files))
    assert [one.action for one in found.services["fridge-1"]] == ["inspected"]
    _, told, happened = refusals_of(found)
    assert told.as_json() == {
        "file": "services.csv", "rows": 2, "used": 1, "refused": {"no_time": 1}, "values_left_out": {}
    }  # fmt: skip
    assert str(told).endswith("1 of 2 rows refused (1 without a time that can be read; the first: line 3, column time: "
                              "'31.12.2026' is no time; write for example 2026-11-01T12:00:00Z)")  # fmt: skip
    assert happened.refused == {"no_appliance": 1, "no_time": 1, "no_active": 1}
    assert (happened.rows, happened.used) == (4, 1)
    assert "events.csv (all rows)" in next(doubts_of(found))


def test_a_truth_that_cannot_be_is_doubted(tmp_path: Path) -> None:
    rows = "appliance_id,fault,onset,failure,end\n"
    files = {TELEMETRY: ARRIVED, "truth.csv": rows + "fridge-1,door_seal_leak,,,\n", "services.csv": ""}
    found = open_case(case(tmp_path, files))
    (empty,) = doubts_of(found)
    assert empty.startswith("services.csv: empty")
    (never,) = doubts_of_truth(found, read_truth(tmp_path))
    assert never.endswith("none of onset, detectable and failure is given: door_seal_leak of fridge-1 in line 2")
    (none,) = doubts_of_truth(found, ())
    assert "names no fault" in none


def test_rows_a_year_away_from_all_others_are_named(tmp_path: Path) -> None:
    rows = "".join(f"2026-11-01T12:{minute:02}:00Z,fridge-1,80\n" for minute in range(60))
    table = "time,appliance_id,power_w\n" + 3 * rows + "2081-01-01T12:00:00Z,fridge-1,80\n"
    said, arrivals = doubts_of(open_case(case(tmp_path, {TELEMETRY: table})))
    assert arrivals.startswith("received_at is missing")
    assert "1 rows arrived more than a year away from nearly all others (2081-01-01 to 2081-01-01)" in said


def test_ratings_and_places_that_cannot_be_used_are_named_and_unknown(tmp_path: Path) -> None:
    header = "appliance_id,household_id,kind,breaker_rating_a,rcd_ma,nominal_v,latitude,longitude\n"
    rows = (
        'main,home-1,circuit,"25,0",-30,inf,nan,north\nkitchen,home-1,circuit,,,,,\nold,home-1,circuit,25 A,30,,1,2\n'
    )
    found = open_case(
        case(tmp_path, {TELEMETRY: ARRIVED, "appliances.csv": header + rows + "fridge-1,home-1,refrigerator,,,,,\n"})
    )
    assert [*doubts_of(found)] == [
        "appliances.csv: breaker_rating_a taken as unknown, because it is no number above 0: '25,0' of main, "
        "'25 A' of old",
        "appliances.csv: rcd_ma taken as unknown, because it is no number above 0: '-30' of main",
        "appliances.csv: nominal_v taken as unknown, because it is no number above 0: 'inf' of main",
        "appliances.csv: latitude taken as unknown, because it is no number: 'nan' of main",
        "appliances.csv: longitude taken as unknown, because it is no number: 'north' of main",
    ]
    main, old = found.appliances["main"], found.appliances["old"]
    assert main.rating("rcd_ma") is None
    assert main.number("latitude") is None
    assert (old.rating("rcd_ma"), old.number("latitude"), old.rating("breaker_rating_a")) == (30.0, 1.0, None)


@pytest.mark.parametrize("name", ["appliances.csv", "services.csv", "truth.csv", "fleet.json"])
def test_a_file_that_nobody_may_read_is_one_line(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = case(tmp_path, {name: APPLIANCES})
    opened = Path.open

    def locked(file: Path, *args: Any, **named: Any) -> Any:
        if file.name == name:
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file, *args, **named)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(BadInput, match=rf"{name} cannot be read \(Permission denied\)"):
        read_all(folder)
