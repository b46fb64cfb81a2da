"""Parts on their way into homes: what orders need, reservations, transfers."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.fields import Body, Note, Reason, choice_query, chosen
from api.listing import listing
from api.paging import Page, Paging, after_number, after_text, paging
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from api.routes.parts import PartId, Place, Quantity
from domain.states import RESERVATION, TRANSFER
from store.api_orders import read_order
from store.database import Connection
from store.moves import move
from store.part_supply import Need, Shortage, list_shortages, read_needs, supply_order
from store.part_transfers import Transfer, list_transfers, read_transfer, request_transfer
from store.reservations import (
    list_reservations,
    pick,
    read_reservation,
    receive_for_task,
    reserve_for_task,
    return_part,
)
from store.stock import Held, step_reservation

router = APIRouter(tags=["parts"])
ReservationStates = choice_query(RESERVATION.moves, "State")
TransferStates = choice_query(TRANSFER.moves, "State")


class NewReservation(Body):
    """Pieces to hold for a task; from the technician's van, else the outlet, unless a place is named."""

    task_id: UUID
    part_id: PartId
    quantity: Quantity = 1
    place: Place | None = None


class NewTransfer(Body):
    """Pieces that an outlet, or a technician at the door, asks for."""

    part_id: PartId
    quantity: Quantity = 1
    to_place: Place
    task_id: UUID | None = None

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"part_id": "gasket-x200", "quantity": 2, "to_place": "outlet:outlet-1"}]}
    }


class Picking(Body):
    """Into which place pieces are picked, or to which they are returned; the van, or the outlet, of the order."""

    place: Place | None = None
    quantity: Annotated[int, Field(ge=1)] | None = None
    reason: Reason | None = None


@router.get("/orders/{order_id}/parts", summary="Parts of an order", response_model=list[Need])
def needs(ask: Ask, order_id: str) -> Response:
    """What each task will probably need, what is held for it and where, and why something is missing."""
    order = entity_id(order_id, "order")

    def work(connection: Connection) -> list[Need]:
        read_order(connection, order)
        return read_needs(connection, order)

    return reading(ask, work)


@router.post("/orders/{order_id}/parts/reserve", summary="Hold an order's parts now", response_model=list[Need])
def supply(ask: Ask, order_id: str) -> Response:
    """Do at once what otherwise happens within a minute of the approval: hold what is there, ask for what is not."""
    order = entity_id(order_id, "order")

    def work(connection: Connection) -> Answer:
        supply_order(connection, order, actor=ask.actor or "planner", now=ask.settings.now())
        return Answer(value=read_needs(connection, order))

    return changing(ask, work)


@router.get("/stock/shortages", summary="What orders lack", response_model=list[Shortage])
def shortages(ask: Ask) -> Response:
    """Parts that orders under way will probably need and nobody holds for them, with what was tried."""
    return reading(ask, list_shortages)


@router.get("/reservations", summary="List reservations", response_model=Page[Held])
def reservations(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: ReservationStates = None,  # type: ignore[valid-type]
    order_id: Annotated[UUID | None, Query(description="Only of this order.")] = None,
) -> Response:
    """Reservations by id."""
    return listing(
        ask, paged, after_text, partial(list_reservations, states=chosen(state), order=order_id), lambda r: (str(r.id),)
    )


@router.post("/reservations", summary="Hold pieces for a task", status_code=201, response_model=Held)
def new_reservation(ask: Ask, body: NewReservation) -> Response:
    """Hold pieces; 422 if the part does not fit, 409 if there are too few, saying who has some."""

    def work(connection: Connection) -> Answer:
        made = reserve_for_task(
            connection, body.task_id, body.part_id, body.quantity, body.place, actor=ask.actor or "planner"
        )
        return Answer(value=made, status=201, headers={"Location": f"/api/v1/reservations/{made.id}"})

    return changing(ask, work)


@router.get("/reservations/{reservation_id}", summary="Read a reservation", response_model=Held)
def reservation(ask: Ask, reservation_id: str) -> Response:
    """One reservation."""
    return reading(ask, lambda c: read_reservation(c, entity_id(reservation_id, "reservation")))


@router.post("/reservations/{reservation_id}/{action}", summary="Change a reservation", response_model=Held)
def step(
    ask: Ask,
    reservation_id: str,
    action: Literal["pick", "consume", "return", "release"],
    body: Picking | None = None,
) -> Response:
    """`pick` puts the pieces into the van, `consume` uses them up, `return` brings them back, `release` lets go."""
    held_id = entity_id(reservation_id, "reservation")
    asked = body or Picking()
    actor = ask.actor or "planner"

    def work(connection: Connection) -> Answer:
        reason = asked.reason or action
        if action == "pick":
            done = pick(connection, held_id, asked.place, actor=actor, reason=reason)
        elif action == "return":
            done = return_part(connection, held_id, asked.place, actor=actor, reason=reason, quantity=asked.quantity)
        else:
            to = {"consume": "consumed", "release": "released"}[action]
            done = step_reservation(connection, held_id, to, actor=actor, reason=reason, quantity=asked.quantity)
        return Answer(value=done)

    return changing(ask, work)


@router.get("/transfers", summary="List transfers", response_model=Page[Transfer])
def transfers(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: TransferStates = None,  # type: ignore[valid-type]
    place: Annotated[str | None, Query(description="Only to or from this place.")] = None,
) -> Response:
    """Transfers, newest first."""
    return listing(
        ask, paged, after_number, partial(list_transfers, states=chosen(state), place=place), lambda t: (t.number,)
    )


@router.post("/transfers", summary="Ask for parts", status_code=201, response_model=Transfer)
def new_transfer(ask: Ask, body: NewTransfer) -> Response:
    """Ask for pieces: a van asks its outlet and then the store that supplies it, an outlet asks that store. What is
    free there is approved and shipped at once; `refused` says in `explanation` what was looked at and what to do."""

    def work(connection: Connection) -> Answer:
        made = request_transfer(
            connection,
            body.part_id,
            body.quantity,
            body.to_place,
            task_id=body.task_id,
            asked_by=ask.actor or "planner",
            now=ask.settings.now(),
        )
        return Answer(value=made, status=201, headers={"Location": f"/api/v1/transfers/{made.id}"})

    return changing(ask, work)


@router.get("/transfers/{transfer_id}", summary="Read a transfer", response_model=Transfer)
def transfer(ask: Ask, transfer_id: str) -> Response:
    """One transfer."""
    return reading(ask, lambda c: read_transfer(c, entity_id(transfer_id, "transfer")))


@router.post("/transfers/{transfer_id}/receive", summary="A transfer has arrived", response_model=Transfer)
def receive(ask: Ask, transfer_id: str, body: Note | None = None) -> Response:
    """The pieces are there; if a task waits for them, they are held for it."""
    found = entity_id(transfer_id, "transfer")

    def work(connection: Connection) -> Answer:
        check_version(ask, read_transfer(connection, found).version)
        reason, actor = (body and body.reason) or "arrived", ask.actor or "planner"
        move(connection, TRANSFER, found, "received", actor=actor, reason=reason, at=ask.settings.now())
        receive_for_task(connection, read_transfer(connection, found), actor=actor)
        return Answer(value=read_transfer(connection, found))

    return changing(ask, work)
