"""Personal links of owners: sent anew, and taken back."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.calendars import calendar_of_work
from api.fields import Because, Body, Reason
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import Conflict
from notify.links import LINK_LIFE, Purpose, personal_link
from notify.phrases import phrases_in
from store.api_catalogue import read_technician
from store.api_households import lock_household, read_household
from store.api_orders import read_order
from store.care import lock_household as language_of
from store.database import Connection
from store.outbox import tell_owner
from store.people import lock_person
from store.personal_links import revoke_of_household, revoke_of_order, revoke_of_technician

router = APIRouter(tags=["links"])
NO_LINKS: Final = "no link can be made: set WELLKEPT_LINK_SECRET and WELLKEPT_PUBLIC_URL for the API"


class Sent(Body):
    """What became of the links; the new one goes to the owner and is shown to nobody else."""

    household_id: str
    order_id: UUID | None = None
    revoked: bool
    sent: bool


class Revocation(Body):
    """Why the links are ended, and whether the owner gets a new one."""

    reason: Reason
    send_new: bool = True


@router.post("/households/{household_id}/link", summary="Send the owner a link to the home", response_model=Sent)
def send(ask: Ask, household_id: str) -> Response:
    """By it the owner says, without a log-in, that something does not work."""

    def work(connection: Connection) -> Answer:
        read_household(connection, household_id)
        _send(connection, ask, household_id, Purpose.HOME, household_id)
        return Answer(value=Sent(household_id=household_id, revoked=False, sent=True))

    return changing(ask, work)


@router.post("/households/{household_id}/links/revoke", summary="End all links of a home", response_model=Sent)
def revoke_home(ask: Ask, household_id: str, body: Revocation) -> Response:
    """Every link that was sent to this home so far is refused from now on, also those of its orders."""

    def work(connection: Connection) -> Answer:
        check_version(ask, lock_household(connection, household_id))
        revoke_of_household(connection, household_id, ask.settings.now())
        if body.send_new:
            _send(connection, ask, household_id, Purpose.HOME, household_id)
        return Answer(value=Sent(household_id=household_id, revoked=True, sent=body.send_new))

    return changing(ask, work)


@router.post("/orders/{order_id}/links/revoke", summary="End all links of an order", response_model=Sent)
def revoke_order(ask: Ask, order_id: str, body: Revocation) -> Response:
    """Every link to this visit and to the question after it is refused from now on."""
    found = entity_id(order_id, "order")

    def work(connection: Connection) -> Answer:
        order = read_order(connection, found, lock=True)
        check_version(ask, order.version)
        actor = ask.actor or "planner"
        revoke_of_order(connection, found, ask.settings.now(), actor=actor, reason=body.reason)
        if body.send_new:
            _send(connection, ask, order.household_id, Purpose.VISIT, found)
        return Answer(value=Sent(household_id=order.household_id, order_id=found, revoked=True, sent=body.send_new))

    return changing(ask, work)


@router.get("/technicians/{technician_id}/calendar", summary="Address of a technician's calendar", tags=["technicians"])
def work_calendar(ask: Ask, technician_id: str) -> Response:
    """To be subscribed to by a calendar program: the technician's visits, moved and called off ones too (RFC 5545)."""
    return reading(ask, lambda c: {"technician_id": technician_id, "url": _work_calendar(ask, c, technician_id)})


@router.post(
    "/technicians/{technician_id}/calendar/revoke", summary="End links to a technician's calendar", tags=["technicians"]
)
def revoke_work_calendar(ask: Ask, technician_id: str, body: Because) -> Response:
    """Every address that was handed out so far is refused from now on; the answer has the new one."""

    def work(connection: Connection) -> Answer:
        lock_person(connection, technician_id)
        revoke_of_technician(connection, technician_id, ask.settings.now())
        url = _work_calendar(ask, connection, technician_id)
        return Answer(value={"technician_id": technician_id, "url": url, "reason": body.reason})

    return changing(ask, work)


def _work_calendar(ask: Ask, connection: Connection, technician_id: str) -> str:
    read_technician(connection, technician_id)
    if (url := calendar_of_work(connection, ask.settings, technician_id)) is None:
        raise Conflict(NO_LINKS)
    return url


def _send(connection: Connection, ask: Ask, household_id: str, purpose: Purpose, about: UUID | str) -> None:
    if not ask.settings.link_secret or not ask.settings.public_url:
        raise Conflict(NO_LINKS)
    link = personal_link(
        *(ask.settings.public_url, ask.settings.link_secret, purpose, about),
        made_at=ask.settings.now(),
        life=LINK_LIFE,
    )
    say = phrases_in(language_of(connection, household_id).language)
    text = (say.home_link if purpose is Purpose.HOME else say.visit_link).format(link=link)
    tell_owner(connection, household_id, {"kind": "link", "text": text, "about": {str(purpose): str(about)}})
