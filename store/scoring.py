"""What the detectors read and remember: rows of days, daily indices, references; of many appliances at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types.json import Jsonb

from store.database import Connection
from store.sql import queries

_SQL = queries("scoring")
Floats = NDArray[np.float64]


class Table(NamedTuple):
    """Rows as the database gave them, with the names of their columns; the first is `time_s`, Unix seconds.

    Rows may be longer than the names: what identifies the appliance stands last.
    """

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


NO_ROWS = Table(("time_s",), [])


class Span(NamedTuple):
    """Rows of appliances of one kind on the days from `first` to `last`, both included, as arrived by `received_to`."""

    keys: tuple[int, ...]
    kind: str
    first: date
    last: date
    received_to: datetime


class StoredIndex(NamedTuple):
    """One row of feature_day; `name` is that of the index."""

    appliance_key: int
    day: date
    name: str
    value: float
    spread: float
    weight: float


class StoredSeries(NamedTuple):
    """One index of an appliance: day numbers (1 is 0001-01-01) in order, with values, spreads and weights."""

    name: str
    ordinals: NDArray[np.intp]
    values: Floats
    spreads: Floats
    weights: Floats


class StoredReference(NamedTuple):
    """One row of reference; `name` is that of the index, days are UTC and inclusive."""

    name: str
    learned_from: date
    learned_to: date
    model: Mapping[str, Any]


ByKey = dict[int, Table]
"""By appliance; one without rows is absent."""


def read_readings(connection: Connection, span: Span) -> ByKey:
    """The readings that the indices of this kind need, in no promised order."""
    return _read(connection, f"readings_{span.kind}", span)


def read_cycles(connection: Connection, span: Span) -> ByKey:
    """The cycle summaries that the indices of this kind need; none for a kind that has no such index."""
    return _read(connection, f"cycles_{span.kind}", span)


def read_events(connection: Connection, span: Span) -> ByKey:
    """Filter alarms; of two edges at the same instant the alarm going on counts last."""
    return _read(connection, "events", span)


def read_beside(connection: Connection, span: Span) -> ByKey:
    """Cycles of the home's machines that stand beside this kind; none for most kinds."""
    return _read(connection, f"beside_{span.kind}", span)


def _read(connection: Connection, query: str, span: Span) -> ByKey:
    if query not in _SQL:
        return {}
    cursor = connection.cursor(binary=True)  # half the work, and a real is what it is, not its shortest spelling
    cursor.execute(
        _SQL[query],
        {
            "keys": list(span.keys),
            "starts": datetime.combine(span.first, time(), tzinfo=UTC),
            "ends": datetime.combine(span.last + timedelta(days=1), time(), tzinfo=UTC),
            "received_to": span.received_to,
        },
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in cursor.fetchall():
        found.setdefault(row[-1], []).append(row)
    names = tuple(column.name for column in cursor.description or ())[:-1]
    return {key: Table(names, rows) for key, rows in found.items()}


def forget_days(connection: Connection, days: Sequence[tuple[int, date]]) -> None:
    """Forget all indices of these appliances and days."""
    if days:
        keys, gone = zip(*days, strict=True)
        connection.execute(_SQL["forget_days"], {"keys": list(keys), "days": list(gone)})


def forget_indices(connection: Connection, gone: Sequence[tuple[int, str, date]]) -> None:
    """Forget these indices of these appliances and days."""
    if gone:
        keys, indices, days = zip(*gone, strict=True)
        connection.execute(_SQL["forget_indices"], {"keys": list(keys), "indices": list(indices), "days": list(days)})


def write_indices(connection: Connection, rows: Sequence[StoredIndex]) -> None:
    """Insert or overwrite indices; no two rows may be of the same appliance, day and index."""
    if not rows:
        return
    keys, days, names, values, spreads, weights = map(list, zip(*rows, strict=True))
    connection.execute(
        _SQL["write_indices"],
        {"keys": keys, "days": days, "indices": names, "values": values, "spreads": spreads, "weights": weights},
    )


def read_series(connection: Connection, keys: Sequence[int], first: date) -> dict[int, list[StoredSeries]]:
    """By appliance the indices of the days from `first` on, one series per index."""
    cursor = connection.cursor(binary=True)
    for array, loader in _LOADERS.items():
        cursor.adapters.register_loader(array, loader)
    cursor.execute(_SQL["read_series"], {"keys": list(keys), "first": first})
    found: dict[int, list[StoredSeries]] = {}
    for key, *series in cursor.fetchall():
        found.setdefault(key, []).append(StoredSeries(*series))
    return found


class _Packed(Loader):
    """One-dimensional arrays without nulls straight into NumPy: no Python object per element.

    After a head of 20 bytes (dimensions, nulls, type, length, first place) each element has its size before it.
    """

    format = Format.BINARY
    element: np.dtype[Any]
    into: type

    def load(self, data: Buffer) -> NDArray[Any]:
        return np.frombuffer(data, self.element, offset=20)["value"].astype(self.into)


class _Doubles(_Packed):
    element = np.dtype([("size", ">i4"), ("value", ">f8")])
    into = np.float64


class _Integers(_Packed):
    element = np.dtype([("size", ">i4"), ("value", ">i4")])
    into = np.intp


_LOADERS: Mapping[int, type[_Packed]] = {
    psycopg.adapters.types["float8"].array_oid: _Doubles,
    psycopg.adapters.types["int4"].array_oid: _Integers,
}


def read_references(connection: Connection, keys: Sequence[int]) -> dict[int, list[StoredReference]]:
    """By appliance the present reference of each index."""
    found: dict[int, list[StoredReference]] = {}
    for key, *reference in connection.execute(_SQL["read_references"], {"keys": list(keys)}):
        found.setdefault(key, []).append(StoredReference(*reference))
    return found


def write_references(connection: Connection, references: Iterable[tuple[int, StoredReference]]) -> None:
    """Freeze references of appliances."""
    rows = [
        {"appliance_key": key, "index": one.name, "learned_from": one.learned_from, "learned_to": one.learned_to,
         "model": Jsonb(dict(one.model))}
        for key, one in references
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_SQL["write_reference"], rows)
