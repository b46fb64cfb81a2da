"""Findings as the detectors and safety rules write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.faults import fault_of
from domain.findings import Evidence, Verdict
from domain.services import PUTS_RIGHT
from domain.signals import Kind
from store.database import Connection
from store.moves import speak_as
from store.sql import queries

_SQL = queries("findings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a verdict did: opened a finding, refreshed it (neither flag), or cleared it."""

    finding_id: UUID
    opened: bool = False
    cleared: bool = False


def evidence_as_json(evidence: Evidence) -> dict[str, Any]:
    """The shape that findings.jsonl and the API share; `since` is RFC 3339."""
    return {
        "signal": evidence.signal,
        "expected": evidence.expected,
        "observed": evidence.observed,
        "unit": evidence.unit,
        "since": evidence.since.isoformat(),
        "note": evidence.note,
        "only_power": evidence.only_power,
    }


def running_faults(connection: Connection, keys: Sequence[int]) -> dict[int, set[str]]:
    """By appliance the faults that are found on it and have not ended; one without any is absent."""
    found: dict[int, set[str]] = {}
    for key, fault in connection.execute(_SQL["running"], {"keys": list(keys)}):
        found.setdefault(key, set()).add(fault)
    return found


def record_verdict(
    connection: Connection,
    appliance_key: int,
    kind: Kind,
    verdict: Verdict,
    raised_at: datetime,
    model_sha256: str | None = None,
) -> Recorded | None:
    """Write a verdict; None if it changes nothing: nothing open to clear, dismissed or worked on not long ago."""
    if not verdict.present:
        row = connection.execute(
            _SQL["clear"], {"appliance_key": appliance_key, "fault": verdict.fault, "at": verdict.at}
        ).fetchone()
        return None if row is None else Recorded(finding_id=row[0], cleared=True)
    fault = fault_of(kind, verdict.fault)
    speak_as(connection, verdict.detector or "detector", verdict.evidence[0].note or fault.title)
    row = connection.execute(
        _SQL["raise"],
        {
            "appliance_key": appliance_key,
            "fault": verdict.fault,
            "urgency": verdict.urgency,
            "probability": verdict.probability,
            "raised_at": raised_at,
            "judged_at": verdict.at,
            "fails_p10": verdict.fails_p10,
            "fails_p50": verdict.fails_p50,
            "fails_p90": verdict.fails_p90,
            "action": fault.action,
            "parts": list(fault.parts),
            "evidence": Jsonb([evidence_as_json(e) for e in verdict.evidence]),
            "detector": verdict.detector,
            "ruled_out": list(verdict.ruled_out),
            "score": verdict.score,
            "model_sha256": model_sha256,
            "rests": timedelta(days=fault.answer_days),
            "put_right_by": [action for action, faults in PUTS_RIGHT.items() if verdict.fault in faults],
        },
    ).fetchone()
    return None if row is None else Recorded(finding_id=row[0], opened=row[1])
