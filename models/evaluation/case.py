"""A recorded fleet as the running system would have met it: everything but the truth."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from domain.errors import BadInput
from domain.readings import from_us, to_us
from domain.services import Service
from domain.signals import READING_SIGNALS, Kind

ROWS_PER_PIECE: Final = 750_000
"""Rows of one kind held at once by one process: about 150 MB for the widest kind."""
_FIELDS: Final = frozenset({"appliance_id", "household_id", "kind", "maker", "model", "firmware", "installed_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAppliance:
    """One row of appliances.csv; `facts` are the other columns that are not empty, as they stand there."""

    id: str
    household_id: str
    kind: Kind
    model: str
    firmware: str
    installed_on: date | None
    facts: Mapping[str, str]


class EventRow(NamedTuple):
    """One row of events.csv."""

    at_us: int
    received_us: int
    code: str
    active: bool


class Piece(NamedTuple):
    """Appliances of one kind that one process walks through at a time, and how many rows they have."""

    kind: Kind
    appliances: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A recorded fleet; `tables` are the telemetry files by kind, `cycles` likewise."""

    folder: Path
    appliances: Mapping[str, CaseAppliance]
    tables: Mapping[Kind, Path]
    cycles: Mapping[Kind, Path]
    services: Mapping[str, tuple[Service, ...]]


def open_case(folder: Path) -> Case:
    """The case in `folder`; BadInput says what is missing or malformed."""
    table = folder / "appliances.csv"
    if not table.is_file():
        raise BadInput(f"{folder} is no case: it has no appliances.csv")
    rows = _csv_rows(table)
    needed = {"appliance_id", "household_id", "kind"}
    if not rows or not needed <= rows[0].keys():
        raise BadInput(f"{table} needs the columns {', '.join(sorted(needed))} and a row")
    try:
        appliances = {row["appliance_id"]: _appliance(row) for row in rows}
    except ValueError as error:
        raise BadInput(f"{table}: {error}") from error
    tables, cycles = _files(folder / "telemetry"), _files(folder / "cycles")
    if not tables and not cycles:
        raise BadInput(f"{folder} is no case: telemetry/ holds no file of a known kind")
    return Case(
        folder=folder,
        appliances=appliances,
        tables=tables,
        cycles=cycles,
        services=_services(folder / "services.csv"),
    )


def _files(folder: Path) -> dict[Kind, Path]:
    found = {}
    for kind in map(Kind, READING_SIGNALS):
        for file in (folder / f"{kind}.parquet", folder / f"{kind}.csv"):
            if file.is_file():
                found[kind] = file
                break
    return found


def _csv_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _appliance(row: Mapping[str, str]) -> CaseAppliance:
    installed = row.get("installed_on") or ""
    return CaseAppliance(
        id=row["appliance_id"],
        household_id=row["household_id"],
        kind=Kind(row["kind"]),
        model=row.get("model") or "",
        firmware=row.get("firmware") or "",
        installed_on=date.fromisoformat(installed[:10]) if installed else None,
        facts={name: value for name, value in row.items() if name and value and name not in _FIELDS},
    )


def moment_us(text: str) -> int:
    """Microseconds of an ISO 8601 text; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return to_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _services(file: Path) -> dict[str, tuple[Service, ...]]:
    told: dict[str, list[Service]] = {}
    for row in _csv_rows(file) if file.is_file() else []:
        at = from_us(moment_us(row["time"]))
        one = Service(at, row["action"], row.get("fault") or "", row.get("part") or "")
        told.setdefault(row["appliance_id"], []).append(one)
    return {appliance: tuple(sorted(some)) for appliance, some in told.items()}


def read_events(case: Case) -> dict[str, list[EventRow]]:
    """The events of every appliance, in no promised order."""
    file = case.folder / "events.csv"
    events: dict[str, list[EventRow]] = {}
    for row in _csv_rows(file) if file.is_file() else []:
        at_us = moment_us(row["time"])
        received = row.get("received_at") or ""
        active = row["active"].strip().lower() in ("true", "1", "t")
        one = EventRow(at_us, moment_us(received) if received else at_us, row["code"], active)
        events.setdefault(row["appliance_id"], []).append(one)
    return events


def scan(file: Path) -> pl.LazyFrame:
    """A telemetry or cycle file, lazily, with `time` and `received_at` as whole microseconds (UTC)."""
    table = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_csv(file, infer_schema=False)
    names = table.collect_schema()
    if "received_at" not in names:
        table = table.with_columns(pl.col("time").alias("received_at"))
    return table.with_columns(_micros(name, names["time"]) for name in ("time", "received_at"))


def _micros(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.String:
        text = column.str.replace(" ", "T")
        text = pl.when(text.str.contains(r"(Z|[+-]\d\d:?\d\d)$")).then(text).otherwise(text + "Z")
        column = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    return column.dt.cast_time_unit("us").dt.epoch("us").alias(name)


def pieces(case: Case, rows_per_piece: int = ROWS_PER_PIECE) -> Iterator[Piece]:
    """The case cut by kind and appliance; an appliance is never cut. What nobody said the kind of is left out."""
    counted: dict[Kind, dict[str, int]] = {}
    for files in (case.tables, case.cycles):
        for kind, file in files.items():
            rows = counted.setdefault(kind, {})
            for name, count in scan(file).group_by("appliance_id").agg(pl.len()).collect().iter_rows():
                if name in case.appliances and case.appliances[name].kind is kind:
                    rows[name] = rows.get(name, 0) + count
    for kind, rows in sorted(counted.items()):
        yield from _cut(kind, sorted(rows.items()), rows_per_piece)


def _cut(kind: Kind, counts: Sequence[tuple[str, int]], rows_per_piece: int) -> Iterator[Piece]:
    held: list[str] = []
    rows = 0
    for name, count in counts:
        if held and rows + count > rows_per_piece:
            yield Piece(kind, tuple(held), rows)
            held, rows = [], 0
        held.append(name)
        rows += count
    if held:
        yield Piece(kind, tuple(held), rows)


def count_rows(case: Case) -> int:
    """Rows of telemetry and cycles in the files."""
    files = [*case.tables.values(), *case.cycles.values()]
    return sum(int(scan(file).select(pl.len()).collect().item()) for file in files)
