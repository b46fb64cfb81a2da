"""The page of a home by its personal link: visits, things to do, offers, what is seen, and what does not work."""

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Response

from api.owner_forms import Ask, Asked, Page, about_of, answer_page, back_to, note_of, sentence, trouble
from api.owner_home import calendar_addresses, homes_things, homes_visits, report_broken
from api.owner_offers import answer_offer, homes_offers, homes_wishes, say_wishes
from api.owner_reminders import answer_reminder, homes_reminders
from api.owner_visits import NOTE_MOST
from api.routes.electrical import home_report
from domain.errors import BadInput, Conflict
from notify.links import Purpose
from reports.electrical_pdf import electrical_pdf
from store.api_pool import transaction
from store.calendars import read_holder
from store.database import Connection

router = APIRouter(include_in_schema=False)
Deed = Callable[[Asked, Connection, str], None]


@router.get("/home/{token}")
def home(ask: Ask, token: str) -> Response:
    """What is planned, asked, offered and seen in a home, and where to say that something does not work."""
    return answer_page(ask, lambda: _show(ask, token))


@router.post("/home/{token}")
def report(ask: Ask, token: str) -> Response:
    """Something does not work: somebody comes."""
    return answer_page(ask, lambda: _do(ask, token, _report, "reported"))


@router.post("/home/{token}/{action}")
def change(ask: Ask, token: str, action: str) -> Response:
    """Answer an offer or a reminder, or say what to hear of; then the page again."""
    if action not in _DEEDS:
        return answer_page(ask, lambda: trouble(404, "There is nothing here."))
    return answer_page(ask, partial(_do, ask, token, *_DEEDS[action]))


@router.get("/home/{token}/electrical.pdf")
def electrical(ask: Ask, token: str) -> Response:
    """The electrical health of the home, to be kept or printed."""
    return answer_page(ask, lambda: _electrical(ask, token))


def _electrical(ask: Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        found = home_report(connection, about_of(ask, connection, token, Purpose.HOME).about, ask.now)
    headers = {"Content-Disposition": 'inline; filename="electrical-health.pdf"', "X-Robots-Tag": "noindex"}
    return Response(electrical_pdf(found), media_type="application/pdf", headers=headers)


def _show(ask: Asked, token: str, said: str = "", status: int = 200) -> Page:
    with transaction(ask.pool) as connection:
        link = about_of(ask, connection, token, Purpose.HOME)
        values = {
            "things": homes_things(connection, link.about),
            "visits": homes_visits(connection, link.about, ask.settings.link_secret, link.made_at, ask.now),
            "reminders": homes_reminders(connection, link.about),
            "offers": homes_offers(connection, link.about),
            "wishes": homes_wishes(connection, link.about),
        }
        language = read_holder(connection, "home", link.about).language
    subscribe, copy = calendar_addresses(ask.base_url, ask.settings.link_secret, link.about, link.made_at)
    values |= {"here": f"/{Purpose.HOME}/{token}", "trouble": said, "note_most": NOTE_MOST}
    values |= {"subscribe": subscribe, "copy": copy}
    return Page(template="home.html", language=language, values=values, status=status)


def _do(ask: Asked, token: str, deed: Deed, said: str) -> Page | Response:
    try:
        with transaction(ask.pool) as connection:
            deed(ask, connection, about_of(ask, connection, token, Purpose.HOME).about)
    except (BadInput, Conflict) as error:
        return _show(ask, token, sentence(error), 409 if isinstance(error, Conflict) else 422)
    return back_to(Purpose.HOME, token, said)


def _report(ask: Asked, connection: Connection, household_id: str) -> None:
    report_broken(connection, household_id, ask.form.get("appliance", ""), note_of(ask), ask.now)


def _offer(ask: Asked, connection: Connection, household_id: str) -> None:
    campaign, answer = ask.form.get("offer", ""), ask.form.get("answer", "")
    chosen = ask.chosen.get("appliance", ())
    answer_offer(connection, household_id, campaign, chosen, answer, note_of(ask), ask.now)


def _reminder(ask: Asked, connection: Connection, household_id: str) -> None:
    answer_reminder(connection, household_id, ask.form.get("reminder", ""), ask.form.get("answer", ""), ask.now)


def _wishes(ask: Asked, connection: Connection, household_id: str) -> None:
    say_wishes(connection, household_id, ask.chosen.get("wish", ()), ask.now)


_DEEDS: Final[dict[str, tuple[Deed, str]]] = {
    "offer": (_offer, "answered"),
    "reminder": (_reminder, "answered"),
    "wishes": (_wishes, "wishes"),
}
