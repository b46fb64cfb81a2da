"""Writes a recorded fleet as a case folder: Parquet per kind, CSV beside it, in bounded memory."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from device_sim.description import describe_homes
from device_sim.fleet import Fleet, TruthRow
from device_sim.params import DAY_S, SimParams
from device_sim.tables import Event, Table

ROWS_PER_PART: Final = 500_000  # rows held per kind before a part is written
TRANSPORT_S: Final = 0.4  # (E) from the device to the record
APPLIANCE_FIELDS: Final = (
    "id", "household_id", "kind", "maker", "model", "serial", "batch", "firmware", "installed_on",
)  # fmt: skip


class _Parts:
    """Collects tables of one kind and writes them as numbered parts, then joins the parts into one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames: list[pl.DataFrame] = []
        self._rows = 0
        self._parts: list[Path] = []
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, table: Table) -> None:
        frame = _frame(table)
        self._frames.append(frame)
        self._rows += frame.height
        if self._rows >= ROWS_PER_PART:
            self._flush()

    def _flush(self) -> None:
        if self._frames:
            part = self._path.with_suffix(f".part{len(self._parts)}")
            pl.concat(self._frames).write_parquet(part)
            self._parts.append(part)
            self._frames, self._rows = [], 0

    def close(self) -> None:
        self._flush()
        pl.scan_parquet(self._parts).sink_parquet(self._path)
        for part in self._parts:
            part.unlink()


def write_case(params: SimParams, folder: Path, *, days: int, report: Callable[[float, int], None]) -> int:
    """Simulate `days` days into `folder` and return the number of readings; `report(share done, rows)` as it goes.

    Raises FileExistsError if the folder holds a case already.
    """
    if (folder / "appliances.csv").exists():
        raise FileExistsError(f"{folder} holds a case already")
    folder.mkdir(parents=True, exist_ok=True)
    fleet = Fleet(params)
    start_s = fleet.time_s
    end_s = start_s + days * DAY_S
    parts: dict[tuple[str, str], _Parts] = {}
    events: list[Event] = []
    rows = 0
    while fleet.time_s < end_s:
        tables, new_events = fleet.advance_to(end_s)
        events.extend(new_events)
        for table in tables:
            key = ("cycles" if table.topic == "cycle" else "telemetry", table.kind)
            if key not in parts:
                parts[key] = _Parts(folder / key[0] / f"{key[1]}.parquet")
            parts[key].add(table)
            rows += table.ts.size
        report((fleet.time_s - start_s) / (end_s - start_s), rows)
    for part in parts.values():
        part.close()
    _write_appliances(params, folder / "appliances.csv")
    _write_events(events, folder / "events.csv")
    _write_rows(folder / "services.csv", ("appliance_id", "time", "action", "fault", "part"), [])
    _write_truth(fleet.truth(), folder / "truth.csv")
    return rows


def _frame(table: Table) -> pl.DataFrame:
    micros = np.round(table.ts * 1e6).astype(np.int64)
    stamp = pl.Datetime("us", "UTC")
    columns: dict[str, pl.Series] = {
        "time": pl.Series(micros).cast(stamp),
        "received_at": pl.Series(micros + int(TRANSPORT_S * 1e6)).cast(stamp),
        "appliance_id": pl.Series(table.appliance.tolist(), dtype=pl.String),
    }
    for name, values in table.columns.items():
        if values.dtype.kind == "U":
            columns[name] = pl.Series(values.tolist(), dtype=pl.String)
        elif values.dtype.kind == "b":
            columns[name] = pl.Series(values)
        else:
            columns[name] = pl.Series(np.asarray(values, dtype=np.float64)).fill_nan(None)
    return pl.DataFrame(columns)


def _write_appliances(params: SimParams, path: Path) -> None:
    header = (
        "appliance_id", *APPLIANCE_FIELDS[1:], "latitude", "longitude", "timezone", "circuit_id",
        "rated_power_w", "rated_current_a", "breaker_rating_a", "rcd_ma", "room",
    )  # fmt: skip
    rows: list[list[object]] = [
        [
            *(getattr(item, name) for name in APPLIANCE_FIELDS),
            *(home.latitude, home.longitude, home.timezone, item.circuit_id),
            *(item.rated_power_w, item.rated_current_a, item.breaker_rating_a, item.rcd_ma, item.room),
        ]
        for home in describe_homes(params)
        for item in home.appliances
    ]
    _write_rows(path, header, rows)


def _write_events(events: list[Event], path: Path) -> None:
    rows: list[list[object]] = [
        [_stamp(event.ts), _stamp(event.ts + TRANSPORT_S), event.appliance_id, event.code, str(event.active).lower()]
        for event in events
    ]
    _write_rows(path, ("time", "received_at", "appliance_id", "code", "active"), rows)


def _write_truth(truth: list[TruthRow], path: Path) -> None:
    rows: list[list[object]] = [
        [
            row.appliance_id,
            row.fault,
            *map(_iso, (row.onset, row.detectable, row.failure, row.end)),
            str(row.abrupt).lower(),
        ]
        for row in truth
    ]
    _write_rows(path, ("appliance_id", "fault", "onset", "detectable", "failure", "end", "abrupt"), rows)


def _write_rows(path: Path, header: tuple[str, ...], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _stamp(ts: float) -> str:
    return datetime.fromtimestamp(ts, UTC).isoformat()


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
