"""What became of findings: the raw material of labels."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.labels import Label, Told, label_of
from store.database import Connection
from store.sql import queries

_SQL = queries("models")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidFinding:
    """A finding that people were told, and its label as far as there is one."""

    appliance_key: int
    kind: str
    fault: str
    urgency: str
    raised_at: datetime
    judged_at: datetime
    cleared_at: datetime | None
    probability: float
    score: float | None
    detector: str
    model_sha256: str | None
    completed_at: datetime | None
    """When the order was completed, if there was one."""
    label: Label | None


def said_since(connection: Connection, since: datetime) -> list[SaidFinding]:
    """Findings raised since then, oldest first."""
    return [
        SaidFinding(
            appliance_key=key, kind=kind, fault=fault, urgency=urgency, raised_at=raised, judged_at=judged,
            cleared_at=cleared, probability=probability, score=score, detector=detector, model_sha256=sha256,
            completed_at=completed,
            label=label_of(Told(finding=state, reminder=reminder, declined=declined, outcome=outcome, order=order)),
        )
        for key, kind, fault, urgency, raised, judged, cleared, state, probability, score, detector, sha256, reminder,
            outcome, order, completed, declined
        in connection.execute(_SQL["said"], {"since": since}).fetchall()
    ]  # fmt: skip


def judged_months(connection: Connection, since: datetime) -> float:
    """Appliance-months since then in which appliances were judged."""
    row = connection.execute(_SQL["judged_months"], {"since": since}).fetchone()
    assert row is not None  # a sum always has a row
    return float(row[0])


def in_shadow_since(connection: Connection, model_id: UUID) -> datetime | None:
    """When a model last began to judge in the shadow; None if it never did."""
    row = connection.execute(_SQL["shadow_since"], {"id": model_id}).fetchone()
    return None if row is None else row[0]
