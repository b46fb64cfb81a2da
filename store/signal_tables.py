"""The hypertables that the catalogue of signals asks for: readings, cycles and hourly roll-ups, one set per kind.

The statements are composed from the catalogue with psycopg.sql, because a table per kind with typed columns cannot be
written as one static file; identifiers come from the catalogue only, never from input.
"""

from collections.abc import Iterable, Iterator
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier
from psycopg.sql import Literal as SqlLiteral

from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, UNCLAIMED, UNCLAIMED_SIGNALS, Signal, Type
from store.database import Connection
from store.editions import Edition
from store.sql import queries

COLUMN_TYPE: dict[Type, LiteralString] = {
    Type.GAUGE: "real",
    Type.COUNTER: "double precision",
    Type.FLAG: "boolean",
    Type.CHOICE: "text",
}
READING_CHUNK = "7 days"
CYCLE_CHUNK = "90 days"
KINDS: tuple[str, ...] = (*READING_SIGNALS, UNCLAIMED)


def reading_table(kind: str) -> str:
    """The hypertable that holds the readings of `kind` (or of devices that nobody has claimed)."""
    return f"reading_{kind}"


def cycle_table(kind: str) -> str:
    """The hypertable that holds the cycle summaries of `kind`; kinds without typed cycles share the unclaimed one."""
    return f"cycle_{kind}" if kind in CYCLE_SIGNALS else f"cycle_{UNCLAIMED}"


def hourly_table(kind: str) -> str:
    """The hourly roll-up of `kind`: a continuous aggregate (Community) or a table the scheduler fills (Apache)."""
    return f"hourly_{kind}"


def reading_signals(kind: str) -> tuple[Signal, ...]:
    """The typed signals of a reading of `kind`, in column order."""
    return UNCLAIMED_SIGNALS if kind == UNCLAIMED else READING_SIGNALS[kind]


def cycle_signals(kind: str) -> tuple[Signal, ...]:
    """The typed signals of a cycle of `kind`, in column order."""
    return CYCLE_SIGNALS.get(kind, ())


def hourly_columns(kind: str) -> Iterator[tuple[str, LiteralString, Composed]]:
    """Name, type and aggregate of each roll-up column of `kind`, over the table of readings."""
    for signal in reading_signals(kind):
        column = Identifier(signal.name)
        if signal.type is Type.GAUGE:
            for how in ("avg", "min", "max"):
                yield f"{signal.name}_{how}", "real", SQL("{}({})::real").format(SQL(how), column)
        elif signal.type is Type.COUNTER:
            last = SQL("last({}, time) FILTER (WHERE {} IS NOT NULL)").format(column, column)
            yield f"{signal.name}_last", "double precision", last
        elif signal.type is Type.FLAG:
            yield f"{signal.name}_share", "real", SQL("avg({}::int)::real").format(column)


def ensure_signal_tables(connection: Connection, edition: Edition) -> list[str]:
    """Create missing hypertables and add missing columns; returns a line for each thing done."""
    have: dict[str, set[str]] = {}
    for table, column, _ in connection.execute(queries("migrate")["columns"]):
        have.setdefault(table, set()).add(column)
    done: list[str] = []
    for kind in KINDS:
        done += _ensure(connection, have, reading_table(kind), reading_signals(kind), READING_CHUNK)
    for kind in (*CYCLE_SIGNALS, UNCLAIMED):
        done += _ensure(connection, have, cycle_table(kind), cycle_signals(kind), CYCLE_CHUNK)
    if "event" not in have:
        for statement in _create_event_table():
            connection.execute(statement)
        done.append("hypertable event")
    if not edition.community:
        for kind in KINDS:
            done += _ensure_hourly(connection, have, kind)
    return done


def _ensure(
    connection: Connection, have: dict[str, set[str]], table: str, signals: Iterable[Signal], chunk: str
) -> list[str]:
    columns = {signal.name: COLUMN_TYPE[signal.type] for signal in signals}
    if table not in have:
        for statement in _create_hypertable(table, columns, chunk):
            connection.execute(statement)
        return [f"hypertable {table}"]
    missing = [name for name in columns if name not in have[table]]
    for name in missing:
        connection.execute(
            SQL("ALTER TABLE {} ADD COLUMN {} {}").format(Identifier(table), Identifier(name), SQL(columns[name]))
        )
    return [f"column {table}.{name}" for name in missing]


def _create_hypertable(table: str, columns: dict[str, LiteralString], chunk: str) -> Iterator[Composed]:
    typed = SQL("").join(SQL("{} {}, ").format(Identifier(name), SQL(kind)) for name, kind in columns.items())
    yield SQL(
        "CREATE TABLE {table} (time timestamptz NOT NULL, appliance_key integer NOT NULL,"
        " received_at timestamptz NOT NULL, seq bigint, {typed} extra jsonb, notes jsonb,"
        " UNIQUE (appliance_key, time))"
    ).format(table=Identifier(table), typed=typed)
    yield _hypertable(table, chunk)
    # Rows arrive in the order of received_at, so a BRIN index finds what came since a mark for next to nothing.
    yield SQL("CREATE INDEX ON {} USING brin (received_at) WITH (pages_per_range = 16, autosummarize = on)").format(
        Identifier(table)
    )


def _hypertable(table: str, chunk: str, by: str = "time") -> Composed:
    return SQL("SELECT create_hypertable({}, by_range({}, {}::interval), create_default_indexes => false)").format(
        SqlLiteral(table), SqlLiteral(by), SqlLiteral(chunk)
    )


def _create_event_table() -> Iterator[Composed]:
    yield SQL(
        "CREATE TABLE event (time timestamptz NOT NULL, appliance_key integer NOT NULL,"
        " received_at timestamptz NOT NULL, seq bigint, code text NOT NULL, active boolean NOT NULL,"
        " UNIQUE (appliance_key, time, code, active))"
    ).format()
    yield _hypertable("event", CYCLE_CHUNK)


def _ensure_hourly(connection: Connection, have: dict[str, set[str]], kind: str) -> list[str]:
    table = hourly_table(kind)
    columns = {name: type_ for name, type_, _ in hourly_columns(kind)}
    if table not in have:
        typed = SQL("").join(SQL(", {} {}").format(Identifier(name), SQL(t)) for name, t in columns.items())
        connection.execute(
            SQL(
                "CREATE TABLE {} (hour timestamptz NOT NULL, appliance_key integer NOT NULL, n bigint NOT NULL{},"
                " UNIQUE (appliance_key, hour))"
            ).format(Identifier(table), typed)
        )
        connection.execute(_hypertable(table, CYCLE_CHUNK, by="hour"))
        return [f"table {table}"]
    missing = [name for name in columns if name not in have[table]]
    for name in missing:
        connection.execute(
            SQL("ALTER TABLE {} ADD COLUMN {} {}").format(Identifier(table), Identifier(name), SQL(columns[name]))
        )
    return [f"column {table}.{name}" for name in missing]
