"""Writing readings, cycles and events: COPY for speed, a merge where a row is there already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from psycopg import errors
from psycopg.sql import SQL, Composed, Identifier

from domain.readings import to_us
from store.database import Connection

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

RowKey = tuple[int, ...]
"""What is unique: appliance key and time in microseconds, for events also a digest of code and edge."""


class Written(NamedTuple):
    """How many rows are new, and the keys of rows that contradict what is stored."""

    new: int
    contradicting: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class TableRows:
    """Packed rows for one hypertable; `values` are the columns that may be filled in later by a partial update."""

    table: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    rows: Mapping[RowKey, bytes]


def write_rows(connection: Connection, rows: TableRows, *, expect_new: bool) -> Written:
    """Store the rows inside the caller's transaction: a new row is copied, a repeated one merged.

    `expect_new` tries the fast way first. Merging fills what is still null and never changes a stored value, so a
    row may arrive any number of times. Raises the driver's errors.
    """
    if expect_new:
        try:
            with connection.transaction():
                _copy(connection, rows.table, rows.columns, rows.rows.values())
            return Written(len(rows.rows), [])
        except errors.UniqueViolation:
            pass
    return _merge(connection, rows)


def _copy(connection: Connection, table: str, columns: tuple[str, ...], packed: Collection[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(_copy_statement(table, columns)) as copy:
        copy.write(b"".join(chain((HEADER,), packed, (TRAILER,))))


def _merge(connection: Connection, rows: TableRows) -> Written:
    statements = _merge_statements(rows.table, rows.columns, rows.values)
    connection.execute(statements.stage)
    _copy(connection, f"stage_{rows.table}", rows.columns, rows.rows.values())
    inserted = connection.execute(statements.merge).fetchall()
    contradicting: list[tuple[int, int]] = []
    if statements.contradicting is not None:
        found = connection.execute(statements.contradicting).fetchall()
        contradicting = [(key, to_us(time)) for key, time in found]
    connection.execute(statements.drop)
    return Written(sum(new for (new,) in inserted), contradicting)


@cache
def _copy_statement(table: str, columns: tuple[str, ...]) -> Composed:
    return SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(Identifier(table), _list(columns))


class _Merge(NamedTuple):
    stage: Composed
    merge: Composed
    contradicting: Composed | None
    drop: Composed


@cache
def _merge_statements(table: str, columns: tuple[str, ...], values: tuple[str, ...]) -> _Merge:
    target, stage = Identifier(table), Identifier(f"stage_{table}")
    make = SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(stage, target)
    drop = SQL("DROP TABLE {}").format(stage)
    insert = SQL("INSERT INTO {} AS t ({}) SELECT {} FROM {} ").format(target, _list(columns), _list(columns), stage)
    if not values:
        merge = insert + SQL("ON CONFLICT DO NOTHING RETURNING true")
        return _Merge(make, merge, None, drop)
    fill = SQL(", ").join(SQL("{0} = COALESCE(t.{0}, excluded.{0})").format(Identifier(v)) for v in values)
    news = SQL(" OR ").join(SQL("(t.{0} IS NULL AND excluded.{0} IS NOT NULL)").format(Identifier(v)) for v in values)
    merge = insert + SQL(
        "ON CONFLICT (appliance_key, time) DO UPDATE SET {}, received_at = excluded.received_at,"
        " extra = COALESCE(excluded.extra || t.extra, t.extra, excluded.extra),"
        " notes = COALESCE(t.notes, excluded.notes) WHERE {} OR NOT COALESCE(t.extra, '{{}}') @>"
        " COALESCE(excluded.extra, '{{}}') RETURNING xmax = 0"
    ).format(fill, news)
    differs = SQL(" OR ").join(
        SQL("s.{0} IS DISTINCT FROM t.{0} AND s.{0} IS NOT NULL").format(Identifier(v)) for v in values
    )
    contradicting = SQL(
        "SELECT s.appliance_key, s.time FROM {} s JOIN {} t USING (appliance_key, time)"
        " WHERE {} OR NOT COALESCE(t.extra, '{{}}') @> COALESCE(s.extra, '{{}}')"
    ).format(stage, target, differs)
    return _Merge(make, merge, contradicting, drop)


def _list(columns: tuple[str, ...]) -> Composed:
    return SQL(", ").join(Identifier(column) for column in columns)
