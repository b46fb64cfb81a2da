"""Breakdowns that people tell of: a finding like any other, urgent, and ended by the finished work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.faults import BREAKDOWN, Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from store.api_households import require_household
from store.api_rows import rows
from store.database import Connection
from store.findings import record_verdict
from store.sql import queries

_SQL = queries("breakdowns")
UNSAID: Final = "it does not work"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesThing:
    """An appliance of a home as its owner is asked about it."""

    id: str
    kind: str
    room: str | None
    model: str
    language: str
    broken: bool
    findings: Sequence[Sequence[str]]
    """Fault and urgency of everything that is open."""


def things_of(connection: Connection, household_id: str) -> list[HomesThing]:
    """Everything in a home; NotFound."""
    require_household(connection, household_id)
    return rows(connection, HomesThing, _SQL["things"], {"household_id": household_id, "fault": BREAKDOWN})


def report_breakdown(connection: Connection, appliance_id: str, text: str, channel: str, now: datetime) -> UUID:
    """Somebody says by `channel` that an appliance does not work; the finding, new or told of again.

    NotFound, or Conflict for a device that nobody has claimed yet.
    """
    row = connection.execute(_SQL["appliance"], {"id": appliance_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no appliance {appliance_id}")
    key, kind, claimed = row
    if not claimed:
        raise Conflict(f"appliance {appliance_id} is unclaimed; claim it first, so that it is known where it stands")
    evidence = Evidence(signal="told", expected=None, observed=None, unit="", since=now, note=text.strip() or UNSAID)
    verdict = Verdict(
        fault=BREAKDOWN,
        present=True,
        at=now,
        probability=1.0,
        urgency=Urgency.URGENT,
        evidence=(evidence,),
        detector=f"told by {channel}",
    )
    recorded = record_verdict(connection, key, Kind(kind), verdict, now)
    assert recorded is not None, "what is urgent is never held back"
    return recorded.finding_id


def end_repaired(connection: Connection) -> int:
    """End the breakdowns whose visit was made: no signal of theirs could, so the finished work does; how many."""
    return connection.execute(_SQL["end_repaired"], {"fault": BREAKDOWN}).rowcount
