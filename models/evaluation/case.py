"""A recorded fleet as the running system would have met it: everything but the truth."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import polars as pl

from domain.errors import BadInput
from domain.readings import from_us
from domain.services import Service
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.case_files import (
    CellError,
    CsvRow,
    LeftOut,
    collected,
    csv_rows,
    files_by_kind,
    filled,
    moment_us,
    scan,
)

ROWS_PER_PIECE: Final = 750_000
"""Rows of one kind held at once by one process: about 150 MB for the widest kind."""
_ACTIVE: Final = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
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

    def number(self, fact: str) -> float | None:
        """A fact as a number; None if it is not told or is no number."""
        try:
            value = float(self.facts.get(fact, ""))
        except ValueError:
            return None
        return value if isfinite(value) else None

    def rating(self, fact: str) -> float | None:
        """A fact that says how much something is made for: as `number`, but nothing is made for 0 or less."""
        value = self.number(fact)
        return value if value is not None and value > 0 else None


class EventRow(NamedTuple):
    """One row of events.csv."""

    at_us: int
    received_us: int
    code: str
    active: bool
    arrival_told: bool = True


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
    rows = csv_rows(table, _appliance, "appliance_id", "household_id", "kind")
    if not rows:
        raise BadInput(f"{table} holds no appliance")
    appliances = {one.id: one for one in rows}
    if len(appliances) < len(rows):
        twice = next(name for name, count in Counter(one.id for one in rows).items() if count > 1)
        raise BadInput(f"{table} holds {twice} more than once")
    tables, cycles = files_by_kind(folder / "telemetry"), files_by_kind(folder / "cycles")
    if not tables and not cycles:
        raise BadInput(f"{folder} is no case: telemetry/ holds no file of a known kind, such as refrigerator.parquet")
    return Case(
        folder=folder,
        appliances=appliances,
        tables=tables,
        cycles=cycles,
        services={name: tuple(sorted(told)) for name, told in by_name(read_services(folder, [])).items()},
    )


def _appliance(row: CsvRow) -> CaseAppliance:
    filled(row, "appliance_id", "household_id", "kind")
    if row["kind"] not in READING_SIGNALS:
        raise CellError("kind", f"{row['kind']!r} is no kind; kinds are {', '.join(READING_SIGNALS)}")
    installed = row["installed_on"]
    return CaseAppliance(
        id=row["appliance_id"],
        household_id=row["household_id"],
        kind=Kind(row["kind"]),
        model=row["model"],
        firmware=row["firmware"],
        installed_on=date.fromisoformat(installed[:10]) if installed else None,
        facts={name: value for name, value in row.items() if name and value and name not in _FIELDS},
    )


def read_services(folder: Path, left_out: list[LeftOut]) -> list[tuple[str, Service]]:
    """What services.csv of the case in `folder` tells of which appliance; rows that cannot be used go to `left_out`."""

    def read(row: CsvRow) -> tuple[str, Service]:
        filled(row, "appliance_id", "action")
        at = from_us(moment_us(row, "time"))
        return row["appliance_id"], Service(at, row["action"], row["fault"], row["part"])

    file = folder / "services.csv"
    return csv_rows(file, read, "appliance_id", "time", "action", left_out=left_out) if file.is_file() else []


def read_events(folder: Path, left_out: list[LeftOut]) -> list[tuple[str, EventRow]]:
    """The events of the case in `folder` by appliance, in no promised order; what cannot be used goes to `left_out`."""

    def read(row: CsvRow) -> tuple[str, EventRow]:
        filled(row, "appliance_id", "code")
        at_us = moment_us(row, "time")
        active = _ACTIVE.get(row["active"].strip().lower())
        if active is None:
            raise CellError("active", f"{row['active']!r} is neither true nor false")
        try:
            return row["appliance_id"], EventRow(at_us, moment_us(row, "received_at"), row["code"], active)
        except CellError:  # who does not say when it arrived, had it at once
            return row["appliance_id"], EventRow(at_us, at_us, row["code"], active, arrival_told=False)

    file = folder / "events.csv"
    needed = ("time", "appliance_id", "code", "active")
    return csv_rows(file, read, *needed, left_out=left_out) if file.is_file() else []


Told = TypeVar("Told")


def by_name(rows: Iterable[tuple[str, Told]]) -> dict[str, list[Told]]:
    """What was told of each appliance, in order."""
    told: dict[str, list[Told]] = {}
    for name, one in rows:
        told.setdefault(name, []).append(one)
    return told


def pieces(case: Case, rows_per_piece: int = ROWS_PER_PIECE) -> Iterator[Piece]:
    """The case cut by kind and appliance; an appliance is never cut. What nobody said the kind of is left out."""
    counted: dict[Kind, dict[str, int]] = {}
    for files in (case.tables, case.cycles):
        for kind, file in files.items():
            rows = counted.setdefault(kind, {})
            for name, count in _rows_by_appliance(file):
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


def _rows_by_appliance(file: Path) -> Iterator[tuple[str, int]]:
    counted = collected(file, scan(file).group_by("appliance_id").agg(pl.len(), timed=pl.col("time").count()))
    if counted.height and not counted["timed"].sum():
        raise BadInput(f"{file}: no time can be read; write UTC times such as 2026-11-01T12:00:00Z")
    yield from counted.select("appliance_id", "len").iter_rows()


def count_rows(case: Case) -> int:
    """Rows of telemetry and cycles in the files."""
    files = [*case.tables.values(), *case.cycles.values()]
    return sum(int(collected(file, scan(file).select(pl.len())).item()) for file in files)
