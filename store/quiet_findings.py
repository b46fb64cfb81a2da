"""What models say that nobody is told of: challengers in the shadow, and the watch for the unknown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import Conflict, NotFound
from domain.findings import Verdict
from store.api_rows import rows
from store.database import Connection
from store.findings import evidence_as_json
from store.sql import queries

_SQL = queries("models")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietFinding:
    """A finding of a model in the shadow."""

    appliance_key: int
    fault: str
    urgency: str
    raised_at: datetime
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A unit that is unlike anything healthy, without a name for it."""

    id: UUID
    model_sha256: str
    appliance_id: str
    kind: str
    fault: str
    probability: float
    raised_at: datetime
    judged_at: datetime
    cleared_at: datetime | None
    evidence: list[dict[str, Any]]
    reviewed_at: datetime | None
    reviewed_by: str | None
    review: str | None


def record_quietly(
    connection: Connection, appliance_key: int, verdict: Verdict, model_sha256: str, raised_at: datetime
) -> None:
    """Write a verdict where nothing acts on it."""
    key = {"model_sha256": model_sha256, "appliance_key": appliance_key, "fault": verdict.fault}
    if not verdict.present:
        connection.execute(_SQL["clear_quiet"], {**key, "at": verdict.at})
        return
    connection.execute(
        _SQL["raise_quiet"],
        {
            **key,
            "urgency": verdict.urgency,
            "probability": verdict.probability,
            "raised_at": raised_at,
            "judged_at": verdict.at,
            "evidence": Jsonb([evidence_as_json(one) for one in verdict.evidence]),
            "detector": verdict.detector,
        },
    )


def read_reviews(
    connection: Connection,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 200,
    reviewed: bool | None = None,
) -> list[ReviewItem]:
    """What waits for a reviewer, or was `reviewed`, newest first."""
    after_at, after_id = after or (None, None)
    values = {"after_at": after_at, "after_id": after_id, "limit": limit, "reviewed": reviewed}
    return rows(connection, ReviewItem, _SQL["reviews"], values)


def settle_review(connection: Connection, review_id: UUID, said: str, *, actor: str, at: datetime) -> None:
    """Keep what somebody found who looked into it; NotFound, or Conflict if somebody had before."""
    values = {"id": review_id, "said": said, "actor": actor, "at": at}
    if connection.execute(_SQL["review"], values).fetchone() is not None:
        return
    found = connection.execute(_SQL["reviewed"], {"id": review_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no review {review_id}")
    raise Conflict(f"{found[0]} has looked into it already, at {found[1]:%Y-%m-%d %H:%M} UTC")


def said_quietly(connection: Connection, model_sha256: str, since: datetime) -> list[QuietFinding]:
    """What a challenger said since then."""
    return rows(connection, QuietFinding, _SQL["quiet_of"], {"model_sha256": model_sha256, "since": since})
