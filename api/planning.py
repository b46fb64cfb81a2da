"""What a planner does with an order, as one table of actions over the state machine."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, model_validator

from api.fields import Body, Id, Reason
from api.moments import Moment
from api.requests import Answer, Ask, check_version
from domain.errors import BadInput, IllegalMove
from domain.states import ORDER
from store.api_orders import (
    ShownOrder,
    Slot,
    book,
    read_order,
    record_outcomes,
    refuse_second_open_order,
    tasks_of,
)
from store.database import Connection
from store.field_services import tell_services
from store.moves import move
from store.order_edits import pin
from store.reopening import reopen
from store.working_hours import OutsideHours

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
FARTHEST: Final = timedelta(days=366)
"""What a visit may take (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a planner can do: the state it leads to, and the states passed on the way."""

    name: str
    to: str
    summary: str
    reason: str
    via: frozenset[str] = frozenset()
    plain: bool = True
    """Needs nothing but the will to do it."""


def _action(
    name: str, to: str, summary: str, reason: str, via: frozenset[str] = frozenset(), *, plain: bool = True
) -> Action:
    return Action(name=name, to=to, summary=summary, reason=reason, via=via, plain=plain)


ACTIONS: Final = {
    action.name: action
    for action in (
        _action("approve", "approved", "Approve an order", "approved by the planner"),
        _action("decline", "declined", "Decline an order", "declined"),
        _action("offer", "offered", "Offer the visit to the owner", "offered to the owner"),
        _action("confirm", "confirmed", "The owner agrees to a visit", "confirmed by the owner"),
        _action(
            *("schedule", "scheduled", "Agree who comes and when", "scheduled"),
            frozenset({"offered", "confirmed"}),
            plain=False,
        ),
        _action("depart", "en_route", "The technician is on the way", "on the way"),
        _action("arrive", "on_site", "The technician has arrived", "arrived"),
        _action("complete", "completed", "Complete an order", "work done", plain=False),
        _action("cancel", "cancelled", "Cancel an order", "cancelled", plain=False),
        _action("reopen", "reopened", "Open a completed order again", "not solved"),
    )
}


class Scheduling(Body):
    """Who comes, and from when to when."""

    technician_id: Id
    starts: Moment
    ends: Moment
    outside_hours: bool = False
    """Book it although the technician does not work then; needs a reason."""
    reason: Reason | None = None

    @model_validator(mode="after")
    def _said_why(self) -> "Scheduling":
        if self.outside_hours and self.reason is None:
            raise ValueError("outside_hours needs a reason: who agreed to it, and why then")
        return self

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [{"technician_id": "tech-1", "starts": "2025-06-02T08:00:00Z", "ends": "2025-06-02T10:00:00Z"}]
        }
    }


class TaskOutcome(Body):
    """What was found at one task."""

    task_id: UUID
    outcome: Literal["confirmed", "other_fault", "no_fault_found"]


class Completion(Body):
    """What was found, as far as it was said."""

    outcomes: Annotated[list[TaskOutcome], Field(max_length=100)] = Field(default_factory=list)
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one_code_each(self) -> "Completion":
        if len({said.task_id for said in self.outcomes}) < len(self.outcomes):
            raise ValueError("each task has one cause code; name no task twice")
        return self


def with_actions(order: ShownOrder) -> ShownOrder:
    """The order with what can be done with it now."""
    return replace(order, actions=[action.name for action in ACTIONS.values() if _possible(order.state, action)])


def move_order(connection: Connection, ask: Ask, order_id: UUID, action: Action, reason: str) -> Answer:
    """Take one action and answer with the order as it is then."""
    _lock(connection, ask, order_id)
    if action.to == "reopened":
        ORDER.check(read_order(connection, order_id).state, "reopened")
        refuse_second_open_order(connection, order_id)
        reopen(connection, order_id, actor=ask.actor or "planner", reason=reason, at=ask.settings.now(), every=True)
    else:
        _walk(connection, ask, order_id, action, reason)
    return Answer(value=with_actions(read_order(connection, order_id)))


def schedule_order(connection: Connection, ask: Ask, order_id: UUID, asked: Scheduling) -> Answer:
    """Book a slot and walk to scheduled; BadInput or Conflict says what is in the way."""
    now = ask.settings.now()
    action = ACTIONS["schedule"]
    state = _lock(connection, ask, order_id)
    ORDER.path(state, action.to, action.via)  # the state first: a slot for a closed order helps nobody
    if asked.ends <= asked.starts:
        raise BadInput("the visit ends before it starts; ends must be later than starts")
    if not SHORTEST <= asked.ends - asked.starts <= LONGEST:
        raise BadInput("a visit takes from 15 minutes to 24 hours; set ends accordingly")
    if asked.starts <= now:
        raise BadInput(f"the visit would start in the past; choose a time after {now:%Y-%m-%dT%H:%M:%SZ}")
    if asked.starts > now + FARTHEST:
        raise BadInput(f"the visit would be more than {FARTHEST.days} days ahead; look at the year of starts")
    slot = Slot(technician_id=asked.technician_id, starts=asked.starts, ends=asked.ends)
    if state == action.to:  # the old slot is given up first, which is also what the history tells
        _walk(connection, ask, order_id, ACTIONS["confirm"], asked.reason or "moved to another time")
    _book(connection, ask, order_id, slot, asked.reason if asked.outside_hours else None)
    reason = asked.reason or f"{slot.technician_id}, {slot.starts:%Y-%m-%d %H:%M} UTC"
    _walk(connection, ask, order_id, action, reason)
    return Answer(value=with_actions(read_order(connection, order_id)))


def _book(connection: Connection, ask: Ask, order_id: UUID, slot: Slot, on_purpose: str | None) -> None:
    """Book a slot; one that only a person's reason allows is told as a choice of theirs."""
    try:
        book(connection, order_id, slot)
    except OutsideHours:
        if on_purpose is None:
            raise
        book(connection, order_id, slot, outside_hours=True)
        when = f"outside, {slot.technician_id} at {slot.starts:%Y-%m-%d %H:%M} UTC"
        pin(connection, order_id, "hours", when, actor=ask.actor or "planner", why=on_purpose)


def complete_order(connection: Connection, ask: Ask, order_id: UUID, asked: Completion) -> Answer:
    """Complete an order with what was found; BadInput while a task has no cause code."""
    action = ACTIONS["complete"]
    ORDER.check(_lock(connection, ask, order_id), action.to)
    record_outcomes(connection, order_id, {o.task_id: o.outcome for o in asked.outcomes})
    if missing := [task for task in tasks_of(connection, [order_id]) if task.outcome is None]:
        raise BadInput(
            f"no cause code yet for {'; '.join(task.title for task in missing)}: say in outcomes of each task what was "
            f"found, first of task {missing[0].id}"
        )
    _walk(connection, ask, order_id, action, asked.reason or action.reason)
    tell_services(connection, order_id)
    return Answer(value=with_actions(read_order(connection, order_id)))


def _lock(connection: Connection, ask: Ask, order_id: UUID) -> str:
    order = read_order(connection, order_id, lock=True)
    check_version(ask, order.version)
    return order.state


def _walk(connection: Connection, ask: Ask, order_id: UUID, action: Action, reason: str) -> None:
    actor = ask.actor or "planner"
    move(connection, ORDER, order_id, action.to, actor=actor, reason=reason, at=ask.settings.now(), via=action.via)


def _possible(state: str, action: Action) -> bool:
    try:
        ORDER.path(state, action.to, action.via)
    except IllegalMove:
        return False
    return True
