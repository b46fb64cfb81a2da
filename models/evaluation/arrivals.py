"""Rows of one appliance with the time of their arrival, after the checks that ingest makes, done by column.

The checks are those of domain.readings (`check_time`, `check_values`): a test compares the two row by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from domain.readings import AHEAD_US, EARLIEST_US, EPOCH
from domain.signals import Signal, Type
from models.evaluation.case import EventRow
from models.evaluation.case_files import collected, scan
from models.features.day import Rows

Micros = NDArray[np.int64]
DAY_US: Final = 86_400_000_000
KEYS: Final = ("appliance_id", "time", "received_at")
"""Columns of a row that are no values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Rows in order of data time, one per instant: of several about one instant the first to arrive is kept."""

    at_us: Micros
    received_us: Micros
    rows: Rows

    def __len__(self) -> int:
        return len(self.at_us)

    def day(self, day: date, received_to_us: int) -> Rows:
        """The rows of one UTC day that had arrived by `received_to_us`."""
        starts_us = day_starts_us(day)
        first, last = np.searchsorted(self.at_us, [starts_us, starts_us + DAY_US])
        if first == last:
            return _NOTHING
        arrived = self.received_us[first:last] <= received_to_us
        if arrived.all():
            return _part(self.rows, slice(int(first), int(last)))
        return _part(self.rows, np.flatnonzero(arrived) + first)

    def by_arrival(self) -> Rows:
        """All rows, in order of arrival."""
        return _part(self.rows, np.argsort(self.received_us, kind="stable"))


_NOTHING: Final = Rows(time_s=np.empty(0))
NO_ARRIVALS: Final = Arrivals(at_us=np.empty(0, dtype=np.int64), received_us=np.empty(0, dtype=np.int64), rows=_NOTHING)

NOTHING_REFUSED: Final = np.empty(0, dtype=np.int64)
NO_READINGS: Final = pl.DataFrame(schema={"appliance_id": pl.String, "time": pl.Int64, "received_at": pl.Int64})


def day_starts_us(day: date) -> int:
    """Microseconds of the first moment of a UTC day."""
    return (day - EPOCH.date()).days * DAY_US


def day_of(number: int) -> date:
    """The UTC day with this number since 1970-01-01."""
    return EPOCH.date() + timedelta(days=number)


def _part(rows: Rows, part: "slice | NDArray[np.intp]") -> Rows:
    return Rows(
        time_s=rows.time_s[part],
        numbers={name: values[part] for name, values in rows.numbers.items()},
        texts={name: values[part] for name, values in rows.texts.items()},
    )


def read_checked(file: Path, appliances: Sequence[str], catalogue: Mapping[str, Signal]) -> pl.DataFrame:
    """The rows of these appliances that ingest would have stored, ordered by appliance and data time.

    Values that are no measurement are null; rows with an unbelievable time or without any value are left out, and of
    several rows about one instant the first to arrive stays (of equal arrivals the smallest, so that the order of
    rows in the file does not matter).
    """
    table = scan(file).filter(pl.col("appliance_id").is_in(list(appliances)))
    schema = table.collect_schema()
    values = [name for name in schema if name not in KEYS]
    checked = collected(
        file,
        table.filter(believable())
        .with_columns(checked_value(name, schema[name], catalogue.get(name)) for name in values)
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in values) if values else pl.lit(False)),
    )
    keys = ("appliance_id", "time", "received_at")
    ordered = checked.sort(keys)
    doubtful = ordered.select(pl.struct(keys).is_duplicated().any()).item() if ordered.height else False
    if doubtful:  # rare, and sorting by everything costs
        ordered = checked.sort([*keys, *values])
    return ordered.unique(subset=["appliance_id", "time"], keep="first", maintain_order=True)


def read_refused(file: Path, appliances: Sequence[str]) -> dict[str, Micros]:
    """Arrivals of the rows of these appliances whose time ingest would have refused, microseconds."""
    refused = collected(
        file,
        scan(file)
        .filter(pl.col("appliance_id").is_in(list(appliances)), ~believable().fill_null(value=False))
        .filter(pl.col("received_at") >= EARLIEST_US)
        .select("appliance_id", "received_at"),
    )
    by_name = refused.group_by("appliance_id")
    return {str(name): rows["received_at"].cast(pl.Int64).to_numpy() for (name,), rows in by_name}


def believable() -> pl.Expr:
    """`check_time` by column."""
    time, received = pl.col("time"), pl.col("received_at")
    return (time >= EARLIEST_US) & (time <= received + AHEAD_US) & pl.col("appliance_id").is_not_null()


def checked_value(name: str, dtype: pl.DataType, signal: Signal | None) -> pl.Expr:
    """`check_values` by column: null for whatever is no value of `signal`; an unknown signal stays if it is one."""
    column = pl.col(name)
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.String, pl.Categorical, pl.Enum)):
        return pl.lit(None, pl.Float64).alias(name)
    if signal is None:
        if dtype == pl.String:
            return column.cast(pl.Float64, strict=False).alias(name)
        number = column.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number).alias(name)
    if signal.type is Type.CHOICE:
        return pl.when(column.cast(pl.String).is_in(sorted(signal.choices))).then(column.cast(pl.String)).alias(name)
    if dtype == pl.String:
        column = column.replace({"true": "1", "True": "1", "false": "0", "False": "0"})
    number = column.cast(pl.Float64, strict=False)
    if signal.type is Type.FLAG:
        return pl.when(number.is_in([0.0, 1.0])).then(number).alias(name)
    fits = (number >= signal.low) & (number <= signal.high) & number.is_not_nan()
    return pl.when(fits).then(number).alias(name)


def by_appliance(checked: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each appliance, in order of its id."""
    names = checked["appliance_id"]
    if not len(names):
        return
    starts = np.flatnonzero(np.concatenate(([True], (names != names.shift(1)).fill_null(True).to_numpy()[1:])))
    ends = np.append(starts[1:], len(names))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield names[start], checked.slice(start, end - start)


def arrivals_of(frame: pl.DataFrame) -> Arrivals:
    """Columns as the features read them; a column without any value is absent."""
    numbers, texts = {}, {}
    for name in frame.columns:
        if name in KEYS or frame[name].null_count() == frame.height:
            continue
        if frame[name].dtype == pl.String:
            texts[name] = np.array(frame[name].fill_null("").to_list(), dtype=np.str_)
        else:
            numbers[name] = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    at_us = frame["time"].cast(pl.Int64).to_numpy()
    return Arrivals(
        at_us=at_us,
        received_us=frame["received_at"].cast(pl.Int64).to_numpy(),
        rows=Rows(time_s=at_us / 1e6, numbers=numbers, texts=texts),
    )


def arrivals_of_events(events: Sequence[EventRow]) -> Arrivals:
    """Events with a believable time; of two edges at the same instant the alarm going on counts last."""
    kept = sorted(event for event in events if EARLIEST_US <= event.at_us <= event.received_us + AHEAD_US)
    if not kept:
        return NO_ARRIVALS
    kept.sort(key=lambda event: (event.at_us, event.active))
    at_us = np.array([event.at_us for event in kept], dtype=np.int64)
    rows = Rows(
        time_s=at_us / 1e6,
        numbers={"active": np.array([float(event.active) for event in kept])},
        texts={"code": np.array([event.code for event in kept], dtype=np.str_)},
    )
    return Arrivals(at_us=at_us, received_us=np.array([e.received_us for e in kept], dtype=np.int64), rows=rows)


def readings_by_arrival(
    frame: pl.DataFrame, catalogue: Mapping[str, Signal]
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """`(at_us, received_us, values)` of each reading in order of arrival, values typed as ingest types them."""
    flags = {name for name, signal in catalogue.items() if signal.type is Type.FLAG}
    names = [name for name in frame.columns if name in catalogue and frame[name].null_count() < frame.height]
    ordered = frame.sort("received_at", "time").select("time", "received_at", *names)
    for at_us, received_us, *row in ordered.iter_rows():
        values = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for name in flags & values.keys():
            values[name] = bool(values[name])
        yield at_us, received_us, values
