"""Opinions and ratings of owners; states are changed with store.moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import BadInput, NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("opinions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What an owner said, and what became of it; `overdue`: the answer is due and not given."""

    id: UUID
    number: int
    state: str
    kind: str
    channel: str
    household_id: str
    order_id: UUID | None
    appliance_id: str | None
    text: str
    recorded_at: datetime
    answer_by: datetime
    overdue: bool
    answer: str | None
    answered_at: datetime | None
    content: bool | None
    verified_how: str | None
    node: str | None
    fed_back: str | None
    case_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The owner's stars for a finished order, 1 to 5."""

    order_id: UUID
    stars: int
    channel: str
    said_at: datetime
    opinion_id: UUID | None


def list_opinions(
    connection: Connection,
    after: int | None,
    limit: int,
    *,
    now: datetime,
    states: Sequence[str] | None,
    kinds: Sequence[str] | None,
    household: str | None,
    overdue: bool,
) -> list[Opinion]:
    """Opinions, newest first, from after number `after`."""
    params = {
        "after": after,
        "limit": limit,
        "now": now,
        "states": states,
        "kinds": kinds,
        "household": household,
        "overdue": overdue,
    }
    return rows(connection, Opinion, _SQL["page"], params)


def read_opinion(connection: Connection, opinion_id: UUID, now: datetime) -> Opinion:
    """One opinion; NotFound."""
    found = row(connection, Opinion, _SQL["one"], {"id": opinion_id, "now": now})
    if found is None:
        raise NotFound(f"there is no opinion {opinion_id}")
    return found


def add_opinion(connection: Connection, values: Mapping[str, Any]) -> UUID:
    """Record an opinion of an existing home; BadInput if its order or appliance is not that home's."""
    found = connection.execute(_SQL["belongs"], values).fetchone()
    for belongs, what in zip(found or (), ("order_id", "appliance_id"), strict=True):
        if not belongs:
            raise BadInput(f"{what} {values[what]} does not belong to household {values['household_id']}")
    added = connection.execute(_SQL["add"], values).fetchone()
    assert added is not None, "an INSERT with RETURNING answers"
    return UUID(str(added[0]))


def record_answer(connection: Connection, opinion_id: UUID, answer: str, at: datetime) -> None:
    """What the owner was told, or what was done."""
    connection.execute(_SQL["answer"], {"id": opinion_id, "answer": answer, "at": at})


def record_verification(
    connection: Connection, opinion_id: UUID, *, content: bool, how: str, answer_by: datetime
) -> None:
    """Whether the owner was content; if not, a new answer is due by `answer_by`."""
    connection.execute(_SQL["verify"], {"id": opinion_id, "content": content, "how": how, "answer_by": answer_by})


def record_feedback(connection: Connection, opinion_id: UUID, node: str, what: str, case_id: UUID | None) -> None:
    """Which node heard of it, and what for."""
    connection.execute(_SQL["feed_back"], {"id": opinion_id, "node": node, "what": what, "case_id": case_id})


def same_comment(connection: Connection, order_id: UUID, text: str) -> UUID | None:
    """The opinion that was recorded with the order's rating in the same words; None if there is none."""
    found = connection.execute(_SQL["same_comment"], {"order_id": order_id, "text": text}).fetchone()
    return None if found is None else UUID(str(found[0]))


def rate_order(
    connection: Connection, order_id: UUID, stars: int, channel: str, at: datetime, opinion_id: UUID | None
) -> Rating:
    """Keep the owner's stars; saying it again corrects them."""
    values = {"order_id": order_id, "stars": stars, "channel": channel, "said_at": at, "opinion_id": opinion_id}
    connection.execute(_SQL["rate"], values)
    found = row(connection, Rating, _SQL["rating"], {"order_id": order_id})
    assert found is not None, "it was just written"
    return found
