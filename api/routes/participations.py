"""The appliances of a campaign and what their owners answered."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.campaign_answers import accept_part, check_answer, decline_part
from api.fields import Note
from api.paging import Page, Paging, after_text, page, paging
from api.requests import Answer, Ask, Asked, changing, check_version, entity_id, reading
from store.campaigns import Campaign, Participation, list_participations, read_campaign, read_participation
from store.database import Connection

router = APIRouter(tags=["campaigns"])


@router.get("/campaigns/{campaign_id}/appliances", summary="Its appliances", response_model=Page[Participation])
def participations(ask: Ask, campaign_id: str, paged: Annotated[Paging, Depends(paging)]) -> Response:
    """Every selected appliance with its answer, or why it was left out."""

    def work(connection: Connection) -> dict[str, Any]:
        found = read_campaign(connection, entity_id(campaign_id, "campaign"))
        some = list_participations(connection, found.id, after_text(paged), paged.limit + 1)
        return page(paged, some, lambda one: (one.appliance_id,))

    return reading(ask, work)


@router.post(
    "/campaigns/{campaign_id}/appliances/{appliance_id}/accept", summary="Accept", response_model=Participation
)
def accept(ask: Ask, campaign_id: str, appliance_id: str) -> Response:
    """The owner wants it; a check becomes a job that is planned like every other visit."""

    def work(connection: Connection) -> Answer:
        found, part = _part(ask, connection, campaign_id, appliance_id, "accepted")
        how = {"actor": ask.actor or "owner", "reason": "accepted by the owner"}
        accept_part(connection, found, part, now=ask.settings.now(), **how)
        return Answer(value=read_participation(connection, found.id, part.appliance_id))

    return changing(ask, work)


@router.post(
    "/campaigns/{campaign_id}/appliances/{appliance_id}/decline", summary="Decline", response_model=Participation
)
def decline(ask: Ask, campaign_id: str, appliance_id: str, body: Note | None = None) -> Response:
    """The owner does not want it, or not any more; then nobody comes for it."""

    def work(connection: Connection) -> Answer:
        found, part = _part(ask, connection, campaign_id, appliance_id, "declined")
        how = {"actor": ask.actor or "owner", "reason": (body and body.reason) or "declined by the owner"}
        decline_part(connection, part, now=ask.settings.now(), **how)
        return Answer(value=read_participation(connection, found.id, part.appliance_id))

    return changing(ask, work)


def _part(
    ask: Asked, connection: Connection, campaign_id: str, appliance_id: str, to: str
) -> tuple[Campaign, Participation]:
    found = read_campaign(connection, entity_id(campaign_id, "campaign"))
    part = read_participation(connection, found.id, appliance_id)
    check_version(ask, part.version)
    check_answer(found, part, to)
    return found, part
