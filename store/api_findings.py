"""Findings as the API reads them; their states are changed with store.moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from domain.errors import NotFound
from domain.faults import fault_of
from domain.signals import Kind
from domain.states import FINDING
from store.api_evidence import ShownEvidence, read_evidence
from store.api_locks import lock_entity
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_findings")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """What the system says about an appliance; the fields of a findings file, with where it stands."""

    id: UUID
    appliance_id: str
    kind: str | None
    household_id: str | None
    fault: str
    title: str = ""
    advice: str = ""
    state: str
    urgency: str
    probability: float
    raised_at: datetime
    judged_at: datetime
    cleared_at: datetime | None
    fails_p10: datetime | None
    fails_p50: datetime | None
    fails_p90: datetime | None
    action: str
    parts: list[str]
    evidence: list[ShownEvidence]
    detector: str
    dismissed_for: str | None
    version: int
    decision: str | None
    """What is done about it (None: not decided yet); the other options are under `/findings/{id}/decision`."""
    decision_reason: str | None
    ruled_out: list[str]
    """What else it could have been and why it is not."""
    remote_step: str = ""
    """What the owner can be led through before somebody comes."""


def list_findings(
    connection: Connection,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    states: Sequence[str] | None = None,
    urgencies: Sequence[str] | None = None,
    faults: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    household: str | None = None,
    appliance: str | None = None,
) -> list[ShownFinding]:
    """Findings, newest first, from after the one raised at `after[0]` with id `after[1]`."""
    after_at, after_id = after or (None, None)
    params = {
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit,
        "states": states,
        "urgencies": urgencies,
        "faults": faults,
        "kinds": kinds,
        "household": household,
        "appliance": appliance,
    }
    return [_in_words(found) for found in rows(connection, ShownFinding, _SQL["page"], params)]


def read_finding(connection: Connection, finding_id: UUID, *, lock: bool = False) -> ShownFinding:
    """One finding, locked until commit if `lock`; NotFound."""
    if lock:
        lock_entity(connection, FINDING, finding_id)
    found = row(connection, ShownFinding, _SQL["one"], {"id": finding_id})
    if found is None:
        raise NotFound(f"there is no finding {finding_id}")
    return _in_words(found)


def chart_facts(connection: Connection, finding_id: UUID) -> tuple[int, str | None]:
    """Key and kind of the finding's appliance, for the picture of its daily indices; NotFound."""
    found = connection.execute(_SQL["chart_facts"], {"id": finding_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no finding {finding_id}")
    return found[0], found[1]


def words_for(kind: str | None, fault: str) -> tuple[str, str]:
    """Title and advice for the owner; a fault that the catalogue does not know is called by its code."""
    try:
        known = fault_of(None if kind is None else Kind(kind), fault)
    except KeyError:
        return fault.replace("_", " ").capitalize(), ""
    return known.title, known.advice


def _in_words(found: ShownFinding) -> ShownFinding:
    title, advice = words_for(found.kind, found.fault)
    stored = cast("list[dict[str, Any]]", found.evidence)
    return replace(
        found,
        title=title,
        advice=advice,
        evidence=read_evidence(stored),
        remote_step=_remote_step(found.kind, found.fault),
    )


def _remote_step(kind: str | None, fault: str) -> str:
    try:
        return fault_of(None if kind is None else Kind(kind), fault).remote_step
    except KeyError:
        return ""
