"""A history grown day by day is the one built at once, whatever order the days come in."""

import random
from datetime import date, timedelta

import pytest

from models.history import DatedIndex, DaySeries, series_of, with_days

FIRST = date(2025, 1, 1)


def _plain(series: dict[str, DaySeries]) -> dict[str, list[list[object]]]:
    return {
        name: [list(one.days), *(column.tolist() for column in (one.values, one.spreads, one.weights, one.ordinals))]
        for name, one in series.items()
    }


@pytest.mark.parametrize("shuffled", [False, True])
def test_day_by_day_and_at_once_are_the_same(shuffled: bool) -> None:
    rng = random.Random(4)
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), name, rng.random(), rng.random(), float(number))
        for number in range(40)
        for name in ("a", "b", "c")
        if rng.random() < 0.8
    ]
    days = sorted({row[0] for row in rows})
    if shuffled:
        rng.shuffle(days)
    grown: dict[str, DaySeries] = {}
    for day in days:
        before = _plain(grown)
        after = with_days(grown, [day], [row for row in rows if row[0] == day])
        assert _plain(grown) == before, "what was known is not changed"
        grown = after
    assert _plain(grown) == _plain(series_of(rows))
    last = max(days)
    again = with_days(grown, [last], [(last, "a", 7.0, 0.0, 1.0)])
    assert again["a"].values[-1] == 7.0
    assert last not in again["b"].days
