"""Promises to owners: what is asked, what is overdue, and the list of calls to make."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import model_validator

from api.fields import Because, Body, Id, Reason, choice_query, chosen
from api.listing import listing
from api.paging import Page, Paging, after_time_and_id, paging, time_key
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import BadInput, Conflict
from domain.obligations import Promise, clock_of
from domain.states import OBLIGATION
from store.api_households import read_household
from store.api_obligations import ShownObligation, give_call, list_obligations, note_try, show_obligation
from store.api_orders import read_order
from store.database import Connection
from store.field import require_technician
from store.obligations import add_obligation, close_obligation

router = APIRouter(prefix="/obligations", tags=["obligations"])
StateFilter = choice_query(OBLIGATION.moves, "State; `to_call` is the list of calls to make")
KindFilter = choice_query((str(promise) for promise in Promise), "What was promised")


class NewCall(Body):
    """Somebody is to be called back, or was guided from afar and is asked half an hour later how it went."""

    kind: Literal["call_back", "remote_follow_up"] = "call_back"
    household_id: Id
    order_id: UUID | None = None
    urgent: bool = False
    reason: Reason

    @model_validator(mode="after")
    def _urgent_call(self) -> "NewCall":
        if self.urgent and self.kind != "call_back":
            raise ValueError("only a call back can be urgent")
        return self


class Given(Body):
    """Whose call it is; null gives it back."""

    technician_id: Id | None


class CallResult(Body):
    """What the call brought: how the promise is settled, and what was said."""

    answer: Literal["ok", "problem", "agreed", "declined", "other"]
    note: Reason


@router.get("", summary="List promises to owners", response_model=Page[ShownObligation])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
    kind: KindFilter = None,  # type: ignore[valid-type]
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    order: Annotated[UUID | None, Query(description="Only about this order.")] = None,
    overdue: Annotated[bool | None, Query(description="Only what was not settled in its time, or what was.")] = None,
    technician: Annotated[str | None, Query(description="Only what this technician took on.")] = None,
) -> Response:
    """Promises with their clocks, what is due first first."""
    return listing(
        ask,
        paged,
        after_time_and_id,
        lambda c, after, most: list_obligations(
            c,
            after,
            most,
            ask.settings.now(),
            states=chosen(state),
            kinds=chosen(kind),
            household=household,
            order_id=order,
            overdue=overdue,
            technician=technician,
        ),
        lambda o: (time_key(o.due_at), str(o.id)),
    )


@router.get("/{obligation_id}", summary="Read a promise", response_model=ShownObligation)
def read(ask: Ask, obligation_id: str) -> Response:
    """One promise with its history: when the owner was asked, who called."""
    found = entity_id(obligation_id, "obligation")
    return reading(ask, lambda c: show_obligation(c, found, ask.settings.now(), full=True))


@router.post("", summary="Promise a call", status_code=201, response_model=ShownObligation)
def promise(ask: Ask, body: NewCall) -> Response:
    """Put a household on the list of calls, or begin the half hour after guidance by phone."""
    return changing(ask, lambda c: _promise(c, ask, body, ask.settings.now()))


def _promise(connection: Connection, ask: Ask, body: NewCall, now: datetime) -> Answer:
    read_household(connection, body.household_id)
    if body.order_id is not None and read_order(connection, body.order_id).household_id != body.household_id:
        raise BadInput(f"order {body.order_id} is not one of household {body.household_id}")
    made = add_obligation(
        connection,
        Promise(body.kind),
        body.household_id,
        since=now,
        due_at=now + clock_of(Promise(body.kind), urgent=body.urgent).due,
        order_id=body.order_id,
        urgent=body.urgent,
        about=body.reason,
        actor=ask.actor or "planner",
        reason=body.reason,
    )
    if made is None:
        raise Conflict("somebody is to be called about this order already; see /api/v1/obligations?state=to_call")
    headers = {"Location": f"/api/v1/obligations/{made}"}
    return Answer(value=show_obligation(connection, made, now, full=True), status=201, headers=headers)


@router.post("/{obligation_id}/settle", summary="Somebody has talked to the owner", response_model=ShownObligation)
def settle(ask: Ask, obligation_id: str, body: CallResult) -> Response:
    """Close it with what was said. What was agreed about a visit is entered at its order."""
    return _close(ask, obligation_id, body.answer, body.note)


@router.post("/{obligation_id}/void", summary="There is nothing to ask any more", response_model=ShownObligation)
def void(ask: Ask, obligation_id: str, body: Because) -> Response:
    """Take it off the list without an answer; the reason is kept."""
    return _close(ask, obligation_id, "moot", body.reason)


@router.post("/{obligation_id}/tried", summary="Somebody called in vain", response_model=ShownObligation)
def tried(ask: Ask, obligation_id: str, body: Because) -> Response:
    """Keep the attempt; it stays on the list."""

    def note(connection: Connection, found: UUID, _: datetime) -> None:
        note_try(connection, found, actor=ask.actor or "planner", note=body.reason)

    return _while_open(ask, obligation_id, note)


@router.post("/{obligation_id}/give", summary="Give a call to a technician", response_model=ShownObligation)
def give(ask: Ask, obligation_id: str, body: Given) -> Response:
    """From then it is that person's promise: missed, although it was given four hours before it was due or earlier, it
    costs licence points."""

    def hand_over(connection: Connection, found: UUID, now: datetime) -> None:
        if body.technician_id is not None:
            require_technician(connection, body.technician_id)
        give_call(connection, found, body.technician_id, actor=ask.actor or "planner", at=now)

    return _while_open(ask, obligation_id, hand_over)


def _while_open(ask: Ask, obligation_id: str, change: Callable[[Connection, UUID, datetime], None]) -> Response:
    """Change a promise that is not settled, of the version that was seen."""
    found = entity_id(obligation_id, "obligation")

    def work(connection: Connection) -> Answer:
        now = ask.settings.now()
        shown = show_obligation(connection, found, now, lock=True)
        check_version(ask, shown.version)
        if shown.state not in OBLIGATION.open_states:
            raise Conflict(f"it is settled already: {shown.answer}")
        change(connection, found, now)
        return Answer(value=show_obligation(connection, found, now, full=True))

    return changing(ask, work)


def _close(ask: Ask, obligation_id: str, answer: str, note: str) -> Response:
    found = entity_id(obligation_id, "obligation")

    def work(connection: Connection) -> Answer:
        now = ask.settings.now()
        check_version(ask, show_obligation(connection, found, now, lock=True).version)
        actor = ask.actor or "planner"
        close_obligation(connection, found, answer, actor=actor, reason=note, at=now, note=note)
        return Answer(value=show_obligation(connection, found, now, full=True))

    return changing(ask, work)
