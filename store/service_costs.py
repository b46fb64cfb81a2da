"""Findings with their outcomes, and what was done: the rows that precision, notice and costs are added up from."""

from dataclasses import fields
from datetime import datetime
from typing import Final

from psycopg.rows import dict_row

from domain.service_record import Done, FindingRecord, LedgerRow, Placed
from store.api_rows import rows
from store.database import Connection
from store.sql import queries

_SQL = queries("service_costs")
_PLACE: Final = tuple(field.name for field in fields(Placed))
NO_FAILURES_AHEAD: Final = ("food_at_risk", "flood", "overheat_trips", "breakdown", "campaign_check")
"""Findings whose visit prevents no failure: it has happened already (quality.omissions), or none was expected."""


def read_finding_records(connection: Connection, since: datetime, until: datetime) -> list[FindingRecord]:
    """Every finding raised between two moments, by kind, fault and detector."""
    return rows(connection, FindingRecord, _SQL["findings"], {"since": since, "until": until})


def read_ledger(connection: Connection, since: datetime, until: datetime) -> list[LedgerRow]:
    """What was done between two moments; the rows add up to the whole."""
    values = {"since": since, "until": until, "no_failures_ahead": list(NO_FAILURES_AHEAD)}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_SQL["ledger"], values).fetchall()
    return [LedgerRow(**{name: row.pop(name) for name in _PLACE}, done=Done(**row)) for row in found]
