"""What the screen of each appliance should show, against what it shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.faults import Fault, Urgency, fault_of
from domain.findings import Evidence
from domain.signals import Kind
from store.care import evidence_of, zone_of
from store.database import Connection
from store.sql import queries

_SQL = queries("care_notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """The finding that an appliance's screen should show."""

    finding_id: UUID
    fault: Fault
    urgency: Urgency
    evidence: tuple[Evidence, ...]
    raised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDue:
    """An appliance whose screen has to change; `showing` None clears it."""

    appliance_key: int
    appliance_id: str
    kind: Kind
    showing: Showing | None
    zone: ZoneInfo
    language: str


def notices_due(connection: Connection) -> list[NoticeDue]:
    """Every appliance whose screen should show something else than it does."""
    found = []
    for (
        key,
        appliance_id,
        kind,
        finding_id,
        fault,
        urgency,
        evidence,
        raised_at,
        timezone,
        language,
    ) in connection.execute(_SQL["due"]).fetchall():
        showing = None
        if finding_id is not None:
            showing = Showing(
                finding_id=finding_id,
                fault=fault_of(Kind(kind), fault),
                urgency=Urgency(urgency),
                evidence=evidence_of(evidence),
                raised_at=raised_at,
            )
        found.append(
            NoticeDue(
                appliance_key=key,
                appliance_id=appliance_id,
                kind=Kind(kind),
                showing=showing,
                zone=zone_of(timezone),
                language=language,
            )
        )
    return found


def show(connection: Connection, due: NoticeDue, now: datetime) -> bool:
    """Record that the screen shows this from now on; False if it does already."""
    row = connection.execute(
        _SQL["show"],
        {
            "appliance_key": due.appliance_key,
            "finding_id": None if due.showing is None else due.showing.finding_id,
            "urgency": None if due.showing is None else due.showing.urgency,
            "now": now,
        },
    ).fetchone()
    return row is not None
