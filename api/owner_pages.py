"""Pages for owners about a visit and about how it went, by personal link: plain HTML that needs no script."""

from fastapi import APIRouter, Response

from api.owner_forms import Ask, Asked, Page, about_of, answer_page, back_to, note_of, sentence, trouble
from api.owner_visits import (
    CHOOSABLE,
    NOTE_MOST,
    SlotTaken,
    VisitOver,
    answer_follow_up,
    ask_for_call,
    choose_time,
    decline_visit,
    slot_of,
)
from api.owner_words import day_words, visit_words
from dispatch.offers import slots_for_order
from domain.errors import BadInput, Conflict
from domain.states import OBLIGATION
from notify.links import Purpose
from store.api_obligations import show_obligation
from store.api_pool import transaction
from store.calendars import read_holder
from store.database import Connection
from store.owner_pages import OwnersVisit, owners_visit, technician_names, work_of

router = APIRouter(include_in_schema=False)


@router.get("/visit/{token}")
def visit(ask: Ask, token: str) -> Response:
    """What the visit is for, who comes, what it costs, and the times that are free."""
    return answer_page(ask, lambda: _show_visit(ask, token))


@router.post("/visit/{token}/{action}")
def change_visit(ask: Ask, token: str, action: str) -> Response:
    """Choose or move the time, ask for a call, or call it off; then the page again."""
    work = {"choose": _choose, "call": _call, "decline": _decline}.get(action)
    if work is None:
        return answer_page(ask, lambda: trouble(404, "There is nothing here."))
    return answer_page(ask, lambda: work(ask, token))


@router.get("/follow-up/{token}")
def follow_up(ask: Ask, token: str) -> Response:
    """How did it go?"""
    return answer_page(ask, lambda: _show_follow_up(ask, token))


@router.post("/follow-up/{token}")
def answer(ask: Ask, token: str) -> Response:
    """The owner's answer; then the page again."""
    return answer_page(ask, lambda: _answer_follow_up(ask, token))


def _order_of(ask: Asked, connection: Connection, token: str) -> OwnersVisit:
    return owners_visit(connection, about_of(ask, connection, token, Purpose.VISIT).about_id)


def _show_visit(ask: Asked, token: str, said: str = "", status: int = 200) -> Page:
    with transaction(ask.pool) as connection:
        found = _order_of(ask, connection, token)
        slots = slots_for_order(connection, found.id, ask.now, ask.settings.travel) if found.state in CHOOSABLE else ()
        names = technician_names(connection, [slot.technician_id for slot in slots])
        work = work_of(connection, found.id)
    values = {"here": f"/{Purpose.VISIT}/{token}", "trouble": said, "note_most": NOTE_MOST}
    values |= visit_words(found, work, slots, names, ask.now)
    return Page(template="visit.html", language=found.language, values=values, status=status)


def _choose(ask: Asked, token: str) -> Page | Response:
    try:
        slot = slot_of(ask.form.get("slot", ""))
        with transaction(ask.pool) as connection:
            choose_time(connection, _order_of(ask, connection, token).id, slot, ask.now, ask.settings.travel)
    except (SlotTaken, VisitOver, BadInput) as error:
        return _show_visit(ask, token, sentence(error), 422 if isinstance(error, BadInput) else 409)
    except Conflict:  # somebody else was a moment faster
        text = "This time has just been taken, or somebody is changing the visit right now. Please choose again."
        return _show_visit(ask, token, text, 409)
    return back_to(Purpose.VISIT, token, "booked")


def _call(ask: Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        ask_for_call(connection, _order_of(ask, connection, token).id, note_of(ask), ask.now)
    return back_to(Purpose.VISIT, token, "call")


def _decline(ask: Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        decline_visit(connection, _order_of(ask, connection, token).id, note_of(ask), ask.now)
    return back_to(Purpose.VISIT, token, "declined")


def _show_follow_up(ask: Asked, token: str) -> Page:
    with transaction(ask.pool) as connection:
        about = about_of(ask, connection, token, Purpose.FOLLOW_UP).about_id
        found = show_obligation(connection, about, ask.now)
        visit = None if found.order_id is None else owners_visit(connection, found.order_id)
        language = read_holder(connection, "home", found.household_id).language
    values = {
        "obligation": found,
        "visit": visit,
        "day": "" if visit is None else day_words(found.since, visit),
        "here": f"/{Purpose.FOLLOW_UP}/{token}",
        "open": found.state in OBLIGATION.open_states,
        "note_most": NOTE_MOST,
    }
    return Page(template="follow_up.html", language=language, values=values)


def _answer_follow_up(ask: Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        about = about_of(ask, connection, token, Purpose.FOLLOW_UP).about_id
        answer_follow_up(connection, about, ask.form.get("answer", ""), note_of(ask), ask.now, ask.form.get("stars"))
    return back_to(Purpose.FOLLOW_UP, token, "thanks")
