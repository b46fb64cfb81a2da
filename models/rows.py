"""Tables of rows, from the database or from a recorded case, cut into UTC days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np

from models.features.day import Day, Rows, rows_from_table

Table = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Names of the columns (the first is `time_s`, Unix seconds) and the rows, in any order."""

NO_TABLE: Final[Table] = (("time_s",), ())


def days_from_tables(
    first: date, last: date, *, readings: Table, cycles: Table, events: Table, beside: Table = NO_TABLE
) -> list[Day]:
    """One `Day` for each day from `first` to `last`, both included; a day without rows is empty."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    parts = [_by_day(days, rows_from_table(*table)) for table in (readings, cycles, events, beside)]
    return [
        Day(day=day, readings=reading, cycles=cycle, events=event, beside=others)
        for day, reading, cycle, event, others in zip(days, *parts, strict=True)
    ]


def _by_day(days: Sequence[date], rows: Rows) -> list[Rows]:
    midnights = [datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() for day in days]
    edges = np.searchsorted(rows.time_s, [*midnights, midnights[-1] + 86_400.0])
    return [_part(rows, slice(int(a), int(b))) for a, b in pairwise(edges)]


def _part(rows: Rows, part: slice) -> Rows:
    numbers = {name: values[part] for name, values in rows.numbers.items()}
    texts = {name: values[part] for name, values in rows.texts.items()}
    return Rows(time_s=rows.time_s[part], numbers=numbers, texts=texts)
