"""The daily indices of one appliance up to its present data time: the only input of detectors beside the reference."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import compress
from typing import Any

import numpy as np

from models.features.day import Floats

DatedIndex = tuple[date, str, float, float, float]
"""Day, index, value, spread, weight: one row of what is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeries:
    """One index by day, in order of days; a day without observation is absent, not zero."""

    days: tuple[date, ...] = ()
    values: Floats = field(default_factory=lambda: np.empty(0))
    spreads: Floats = field(default_factory=lambda: np.empty(0))
    weights: Floats = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.days)

    def since(self, first: date) -> "DaySeries":
        """The days from `first` on."""
        return self._part(slice(bisect_left(self.days, first), None))

    def before(self, end: date) -> "DaySeries":
        """The days before `end`."""
        return self._part(slice(0, bisect_left(self.days, end)))

    def at_least(self, weight: float) -> "DaySeries":
        """The days that rest on at least `weight` observations."""
        keep = self.weights >= weight
        if keep.all():
            return self
        return DaySeries(
            days=tuple(compress(self.days, keep.tolist())),
            values=self.values[keep],
            spreads=self.spreads[keep],
            weights=self.weights[keep],
        )

    def _part(self, part: slice) -> "DaySeries":
        return DaySeries(
            days=self.days[part], values=self.values[part], spreads=self.spreads[part], weights=self.weights[part]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureHistory:
    """Series by index; `today` is the UTC day of the newest telemetry, which may still be incomplete."""

    series: Mapping[str, DaySeries]
    today: date
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out from this history once, so that several detectors need not do it again; never part of it."""

    def all_days(self, index: str) -> DaySeries:
        """Every day of `index`, today included; empty if the appliance never showed it."""
        return self.series.get(index, DaySeries())

    def complete(self, index: str) -> DaySeries:
        """The days of `index` that are over."""
        return self.all_days(index).before(self.today)


def history_of(rows: Iterable[DatedIndex], now_data_time: datetime) -> FeatureHistory:
    """Build the history from rows in any order; a day after `now_data_time` is left out (no look-ahead)."""
    today = now_data_time.astimezone(UTC).date()
    by_index: dict[str, list[DatedIndex]] = {}
    for row in rows:
        if row[0] <= today:
            by_index.setdefault(row[1], []).append(row)
    series = {}
    for index, entries in by_index.items():
        entries.sort()
        days, _, values, spreads, weights = zip(*entries, strict=True)
        series[index] = DaySeries(
            days=days, values=np.array(values), spreads=np.array(spreads), weights=np.array(weights)
        )
    return FeatureHistory(series=series, today=today)


def day_start(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)
