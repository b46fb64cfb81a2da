"""What owners think of the service: recorded, handled, verified with the owner, fed back. And their ratings."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, Field, StringConstraints

from api.fields import Body, Id, Reason, choice_query, chosen, speakable
from api.paging import Page, Paging, after_number, page, paging
from api.requests import Answer, Ask, Asked, changing, check_version, entity_id, reading
from domain.errors import IllegalMove
from domain.obligations import ANSWER_WITHIN
from domain.states import OPINION
from store.api_households import require_household
from store.api_orders import read_order
from store.database import Connection
from store.moves import move
from store.opinions import (
    Opinion,
    Rating,
    add_opinion,
    list_opinions,
    rate_order,
    read_opinion,
    record_answer,
    record_feedback,
    record_verification,
    same_comment,
)
from store.reliability import read_case

router = APIRouter(tags=["opinions"])
KINDS: Final = ("praise", "complaint", "suggestion")
Channel = Literal["app", "web", "phone", "email", "letter", "visit", "appliance"]
Saying = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), AfterValidator(speakable)
]
StateFilter = choice_query(OPINION.moves, "State")
KindFilter = choice_query(KINDS, "Kind of opinion")


class NewOpinion(Body):
    """What an owner said, through whatever channel it came."""

    household_id: Id
    kind: Literal["praise", "complaint", "suggestion"]
    channel: Channel
    text: Saying
    order_id: UUID | None = None
    appliance_id: Id | None = None


class Handling(Body):
    """What the owner was told, or what was done."""

    answer: Saying


class Verification(Body):
    """Whether the owner was content, and how that is known."""

    content: bool
    how: Reason


class Feedback(Body):
    """Which node heard of it, what for, and the quality case it belongs to, if any."""

    node: Literal["development", "production", "purchase", "logistics", "service"]
    what: Reason
    case_id: UUID | None = None


class NewRating(Body):
    """The owner's stars for a finished order; a comment is an opinion of its own."""

    stars: Annotated[int, Field(ge=1, le=5)]
    channel: Channel
    comment: Saying | None = None


@router.get("/opinions", summary="List opinions", response_model=Page[Opinion])
def opinions(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
    kind: KindFilter = None,  # type: ignore[valid-type]
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    overdue: Annotated[bool, Query(description="Only those whose answer is due and not given.")] = False,
) -> Response:
    """Opinions, newest first."""

    def work(connection: Connection) -> dict[str, Any]:
        found = list_opinions(
            connection,
            after_number(paged),
            paged.limit + 1,
            now=ask.settings.now(),
            states=chosen(state),
            kinds=chosen(kind),
            household=household,
            overdue=overdue,
        )
        return page(paged, found, lambda opinion: (opinion.number,))

    return reading(ask, work)


@router.post("/opinions", summary="Record an opinion", status_code=201, response_model=Opinion)
def new_opinion(ask: Ask, body: NewOpinion) -> Response:
    """Praise, complaint or suggestion. An answer is due within 48 hours."""

    def work(connection: Connection) -> Answer:
        opinion_id = _record(ask, connection, body.model_dump())
        headers = {"Location": f"/api/v1/opinions/{opinion_id}"}
        return Answer(value=read_opinion(connection, opinion_id, ask.settings.now()), status=201, headers=headers)

    return changing(ask, work)


@router.get("/opinions/{opinion_id}", summary="Read an opinion", response_model=Opinion)
def opinion(ask: Ask, opinion_id: str) -> Response:
    """One opinion."""
    return reading(ask, lambda c: read_opinion(c, entity_id(opinion_id, "opinion"), ask.settings.now()))


@router.post("/opinions/{opinion_id}/handle", summary="Answer the owner", response_model=Opinion)
def handle(ask: Ask, opinion_id: str, body: Handling) -> Response:
    """Say what the owner was told, or what was done."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, opinion_id, "handled")
        record_answer(connection, found.id, body.answer, ask.settings.now())
        return _moved(ask, connection, found, "handled", "answered")

    return changing(ask, work)


@router.post("/opinions/{opinion_id}/verify", summary="Say whether the owner was content", response_model=Opinion)
def verify(ask: Ask, opinion_id: str, body: Verification) -> Response:
    """An owner who is not content is answered anew: the opinion goes back and its clock begins again."""

    def work(connection: Connection) -> Answer:
        to = "verified" if body.content else "recorded"
        found = _checked(ask, connection, opinion_id, to)
        due = ask.settings.now() + ANSWER_WITHIN
        record_verification(connection, found.id, content=body.content, how=body.how, answer_by=due)
        return _moved(ask, connection, found, to, body.how)

    return changing(ask, work)


@router.post(
    "/opinions/{opinion_id}/feed-back", summary="Hand it to whoever can mend the cause", response_model=Opinion
)
def feed_back(ask: Ask, opinion_id: str, body: Feedback) -> Response:
    """The last duty; only now the opinion is done with."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, opinion_id, "fed_back")
        if body.case_id is not None:
            read_case(connection, body.case_id)
        record_feedback(connection, found.id, body.node, body.what, body.case_id)
        return _moved(ask, connection, found, "fed_back", f"{body.node}: {body.what}")

    return changing(ask, work)


@router.put("/orders/{order_id}/rating", summary="Rate a finished order", response_model=Rating)
def rate(ask: Ask, order_id: str, body: NewRating) -> Response:
    """The owner's one to five stars; saying it again corrects them. A comment is recorded as an opinion, once."""

    def work(connection: Connection) -> Answer:
        order = read_order(connection, entity_id(order_id, "order"), lock=True)
        if order.state not in ("completed", "verified", "reopened"):
            raise IllegalMove(f"this order is {order.state}: it can be rated once its work was done")
        opinion_id = None if body.comment is None else same_comment(connection, order.id, body.comment)
        if body.comment is not None and opinion_id is None:
            kind = "praise" if body.stars >= 4 else "suggestion" if body.stars == 3 else "complaint"
            said = {"household_id": order.household_id, "order_id": order.id, "appliance_id": None}
            opinion_id = _record(ask, connection, said | {"kind": kind, "channel": body.channel, "text": body.comment})
        now = ask.settings.now()
        return Answer(value=rate_order(connection, order.id, body.stars, body.channel, now, opinion_id))

    return changing(ask, work)


def _record(ask: Asked, connection: Connection, said: dict[str, Any]) -> UUID:
    require_household(connection, said["household_id"])
    now = ask.settings.now()
    return add_opinion(connection, said | {"recorded_at": now, "answer_by": now + ANSWER_WITHIN})


def _checked(ask: Asked, connection: Connection, opinion_id: str, to: str) -> Opinion:
    found = read_opinion(connection, entity_id(opinion_id, "opinion"), ask.settings.now())
    check_version(ask, found.version)
    OPINION.check(found.state, to)
    return found


def _moved(ask: Asked, connection: Connection, opinion: Opinion, to: str, reason: str) -> Answer:
    now = ask.settings.now()
    move(connection, OPINION, opinion.id, to, actor=ask.actor or "service", reason=reason, at=now)
    return Answer(value=read_opinion(connection, opinion.id, now))
