"""Service orders: the planner's list and what a planner does with them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.fields import KINDS, Because, Note, choice_query, chosen
from api.order_edits import Merge, Override, Split, merge, override_order, split
from api.paging import Page, Paging, after_number, page, paging
from api.planning import (
    ACTIONS,
    Action,
    Completion,
    Scheduling,
    complete_order,
    move_order,
    schedule_order,
    with_actions,
)
from api.requests import Ask, changing, entity_id, reading
from domain.faults import FAULTS, Urgency
from domain.states import ORDER
from store.api_orders import ShownOrder, list_orders, read_order

router = APIRouter(prefix="/orders", tags=["orders"])
StateFilter = choice_query(ORDER.moves, "State")
UrgencyFilter = choice_query((str(u) for u in Urgency), "Urgency")
FaultFilter = choice_query({code for _, code in FAULTS}, "Fault of a task")
KindFilter = choice_query(KINDS, "Kind of appliance of a task")


@router.get("", summary="List orders", response_model=Page[ShownOrder])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
    urgency: UrgencyFilter = None,  # type: ignore[valid-type]
    fault: FaultFilter = None,  # type: ignore[valid-type]
    kind: KindFilter = None,  # type: ignore[valid-type]
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    technician: Annotated[str | None, Query(description="Only of this technician.")] = None,
) -> Response:
    """Orders with tasks, evidence and what can be done now, newest first."""
    return reading(
        ask,
        lambda c: page(
            paged,
            [
                with_actions(order)
                for order in list_orders(
                    c,
                    after_number(paged),
                    paged.limit + 1,
                    states=chosen(state),
                    urgencies=chosen(urgency),
                    faults=chosen(fault),
                    kinds=chosen(kind),
                    household=household,
                    technician=technician,
                )
            ],
            lambda o: (o.number,),
        ),
    )


@router.get("/{order_id}", summary="Read an order", response_model=ShownOrder)
def read(ask: Ask, order_id: str) -> Response:
    """One order with tasks, evidence, history (who, when, why) and what can be done now."""
    return reading(ask, lambda c: with_actions(read_order(c, entity_id(order_id, "order"))))


@router.patch("/{order_id}", summary="Overrule what was chosen for an order", response_model=ShownOrder)
def override(ask: Ask, order_id: str, body: Override) -> Response:
    """Set how pressing it is, its date, outlet or technician, with a reason. The scheduler leaves it so from then on.
    Needs If-Match."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: override_order(c, ask, order, body))


@router.post("/{order_id}/split", summary="Part tasks from an order", status_code=201, response_model=ShownOrder)
def part(ask: Ask, order_id: str, body: Split) -> Response:
    """Some tasks become an order of their own, proposed anew; answers with that one. Needs If-Match."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: split(c, ask, order, body))


@router.post("/{order_id}/merge", summary="Take another order of the home into this one", response_model=ShownOrder)
def take_in(ask: Ask, order_id: str, body: Merge) -> Response:
    """The other order's tasks move here and it is cancelled, saying where they are. Needs If-Match for this order."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: merge(c, ask, order, body))


@router.post("/{order_id}/schedule", summary="Agree who comes and when", response_model=ShownOrder)
def schedule(ask: Ask, order_id: str, body: Scheduling) -> Response:
    """Book a technician and a time. From approved on, the offer and the owner's yes are recorded as steps of their
    own; a scheduled order is moved to the new time."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: schedule_order(c, ask, order, body))


@router.post("/{order_id}/complete", summary="Complete an order", response_model=ShownOrder)
def complete(ask: Ask, order_id: str, body: Completion | None = None) -> Response:
    """The work is done, and each task has its one cause code. The next telemetry verifies it."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: complete_order(c, ask, order, body or Completion()))


@router.post("/{order_id}/cancel", summary="Cancel an order", response_model=ShownOrder)
def cancel(ask: Ask, order_id: str, body: Because) -> Response:
    """Call the order off; the reason is kept."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: move_order(c, ask, order, ACTIONS["cancel"], body.reason))


def _add_plain(action: Action) -> None:
    def act(ask: Ask, order_id: str, body: Note | None = None) -> Response:
        order = entity_id(order_id, "order")
        reason = (body and body.reason) or action.reason
        return changing(ask, lambda c: move_order(c, ask, order, action, reason))

    router.add_api_route(
        f"/{{order_id}}/{action.name}",
        act,
        methods=["POST"],
        summary=action.summary,
        description=f"The order becomes {action.to}.",
        name=action.name,
        response_model=ShownOrder,
    )


for plain in (a for a in ACTIONS.values() if a.plain):
    _add_plain(plain)
