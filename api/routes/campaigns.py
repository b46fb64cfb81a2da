"""Campaigns over a selected set of appliances, and what homes consent to."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.fields import Because, Body, Id, Note, Text
from api.listing import listing
from api.paging import Page, Paging, after_number, after_text, page, paging
from api.requests import Answer, Ask, Asked, changing, check_version, entity_id, reading
from domain.care_plans import TIPS
from domain.errors import BadInput, IllegalMove
from domain.signals import Kind
from domain.states import CAMPAIGN, FINDING, PARTICIPATION
from store.api_households import require_household
from store.campaigns import (
    Campaign,
    Participation,
    accepted_parts,
    add_campaign,
    invite,
    list_campaigns,
    list_participations,
    list_tips,
    needless_check,
    open_check,
    preview,
    read_campaign,
    read_consents,
    read_participation,
    say_consent,
)
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
    climate: Literal["tropical", "subtropical", "temperate", "cold"] | None = None
    timezone: Text | None = None
    installed_before: date | None = None
    visit: bool = True


class NewConsent(Body):
    """Whether a home wants to hear of something."""

    given: bool


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


@router.get("/campaigns/{campaign_id}/preview", summary="How many a draft would select")
def campaign_preview(ask: Ask, campaign_id: str) -> Response:
    """Appliances and homes before consent and limits, as of now."""

    def work(connection: Connection) -> dict[str, int]:
        found = read_campaign(connection, entity_id(campaign_id, "campaign"))
        appliances, households = preview(connection, found.id)
        return {"appliances": appliances, "households": households}

    return reading(ask, work)


@router.post("/campaigns/{campaign_id}/announce", summary="Announce a campaign", response_model=Campaign)
def announce(ask: Ask, campaign_id: str, body: Note | None = None) -> Response:
    """Select the appliances, tell their homes once each, and keep who was left out and why: no consent, or asked about
    another campaign within 30 days. A recall goes to everybody."""

    def work(connection: Connection) -> Answer:
        found, now = _checked(ask, connection, campaign_id, "announced"), ask.settings.now()
        if not preview(connection, found.id)[0]:
            raise BadInput("this campaign selects no appliance; widen its filters in a new draft")
        for home in invite(connection, found.id, now, now - ASKED_LATELY):
            payload = {"kind": "campaign", "campaign_id": str(found.id), "text": found.text}
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
            _call_off(ask, connection, part, f"the campaign was cancelled: {body.reason}")
        for home in sorted({part.household_id for part in parts}):
            payload = {"kind": "campaign", "campaign_id": str(found.id), "text": f"Called off: {found.title}"}
            tell_owner(connection, home, payload)
        return _moved(ask, connection, found.id, "cancelled", body.reason)

    return changing(ask, work)


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
        if found.visit:
            open_check(connection, part, found.title, ask.settings.now())
        return _answered(ask, connection, found.id, part, "accepted", "accepted by the owner")

    return changing(ask, work)


@router.post(
    "/campaigns/{campaign_id}/appliances/{appliance_id}/decline", summary="Decline", response_model=Participation
)
def decline(ask: Ask, campaign_id: str, appliance_id: str, body: Note | None = None) -> Response:
    """The owner does not want it, or not any more; then nobody comes for it."""

    def work(connection: Connection) -> Answer:
        found, part = _part(ask, connection, campaign_id, appliance_id, "declined")
        _call_off(ask, connection, part, (body and body.reason) or "declined by the owner")
        return Answer(value=read_participation(connection, found.id, part.appliance_id))

    return changing(ask, work)


@router.get("/tips", summary="List care tips that were said")
def tips(
    ask: Ask, limit: Annotated[int, Query(ge=1, le=500, description="How many, the newest first.")] = 100
) -> Response:
    """What homes that wanted tips were told, and for which occasion."""
    texts = {tip.code: tip.text for tip in TIPS}

    def work(connection: Connection) -> dict[str, Any]:
        said = [asdict(one) | {"text": texts.get(one.code, one.code)} for one in list_tips(connection, limit)]
        return {"items": said, "next": None}

    return reading(ask, work)


@router.get("/households/{household_id}/consents", summary="What a home consented to", tags=["households"])
def consents(ask: Ask, household_id: str) -> Response:
    """Per purpose; what is not listed was never said and counts as no."""

    def work(connection: Connection) -> dict[str, Any]:
        require_household(connection, household_id)
        return {"items": read_consents(connection, household_id), "next": None}

    return reading(ask, work)


@router.put("/households/{household_id}/consents/{purpose}", summary="Say yes or no", tags=["households"])
def consent(ask: Ask, household_id: Id, purpose: Literal["tips", "campaigns"], body: NewConsent) -> Response:
    """Tips after a purchase and before a season; campaigns. A recall is told in any case: it is about safety."""

    def work(connection: Connection) -> Answer:
        require_household(connection, household_id)
        now = ask.settings.now()
        say_consent(connection, household_id, purpose, given=body.given, actor=ask.actor or "owner", at=now)
        return Answer(value={"items": read_consents(connection, household_id), "next": None})

    return changing(ask, work)


def _checked(ask: Asked, connection: Connection, campaign_id: str, to: str) -> Campaign:
    found = read_campaign(connection, entity_id(campaign_id, "campaign"))
    check_version(ask, found.version)
    CAMPAIGN.check(found.state, to)
    return found


def _moved(ask: Asked, connection: Connection, campaign_id: UUID, to: str, reason: str) -> Answer:
    move(connection, CAMPAIGN, campaign_id, to, actor=ask.actor or "service", reason=reason, at=ask.settings.now())
    return Answer(value=read_campaign(connection, campaign_id))


def _part(
    ask: Asked, connection: Connection, campaign_id: str, appliance_id: str, to: str
) -> tuple[Campaign, Participation]:
    found = read_campaign(connection, entity_id(campaign_id, "campaign"))
    part = read_participation(connection, found.id, appliance_id)
    changes_mind = (found.state, part.state, to) == ("closed", "accepted", "declined")
    if found.state != "announced" and not changes_mind:
        raise IllegalMove(f"this campaign is {found.state}: only one that is announced can be answered")
    check_version(ask, part.version)
    if part.left_out is not None:
        raise IllegalMove(f"appliance {appliance_id} was left out: {part.left_out.replace('_', ' ')}")
    PARTICIPATION.check(part.state, to)
    return found, part


def _call_off(ask: Asked, connection: Connection, part: Participation, reason: str) -> None:
    """Decline a part; a check that was accepted and not made is dismissed, and its order lapses with it."""
    actor, now = ask.actor or "owner", ask.settings.now()
    move(connection, PARTICIPATION, part.id, "declined", actor=actor, reason=reason, at=now)
    if (check := needless_check(connection, part.id)) is not None:
        move(connection, FINDING, check, "dismissed", actor=actor, reason=reason, at=now)


def _answered(
    ask: Asked, connection: Connection, campaign_id: UUID, part: Participation, to: str, reason: str
) -> Answer:
    move(connection, PARTICIPATION, part.id, to, actor=ask.actor or "owner", reason=reason, at=ask.settings.now())
    return Answer(value=read_participation(connection, campaign_id, part.appliance_id))
