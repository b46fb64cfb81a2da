"""Readings over a range of time, raw or down-sampled.

The columns asked for differ by kind, so the statements of queries/api_telemetry.sql are completed here with names of
tables and columns out of the catalogue of signals, never out of a request; names that are not in the catalogue are
looked up in the JSON of unknown signals as a parameter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from domain.signals import Signal, Type
from store.api_appliances import Located
from store.database import Connection
from store.signal_tables import hourly_table, reading_signals, reading_table
from store.sql import queries

_SQL = queries("api_telemetry")

HOUR_S = 3600
STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(HOUR_S, 2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S),
    *(86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400, 28 * 86_400),
)
"""Widths of buckets in seconds that a person can read off an axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A range of data time, the signals wanted (None: all) and how many points are enough."""

    start: datetime
    end: datetime
    signals: tuple[str, ...] | None
    max_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One reading, or the readings of one bucket that begins at `time`.

    `values`: a gauge's mean, a counter's and a choice's last word, a flag's share of true; `low` and `high` bound the
    gauges of a bucket.
    """

    id: str
    time: datetime
    n: int
    values: dict[str, Any]
    low: dict[str, float] | None = None
    high: dict[str, float] | None = None
    notes: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points in order of time; `source` is raw, readings (bucketed) or hourly (bucketed from the roll-up)."""

    source: str
    bucket_s: int | None
    points: list[Point] = field(default_factory=list)


def newest_reading(connection: Connection, located: Located) -> datetime | None:
    """Data time of the newest reading."""
    statement = SQL(_SQL["newest"]).format(readings=Identifier(reading_table(located.kind)))
    found = connection.execute(statement, {"key": located.key}).fetchone()
    return None if found is None else found[0]


def bucket_for(span: timedelta, max_points: int) -> int:
    """The narrowest bucket of STEPS_S, in seconds, of which `max_points` cover `span`."""
    wanted = span.total_seconds() / max(max_points - 1, 1)  # a span rarely begins where a bucket does
    for step in STEPS_S:
        if step >= wanted:
            return step
    return int(-(-wanted // STEPS_S[-1])) * STEPS_S[-1]


def read_series(connection: Connection, located: Located, asked: Asked) -> Series:
    """Readings of `asked`; every reading as it is if there are few enough, else buckets."""
    known = reading_signals(located.kind)
    signals = [s for s in known if asked.signals is None or s.name in asked.signals]
    extras = [name for name in asked.signals or () if name not in {s.name for s in known}]
    readings = Identifier(reading_table(located.kind))
    range_ = {"key": located.key, "from": asked.start, "to": asked.end}
    many = connection.execute(
        SQL(_SQL["many"]).format(readings=readings), {**range_, "limit": asked.max_points + 1}
    ).fetchone()
    if many is None or many[0] <= asked.max_points:
        return Series(source="raw", bucket_s=None, points=_raw(connection, readings, range_, signals, asked.signals))
    first, last = _extent(connection, readings, range_)
    bucket_s = bucket_for(last - first, asked.max_points)
    # The roll-up keeps no choices: it serves only where none was asked for by name.
    rolled = [s for s in signals if s.type is not Type.CHOICE]
    serves = not extras and bool(rolled) and (asked.signals is None or rolled == signals)
    if bucket_s >= HOUR_S and serves and _hourly_covers(connection, located, first, last):
        whole = {**range_, "from": asked.start.replace(minute=0, second=0, microsecond=0)}
        aggregates = _hourly_aggregates(rolled)
        return _series(connection, _bucketed("hourly", located, aggregates), whole, bucket_s, _columns(rolled, []))
    statement = _bucketed("bucketed", located, _aggregates(signals, extras))
    params = {**range_, **{f"x{i}": name for i, name in enumerate(extras)}}
    return _series(connection, statement, params, bucket_s, _columns(signals, extras), source="readings")


def _columns(signals: list[Signal], extras: list[str]) -> dict[str, str]:
    return {s.name: s.name for s in signals} | {name: f"x{i}" for i, name in enumerate(extras)}


def _raw(
    connection: Connection,
    readings: Identifier,
    range_: Mapping[str, Any],
    signals: list[Signal],
    wanted: tuple[str, ...] | None,
) -> list[Point]:
    columns = SQL(", ").join([*(Identifier(s.name) for s in signals), SQL("1 AS n")])
    statement = SQL(_SQL["raw"]).format(readings=readings, columns=columns)
    points = []
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(statement, range_):
            extra = row["extra"] or {}
            values = {s.name: row[s.name] for s in signals if row[s.name] is not None}
            values.update({name: value for name, value in extra.items() if wanted is None or name in wanted})
            if values or wanted is None:
                points.append(Point(id=_stamp(row["time"]), time=row["time"], n=1, values=values, notes=row["notes"]))
    return points


def _series(
    connection: Connection,
    statement: Composed,
    params: Mapping[str, Any],
    bucket_s: int,
    columns: Mapping[str, str],
    *,
    source: str = "hourly",
) -> Series:
    with connection.cursor(row_factory=dict_row) as cursor:
        points = [
            Point(
                id=_stamp(row["bucket"]),
                time=row["bucket"],
                n=row["n"],
                values=_present(row, columns, ""),
                low=_present(row, columns, " min"),
                high=_present(row, columns, " max"),
            )
            for row in cursor.execute(statement, {**params, "bucket": timedelta(seconds=bucket_s)})
        ]
    return Series(source=source, bucket_s=bucket_s, points=points)


def _present(row: Mapping[str, Any], columns: Mapping[str, str], suffix: str) -> dict[str, Any]:
    found = ((name, row.get(column + suffix)) for name, column in columns.items())
    return {name: value for name, value in found if value is not None}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _extent(connection: Connection, readings: Identifier, range_: Mapping[str, Any]) -> tuple[datetime, datetime]:
    found = connection.execute(SQL(_SQL["extent"]).format(readings=readings), range_).fetchone()
    assert found is not None  # a row of two subqueries always comes
    return found[0], found[1]


def _hourly_covers(connection: Connection, located: Located, first: datetime, last: datetime) -> bool:
    table = hourly_table(located.kind)
    present = connection.execute(_SQL["hourly_present"], {"table": table}).fetchone()
    if present is None or not present[0]:
        return False
    statement = SQL(_SQL["hourly_covers"]).format(hourly=Identifier(table))
    covers = connection.execute(statement, {"key": located.key, "first": first, "last": last}).fetchone()
    return covers is not None and bool(covers[0])


def _bucketed(query: str, located: Located, aggregates: Iterator[Composed]) -> Composed:
    return SQL(_SQL[query]).format(
        readings=Identifier(reading_table(located.kind)),
        hourly=Identifier(hourly_table(located.kind)),
        aggregates=SQL(", ").join(aggregates),
    )


def _aggregates(signals: list[Signal], extras: list[str]) -> Iterator[Composed]:
    for signal in signals:
        column = Identifier(signal.name)
        if signal.type is Type.GAUGE:
            yield from _bounded(column, signal.name)
        elif signal.type is Type.FLAG:
            yield SQL("avg({}::int)::real AS {}").format(column, column)
        else:
            yield SQL("last({}, time) FILTER (WHERE {} IS NOT NULL) AS {}").format(column, column, column)
    for i in range(len(extras)):
        number = SQL("CASE WHEN jsonb_typeof(extra->{0}) = 'number' THEN (extra->>{0})::float8 END")
        yield from _bounded(number.format(Placeholder(f"x{i}")), f"x{i}")


def _bounded(value: Identifier | Composed, name: str) -> Iterator[Composed]:
    yield SQL("avg({})::real AS {}").format(value, Identifier(name))
    yield SQL("min({})::real AS {}").format(value, Identifier(f"{name} min"))
    yield SQL("max({})::real AS {}").format(value, Identifier(f"{name} max"))


def _hourly_aggregates(signals: list[Signal]) -> Iterator[Composed]:
    for signal in signals:
        name = Identifier(signal.name)
        if signal.type is Type.GAUGE:
            mean = Identifier(f"{signal.name}_avg")
            # Weighted by the readings of the hour, so that an hour with a gap does not count like a full one.
            yield SQL("(sum({0} * n) / sum(n) FILTER (WHERE {0} IS NOT NULL))::real AS {1}").format(mean, name)
            yield SQL("min({}) AS {}").format(Identifier(f"{signal.name}_min"), Identifier(f"{signal.name} min"))
            yield SQL("max({}) AS {}").format(Identifier(f"{signal.name}_max"), Identifier(f"{signal.name} max"))
        elif signal.type is Type.FLAG:
            share = Identifier(f"{signal.name}_share")
            yield SQL("(sum({0} * n) / sum(n) FILTER (WHERE {0} IS NOT NULL))::real AS {1}").format(share, name)
        else:
            last = Identifier(f"{signal.name}_last")
            yield SQL("last({0}, hour) FILTER (WHERE {0} IS NOT NULL) AS {1}").format(last, name)
