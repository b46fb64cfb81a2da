"""What homes consented to, and the care tips that were said to those that want them."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api.fields import Body, Id
from api.requests import Answer, Ask, changing, check_version, reading
from domain.care_plans import TIPS
from store.api_households import lock_household, require_household
from store.campaigns import consents_version, list_tips, read_consents, say_consent
from store.database import Connection

router = APIRouter(tags=["campaigns"])


class NewConsent(Body):
    """Whether a home wants to hear of something."""

    given: bool


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
        return _said(connection, household_id)

    return reading(ask, work)


@router.put("/households/{household_id}/consents/{purpose}", summary="Say yes or no", tags=["households"])
def consent(ask: Ask, household_id: Id, purpose: Literal["tips", "campaigns"], body: NewConsent) -> Response:
    """Tips after a purchase and before a season; campaigns. A recall is told in any case: it is about safety."""

    def work(connection: Connection) -> Answer:
        lock_household(connection, household_id)
        check_version(ask, consents_version(connection, household_id))
        now = ask.settings.now()
        say_consent(connection, household_id, purpose, given=body.given, actor=ask.actor or "owner", at=now)
        return Answer(value=_said(connection, household_id))

    return changing(ask, work)


def _said(connection: Connection, household_id: str) -> dict[str, Any]:
    version = consents_version(connection, household_id)
    return {"items": read_consents(connection, household_id), "next": None, "version": version}
