"""Campaigns over a selected set of appliances: drafted, announced, closed; their answers lie in `participations`."""

from datetime import date, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.campaign_answers import decline_part
from api.fields import Because, Body, Climate, Note, Region, Text
from api.listing import listing
from api.paging import Page, Paging, after_number, paging
from api.requests import Answer, Ask, Asked, changing, check_version, entity_id, reading
from domain.errors import BadInput
from domain.signals import Kind
from domain.states import CAMPAIGN
from notify.links import LINK_LIFE, Purpose, personal_link
from notify.phrases import phrases_in
from store.campaigns import (
    Campaign,
    Reach,
    accepted_parts,
    add_campaign,
    invite,
    list_campaigns,
    preview,
    read_campaign,
)
from store.care import lock_household as language_of
from store.database import Connection
from store.moves import move
from store.outbox import tell_owner

router = APIRouter(tags=["campaigns"])
ASKED_LATELY: Final = timedelta(days=30)
"""A home hears of one campaign in so many days, recalls apart (E)."""


class NewCampaign(Body):
    """What is offered, and to which appliances; a filter that is left out selects all."""

    type: Literal["cleaning_day", "pre_season_check", "product", "recall"]
    title: Text
    text: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
    kind: Kind
    maker: Text | None = None
    model: Text | None = None
    batch: Text | None = None
    firmware: Text | None = None
    climate: Climate | None = None
    region: Region | None = None
    timezone: Text | None = None
    installed_before: date | None = None
    visit: bool = True


@router.get("/campaigns", summary="List campaigns", response_model=Page[Campaign])
def campaigns(ask: Ask, paged: Annotated[Paging, Depends(paging)]) -> Response:
    """Newest first, with how many appliances are in which state."""
    return listing(ask, paged, after_number, list_campaigns, lambda one: (one.number,))


@router.post("/campaigns", summary="Draft a campaign", status_code=201, response_model=Campaign)
def new_campaign(ask: Ask, body: NewCampaign) -> Response:
    """Nobody is told before it is announced."""

    def work(connection: Connection) -> Answer:
        campaign_id = add_campaign(connection, body.model_dump(mode="python") | {"kind": str(body.kind)})
        headers = {"Location": f"/api/v1/campaigns/{campaign_id}"}
        return Answer(value=read_campaign(connection, campaign_id), status=201, headers=headers)

    return changing(ask, work)


@router.get("/campaigns/{campaign_id}", summary="Read a campaign", response_model=Campaign)
def campaign(ask: Ask, campaign_id: str) -> Response:
    """One campaign."""
    return reading(ask, lambda c: read_campaign(c, entity_id(campaign_id, "campaign")))


@router.get("/campaigns/{campaign_id}/preview", summary="Whom a draft would select and ask", response_model=Reach)
def campaign_preview(ask: Ask, campaign_id: str) -> Response:
    """Appliances and homes that it selects, and how many of them would be asked as of now: the others have not
    consented (`no_consent`), or were asked about another campaign within 30 days (`asked_lately`)."""

    def work(connection: Connection) -> Reach:
        found = read_campaign(connection, entity_id(campaign_id, "campaign"))
        return preview(connection, found.id, ask.settings.now() - ASKED_LATELY)

    return reading(ask, work)


@router.post("/campaigns/{campaign_id}/announce", summary="Announce a campaign", response_model=Campaign)
def announce(ask: Ask, campaign_id: str, body: Note | None = None) -> Response:
    """Select the appliances, tell their homes once each, and keep who was left out and why: no consent, or asked about
    another campaign within 30 days. A recall goes to everybody."""

    def work(connection: Connection) -> Answer:
        found, now = _checked(ask, connection, campaign_id, "announced"), ask.settings.now()
        if not preview(connection, found.id, now - ASKED_LATELY).appliances:
            raise BadInput("this campaign selects no appliance; widen its filters in a new draft")
        for home in invite(connection, found.id, now, now - ASKED_LATELY):
            text = _with_link(ask, connection, home.household_id, found.text)
            payload = {"kind": "campaign", "campaign_id": str(found.id), "text": text}
            tell_owner(connection, home.household_id, payload | {"appliances": home.appliance_ids})
        return _moved(ask, connection, found.id, "announced", (body and body.reason) or "announced")

    return changing(ask, work)


@router.post("/campaigns/{campaign_id}/close", summary="Close a campaign", response_model=Campaign)
def close(ask: Ask, campaign_id: str, body: Because) -> Response:
    """Nobody can accept any more; what was accepted goes on."""
    return changing(ask, lambda c: _moved(ask, c, _checked(ask, c, campaign_id, "closed").id, "closed", body.reason))


@router.post("/campaigns/{campaign_id}/cancel", summary="Cancel a campaign", response_model=Campaign)
def cancel(ask: Ask, campaign_id: str, body: Because) -> Response:
    """Before or after it was announced. Checks that owners accepted are called off, and they are told."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, campaign_id, "cancelled")
        parts = accepted_parts(connection, found.id)
        for part in parts:
            reason = f"the campaign was cancelled: {body.reason}"
            decline_part(connection, part, actor=ask.actor or "service", reason=reason, now=ask.settings.now())
        for home in sorted({part.household_id for part in parts}):
            payload = {"kind": "campaign", "campaign_id": str(found.id), "text": f"Called off: {found.title}"}
            tell_owner(connection, home, payload)
        return _moved(ask, connection, found.id, "cancelled", body.reason)

    return changing(ask, work)


def _checked(ask: Asked, connection: Connection, campaign_id: str, to: str) -> Campaign:
    found = read_campaign(connection, entity_id(campaign_id, "campaign"))
    check_version(ask, found.version)
    CAMPAIGN.check(found.state, to)
    return found


def _moved(ask: Asked, connection: Connection, campaign_id: UUID, to: str, reason: str) -> Answer:
    move(connection, CAMPAIGN, campaign_id, to, actor=ask.actor or "service", reason=reason, at=ask.settings.now())
    return Answer(value=read_campaign(connection, campaign_id))


def _with_link(ask: Asked, connection: Connection, household_id: str, text: str) -> str:
    """The text with where to answer, if a link can be made; else people answer by phone."""
    now, settings = ask.settings.now(), ask.settings
    if not settings.link_secret or not settings.public_url:
        return text
    link = personal_link(
        settings.public_url, settings.link_secret, Purpose.HOME, household_id, made_at=now, life=LINK_LIFE
    )
    return phrases_in(language_of(connection, household_id).language).campaign.format(text=text, link=link)
