"""What a planner changes of an order beside its state: how pressing, who and where, which tasks."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, model_validator

from api.fields import Body, Id, Reason
from api.moments import Moment
from api.planning import FARTHEST, with_actions
from api.requests import Answer, Ask, check_version
from domain.errors import BadInput, Conflict
from domain.states import ORDER
from store.api_orders import ShownOrder, read_order
from store.database import Connection
from store.order_edits import choose, merge_orders, split_order

MAY_CHANGE: Final = ORDER.open_states - {"en_route", "on_site"}
"""While somebody is on the way, what they set out for stays; merging into it is still possible."""


class Override(Body):
    """What a person chooses instead of the scheduler, and why; what is left out stays as it is."""

    urgency: Literal["urgent", "visit"] | None = None
    due_by: Moment | None = None
    outlet_id: Id | None = None
    technician_id: Id | None = None
    reason: Reason

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [{"urgency": "urgent", "due_by": "2025-06-03T18:00:00Z", "reason": "small children at home"}]
        }
    }

    @model_validator(mode="after")
    def _something(self) -> "Override":
        if not self.model_fields_set - {"reason"}:
            raise ValueError("say at least one of urgency, due_by, outlet_id, technician_id")
        for name in ("urgency", "due_by", "outlet_id"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be emptied; leave it out to keep it")
        return self


class Split(Body):
    """Which tasks become an order of their own, and why."""

    task_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    reason: Reason


class Merge(Body):
    """Which order of the same home is taken into this one, in the version that was read, and why."""

    order_id: UUID
    version: int | None = None
    """Of the other order; refused with 409 if it was changed meanwhile."""
    reason: Reason


def override_order(connection: Connection, ask: Ask, order_id: UUID, asked: Override) -> Answer:
    """Write what a person chose; needs If-Match."""
    order = _locked(connection, ask, order_id)
    _refuse_unless_changeable(order, MAY_CHANGE)
    values = {name: getattr(asked, name) for name in sorted(asked.model_fields_set - {"reason"})}
    now = ask.settings.now()
    if asked.due_by is not None and asked.due_by <= now:
        raise BadInput(f"due_by lies in the past; choose a time after {now:%Y-%m-%dT%H:%M:%SZ}")
    if asked.due_by is not None and asked.due_by > now + FARTHEST:
        raise BadInput(f"due_by is more than {FARTHEST.days} days ahead; look at its year")
    if order.visit_starts is not None and order.state == "scheduled" and values.keys() & {"outlet_id", "technician_id"}:
        raise Conflict("a visit is booked; use schedule to send somebody else")
    choose(connection, order, values, actor=ask.actor or "planner", why=asked.reason)
    return Answer(value=with_actions(read_order(connection, order_id)))


def split(connection: Connection, ask: Ask, order_id: UUID, asked: Split) -> Answer:
    """Part tasks from the order; needs If-Match; answers with the new order."""
    order = _locked(connection, ask, order_id)
    _refuse_unless_changeable(order, MAY_CHANGE)
    new = split_order(connection, order, asked.task_ids, actor=ask.actor or "planner", why=asked.reason)
    headers = {"Location": f"/api/v1/orders/{new}"}
    return Answer(value=with_actions(read_order(connection, new)), status=201, headers=headers)


def merge(connection: Connection, ask: Ask, order_id: UUID, asked: Merge) -> Answer:
    """Take another order of the home into this one; needs If-Match for this one."""
    first, second = sorted(
        (order_id, asked.order_id)
    )  # always in this order, so that two merges cannot block each other
    for one in (first, second):
        read_order(connection, one, lock=True)
    order, other = _locked(connection, ask, order_id), read_order(connection, asked.order_id)
    _refuse_unless_changeable(order, ORDER.open_states)
    _refuse_unless_changeable(other, MAY_CHANGE)
    if asked.version is not None and asked.version != other.version:
        raise Conflict(f"order {other.number} was changed meanwhile and is version {other.version} now; read it again")
    merge_orders(connection, order, other, actor=ask.actor or "planner", why=asked.reason, at=ask.settings.now())
    return Answer(value=with_actions(read_order(connection, order_id)))


def _locked(connection: Connection, ask: Ask, order_id: UUID) -> ShownOrder:
    order = read_order(connection, order_id, lock=True)
    check_version(ask, order.version, required=True)
    return order


def _refuse_unless_changeable(order: ShownOrder, states: frozenset[str]) -> None:
    if order.state not in states:
        raise Conflict(f"order {order.number} is {order.state}; this is possible while {', '.join(sorted(states))}")
