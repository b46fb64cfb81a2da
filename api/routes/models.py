"""Trained models: what is registered, which one speaks, how challengers do, and what waits for a reviewer."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.fields import Because, choice_query, chosen
from api.listing import listing
from api.paging import Page, Paging, after_time_and_id, paging, time_key
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.states import MODEL
from store.api_locks import lock_entity
from store.database import Connection
from store.model_registry import Drift, RegisteredModel, find_model, list_models, read_drift, roll_back
from store.model_registry import retire as take_out
from store.quiet_findings import ReviewItem, read_reviews, settle_review

router = APIRouter(prefix="/models", tags=["models"])
StateFilter = choice_query(MODEL.moves, "State")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComparison:
    """A challenger beside what people were told, by what became of it."""

    id: str
    name: str
    state: str
    months: float
    champion: dict[str, Any]
    challenger: dict[str, Any]
    true_only_champion: int
    false_spared: int
    hardly_tried: bool


@router.get("", summary="List trained models", response_model=Page[RegisteredModel])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
) -> Response:
    """Registered models, newest first. Without a champion, the model that ships with the program speaks.

    What a model was trained on and its figures are in `provenance`; `simulated` figures say nothing about the field.
    Models are registered with `wellkept admin models register`.
    """
    return listing(
        ask,
        paged,
        after_time_and_id,
        lambda c, after, most: list_models(c, after, most, chosen(state)),
        lambda one: (time_key(one.registered_at), str(one.id)),
    )


@router.get("/drift", summary="Whether the speaking model fits the data", response_model=Page[Drift])
def drift(ask: Ask) -> Response:
    """By kind: the share of recent daily indices that were never met in training, and whether another model speaks."""
    return reading(ask, lambda c: {"items": read_drift(c), "next": None})


@router.get("/reviews", summary="List what is unlike anything healthy", response_model=Page[ReviewItem])
def reviews(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    reviewed: Annotated[bool | None, Query(description="Only what somebody has looked into, or nobody yet.")] = None,
) -> Response:
    """Units that are unlike anything healthy, without a name for it, newest first. Nothing acts on these: no owner is
    reminded and nobody is sent; somebody may look into them."""
    read = partial(read_reviews, reviewed=reviewed)
    return listing(ask, paged, after_time_and_id, read, lambda one: (time_key(one.raised_at), str(one.id)))


@router.post("/reviews/{review_id}/settle", summary="Somebody has looked into it", status_code=200)
def settle(ask: Ask, review_id: str, body: Because) -> Response:
    """Keep what was found; a fault that people see is told of at its appliance. 409 if somebody was faster."""
    found = entity_id(review_id, "review")

    def work(connection: Connection) -> Answer:
        settle_review(connection, found, body.reason, actor=ask.actor or "reviewer", at=ask.settings.now())
        return Answer(value={"id": found, "review": body.reason})

    return changing(ask, work)


@router.get("/{model}", summary="Read a trained model", response_model=RegisteredModel)
def read(ask: Ask, model: str) -> Response:
    """One model, by its id or hash or the beginning of either."""
    return reading(ask, lambda c: find_model(c, model))


@router.get("/{model}/comparison", summary="Compare a challenger with what was told", response_model=ShownComparison)
def comparison(ask: Ask, model: str) -> Response:
    """Precision, lead and false visits of both since the model began to judge in the shadow."""
    return reading(ask, lambda c: _compared(c, model))


@router.post("/{model}/promote", summary="Lift a model by one step", response_model=RegisteredModel)
def promote(ask: Ask, model: str, body: Because) -> Response:
    """Candidate, shadow, champion: nothing speaks that has not judged in the shadow. The champion before it retires."""
    from models.trained.registered import promote as lift  # brings NumPy with it, which few requests need

    return _change(ask, model, lambda c, found, actor, at: lift(c, found, actor=actor, reason=body.reason, at=at))


@router.post("/{model}/retire", summary="Take a model out of use", response_model=RegisteredModel)
def retire(ask: Ask, model: str, body: Because) -> Response:
    """After the champion retires, the model that ships with the program speaks."""
    return _change(ask, model, lambda c, found, actor, at: take_out(c, found, actor=actor, reason=body.reason, at=at))


@router.post("/{model}/roll-back", summary="Let the model before speak again", response_model=RegisteredModel)
def back(ask: Ask, model: str, body: Because) -> Response:
    """The champion retires and the one that it replaced speaks again, or else the one that ships with the program."""
    return _change(ask, model, lambda c, found, actor, at: roll_back(c, found, actor=actor, reason=body.reason, at=at))


def _change(ask: Ask, model: str, act: Callable[[Connection, RegisteredModel, str, datetime], object]) -> Response:
    def work(connection: Connection) -> Answer:
        lock_entity(connection, MODEL, find_model(connection, model).id)
        found = find_model(connection, model)
        check_version(ask, found.version, required=True)
        act(connection, found, ask.actor or "planner", ask.settings.now())
        return Answer(value=find_model(connection, str(found.id)))

    return changing(ask, work)


def _compared(connection: Connection, model: str) -> ShownComparison:
    from models.training.challenge import comparison_of  # brings SciPy with it, which no other request needs

    found = find_model(connection, model)
    result = comparison_of(connection, found)
    return ShownComparison(
        id=str(found.id),
        name=found.name,
        state=found.state,
        months=result.months,
        champion=_side(result.champion),
        challenger=_side(result.challenger),
        true_only_champion=result.true_only_champion,
        false_spared=result.false_spared,
        hardly_tried=result.hardly_tried,
    )


def _side(side: Any) -> dict[str, Any]:
    return asdict(side)
