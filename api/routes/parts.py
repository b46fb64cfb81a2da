"""Parts: what fits what, what lies where, and the ledger of its movements."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, model_validator

from api.fields import Body, Id, Text
from api.listing import listing
from api.paging import Page, Paging, after_number, after_text, after_two_texts, paging
from api.requests import Answer, Ask, changing, check_version, reading
from domain.signals import Kind
from domain.stock_forecast import Forecast
from store.api_parts import (
    Balance,
    Movement,
    Part,
    add_part,
    change_part,
    list_movements,
    list_parts,
    list_stock,
    lock_part,
    read_balance,
    read_part,
)
from store.database import Connection
from store.stock import count_stock, record_movement
from store.stock_forecast import forecast_parts

router = APIRouter(tags=["parts"])
PartId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{2,64}$")]
Place = Annotated[str, Field(pattern=r"^(outlet|van):[a-z0-9-]{3,64}$", description="outlet:<id> or van:<technician>")]
Quantity = Annotated[int, Field(ge=1, le=100_000)]
Pattern = Annotated[str, Field(min_length=1, max_length=100, description="`*` stands for any text, `?` for a letter")]


class Rule(Body):
    """A part with rules fits a kind only as they say; what is left out fits any."""

    kind: Kind
    maker: Pattern | None = None
    model: Pattern | None = None


class PartFields(Body):
    """What may be said about a part. `role` is what a fault asks for, such as `gasket`; its own id if left out."""

    role: PartId | None = None
    fits: list[Kind] = Field(default_factory=list, max_length=50)
    rules: list[Rule] = Field(default_factory=list, max_length=500)
    alternatives: list[PartId] = Field(default_factory=list, max_length=50)
    superseded_by: PartId | None = None
    barcode: Annotated[str, Field(min_length=4, max_length=64, pattern=r"^[!-~]+$")] | None = None
    price_cents: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    lead_days: Annotated[int, Field(ge=0, le=365)] = 5


class NewPart(PartFields):
    """A spare part, what it fits and the pieces at each outlet."""

    id: PartId
    name: Text
    stock: dict[Id, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(default_factory=dict, max_length=1_000)

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "id": "gasket-x200",
                    "name": "Door gasket X200",
                    "role": "gasket",
                    "fits": ["refrigerator"],
                    "rules": [{"kind": "refrigerator", "maker": "Acme", "model": "X2*"}],
                    "stock": {"outlet-1": 3},
                }
            ]
        }
    }


class PartChange(PartFields):
    """What is to be changed; what is left out stays."""

    name: Text | None = None

    def changes(self) -> dict[str, Any]:
        """Fields that were sent; null clears only what may be empty."""
        sent = self.model_dump(mode="json", exclude_unset=True)
        nullable = ("role", "superseded_by", "barcode", "price_cents")
        return {name: value for name, value in sent.items() if value is not None or name in nullable}


class NewMovement(Body):
    """Pieces that came, went, or were counted. `counted` sets the balance at `to_place` to what lies there."""

    part_id: PartId
    reason: Literal["received", "moved", "scrapped", "returned", "counted"]
    quantity: Quantity | None = None
    counted: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    from_place: Place | None = None
    to_place: Place | None = None
    note: Annotated[str, Field(max_length=500)] = ""

    model_config = Body.model_config | {
        "json_schema_extra": {
            "examples": [
                {"part_id": "gasket-x200", "reason": "received", "quantity": 10, "to_place": "outlet:outlet-1"},
                {"part_id": "gasket-x200", "reason": "counted", "counted": 7, "to_place": "outlet:outlet-1"},
            ]
        }
    }

    @model_validator(mode="after")
    def _complete(self) -> "NewMovement":
        needs = {"received": (False, True), "scrapped": (True, False), "counted": (False, True)}
        source, target = needs.get(self.reason, (True, True))
        if source != (self.from_place is not None) or target != (self.to_place is not None):
            names = [n for n, wanted in (("from_place", source), ("to_place", target)) if wanted]
            raise ValueError(f"{self.reason} needs {' and '.join(names)}, and no other place")
        if (self.reason == "counted") != (self.counted is not None) or (self.reason == "counted") == (
            self.quantity is not None
        ):
            raise ValueError("say counted (pieces that lie there) for a count, quantity for everything else")
        return self


@router.get("/parts", summary="List parts", response_model=Page[Part])
def parts(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    kind: Annotated[Kind | None, Query(description="Only what fits this kind.")] = None,
    role: Annotated[str | None, Query(description="Only what fills this role.", max_length=64)] = None,
) -> Response:
    """Parts by id, with the free pieces at each outlet."""
    return listing(ask, paged, after_text, partial(list_parts, kind=kind, role=role), lambda p: (p.id,))


@router.post("/parts", summary="Create a part", status_code=201, response_model=Part)
def new_part(ask: Ask, body: NewPart) -> Response:
    """Create a part with its stock; 409 if the id is taken."""
    headers = {"Location": f"/api/v1/parts/{body.id}"}
    values = body.model_dump(mode="json", exclude={"stock"})
    actor = ask.actor or "planner"
    return changing(
        ask, lambda c: Answer(value=add_part(c, values, body.stock, actor=actor), status=201, headers=headers)
    )


@router.get("/parts/{part_id}", summary="Read a part", response_model=Part)
def part(ask: Ask, part_id: str) -> Response:
    """One part."""
    return reading(ask, lambda c: read_part(c, part_id))


@router.patch("/parts/{part_id}", summary="Change a part", response_model=Part)
def change(ask: Ask, part_id: str, body: PartChange) -> Response:
    """Change what is sent. Needs If-Match with the ETag that was read."""

    def work(connection: Connection) -> Answer:
        check_version(ask, lock_part(connection, part_id), required=True)
        return Answer(value=change_part(connection, part_id, body.changes()))

    return changing(ask, work)


@router.get("/stock", summary="What lies where", response_model=Page[Balance])
def stock(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    place: Annotated[str | None, Query(description="Only at this place: outlet:<id> or van:<technician>.")] = None,
    part_id: Annotated[str | None, Query(description="Only this part.")] = None,
) -> Response:
    """Balances by place and part: on hand, held for tasks, free. What is shipped lies at `transit`."""
    return listing(
        ask, paged, after_two_texts, partial(list_stock, place=place, part=part_id), lambda b: (b.place, b.part_id)
    )


@router.get("/stock/movements", summary="The ledger of stock", response_model=Page[Movement])
def movements(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    place: Annotated[str | None, Query(description="Only to or from this place.")] = None,
    part_id: Annotated[str | None, Query(description="Only this part.")] = None,
) -> Response:
    """Every movement, newest first; nothing in it is ever changed."""
    return listing(ask, paged, after_number, partial(list_movements, place=place, part=part_id), lambda m: (m.id,))


@router.post("/stock/movements", summary="Record a movement of stock", status_code=201, response_model=Balance)
def move(ask: Ask, body: NewMovement) -> Response:
    """Pieces received, moved, scrapped or counted; answers with the balance of the place. 409 if there are too few."""

    def work(connection: Connection) -> Answer:
        actor = ask.actor or "planner"
        if body.counted is not None and body.to_place is not None:
            count_stock(connection, body.part_id, body.to_place, body.counted, actor=actor, note=body.note)
        else:
            record_movement(
                connection,
                body.part_id,
                body.quantity or 0,
                from_place=body.from_place,
                to_place=body.to_place,
                reason=body.reason,
                actor=actor,
                note=body.note,
            )
        place = body.to_place or body.from_place or ""
        return Answer(value=read_balance(connection, place, body.part_id), status=201)

    return changing(ask, work)


@router.get("/stock/forecast", summary="What parts will be needed", response_model=list[Forecast])
def forecast(
    ask: Ask,
    weeks: Annotated[int, Query(ge=1, le=26, description="How many weeks ahead.")] = 8,
    outlet_id: Annotated[str | None, Query(description="Only of this outlet.")] = None,
) -> Response:
    """Pieces by outlet, role and week from open findings and the fleet's base rates: mean, median, and what suffices
    nine times in ten; `order_now` is what to order so that nothing is missing until the next order arrives."""
    return reading(ask, lambda c: forecast_parts(c, ask.settings.now(), weeks, outlet_id))
