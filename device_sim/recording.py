"""One block of homes recorded to Parquet parts, in a process of its own if asked: the work behind a case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from device_sim.arrival import Arrival, Arrived
from device_sim.block import Block
from device_sim.description import HomeSpec, appliance_id, unit_number
from device_sim.faults import FaultPlan, Service
from device_sim.firmware import FirmwareStep
from device_sim.fleet import TruthRow, block_truth
from device_sim.params import DAY_S, SimParams
from device_sim.tables import FLAGS, Event, Table
from domain.signals import SIGNALS

HELD_ROWS: Final = 300_000  # of all kinds together; by kind, memory would grow until the rarest kind has filled its own
COUNTERS: Final = frozenset({"energy_kwh", "door_opens", "limit_trips", "cutout_trips", "filter_h"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWork:
    """What a recording process needs to know."""

    number: int
    params: SimParams
    specs: list[HomeSpec]
    plans: tuple[FaultPlan, ...]
    folder: Path
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of a block: its parts by (folder, kind), its events, services, truth, and rows written."""

    parts: dict[tuple[str, str], list[Path]]
    events: list[Event]
    services: list[Service]
    firmware: list[FirmwareStep]
    truth: list[TruthRow]
    midnight_s: float
    rows: int


class _Parts:
    """Collects tables of one kind and writes them as numbered parts."""

    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path, number
        self._frames: list[pl.DataFrame] = []
        self.held = 0
        self.written: list[Path] = []

    def add(self, arrived: Arrived) -> int:
        frame = _frame(arrived)
        self._frames.append(frame)
        self.held += frame.height
        return frame.height

    def flush(self) -> None:
        if self._frames:
            part = self._path.with_name(f"{self._path.name}.block{self._number:04d}.part{len(self.written):04d}")
            pl.concat(self._frames).write_parquet(part, compression="lz4")  # read once more, then deleted
            self.written.append(part)
            self._frames, self.held = [], 0


def _relieve(parts: Mapping[tuple[str, str], _Parts]) -> None:
    """Write the fullest kind out once too much is held: parts are few, and memory does not grow with the days."""
    if sum(part.held for part in parts.values()) >= HELD_ROWS:
        max(parts.values(), key=lambda part: part.held).flush()


def record_block(work: BlockWork, report: Callable[[int, int], None]) -> Recorded:
    """Simulate the block through its days; `report(home-days, rows)` after each stretch."""
    params = work.params
    block = Block(params, work.specs, work.plans)
    start_s = block.time_s
    end_s = start_s + work.days * DAY_S
    units = [unit_number(spec.index, part) for spec in work.specs for part in spec.parts]
    arrival = Arrival(params.seed, units=units, start_s=start_s, end_s=end_s)
    parts: dict[tuple[str, str], _Parts] = {}
    events: list[Event] = []
    rows = 0
    while block.time_s < end_s:
        before_s, stretch = block.time_s, 0
        tables, new_events = block.advance(end_s)
        events.extend(new_events)
        for table in tables:
            key = ("cycles" if table.topic == "cycle" else "telemetry", table.kind)
            if key not in parts:
                parts[key] = _Parts(work.folder / key[0] / key[1], work.number)
            stretch += parts[key].add(arrival.receive(table))
            _relieve(parts)
        rows += stretch
        report(round((block.time_s - before_s) / DAY_S * len(work.specs)), stretch)
    for part in parts.values():
        part.flush()
    return Recorded(
        parts={key: part.written for key, part in parts.items()},
        events=events,
        services=block.faults.services,
        firmware=[step for step in block.firmware.steps if step.day < block.elapsed_days],
        truth=[*block_truth(block), *(row for spec in work.specs for row in _silences(arrival, spec, end_s))],
        midnight_s=block.midnight_s(),
        rows=rows,
    )


def _silences(arrival: Arrival, spec: HomeSpec, end_s: float) -> list[TruthRow]:
    """A day without internet is `silent` by definition (contracts, section 3): one event for the whole home."""
    part = "main" if "main" in spec.parts else spec.parts[0]
    return [
        TruthRow(
            appliance_id=appliance_id(spec.index, part),
            fault="silent",
            onset=datetime.fromtimestamp(from_s, UTC),
            detectable=datetime.fromtimestamp(from_s + DAY_S, UTC),
            failure=None,
            end=datetime.fromtimestamp(to_s, UTC) if to_s < end_s else None,
            abrupt=False,
        )
        for from_s, to_s in arrival.silences(spec.index)
    ]


def _frame(arrived: Arrived) -> pl.DataFrame:
    table = arrived.table
    stamp = pl.Datetime("us", "UTC")
    columns: dict[str, pl.Series] = {
        "time": pl.Series(np.round(table.ts * 1e6).astype(np.int64)).cast(stamp),
        "received_at": pl.Series(np.round(arrived.received_s * 1e6).astype(np.int64)).cast(stamp),
        "appliance_id": _appliances(table),
    }
    for name, values in table.columns.items():
        if values.dtype.kind == "U":
            columns[name] = _choices(values, name)
        elif name in FLAGS:
            columns[name] = pl.Series(values.astype(np.float64), nan_to_null=True).cast(pl.Boolean)
        else:
            real = values.astype(np.float64 if name in COUNTERS else np.float32)
            columns[name] = pl.Series(real, nan_to_null=True)
    return pl.DataFrame(columns)


def _appliances(table: Table) -> pl.Series:
    """Ids by number, not row by row."""
    _, first, codes = np.unique(table.unit, return_index=True, return_inverse=True)
    names = [str(table.appliance[at]) for at in first]
    return pl.Series(names, dtype=pl.String).gather(codes.astype(np.uint32))


def _choices(values: NDArray[np.generic], name: str) -> pl.Series:
    words = sorted(SIGNALS[name].choices)
    codes = np.full(values.size, np.nan)
    for code, word in enumerate(words):
        codes[values == word] = code
    return pl.Series(codes, nan_to_null=True).cast(pl.UInt32).cat.to(pl.Enum(words)).cast(pl.String)
