"""The files of a case, read so that whatever is wrong in one is said with its name and what to do about it."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import polars as pl

from domain.errors import BadInput
from domain.readings import to_us
from domain.signals import READING_SIGNALS, Kind

Row = TypeVar("Row")
_SUFFIXES: Final = (".parquet", ".csv")


class CsvRow(dict[str, str]):
    """The cells of one line of a CSV file by column; those that are not there are empty."""

    line: int

    def __missing__(self, column: str) -> str:
        return ""


class CellError(ValueError):
    """A cell that cannot be used: its column, and why."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(f"column {column}: {why}")
        self.column = column


class LeftOut(NamedTuple):
    """A row that cannot be used: the column that is to blame, and its line, column and the reason in words."""

    column: str
    why: str


def csv_rows(
    file: Path, read: Callable[[CsvRow], Row], *needed: str, left_out: list[LeftOut] | None = None
) -> list[Row]:
    """`read` of each row of a CSV file; BadInput names the line that is wrong.

    The columns `needed` have to be there unless the file is empty. `read` may raise ValueError. With `left_out` rows of
    which a cell cannot be used (CellError) go there; BadInput only if all do.
    """
    found = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, restval="")
            if table.fieldnames is not None and not set(needed) <= set(table.fieldnames):
                raise BadInput(f"{file} needs the columns {', '.join(needed)}")
            for cells in table:
                row = CsvRow(cells)
                row.line = table.line_num
                try:
                    found.append(read(row))
                except CellError as error:
                    why = f"line {row.line}, {error}"
                    if left_out is None:
                        raise BadInput(f"{file}, {why}") from error
                    left_out.append(LeftOut(error.column, why))
                except ValueError as error:
                    raise BadInput(f"{file}, line {row.line}: {error}") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not written in UTF-8; save it as UTF-8") from error
    except csv.Error as error:
        raise BadInput(f"{file} is no CSV file: {error}") from error
    if left_out and not found:
        raise BadInput(f"{file}: none of its {len(left_out)} rows can be used: {left_out[0].why}")
    return found


def filled(row: CsvRow, *names: str) -> None:
    """CellError if one of these cells is empty."""
    for name in names:
        if not row[name]:
            raise CellError(name, "is empty")


def moment_us(row: CsvRow, column: str) -> int:
    """Microseconds of an ISO 8601 text; without an offset it is UTC. CellError if it is none."""
    try:
        moment = datetime.fromisoformat(row[column].strip())
    except ValueError as error:
        raise CellError(column, f"{row[column]!r} is no time; write for example 2026-11-01T12:00:00Z") from error
    return to_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def files_by_kind(folder: Path) -> dict[Kind, Path]:
    """The table of each kind in `folder`; Parquet where there are both."""
    found = {}
    for kind in map(Kind, READING_SIGNALS):
        for suffix in _SUFFIXES:
            if (file := folder / f"{kind}{suffix}").is_file():
                found[kind] = file
                break
    return found


def unread_files(folder: Path) -> list[Path]:
    """Files of telemetry/ and cycles/ that nobody reads, because their name is no kind's or their format unknown."""
    found = []
    for part in (folder / "telemetry", folder / "cycles"):
        known = set(files_by_kind(part).values())
        found += [file for file in sorted(part.glob("[!.]*")) if file.is_file() and file not in known]
    return found


def scan(file: Path) -> pl.LazyFrame:
    """A telemetry or cycle file, lazily, with `time` and `received_at` as whole microseconds (UTC); where the arrival
    is empty or cannot be read it is the time itself.

    BadInput if it cannot be read or lacks `time` or `appliance_id`.
    """
    return _timed(file).with_columns(pl.coalesce("received_at", "time").alias("received_at"))


def unknown_arrivals(file: Path) -> tuple[int, int]:
    """Rows of a telemetry or cycle file whose arrival is empty or cannot be read, of how many."""
    missing, rows = streamed(file, _timed(file).select(pl.col("received_at").null_count(), rows=pl.len())).row(0)
    return int(missing), int(rows)


def _timed(file: Path) -> pl.LazyFrame:
    with _readable(file):
        table = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_csv(file, infer_schema=False)
        names = table.collect_schema()
    if not {"time", "appliance_id"} <= set(names):
        raise BadInput(f"{file} needs the columns time and appliance_id")
    if "received_at" not in names:
        table = table.with_columns(pl.lit(None).alias("received_at"))
    kinds = {"time": names["time"], "received_at": names.get("received_at", pl.Null())}
    for name, kind in kinds.items():
        if kind != pl.String and kind != pl.Null and not isinstance(kind, pl.Datetime):
            raise BadInput(f"{file}: {name} holds {kind}; it has to hold times (UTC) or their ISO 8601 texts")
    if names["appliance_id"] != pl.String:  # only then: a filter on a column that was worked on reads the whole file
        table = table.with_columns(pl.col("appliance_id").cast(pl.String))
    return table.with_columns(_micros(name, kind) for name, kind in kinds.items())


def collected(file: Path, table: pl.LazyFrame) -> pl.DataFrame:
    """The rows of a query over `file`; BadInput if the file turns out to be damaged."""
    with _readable(file):
        return table.collect()


def streamed(file: Path, table: pl.LazyFrame) -> pl.DataFrame:
    """As `collected`, in bounded memory: for counts over a whole file."""
    with _readable(file):
        return table.collect(engine="streaming")


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, OSError) as error:
        why = str(error).strip().splitlines()[0]
        raise BadInput(f"{file} cannot be read ({why}): write it again, or take it out of the case") from error


def _micros(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Null:
        return column.cast(pl.Int64)
    if kind == pl.String:
        text = column.str.replace(" ", "T")
        text = pl.when(text.str.contains(r"(Z|[+-]\d\d:?\d\d)$")).then(text).otherwise(text + "Z")
        column = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    return column.dt.cast_time_unit("us").dt.epoch("us").alias(name)
