"""Rows of readings as columns, and as numbered messages; events beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.signals import SIGNALS, Type

Column = NDArray[np.generic]
UNITS_PER_HOME: Final = 16
FLAGS: Final = frozenset(name for name, signal in SIGNALS.items() if signal.type is Type.FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Readings of one kind: `ts` in Unix seconds, `appliance` ids per row, `columns` in canonical names.

    NaN in a float column, "" in a text column, means the device does not report the signal; a flag that some device
    lacks is a float column of 0, 1 and NaN. `unit` is a number per appliance: home index
    times `UNITS_PER_HOME` plus the place of its part.
    """

    kind: str
    topic: str
    appliance: NDArray[np.str_]
    ts: NDArray[np.float64]
    columns: dict[str, Column]
    unit: NDArray[np.int64]

    def only(self, rows: NDArray[np.generic]) -> "Table":
        """The table with the chosen rows (mask or positions)."""
        return replace(
            self,
            appliance=self.appliance[rows],
            ts=self.ts[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            unit=self.unit[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An edge-triggered code of an appliance; `ts` in Unix seconds."""

    appliance_id: str
    ts: float
    code: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One numbered reading; `topic` is `telemetry` or `cycle`, `measures` hold no absent signal."""

    appliance_id: str
    topic: str
    ts: float
    seq: int
    measures: dict[str, float | bool | str]


class Sequencer:
    """Gives each appliance one counter over telemetry and cycle readings, in order of time, growing by one."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def number(self, tables: Iterable[Table]) -> list[Reading]:
        """Order the rows of a stretch of time per appliance and number them; stretches must come in order."""
        rows = sorted(((row[0], row[1], row) for table in tables for row in _rows(table)), key=lambda item: item[:2])
        readings: list[Reading] = []
        for appliance_id, ts, (_, _, topic, measures) in rows:
            seq = self._next.get(appliance_id, 1)
            self._next[appliance_id] = seq + 1
            readings.append(Reading(appliance_id=appliance_id, topic=topic, ts=ts, seq=seq, measures=measures))
        return readings


def _rows(table: Table) -> Iterator[tuple[str, float, str, dict[str, float | bool | str]]]:
    names = list(table.columns)
    lists = [column.tolist() for column in table.columns.values()]
    for appliance_id, ts, *values in zip(table.appliance.tolist(), table.ts.tolist(), *lists, strict=True):
        # value == value is false for NaN only: an absent signal is left out of the message.
        measures = {
            name: bool(value) if name in FLAGS else value
            for name, value in zip(names, values, strict=True)
            if value == value and value != ""
        }
        yield appliance_id, ts, table.topic, measures
