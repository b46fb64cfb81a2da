"""Plans of visits and the board, as the API and the scheduler read and write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.visits import Period
from store.api_rows import row, rows
from store.database import Connection
from store.moves import speak_as
from store.sql import queries

_SQL = queries("visit_plans")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVisit:
    """A booked visit; `id` is its order's."""

    id: UUID
    number: int
    household_id: str
    household_name: str
    state: str
    urgency: str
    technician_id: str | None
    outlet_id: str | None
    starts: datetime
    ends: datetime
    locked: bool
    due_by: datetime | None
    version: int
    latitude: float | None
    longitude: float | None
    work: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """What a plan says about one order; without a technician it is left out, and `why` says why.

    `touch`: kept, new, technician (another one at the agreed time), time, lost (nobody can come), left_out.
    `changed`: the order is not what it was when the plan was made.
    """

    id: UUID
    number: int
    household_id: str
    household_name: str
    state: str
    urgency: str
    order_version: int
    touch: str
    technician_id: str | None
    starts: datetime | None
    ends: datetime | None
    travel_s: int
    extra_s: int
    late: bool
    needs_owner: bool
    reason: str | None
    why: str
    latitude: float | None
    longitude: float | None
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """A plan of visits; `progress` are steps of seconds, iteration and best cost so far."""

    id: UUID
    number: int
    kind: str
    state: str
    starts: datetime
    ends: datetime
    settings: dict[str, Any]
    figures: dict[str, Any]
    progress: list[Any]
    breaks: list[Any]
    explanation: str
    made_by: str
    made_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    version: int
    visits: list[PlanLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line of a plan to be written; see PlanLine."""

    order_id: str
    order_version: int
    touch: str
    why: str
    technician_id: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    travel_s: int = 0
    extra_s: int = 0
    late: bool = False
    needs_owner: bool = False
    reason: str | None = None


def add_plan(
    connection: Connection, kind: str, state: str, period: Period, settings: Mapping[str, Any], *, by: str, at: datetime
) -> UUID:
    """Begin a plan; its id."""
    values = {"kind": kind, "state": state, "starts": period.starts, "ends": period.ends}
    made = connection.execute(
        _SQL["add"], {**values, "settings": Jsonb(dict(settings)), "made_by": by, "made_at": at}
    ).fetchone()
    assert made is not None  # RETURNING of an INSERT of one row
    return UUID(str(made[0]))


def take_request(connection: Connection) -> UUID | None:
    """The oldest plan that somebody asked for, now marked as being made."""
    found = connection.execute(_SQL["take_request"]).fetchone()
    return None if found is None else UUID(str(found[0]))


def last_digest(connection: Connection) -> tuple[str, datetime] | None:
    """What the newest plan of days was made from, and when."""
    found = connection.execute(_SQL["last_digest"]).fetchone()
    return None if found is None else (found[0], found[1])


def tell_progress(connection: Connection, plan_id: UUID, steps: Sequence[Sequence[float]]) -> None:
    """Add steps of seconds, iteration and best cost."""
    connection.execute(_SQL["tell_progress"], {"id": plan_id, "step": Jsonb([list(step) for step in steps])})


def write_lines(
    connection: Connection,
    plan_id: UUID,
    period: Period,
    lines: Sequence[NewLine],
    *,
    explanation: str,
    digest: str = "",
    figures: Mapping[str, Any] | None = None,
    breaks: Sequence[Mapping[str, Any]] = (),
    state: str = "draft",
) -> None:
    """Write what a plan says; as a draft of days it takes the place of older drafts."""
    values = {"starts": period.starts, "ends": period.ends, "digest": digest, "explanation": explanation}
    connection.execute(
        _SQL["write"],
        {**values, "id": plan_id, "state": state, "figures": Jsonb(dict(figures or {})), "breaks": Jsonb(list(breaks))},
    )
    connection.execute(_SQL["forget_visits"], {"id": plan_id})
    for line in lines:
        connection.execute(
            _SQL["add_visit"], {"plan_id": plan_id, **{name: getattr(line, name) for name in NewLine.__slots__}}
        )


def discard_older_drafts(connection: Connection, plan_id: UUID) -> None:
    """A new draft of the days takes the place of those before."""
    connection.execute(_SQL["discard_older"], {"id": plan_id})


def lock_plan(connection: Connection, plan_id: UUID) -> tuple[str, int]:
    """State and version of a plan, locked until commit; NotFound."""
    found = connection.execute(_SQL["lock"], {"id": plan_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no plan {plan_id}; see GET /api/v1/visits/plans")
    return found[0], found[1]


def read_plan(connection: Connection, plan_id: UUID) -> ShownPlan:
    """A plan with all its lines; NotFound."""
    found = row(connection, ShownPlan, _SQL["one"], {"id": plan_id})
    if found is None:
        raise NotFound(f"there is no plan {plan_id}; see GET /api/v1/visits/plans")
    return replace(found, visits=rows(connection, PlanLine, _SQL["visits"], {"id": plan_id}))


def list_plans(connection: Connection, after: int | None, limit: int) -> list[ShownPlan]:
    """Plans without their lines, newest first, from after number `after`."""
    return rows(connection, ShownPlan, _SQL["page"], {"after": after, "limit": limit})


def newest_plan(connection: Connection) -> ShownPlan | None:
    """The draft of the coming days, or the one being made."""
    found = connection.execute(_SQL["newest_draft"]).fetchone()
    return None if found is None else read_plan(connection, UUID(str(found[0])))


def mark_accepted(connection: Connection, plan_id: UUID, actor: str, at: datetime) -> None:
    """A planner said yes."""
    connection.execute(_SQL["accept"], {"id": plan_id, "actor": actor, "at": at})


def mark_failed(connection: Connection, plan_id: UUID, why: str) -> None:
    """It could not be made; nobody tries this one again."""
    connection.execute(_SQL["fail"], {"id": plan_id, "why": why})


def mark_discarded(connection: Connection, plan_id: UUID) -> None:
    """A planner said no."""
    connection.execute(_SQL["discard"], {"id": plan_id})


def list_visits(
    connection: Connection,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    period: tuple[datetime | None, datetime | None] = (None, None),
    technician: str | None = None,
    outlet: str | None = None,
) -> list[ShownVisit]:
    """Booked visits in order of time, from after that time and id."""
    at, after_id = after or (None, None)
    values: dict[str, Any] = {"from": period[0], "to": period[1], "technician": technician, "outlet": outlet}
    return rows(
        connection, ShownVisit, _SQL["booked_page"], {**values, "after": at, "after_id": after_id, "limit": limit}
    )


def set_lock(connection: Connection, order_id: UUID, locked: bool, *, actor: str, reason: str) -> None:
    """Lock or release the technician of an order; kept in its history."""
    connection.execute(_SQL["set_lock"], {"id": order_id, "locked": locked})
    note(connection, order_id, actor=actor, reason=reason)


def note(connection: Connection, order_id: UUID, *, actor: str, reason: str) -> None:
    """Write into an order's history what changed without a change of state."""
    connection.execute(_SQL["note"], {"id": order_id, "actor": actor, "reason": reason})


def set_visit_end(connection: Connection, order_id: UUID, ends: datetime) -> None:
    """When a visit is now expected to be over."""
    connection.execute(_SQL["set_slot"], {"id": order_id, "ends": ends})


def give_up_slot(
    connection: Connection, order_id: UUID, about: str, *, actor: str, at: datetime, answer: timedelta
) -> None:
    """Take the time off an order and have somebody call its owner within `answer`."""
    connection.execute(_SQL["clear_slot"], {"id": order_id})
    speak_as(connection, actor, about)
    connection.execute(_SQL["add_call"], {"id": order_id, "at": at, "due_at": at + answer, "about": about})
