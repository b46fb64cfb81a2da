"""What an electrical health report rests on: a home's circuits over their last days, and the newest checklist."""

from collections.abc import Mapping
from typing import Any

from domain.electrical_items import Checklist, CircuitMonth
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("electrical")
FIRST_DAYS = 14
"""Days of readings that say how a circuit's contacts were at first, and since they were last tightened (E)."""


def read_circuits(connection: Connection, household_id: str, days: int) -> list[CircuitMonth]:
    """Each circuit of a home with what its hourly roll-ups of the last `days` days show, by id."""
    asked = {"household_id": household_id, "days": days, "first_days": FIRST_DAYS}
    return rows(connection, CircuitMonth, _SQL["circuits"], asked)


def read_checklist(connection: Connection, household_id: str) -> Checklist | None:
    """The newest electrician's check of a home, or None."""
    return row(connection, Checklist, _SQL["newest_check"], {"household_id": household_id})


def add_checklist(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a check; earlier ones stay."""
    connection.execute(_SQL["add_check"], values)
