"""What technicians send from homes, exactly once however often it arrives; and what planners do with conflicts."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import Field

from api.fields import Because, Id, choice_query, chosen
from api.fields import Body as Strict
from api.listing import listing
from api.moments import Moment
from api.paging import Page, Paging, after_time_and_id, paging, time_key
from api.requests import Answer, Ask, changing, entity_id, reading
from domain.field import Action, Deed, Fate, by_our_clock
from store.api_orders import read_order
from store.api_pool import transaction
from store.attachments import Attachment, NewAttachment, add_attachment, list_attachments, read_picture
from store.database import Connection
from store.field import KeptAction, Result, list_actions, require_technician, retry_action, settle_action, take_actions

router = APIRouter(tags=["field"])
FateFilter = choice_query((str(fate) for fate in Fate), "What became of it")


class SentAction(Strict):
    """One thing done in the field. `id` is made by the phone, `at` is its clock."""

    id: UUID
    order_id: UUID
    kind: Annotated[str, Field(min_length=1, max_length=40, description=f"One of: {', '.join(Deed)}.")]
    at: Moment
    body: dict[str, Any] = Field(default_factory=dict, max_length=20)


class Batch(Strict):
    """What a phone has gathered, in any order."""

    technician_id: Id
    sent_at: Annotated[
        Moment | None, Field(description="What the phone's clock says now; a wrong one is put right.")
    ] = None
    actions: Annotated[list[SentAction], Field(max_length=200)]

    model_config = Strict.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "technician_id": "tech-1",
                    "actions": [
                        {
                            "id": "0b9ff8a2-52b5-4a5c-9f4f-2d1f1a0f7f10",
                            "order_id": "5a3c0f7e-7b3e-4f57-9a39-6f9d1f4d2b11",
                            "kind": "report",
                            "at": "2025-06-03T10:20:00Z",
                            "body": {"task_id": "8d1c4f0e-3c55-4d39-8a53-1f7f7d6f6b12", "outcome": "confirmed"},
                        }
                    ],
                }
            ]
        }
    }


@router.post("/field/sync", summary="Send what was done in the field")
def sync(ask: Ask, body: Batch) -> Response:
    """Apply each action exactly once, in the order of the work. The answer says of each what became of it: `applied`,
    `superseded` (said later already), `waiting` (for a cause code), or `conflict` with the reason and what to do: it
    is kept and does not stop the others. Send it again whenever no answer came."""
    now = ask.settings.now()
    actions = [
        Action(
            id=sent.id, technician_id=body.technician_id, order_id=sent.order_id, kind=sent.kind, body=sent.body,
            client_at=by_our_clock(sent.at, body.sent_at, now),
        )
        for sent in body.actions
    ]  # fmt: skip

    def work(connection: Connection) -> Answer:
        require_technician(connection, body.technician_id)
        results: list[Result] = take_actions(connection, actions, now)
        return Answer(value={"results": results})

    return changing(ask, work)


@router.get("/field/actions", summary="List field actions", response_model=Page[KeptAction])
def actions(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: FateFilter = None,  # type: ignore[valid-type]
    technician: Annotated[str | None, Query(description="Only of this technician.")] = None,
    order_id: Annotated[UUID | None, Query(description="Only of this order.")] = None,
) -> Response:
    """Everything that came from the field, newest first; `state=conflict,waiting` is what planners look after."""
    return listing(
        ask,
        paged,
        after_time_and_id,
        partial(list_actions, states=chosen(state), technician=technician, order=order_id),
        lambda a: (time_key(a.received_at), str(a.id)),
    )


@router.post("/field/actions/{action_id}/retry", summary="Try a conflict again", response_model=KeptAction)
def retry(ask: Ask, action_id: str) -> Response:
    """Its cause was put right, for instance stock was counted: do it now."""
    found = entity_id(action_id, "field action")
    return changing(ask, lambda c: Answer(value=retry_action(c, found, ask.settings.now())))


@router.post("/field/actions/{action_id}/settle", summary="Settle a conflict", response_model=KeptAction)
def settle(ask: Ask, action_id: str, body: Because) -> Response:
    """It was taken care of in another way; it stays on record with the reason."""
    found = entity_id(action_id, "field action")
    actor = ask.actor or "planner"
    return changing(
        ask, lambda c: Answer(value=settle_action(c, found, body.reason, actor=actor, now=ask.settings.now()))
    )


@router.put(
    "/field/attachments/{attachment_id}",
    summary="Send a photo or signature",
    status_code=201,
    response_model=Attachment,
)
def attach(
    ask: Ask,
    attachment_id: str,
    order_id: UUID,
    technician_id: Id,
    kind: Literal["photo", "signature"],
    content: Annotated[bytes, Body(media_type="image/jpeg", description="JPEG, PNG or WebP, as it is.")],
    task_id: UUID | None = None,
    at: Annotated[Moment | None, Query(description="By the phone's clock.")] = None,
) -> Response:
    """Keep a picture under the id that the phone made; sending it again changes nothing."""
    new = NewAttachment(
        id=entity_id(attachment_id, "attachment"), order_id=order_id, task_id=task_id, kind=kind,
        technician_id=technician_id, client_at=at, content=content,
    )  # fmt: skip

    def work(connection: Connection) -> Answer:
        require_technician(connection, technician_id)
        return Answer(value=add_attachment(connection, new, ask.settings.now()), status=201)

    return changing(ask, work)


@router.get("/orders/{order_id}/attachments", summary="List photos and signature", response_model=list[Attachment])
def attachments(ask: Ask, order_id: str) -> Response:
    """Everything attached to an order, oldest first."""
    order = entity_id(order_id, "order")

    def work(connection: Connection) -> list[Attachment]:
        read_order(connection, order)
        return list_attachments(connection, order)

    return reading(ask, work)


@router.get("/attachments/{attachment_id}", summary="Read a photo or signature", response_class=Response)
def picture(request: Request, ask: Ask, attachment_id: str) -> Response:
    """The picture itself, under the type that its bytes have; it never changes."""
    with transaction(ask.pool) as connection:
        found = read_picture(connection, entity_id(attachment_id, "attachment"))
    headers = {
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": "inline",
        # A picture runs nothing, whatever a browser makes of it.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
