"""The daily indices of one appliance up to its present data time: the only input of detectors beside the reference."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import compress
from typing import Any, Final

import numpy as np

from models.features.day import Floats, Whole
from models.features.runs import RUNS_OVER
from models.healthy.fleet_prior import Priors

DatedIndex = tuple[date, str, float, float, float]
"""Day, index, value, spread, weight: one row of what is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeries:
    """One index by day, in order of days; a day without observation is absent, not zero."""

    days: tuple[date, ...] = ()
    values: Floats = field(default_factory=lambda: np.empty(0))
    spreads: Floats = field(default_factory=lambda: np.empty(0))
    weights: Floats = field(default_factory=lambda: np.empty(0))
    ordinals: Whole = field(default_factory=lambda: np.empty(0, dtype=np.intp), compare=False, repr=False)
    """The days as day numbers, for arithmetic; follows from `days`."""

    def __post_init__(self) -> None:
        if len(self.ordinals) != len(self.days):
            numbers = (day.toordinal() for day in self.days)
            object.__setattr__(self, "ordinals", np.fromiter(numbers, dtype=np.intp, count=len(self.days)))

    def __len__(self) -> int:
        return len(self.days)

    def since(self, first: date) -> "DaySeries":
        """The days from `first` on."""
        return self._part(slice(bisect_left(self.days, first), None))

    def before(self, end: date) -> "DaySeries":
        """The days before `end`."""
        if not self.days or self.days[-1] < end:
            return self
        return self._part(slice(0, bisect_left(self.days, end)))

    def within(self, first: date, last: date) -> "DaySeries":
        """The days from `first` to `last`, both included."""
        if not self.days or (self.days[0] >= first and self.days[-1] <= last):
            return self
        return self._part(slice(bisect_left(self.days, first), bisect_right(self.days, last)))

    def at(self, places: Whole) -> "DaySeries":
        """The days at these places."""
        return DaySeries(
            days=tuple(self.days[place] for place in places.tolist()),
            values=self.values[places],
            spreads=self.spreads[places],
            weights=self.weights[places],
            ordinals=self.ordinals[places],
        )

    def at_days(self, ordinals: Whole) -> Floats:
        """The values at these day numbers, NaN where there is none."""
        if len(self) == len(ordinals) and bool((self.ordinals == ordinals).all()):
            return self.values
        if len(self) == 0:
            return np.full(len(ordinals), np.nan)
        place = np.minimum(np.searchsorted(self.ordinals, ordinals), len(self) - 1)
        return np.where(self.ordinals[place] == ordinals, self.values[place], np.nan)

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
            ordinals=self.ordinals[keep],
        )

    def _part(self, part: slice) -> "DaySeries":
        return DaySeries(
            days=self.days[part],
            values=self.values[part],
            spreads=self.spreads[part],
            weights=self.weights[part],
            ordinals=self.ordinals[part],
        )


NO_DAYS: Final = DaySeries()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureHistory:
    """Series by index; `today` is the UTC day of the newest telemetry, which may still be incomplete."""

    series: Mapping[str, DaySeries]
    today: date
    priors: Priors | None = field(default=None, compare=False, repr=False)
    """What is believed of a healthy appliance of the kind; None: what the program ships with."""
    today_too: bool = False
    """What today has told so far stands: all of its runs are over."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out from this history once, so that several detectors need not do it again; never part of it."""

    def all_days(self, index: str) -> DaySeries:
        """Every day of `index`, today included; empty if the appliance never showed it."""
        return self.series.get(index, NO_DAYS)

    def complete(self, index: str) -> DaySeries:
        """The days of `index` that are over, and today if what it has told stands."""
        if self.today_too:
            return self.all_days(index)
        name = f"complete {index}"
        found: DaySeries | None = self.memo.get(name)
        if found is None:
            self.memo[name] = found = self.all_days(index).before(self.today)
        return found

    @property
    def runs_over(self) -> float:
        """Share of today's runs that are over; 0 if none is, and for what does not work in runs."""
        told = self.all_days(RUNS_OVER).since(self.today)
        return float(told.values[-1]) if len(told) else 0.0

    def with_runs(self) -> "FeatureHistory":
        """The history to judge by: with today once its runs are over. To learn from, only whole days are right."""
        return replace(self, today_too=True, memo={}) if self.runs_over == 1.0 else self


def history_of(rows: Iterable[DatedIndex], now_data_time: datetime) -> FeatureHistory:
    """Build the history from rows in any order; a day after `now_data_time` is left out (no look-ahead)."""
    return history_of_series(series_of(rows), date.min, now_data_time)


def history_of_series(
    series: Mapping[str, DaySeries], first: date, now_data_time: datetime, priors: Priors | None = None
) -> FeatureHistory:
    """The history from the day `first` up to that of `now_data_time` (no look-ahead)."""
    today = now_data_time.astimezone(UTC).date()
    within = {index: one.within(first, today) for index, one in series.items()}
    return FeatureHistory(series={index: one for index, one in within.items() if len(one)}, today=today, priors=priors)


def series_of(rows: Iterable[DatedIndex]) -> dict[str, DaySeries]:
    """Rows in any order, by index in order of days; of several about one day and index the last counts."""
    return with_indices({}, rows)


def with_days(
    series: Mapping[str, DaySeries], days: Collection[date], rows: Iterable[DatedIndex]
) -> dict[str, DaySeries]:
    """The series with `rows` for all there is of `days`."""
    if not days:
        return dict(series)
    first, gone, by_index = min(days), frozenset(days), _by_index(rows)
    kept = {
        index: _without(one, first, gone) if len(one) and one.days[-1] >= first else one
        for index, one in series.items()
    }
    return kept | {index: _with(kept.get(index, NO_DAYS), new) for index, new in by_index.items()}


def with_indices(series: Mapping[str, DaySeries], rows: Iterable[DatedIndex]) -> dict[str, DaySeries]:
    """The series with `rows` added, or in place of what was there about their day and index."""
    changed = {}
    for index, new in _by_index(rows).items():
        one = series.get(index, NO_DAYS)
        first = min(new)
        changed[index] = _with(_without(one, first, new.keys()) if len(one) and one.days[-1] >= first else one, new)
    return {**series, **changed}


def _by_index(rows: Iterable[DatedIndex]) -> dict[str, dict[date, DatedIndex]]:
    found: dict[str, dict[date, DatedIndex]] = {}
    for row in rows:
        found.setdefault(row[1], {})[row[0]] = row
    return found


def _without(series: DaySeries, first: date, gone: Collection[date]) -> DaySeries:
    """Without the days of `gone`, none of which is before `first`."""
    start = bisect_left(series.days, first)
    keep = [*range(start), *(place for place in range(start, len(series)) if series.days[place] not in gone)]
    if len(keep) == start:
        return series.before(first)
    return series.at(np.array(keep, dtype=np.intp))


def _with(series: DaySeries, new: Mapping[date, DatedIndex]) -> DaySeries:
    """With days that are not there yet."""
    rows = [new[day] for day in sorted(new)]
    if len(rows) == 1 and (not len(series) or series.days[-1] < rows[0][0]):
        return _with_next(series, rows[0])
    numbers = np.array([row[2:] for row in rows]).T
    joined = DaySeries(
        days=(*series.days, *(row[0] for row in rows)),
        values=np.concatenate((series.values, numbers[0])),
        spreads=np.concatenate((series.spreads, numbers[1])),
        weights=np.concatenate((series.weights, numbers[2])),
        ordinals=np.concatenate((series.ordinals, [row[0].toordinal() for row in rows])),
    )
    if not len(series) or series.days[-1] < rows[0][0]:
        return joined
    return joined.at(np.array(sorted(range(len(joined)), key=joined.days.__getitem__), dtype=np.intp))


def _with_next(series: DaySeries, row: DatedIndex) -> DaySeries:
    """With one day after all others: what nearly every night brings, to every index."""
    day, _, value, spread, weight = row
    count = len(series)
    values, spreads, weights = np.empty((3, count + 1))
    values[:count], values[count] = series.values, value
    spreads[:count], spreads[count] = series.spreads, spread
    weights[:count], weights[count] = series.weights, weight
    ordinals = np.empty(count + 1, dtype=np.intp)
    ordinals[:count], ordinals[count] = series.ordinals, day.toordinal()
    return DaySeries(days=(*series.days, day), values=values, spreads=spreads, weights=weights, ordinals=ordinals)


def day_start(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)
