"""Cycles and events of an appliance, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from store.api_appliances import Located
from store.api_rows import rows
from store.database import Connection
from store.signal_tables import cycle_signals, cycle_table
from store.sql import queries

_SQL = queries("api_telemetry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The summary of one finished cycle, stamped at its end."""

    time: datetime
    received_at: datetime
    seq: int | None
    values: dict[str, Any]
    notes: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An edge of a condition that the appliance itself reports."""

    time: datetime
    received_at: datetime
    seq: int | None
    code: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of data time, open where None."""

    start: datetime | None
    end: datetime | None


def list_cycles(
    connection: Connection, located: Located, span: Span, before: datetime | None, limit: int
) -> list[Cycle]:
    """Cycles of an appliance, newest first, from before `before`."""
    names = [signal.name for signal in cycle_signals(located.kind)]
    # A kind without cycle signals of its own has none to name.
    columns = SQL(", ").join([*map(Identifier, names), SQL("true")])
    statement = SQL(_SQL["cycles"]).format(cycles=Identifier(cycle_table(located.kind)), columns=columns)
    params = {"key": located.key, "before": before, "limit": limit, "from": span.start, "to": span.end}
    with connection.cursor(row_factory=dict_row) as cursor:
        return [
            Cycle(
                time=row["time"],
                received_at=row["received_at"],
                seq=row["seq"],
                values={n: row[n] for n in names if row[n] is not None} | (row["extra"] or {}),
                notes=row["notes"],
            )
            for row in cursor.execute(statement, params)
        ]


def list_events(
    connection: Connection, located: Located, span: Span, before: tuple[datetime, str, bool] | None, limit: int
) -> list[Event]:
    """Events of an appliance, newest first, from before the one named."""
    at, code, active = before or (None, None, None)
    params = {"key": located.key, "before": at, "code": code, "active": active, "limit": limit}
    return rows(connection, Event, _SQL["events"], {**params, "from": span.start, "to": span.end})
