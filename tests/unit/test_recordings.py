"""What `wellkept replay` sends of a case, however its files are written."""

from pathlib import Path

import polars as pl
import pytest

from domain.errors import BadInput
from wellkept.recordings import Row, open_recording

EVENTS = "time,received_at,appliance_id,code,active\n"
FIRST = 1793534400.0  # 2026-11-01T12:00:00Z


def case(
    folder: Path, telemetry: str, events: str = EVENTS, appliances: str = "fridge-1,home-1,refrigerator\n"
) -> Path:
    """A case of one refrigerator."""
    (folder / "telemetry").mkdir()
    (folder / "appliances.csv").write_text("appliance_id,household_id,kind,rated_power_w\n" + appliances)
    (folder / "telemetry" / "refrigerator.csv").write_text(telemetry)
    (folder / "events.csv").write_text(events)
    return folder


def test_a_case_without_any_event_is_played_with_numbers_flags_and_words(tmp_path: Path) -> None:
    folder = case(
        tmp_path,
        "time,received_at,appliance_id,power_w,defrost,mode\n"
        "2026-11-01T12:05:00.5Z,,fridge-1,nan,True,cool\n"
        "2026-11-01T12:00:00+00:00,2026-11-01T12:00:02Z,fridge-1,80,false,\n"
        "never,2026-11-01T12:00:03Z,fridge-1,80,,\n"
        "2026-11-01T12:00:00Z,,nobody-listed-it,80,,\n",
    )
    assert list(open_recording(folder).rows()) == [
        Row(FIRST + 2, FIRST, "fridge-1", "telemetry", {"power_w": 80.0, "defrost": False}),
        Row(FIRST + 300.5, FIRST + 300.5, "fridge-1", "telemetry", {"defrost": True, "mode": "cool"}),
    ]


def test_events_stand_among_the_readings_in_order_of_arrival(tmp_path: Path) -> None:
    folder = case(
        tmp_path,
        "time,appliance_id,power_w\n2026-11-01T12:00:00Z,fridge-1,80\n2026-11-01T12:10:00Z,fridge-1,81\n",
        EVENTS + "2026-11-01T12:05:00.25Z,2026-11-01T12:06:00Z,fridge-1,E1,true\n"
        "2026-11-01T12:05:00Z,2026-11-01T12:06:00Z,fridge-1,E2,0\n",
    )
    found = list(open_recording(folder).rows())
    assert [row.topic for row in found] == ["telemetry", "event", "event", "telemetry"]
    assert [row.measures for row in found[1:3]] == [{"code": "E1", "active": True}, {"code": "E2", "active": False}]
    assert found[1][:2] == (FIRST + 360, FIRST + 300.25)


@pytest.mark.parametrize(
    ("appliances", "said"),
    [
        ("fridge-1,home-1,toaster\n", "line 2, column kind: 'toaster' is no kind"),
        ("fridge-1,home-1,refrigerator,much\n", "line 2: could not convert"),
        ("fridge-1,,refrigerator\n", "line 2, column household_id: is empty"),
        ("", "holds no appliance"),
    ],
)
def test_a_wrong_list_of_appliances_is_said_with_its_line(tmp_path: Path, appliances: str, said: str) -> None:
    folder = case(tmp_path, "time,appliance_id,power_w\n2026-11-01T12:00:00Z,fridge-1,80\n", appliances=appliances)
    with pytest.raises(BadInput, match=said):
        open_recording(folder)


def test_a_damaged_file_is_said_by_its_name(tmp_path: Path) -> None:
    folder = case(tmp_path, "time,appliance_id,power_w\n")
    (folder / "telemetry" / "circuit.parquet").write_bytes(b"no table")
    with pytest.raises(BadInput, match=r"circuit\.parquet cannot be read"):
        list(open_recording(folder).rows())


def test_parquet_keeps_what_it_holds(tmp_path: Path) -> None:
    folder = case(tmp_path, "time,appliance_id,power_w\n")
    table = pl.DataFrame(
        {"time": ["2026-11-01T12:00:00Z"], "appliance_id": ["fridge-1"], "mode": ["1"], "power_w": [None]}
    )
    table.write_parquet(folder / "telemetry" / "refrigerator.parquet")
    assert list(open_recording(folder).rows()) == [Row(FIRST, FIRST, "fridge-1", "telemetry", {"mode": "1"})]
