"""Recorded fleets as streams of readings in the order of their arrival: case folders and power recordings."""

import csv
import gzip
import heapq
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import polars as pl

from domain.errors import BadInput
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.case import EventRow, read_events
from models.evaluation.case_files import CellError, CsvRow, collected, csv_rows, files_by_kind, filled, scan

_POWER_FILE: Final = re.compile(r"^([A-Z-]+)_House(\d+)_\d{4}-\d{2}\.csv(\.gz)?$")
_POWER_KINDS: Final = {"Dishwasher": Kind.DISHWASHER, "WashingMachine": Kind.WASHING_MACHINE}
_ROWS_AT_ONCE: Final = 50_000
_FLAGS: Final = MappingProxyType({"true": True, "false": False})
_FACTS: Final = frozenset({"maker", "model", "serial", "batch", "firmware", "installed_on", "circuit_id"})
_NUMBERS: Final = frozenset({"rated_power_w", "rated_current_a", "breaker_rating_a", "rcd_ma", "nominal_v"})
_HOME: Final = frozenset({"latitude", "longitude", "timezone"})


class Row(NamedTuple):
    """One recorded reading, cycle or event; `arrived_s` and `ts` in Unix seconds."""

    arrived_s: float
    ts: float
    appliance_id: str
    topic: str
    measures: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recorded fleet: what to register, and its rows in order of arrival."""

    households: list[dict[str, Any]]
    appliances: list[dict[str, Any]]
    files: list[Path] = field(default_factory=list)
    is_case: bool = False

    def rows(self) -> Iterator[Row]:
        """Rows of the listed appliances as they arrived, bounded in memory for power, a kind at a time for a case."""
        if not self.is_case:
            for file in self.files:
                yield from _power_rows(file)
            return
        listed = {one["id"] for one in self.appliances}
        for row in heapq.merge(*(_case_rows(file) for file in self.files), key=lambda row: row.arrived_s):
            if row.appliance_id in listed:
                yield row


def open_recording(folder: Path) -> Recording:
    """A case folder (with appliances.csv) or a folder of power recordings; BadInput says what was looked for."""
    if (folder / "appliances.csv").is_file():
        return _open_case(folder)
    power = sorted(file for file in folder.iterdir() if _POWER_FILE.match(file.name)) if folder.is_dir() else []
    if power:
        return _open_power(power)
    raise BadInput(
        f"{folder} is no recording: a case has appliances.csv and telemetry/, a power recording has files such as "
        "REFIT_House2_2013-10.csv.gz, a folder of messages has folders such as tasmota and shelly"
    )


def _open_power(files: list[Path]) -> Recording:
    households: dict[str, dict[str, Any]] = {}
    appliances: dict[str, dict[str, Any]] = {}
    for file in files:
        home = _power_home(file)
        households.setdefault(home, {"id": home, "name": home.replace("-", " ")})
        with _text(file) as lines:
            for column in next(csv.reader(lines))[1:]:
                name = f"{home}-{column.lower()}"
                kind = _POWER_KINDS.get(column, Kind.CIRCUIT)  # a kettle is what hangs on a metered socket
                appliances.setdefault(name, {"id": name, "household_id": home, "kind": kind})
    return Recording(households=list(households.values()), appliances=list(appliances.values()), files=files)


def _power_home(file: Path) -> str:
    match = _POWER_FILE.match(file.name)
    assert match is not None  # only such files are opened
    return f"{match[1].lower()}-house{match[2]}"


def _text(file: Path) -> Any:
    return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")


def _power_rows(file: Path) -> Iterator[Row]:
    """Power in W per minute; the clock of these sets is taken as UTC, whole sets of them agree on it."""
    home = _power_home(file)
    with _text(file) as lines:
        reader = csv.reader(lines)
        names = [f"{home}-{column.lower()}" for column in next(reader)[1:]]
        for time, *values in reader:
            ts = datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp()
            for name, value in zip(names, values, strict=True):
                if value:
                    yield Row(ts, ts, name, "telemetry", {"power_w": float(value)})


def _open_case(folder: Path) -> Recording:
    table = folder / "appliances.csv"
    rows = csv_rows(table, _home_and_appliance, "appliance_id", "household_id", "kind")
    if not rows:
        raise BadInput(f"{table} holds no appliance")
    households = {home["id"]: home for home, _ in rows}
    files = [file for part in ("telemetry", "cycles") for file in files_by_kind(folder / part).values()]
    if (folder / "events.csv").is_file():
        files.append(folder / "events.csv")
    return Recording(
        households=list(households.values()), appliances=[one for _, one in rows], files=files, is_case=True
    )


def _home_and_appliance(row: CsvRow) -> tuple[dict[str, Any], dict[str, Any]]:
    filled(row, "appliance_id", "household_id", "kind")
    if row["kind"] not in READING_SIGNALS:
        raise CellError("kind", f"{row['kind']!r} is no kind; kinds are {', '.join(READING_SIGNALS)}")
    home: dict[str, Any] = {"id": row["household_id"], "name": row["household_id"]}
    return home | {name: _number(name, row[name]) for name in _HOME if row[name]}, _appliance(row)


def _appliance(row: Mapping[str, str]) -> dict[str, Any]:
    given = {name: value for name, value in row.items() if value}
    known = {name: _number(name, given.pop(name)) for name in (_FACTS | _NUMBERS) & given.keys()}
    rest = {
        name: value for name, value in given.items() if name not in _HOME | {"appliance_id", "household_id", "kind"}
    }
    return {
        "id": row["appliance_id"], "household_id": row["household_id"], "kind": row["kind"], **known,
        **({"facts": rest} if rest else {}),
    }  # fmt: skip


def _number(name: str, text: str) -> str | float:
    if name in _NUMBERS or name in {"latitude", "longitude"}:
        return float(text)
    return date.fromisoformat(text[:10]).isoformat() if name == "installed_on" else text


def _case_rows(file: Path) -> Iterator[Row]:
    if file.name == "events.csv":
        yield from sorted((_event(*told) for told in read_events(file.parent, [])), key=lambda row: row.arrived_s)
        return
    topic = "cycle" if file.parent.name == "cycles" else "telemetry"
    table = scan(file).filter(pl.col("time").is_not_null())  # what has no time that anyone can read was never sent
    table = table.sort("received_at", maintain_order=True)
    for part in collected(file, table).iter_slices(_ROWS_AT_ONCE):
        for row in part.iter_rows(named=True):
            ts, arrived = row.pop("time") / 1e6, row.pop("received_at") / 1e6
            name = row.pop("appliance_id")
            given = row if file.suffix == ".parquet" else {signal: _cell(text) for signal, text in row.items()}
            measures = {signal: value for signal, value in given.items() if value is not None and value == value}
            yield Row(arrived, ts, name, topic, measures)


def _event(name: str, told: EventRow) -> Row:
    return Row(told.received_us / 1e6, told.at_us / 1e6, name, "event", {"code": told.code, "active": told.active})


def _cell(text: str | None) -> str | float | bool | None:
    """A cell of a CSV file as a device would say it: a flag, a number, or a word."""
    if text is None or text.lower() in _FLAGS:
        return None if text is None else _FLAGS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text


def as_json(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
