"""One appliance's rows of one UTC day, as columns, and what is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]
Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]

TEXT_COLUMNS: Final = frozenset({"mode", "phase", "code"})
"""Columns that hold words; everything else is a number (flags as 0 and 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows in order of time: `time_s` Unix seconds, `numbers` NaN where null, `texts` empty where null."""

    time_s: Floats
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    texts: Mapping[str, Texts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time_s)

    def number(self, name: str) -> Floats:
        """The column `name`, all NaN if this appliance does not have it."""
        found = self.numbers.get(name)
        return np.full(len(self), np.nan) if found is None else found

    def text(self, name: str) -> Texts:
        """The column `name`, all empty if this appliance does not have it."""
        found = self.texts.get(name)
        return np.full(len(self), "", dtype=np.str_) if found is None else found


NO_ROWS: Final = Rows(time_s=np.empty(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one appliance said about one UTC day. A state said only before midnight is not carried into it."""

    day: date
    readings: Rows = NO_ROWS
    cycles: Rows = NO_ROWS
    events: Rows = NO_ROWS
    beside: Rows = NO_ROWS
    """Cycles of the home's machines of another kind (models/features/mains.py)."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out from these rows once, for several who need it; never part of them."""

    @property
    def starts_s(self) -> float:
        """Unix seconds of the day's first moment."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayIndex:
    """One index of one day: `value`, its `spread` (same unit, 0 if unknown), and how many observations it rests on."""

    index: str
    value: float
    spread: float
    weight: float


def rows_from_table(names: Sequence[str], table: Sequence[Sequence[Any]]) -> Rows:
    """Rows out of a table whose first column is Unix seconds; anything that is no number becomes NaN."""
    ordered = sorted(table, key=lambda row: row[0])
    time_s = np.array([row[0] for row in ordered], dtype=np.float64)
    numbers: dict[str, Floats] = {}
    texts: dict[str, Texts] = {}
    for name, column in zip(names[1:], list(zip(*ordered, strict=True))[1:], strict=False):
        if name in TEXT_COLUMNS:
            texts[name] = np.array([value or "" for value in column], dtype=np.str_)
        elif column.count(None) < len(column):
            numbers[name] = _numbers(column)
    return Rows(time_s=time_s, numbers=numbers, texts=texts)


def median_of(values: Floats) -> float:
    """The median of finite values; a sort is several times faster than `np.median` for as few as a day has."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else 0.5 * (ordered[half - 1] + ordered[half]))


def quantiles_of(values: Floats, shares: Sequence[float]) -> list[float]:
    """`np.quantile` of finite values, to the last digit and several times faster for as few as a day has."""
    ordered = np.sort(values)
    return [_between(ordered, (len(ordered) - 1) * share) for share in shares]


def _between(ordered: Floats, place: float) -> float:
    """Linear between neighbours, from the nearer one, so that it is exact at both."""
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    share = place - below
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1.0 - share)


def summarise(index: str, values: Floats) -> list[DayIndex]:
    """The median of `values` with its spread (scaled median deviation), or nothing if there are none."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return []
    middle = median_of(finite)
    spread = 1.4826 * median_of(np.abs(finite - middle))  # equals the standard deviation for a normal spread
    return [DayIndex(index=index, value=middle, spread=spread, weight=float(len(finite)))]


def single(index: str, value: float, weight: float, spread: float = 0.0) -> list[DayIndex]:
    """One index that is not a median of observations; nothing if `value` is not a number."""
    return [DayIndex(index=index, value=float(value), spread=spread, weight=float(weight))] if isfinite(value) else []


def ratio_of(above: Floats, below: Floats, usable: Mask) -> Floats:
    """`above / below` where `usable`, else NaN."""
    found: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=found, where=usable & (below != 0))
    return found


_NO_NUMBERS: Final = frozenset({str, list, dict})


def _numbers(column: Sequence[Any]) -> Floats:
    if not _NO_NUMBERS.isdisjoint(map(type, column)):
        return np.array([_number(value) for value in column], dtype=np.float64)
    found = np.array(column, dtype=np.float64)  # None becomes NaN
    found[~np.isfinite(found)] = np.nan
    return found


def _number(value: object) -> float:
    if value is None or isinstance(value, str | list | dict):
        return np.nan
    number = float(value)  # type: ignore[arg-type]  # int, float, bool or Decimal: what a column can hold
    return number if isfinite(number) else np.nan
