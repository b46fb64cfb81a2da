"""What the detectors read and remember: rows of days, daily indices, references."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from store.database import Connection
from store.sql import queries

_SQL = queries("scoring")
Floats = NDArray[np.float64]


class Table(NamedTuple):
    """Rows as the database gave them, with the names of their columns; the first is `time_s`, Unix seconds."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Span(NamedTuple):
    """Rows of one appliance on the days from `first` to `last`, both included, as they had arrived by `received_to`."""

    appliance_key: int
    kind: str
    first: date
    last: date
    received_to: datetime


class StoredIndex(NamedTuple):
    """One row of feature_day; `name` is that of the index."""

    day: date
    name: str
    value: float
    spread: float
    weight: float


class StoredSeries(NamedTuple):
    """One index of an appliance: day numbers (1 is 0001-01-01) in order, and rows of values, spreads and weights."""

    name: str
    ordinals: NDArray[np.intp]
    numbers: Floats


class StoredReference(NamedTuple):
    """One row of reference; `name` is that of the index, days are UTC and inclusive."""

    name: str
    learned_from: date
    learned_to: date
    model: Mapping[str, Any]


def read_readings(connection: Connection, span: Span) -> Table:
    """The readings that the indices of this kind need, in no promised order."""
    return _read(connection, f"readings_{span.kind}", span)


def read_cycles(connection: Connection, span: Span) -> Table:
    """The cycle summaries that the indices of this kind need; none for a kind that has no such index."""
    return _read(connection, f"cycles_{span.kind}", span)


def read_events(connection: Connection, span: Span) -> Table:
    """Filter alarms; of two edges at the same instant the alarm going on counts last."""
    return _read(connection, "events", span)


def read_beside(connection: Connection, span: Span) -> Table:
    """Cycles of the home's machines that stand beside this kind; none for most kinds."""
    return _read(connection, f"beside_{span.kind}", span)


def _read(connection: Connection, query: str, span: Span) -> Table:
    if query not in _SQL:
        return Table(("time_s",), [])
    cursor = connection.cursor(binary=True)  # half the work, and a real is what it is, not its shortest spelling
    cursor.execute(
        _SQL[query],
        {
            "appliance_key": span.appliance_key,
            "starts": datetime.combine(span.first, time(), tzinfo=UTC),
            "ends": datetime.combine(span.last + timedelta(days=1), time(), tzinfo=UTC),
            "received_to": span.received_to,
        },
    )
    return Table(tuple(column.name for column in cursor.description or ()), cursor.fetchall())


def replace_days(
    connection: Connection, appliance_key: int, days: Sequence[date], indices: Iterable[StoredIndex]
) -> None:
    """Make `indices` all there is of these days."""
    connection.execute(_SQL["forget_days"], {"appliance_key": appliance_key, "days": list(days)})
    write_indices(connection, appliance_key, indices)


def write_indices(connection: Connection, appliance_key: int, indices: Iterable[StoredIndex]) -> None:
    """Insert or overwrite indices."""
    rows = list(indices)
    if not rows:
        return
    connection.execute(
        _SQL["write_indices"],
        {
            "appliance_key": appliance_key,
            "days": [row.day for row in rows],
            "indices": [row.name for row in rows],
            "values": [row.value for row in rows],
            "spreads": [row.spread for row in rows],
            "weights": [row.weight for row in rows],
        },
    )


def read_series(connection: Connection, appliance_key: int, first: date) -> list[StoredSeries]:
    """The indices of the days from `first` on, one series per index."""
    cursor = connection.cursor(binary=True)
    cursor.execute(_SQL["read_series"], {"appliance_key": appliance_key, "first": first})
    return [
        StoredSeries(name, np.frombuffer(days, ">i4").astype(np.intp), _columns(numbers))
        for name, days, numbers in cursor
    ]


def _columns(packed: bytes) -> Floats:
    return np.ascontiguousarray(np.frombuffer(packed, ">f8").reshape(-1, 3).T, dtype=np.float64)


def read_references(connection: Connection, appliance_key: int) -> list[StoredReference]:
    """The present reference of each index."""
    rows = connection.execute(_SQL["read_references"], {"appliance_key": appliance_key})
    return [StoredReference(*row) for row in rows]


def write_reference(connection: Connection, appliance_key: int, reference: StoredReference) -> None:
    """Freeze a reference."""
    connection.execute(
        _SQL["write_reference"],
        {
            "appliance_key": appliance_key,
            "index": reference.name,
            "learned_from": reference.learned_from,
            "learned_to": reference.learned_to,
            "model": Jsonb(dict(reference.model)),
        },
    )
