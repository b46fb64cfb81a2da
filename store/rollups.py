"""Hourly roll-ups and retention under the same names in both editions of TimescaleDB (docs/decisions/0006).

Community: continuous aggregates and policies, set up once by `apply_edition`, run by the database itself.
Apache: hypertables `hourly_<kind>` that the scheduler fills with `refresh` and trims with `enforce_retention`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.sql import SQL, Composed, Identifier

from store.community import ensure_community
from store.database import Connection
from store.editions import Edition
from store.rollup_settings import RollupSettings
from store.signal_tables import KINDS, hourly_columns, hourly_table, reading_table
from store.sql import queries

_SQL = queries("rollups")

OVERLAP = timedelta(minutes=15)
"""How far behind the mark arrivals are looked at again (E).

`received_at` is the clock of the worker and is taken before the commit, so a row may become visible with an arrival
before the mark. 15 min covers a batch that is retried through a database restart (seconds, design/reliability) and
clocks that differ by minutes. What comes later still (a worker cut off for hours) is found by the nightly call with
`NIGHTLY_OVERLAP`. Rolling up an hour again is harmless, and costs little: its rows are being added to anyway.
"""
NIGHTLY_OVERLAP = timedelta(days=3)
"""For one call a night: a weekend's outage of one worker (E)."""
GROUPS_PER_CALL = 10_000
"""How many (appliance, hour) groups of a kind one call rolls up (E): 3 s of work on two quiet cores (bench/rollups.py),
three days of 140 appliances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """How far a kind is rolled up; `backlog_from` and `pass_from` are set while a pass over arrivals is unfinished."""

    received_to: datetime
    backlog_from: datetime | None
    pass_from: datetime | None
    dropped_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """What one call did for a kind: hours looked at, hours written, and whether arrivals are left for the next call."""

    hours: int
    written: int
    unfinished: bool


def apply_edition(connection: Connection, edition: Edition, settings: RollupSettings) -> list[str]:
    """Bring roll-ups, compression and policies to what `settings` ask for; a line for each thing done.

    Call it in the transaction of the migration, after the tables exist. In the Apache edition nothing is to be set up.
    """
    return ensure_community(connection, settings) if edition.community else []


def refresh(
    connection: Connection,
    now: datetime,
    edition: Edition,
    *,
    overlap: timedelta = OVERLAP,
    groups: int = GROUPS_PER_CALL,
) -> dict[str, Rolled]:
    """Roll up what arrived since the last call, late readings into their old hours; empty in the Community edition.

    `now` is the wall clock, the same sort of clock as `received_at`. Each kind is a transaction of its own and at
    most `groups` hours of work; calling again at once is harmless and goes on where this call stopped.
    """
    if edition.community:
        return {}
    return {kind: _refresh_kind(connection, kind, now, overlap, groups) for kind in KINDS}


def enforce_retention(
    connection: Connection, now: datetime, raw_days: int | None, hourly_days: int | None, edition: Edition
) -> dict[str, int]:
    """Drop chunks of readings and roll-ups older than so many days (None keeps all); chunks dropped by table.

    Empty in the Community edition, whose policies do it. Cycles and events are kept: a few rows a day.
    """
    if edition.community:
        return {}
    dropped: dict[str, int] = {}
    for kind in KINDS:
        if raw_days is not None:
            before = now - timedelta(days=raw_days)
            with connection.transaction():
                connection.execute(_SQL["set_dropped"], {"kind": kind, "dropped_to": before})
                dropped[reading_table(kind)] = _drop(connection, reading_table(kind), before)
        if hourly_days is not None:
            dropped[hourly_table(kind)] = _drop(connection, hourly_table(kind), now - timedelta(days=hourly_days))
    return {table: chunks for table, chunks in dropped.items() if chunks}


def _drop(connection: Connection, table: str, before: datetime) -> int:
    row = connection.execute(_SQL["drop_before"], {"table": table, "before": before}).fetchone()
    return 0 if row is None else int(row[0])


def _refresh_kind(connection: Connection, kind: str, now: datetime, overlap: timedelta, groups: int) -> Rolled:
    with connection.transaction():
        mark = _lock_mark(connection, kind)
        after = mark.backlog_from or mark.received_to - overlap
        pass_from = mark.pass_from or now
        hours, arrived, written = _roll(connection, kind, after, mark.dropped_to, groups)
        unfinished = hours >= groups
        connection.execute(
            _SQL["set_mark"],
            {
                "kind": kind,
                "received_to": mark.received_to if unfinished else max(mark.received_to, pass_from),
                "backlog_from": arrived if unfinished else None,
                "pass_from": pass_from if unfinished else None,
            },
        )
    return Rolled(hours=hours, written=written, unfinished=unfinished)


def _roll(
    connection: Connection, kind: str, after: datetime, not_before: datetime | None, groups: int
) -> tuple[int, datetime | None, int]:
    """Hours looked at, the last of their first arrivals, hours written."""
    row = connection.execute(
        roll_statement(kind),
        {"after": after, "not_before": not_before, "groups": groups},
        prepare=False,  # a plan for these very bounds leaves out the chunks that cannot matter
    ).fetchone()
    assert row is not None  # three scalar subqueries always make one row
    return row[0], row[1], row[2]


def _lock_mark(connection: Connection, kind: str) -> _Mark:
    connection.execute(_SQL["start_mark"], {"kind": kind})
    row = connection.execute(_SQL["lock_mark"], {"kind": kind}).fetchone()
    assert row is not None  # written by the line above
    received_to, backlog_from, pass_from, dropped_to = row
    return _Mark(received_to=received_to, backlog_from=backlog_from, pass_from=pass_from, dropped_to=dropped_to)


def roll_statement(kind: str) -> Composed:
    """The statement that rolls up `kind`, composed from the catalogue of signals only."""
    columns = list(hourly_columns(kind))
    names = [Identifier(name) for name, _, _ in columns]
    return SQL(_SQL["roll"]).format(
        readings=Identifier(reading_table(kind)),
        hourly=Identifier(hourly_table(kind)),
        columns=SQL(", ").join(names),
        aggregates=SQL(", ").join(aggregate for _, _, aggregate in columns),
        assignments=SQL(", ").join(SQL("{0} = excluded.{0}").format(name) for name in names),
        old=SQL(", ").join(SQL("h.{}").format(name) for name in names),
        new=SQL(", ").join(SQL("excluded.{}").format(name) for name in names),
    )
