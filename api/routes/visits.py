"""Visits: the board, plans of the coming days, and what a planner does when the day goes otherwise."""

from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.dispatching import Accepted, accept_plan, plan_emergency, plan_overrun
from api.fields import Body, Note, Reason
from api.listing import listing
from api.moments import Moment
from api.paging import Page, Paging, after_number, after_time_and_id, paging, time_key
from api.planning import with_actions
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from dispatch.days import DaysParams
from dispatch.problem import PlanParams
from domain.errors import BadInput, Conflict
from domain.states import ORDER
from domain.visits import Period
from store.api_orders import ShownOrder, read_order
from store.broken_promises import excuse
from store.database import Connection
from store.moves import move
from store.visit_board import Board, read_board
from store.visit_plans import (
    ShownPlan,
    ShownVisit,
    add_plan,
    give_up_slot,
    list_plans,
    list_visits,
    lock_plan,
    mark_discarded,
    read_plan,
    set_lock,
)

router = APIRouter(prefix="/visits", tags=["visits"])

CALL_AFTER_NO_SHOW = timedelta(hours=24)
"""How soon an owner who was not at home is called (E)."""


class PlanRequest(Body):
    """What to plan; everything may be left out."""

    days: Annotated[int, Field(ge=1, le=14)] = 3
    seconds: Annotated[float, Field(ge=0.1, le=600)] = 60.0
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1


class PlanAcceptance(Body):
    """Which orders of the plan to schedule (all if left out), and whose owners said yes to a new time."""

    orders: Annotated[list[UUID], Field(max_length=2_000)] | None = None
    agreed: Annotated[list[UUID], Field(max_length=2_000)] = Field(default_factory=list)


class Pin(Body):
    """Lock the technician of a visit, or release it again."""

    locked: bool = True
    reason: Reason | None = None


class Emergency(Body):
    """The order that cannot wait."""

    order_id: UUID


class Overrun(Body):
    """When the visit under way is expected to be over."""

    ends: Moment


@router.get("", summary="List visits", response_model=Page[ShownVisit])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    from_: Annotated[Moment | None, Query(alias="from", description="Ending after this time.")] = None,
    to: Annotated[Moment | None, Query(description="Beginning before this time.")] = None,
    technician: Annotated[str | None, Query(description="Only of this technician.")] = None,
    outlet: Annotated[str | None, Query(description="Only of this outlet's technicians.")] = None,
) -> Response:
    """Visits with a time, in order of time; `id` is the order's."""
    return listing(
        ask,
        paged,
        after_time_and_id,
        partial(list_visits, period=(from_, to), technician=technician, outlet=outlet),
        lambda v: (time_key(v.starts), str(v.id)),
    )


@router.get("/board", summary="A day of all technicians", response_model=Board)
def board(
    ask: Ask,
    day: Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d$", description="By the outlet's clock; today.")] = None,
    outlet: Annotated[str | None, Query(description="Only this outlet.")] = None,
) -> Response:
    """Technicians with their hours, their visits of the day, and what the newest draft would make of it."""
    return reading(ask, lambda c: read_board(c, ask.settings.now(), day, outlet))


@router.get("/plans", summary="List plans", response_model=Page[ShownPlan])
def plans(ask: Ask, paged: Annotated[Paging, Depends(paging)]) -> Response:
    """Plans without their visits, newest first."""
    return listing(ask, paged, after_number, list_plans, lambda p: (p.number,))


@router.post("/plan", summary="Plan the coming days", status_code=202, response_model=ShownPlan)
def plan(ask: Ask, body: PlanRequest | None = None) -> Response:
    """Ask the scheduler for a plan; read it again to watch its progress until it is a draft."""
    wanted = body or PlanRequest()
    now = ask.settings.now()
    period = Period(starts=now, ends=now + timedelta(days=wanted.days))

    def work(connection: Connection) -> Answer:
        made = add_plan(
            connection,
            "days",
            "requested",
            period,
            wanted.model_dump(),
            by=ask.actor or "planner",
            at=now,
        )
        headers = {"Location": f"/api/v1/visits/plans/{made}"}
        return Answer(value=read_plan(connection, made), status=202, headers=headers)

    return changing(ask, work)


@router.get("/plans/{plan_id}", summary="Read a plan", response_model=ShownPlan)
def read(ask: Ask, plan_id: str) -> Response:
    """One plan, visit by visit, with what is left out and why."""
    return reading(ask, lambda c: read_plan(c, entity_id(plan_id, "plan")))


@router.post("/plans/{plan_id}/accept", summary="Accept a plan", response_model=Accepted)
def accept(ask: Ask, plan_id: str, body: PlanAcceptance | None = None) -> Response:
    """Orders become scheduled as the draft says; what changed since or no owner agreed to is left out, and said so."""
    wanted = body or PlanAcceptance()
    plan = entity_id(plan_id, "plan")
    return changing(ask, lambda c: Answer(value=accept_plan(c, ask, plan, wanted.orders, wanted.agreed)))


@router.post("/plans/{plan_id}/discard", summary="Discard a draft", response_model=ShownPlan)
def discard(ask: Ask, plan_id: str) -> Response:
    """The draft is not wanted."""
    plan = entity_id(plan_id, "plan")

    def work(connection: Connection) -> Answer:
        state, version = lock_plan(connection, plan)
        check_version(ask, version)
        if state not in ("requested", "draft"):
            raise Conflict(f"this plan is {state}; only a draft can be discarded")
        mark_discarded(connection, plan)
        return Answer(value=read_plan(connection, plan))

    return changing(ask, work)


@router.post("/emergency", summary="Fit in what cannot wait", status_code=201, response_model=ShownPlan)
def emergency(ask: Ask, body: Emergency) -> Response:
    """A draft that fits an order in as early as possible and moves at most one other visit; accept it to do so."""
    return changing(ask, lambda c: Answer(value=plan_emergency(c, ask, body.order_id, _days(ask)), status=201))


@router.post("/{order_id}/overrun", summary="A visit takes longer", status_code=201, response_model=ShownPlan)
def overrun(ask: Ask, order_id: str, body: Overrun) -> Response:
    """A draft of what has to change if the visit under way ends later; accept it to do so."""
    order = entity_id(order_id, "order")
    return changing(ask, lambda c: Answer(value=plan_overrun(c, ask, order, body.ends, _days(ask)), status=201))


@router.post("/{order_id}/pin", summary="Lock the technician of a visit", response_model=ShownOrder)
def pin(ask: Ask, order_id: str, body: Pin | None = None) -> Response:
    """A locked visit keeps its technician and time in every plan; `{"locked": false}` releases it."""
    wanted, order = body or Pin(), entity_id(order_id, "order")

    def work(connection: Connection) -> Answer:
        found = read_order(connection, order, lock=True)
        check_version(ask, found.version)
        if wanted.locked and (found.technician_id is None or found.visit_starts is None):
            raise BadInput(f"order {found.number} has no technician and time yet; schedule it first")
        words = wanted.reason or ("technician and time locked" if wanted.locked else "lock released")
        set_lock(connection, order, wanted.locked, actor=ask.actor or "planner", reason=words)
        return Answer(value=with_actions(read_order(connection, order)))

    return changing(ask, work)


@router.post("/{order_id}/no-show", summary="Nobody was at home", response_model=ShownOrder)
def no_show(ask: Ask, order_id: str, body: Note | None = None) -> Response:
    """The visit did not take place: its time is given up, and the owner is on the list of calls for a new one."""
    order = entity_id(order_id, "order")
    words = (body and body.reason) or "nobody was at home"

    def work(connection: Connection) -> Answer:
        found = read_order(connection, order, lock=True)
        check_version(ask, found.version)
        if found.state not in ("scheduled", "en_route", "on_site"):
            raise Conflict(f"order {found.number} is {found.state}; only a scheduled visit can fail to take place")
        actor, now = ask.actor or "planner", ask.settings.now()
        excuse(connection, order, words)
        move(connection, ORDER, order, "confirmed", actor=actor, reason=words, at=now)
        give_up_slot(connection, order, words, actor=actor, at=now, answer=CALL_AFTER_NO_SHOW)
        return Answer(value=with_actions(read_order(connection, order)))

    return changing(ask, work)


def _days(ask: Ask) -> DaysParams:
    return DaysParams(plan=PlanParams(travel=ask.settings.travel))
