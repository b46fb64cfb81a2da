"""The checks by column against those of ingest row by row, and what had arrived when."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from domain.readings import check_time, check_values, to_us
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.arrivals import arrivals_of, believable, checked_value, read_checked, readings_by_arrival
from tests.unit.evaluation_cases import START, table

CATALOGUE = {signal.name: signal for signal in READING_SIGNALS[Kind.AIR_CONDITIONER]}
ODD = st.sampled_from([255.0, -64.0, 51.1, 1e9, -1e9, float("nan"), float("inf"), float("-inf"), 0.0, 1.0])
NUMBERS = st.lists(st.one_of(st.none(), ODD, st.floats(allow_nan=True)), min_size=1, max_size=20)


@given(values=NUMBERS, name=st.sampled_from(["coil_in_c", "energy_kwh", "compressor_hz", "defrost", "maker_signal"]))
def test_values_are_checked_by_column_as_ingest_checks_them(values: list[float | None], name: str) -> None:
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.Float64)})
    by_column = frame.select(checked_value(name, pl.Float64(), CATALOGUE.get(name)))[name].to_list()
    by_row = []
    for value in values:
        checked = check_values({name: value}, CATALOGUE)
        by_row.append(checked.typed.get(name, checked.extra.get(name)))
    assert by_column == [None if value is None else float(value) for value in by_row]


@given(values=st.lists(st.one_of(st.none(), st.sampled_from(["cool", "off", "Cool", "", "turbo"])), min_size=1))
def test_words_are_checked_by_column_as_ingest_checks_them(values: list[str | None]) -> None:
    frame = pl.DataFrame({"mode": pl.Series(values, dtype=pl.String)})
    by_column = frame.select(checked_value("mode", pl.String(), CATALOGUE["mode"]))["mode"].to_list()
    assert by_column == [check_values({"mode": value}, CATALOGUE).typed.get("mode") for value in values]


@given(
    ahead_us=st.integers(-400_000_000, 400_000_000),
    at_us=st.sampled_from([0, 946_684_799_999_999, 1_740_787_200_000_000]),
)
def test_times_are_checked_by_column_as_ingest_checks_them(ahead_us: int, at_us: int) -> None:
    received_us = at_us - ahead_us
    frame = pl.DataFrame({"time": [at_us], "received_at": [received_us], "appliance_id": ["a"]})
    assert frame.select(believable()).item() == (check_time(at_us, received_us) is None)


def _row(minute: float, delay_s: float, values: dict[str, Any], name: str = "ac-1") -> Any:
    time = START + timedelta(minutes=minute)
    return time, time + timedelta(seconds=delay_s), name, values


def test_first_word_about_an_instant_stays_and_order_in_the_file_is_nothing(tmp_path: Path) -> None:
    rows = [
        _row(0, 9.0, {"room_c": 20.0}),  # came second: another value for the same instant is a conflict
        _row(0, 1.0, {"room_c": 25.0}),
        _row(5, 1.0, {"room_c": 26.0}),
        _row(5, 1.0, {"room_c": 24.0}),  # at the very same moment: the smaller, whichever row comes first
        _row(10, 1.0, {"room_c": 255.0}),  # a sentinel outside the range; nothing else in the row
        _row(15, -400.0, {"room_c": 23.0}),  # stamped more than five minutes ahead of its arrival
    ]
    kept = []
    for number, some in enumerate((rows, rows[::-1])):
        file = tmp_path / f"{number}.parquet"
        table(some).write_parquet(file)
        kept.append(read_checked(file, ["ac-1"], CATALOGUE))
    assert kept[0].equals(kept[1])
    assert kept[0]["room_c"].to_list() == [25.0, 24.0]


def test_day_shows_only_what_had_arrived(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    table([_row(0, 1.0, {"room_c": 20.0}), _row(5, 3 * 86_400.0, {"room_c": 21.0})]).write_parquet(file)
    arrivals = arrivals_of(read_checked(file, ["ac-1"], CATALOGUE))
    midnight_us = to_us(START)
    early = arrivals.day(START.date(), midnight_us + 86_400_000_000)
    late = arrivals.day(START.date(), midnight_us + 4 * 86_400_000_000)
    assert early.number("room_c").tolist() == [20.0]
    assert late.number("room_c").tolist() == [20.0, 21.0]


def test_case_of_text_is_read_as_one_of_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "time,received_at,appliance_id,room_c,defrost,mode,maker_signal\n"
        "2025-03-01T00:00:00Z,2025-03-01T00:00:00.500Z,ac-1,21.5,true,cool,3\n"
        "2025-03-01 00:05:00+00:00,2025-03-01 00:05:01,ac-1,NaN,false,,\n"
        "nonsense,2025-03-01T00:10:00Z,ac-1,20,false,cool,3\n"
    )
    checked = read_checked(tmp_path / "t.csv", ["ac-1"], CATALOGUE)
    assert [values for _, _, values in readings_by_arrival(checked, CATALOGUE)] == [
        {"room_c": 21.5, "defrost": True, "mode": "cool"},
        {"defrost": False},
    ]
    assert checked["received_at"].to_list()[0] == to_us(START) + 500_000
    assert checked["maker_signal"].to_list() == [3.0, None]
