"""What owners may be charged, what a visit may cost by that, and what somebody says was charged."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from api.fields import Body, Reason
from api.requests import Answer, Ask, changing, entity_id, reading
from domain.errors import BadInput, Conflict
from domain.prices import Quote
from store.api_orders import ShownOrder, read_order
from store.broken_promises import add_prices, charges_of, list_prices, quote_of, say_charge
from store.database import Connection

router = APIRouter(tags=["prices"])
Cents = Annotated[int, Field(ge=0, le=100_000_000)]


class NewPrices(Body):
    """Prices from a day on: for coming to a home, and for an hour of planned work."""

    valid_from: date
    call_out_cents: Cents
    hour_cents: Cents


class NewCharge(Body):
    """What the owner was charged for the visit, by whose word."""

    said_by: Literal["technician", "owner"]
    cents: Cents
    note: Reason


@router.get("/prices", summary="Price lists")
def prices(ask: Ask) -> Response:
    """All price lists, newest first; the newest that has begun holds. Prices of parts stand in the catalogue."""
    return reading(ask, lambda c: {"items": list_prices(c), "next": None})


@router.post("/prices", summary="Enter prices", status_code=201)
def new_prices(ask: Ask, body: NewPrices) -> Response:
    """From a day on; what was done before keeps the prices of its day."""

    def work(connection: Connection) -> Answer:
        now = ask.settings.now()
        if body.valid_from < now.date():
            raise BadInput(f"prices hold from today ({now:%Y-%m-%d}) on at the earliest; what was done is priced")
        add_prices(connection, {**body.model_dump(), "actor": ask.actor or "service", "at": now})
        return Answer(value={"items": list_prices(connection), "next": None}, status=201)

    return changing(ask, work)


@router.get("/orders/{order_id}/quote", summary="What a visit may cost its owner")
def quoted(ask: Ask, order_id: str) -> Response:
    """By the price list, line by line, without what a warranty pays; beside it what somebody says was charged."""
    return reading(ask, lambda c: _quote(ask, c, read_order(c, entity_id(order_id, "order"))))


@router.post("/orders/{order_id}/charges", summary="Say what the owner was charged", status_code=201)
def charge(ask: Ask, order_id: str, body: NewCharge) -> Response:
    """By the technician's or the owner's word; said again it is corrected. More than the list allows costs points."""

    def work(connection: Connection) -> Answer:
        order = read_order(connection, entity_id(order_id, "order"), lock=True)
        if order.completed_at is None:
            raise Conflict(f"order {order.number} is {order.state}; only finished work is charged")
        actor, now = ask.actor or "service", ask.settings.now()
        say_charge(connection, order.id, body.said_by, body.cents, body.note, actor=actor, at=now)
        return Answer(value=_quote(ask, connection, order), status=201)

    return changing(ask, work)


def missing_prices(allowed: Quote | None) -> str | None:
    """Which prices a quote lacks, and what to do; None: it is whole."""
    if allowed is None:
        return "no price list holds on that day; POST /api/v1/prices"
    if not allowed.without_price:
        return None
    lines = f"{len(allowed.without_price)} of {len(allowed.lines)} lines"
    return f"{lines} have no price: {', '.join(allowed.without_price)}; give the parts one, PATCH /api/v1/parts/{{id}}"


def _quote(ask: Ask, connection: Connection, order: ShownOrder) -> dict[str, Any]:
    day = (order.completed_at or order.visit_starts or ask.settings.now()).date()
    allowed = quote_of(connection, order.id, day)
    return {
        "order_id": order.id,
        "priced_on": day,
        "cents": None if allowed is None else allowed.cents,
        "lines": [] if allowed is None else [{"what": what, "cents": cents} for what, cents in allowed.lines],
        "known_cents": None if allowed is None else allowed.known_cents,
        "missing": missing_prices(allowed),
        "charges": charges_of(connection, order.id),
    }
