"""Pages for owners, by personal link and without a log-in: plain HTML that needs no script and fetches nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Depends, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from api.owner_visits import (
    CHOOSABLE,
    NOTE_MOST,
    SlotTaken,
    answer_follow_up,
    ask_for_call,
    choose_time,
    decline_visit,
    slot_of,
)
from api.owner_words import day_words, visit_words
from api.settings import ApiSettings
from dispatch.offers import slots_for_order
from domain.errors import BadInput, Conflict, NotFound, Unavailable, WellkeptError
from domain.states import OBLIGATION
from notify.links import LinkExpired, Purpose, read_token
from store.api_obligations import show_obligation
from store.api_pool import Pool, transaction
from store.database import Connection
from store.owner_pages import OwnersVisit, owners_visit, technician_names, work_of

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_PAGES: Final = Environment(
    loader=FileSystemLoader(str(files("api") / "pages" / "owner")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer as elsewhere: browsers then send a form without its origin. The address is told to nobody else.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
SAID: Final = {
    "booked": "Your visit is booked. You will get a message about it, too.",
    "call": "Thank you. Somebody will call you.",
    "declined": "The visit is called off. If you change your mind, just call us.",
    "thanks": "Thank you for your answer.",
}
"""What is said after each thing an owner can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request for a page: what was written into its form, and what it needs to be answered."""

    pool: Pool
    settings: ApiSettings
    now: datetime
    form: Mapping[str, str]
    said: str | None
    path: str


async def _asked(request: Request) -> _Asked:
    settings: ApiSettings = request.app.state.settings
    body = (await request.body()).decode("utf-8", "replace")
    form = {name: values[0].replace("\x00", "").strip() for name, values in parse_qs(body).items()}
    return _Asked(
        pool=request.app.state.pool,
        settings=settings,
        now=settings.now(),
        form=form,
        said=SAID.get(request.query_params.get("said", "")),
        path=request.url.path,
    )


_Ask = Annotated[_Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    template: str
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200


@router.get("/visit/{token}")
def visit(ask: _Ask, token: str) -> Response:
    """What the visit is for, who comes, what it costs, and the times that are free."""
    return _answer(ask, lambda: _show_visit(ask, token))


@router.post("/visit/{token}/{action}")
def change_visit(ask: _Ask, token: str, action: str) -> Response:
    """Choose or move the time, ask for a call, or call it off; then the page again."""
    work = {"choose": _choose, "call": _call, "decline": _decline}.get(action)
    if work is None:
        return _answer(ask, lambda: _trouble(404, "There is nothing here."))
    return _answer(ask, lambda: work(ask, token))


@router.get("/follow-up/{token}")
def follow_up(ask: _Ask, token: str) -> Response:
    """How did it go?"""
    return _answer(ask, lambda: _show_follow_up(ask, token))


@router.post("/follow-up/{token}")
def answer(ask: _Ask, token: str) -> Response:
    """The owner's answer; then the page again."""
    return _answer(ask, lambda: _answer_follow_up(ask, token))


def _answer(ask: _Asked, work: Callable[[], _Page | Response]) -> Response:
    """The page, or one that says what to do; the address holds the link and goes into no log."""
    try:
        made = work()
    except LinkExpired:
        made = _trouble(410, "This link has expired. Please use the newest message from us, or call us.")
    except NotFound:
        made = _trouble(404, "This link is not complete. Please open it again from the message, all of it.")
    except Unavailable:
        made = _trouble(503, "We cannot look this up at the moment. Please try again in a minute.")
    except (BadInput, Conflict) as error:
        made = _trouble(409 if isinstance(error, Conflict) else 422, _sentence(error))
    except Exception:
        _log.exception("owner_page_failed", text="a page for an owner failed", page=ask.path.split("/")[1])
        made = _trouble(500, "Something went wrong on our side. Please try again later, or call us.")
    if isinstance(made, Response):
        return made
    html = _PAGES.get_template(made.template).render(said=ask.said, **made.values)
    return HTMLResponse(html, made.status, headers=dict(_HEADERS))


def _trouble(status: int, text: str) -> _Page:
    return _Page(template="trouble.html", values={"text": text}, status=status)


def _sentence(error: WellkeptError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _order_of(ask: _Asked, connection: Connection, token: str) -> OwnersVisit:
    order_id = read_token(token, ask.settings.link_secret, Purpose.VISIT, ask.now) if ask.settings.link_secret else None
    if order_id is None:
        raise NotFound("no link is good without a secret")
    return owners_visit(connection, order_id)


def _show_visit(ask: _Asked, token: str, trouble: str = "", status: int = 200) -> _Page:
    with transaction(ask.pool) as connection:
        found = _order_of(ask, connection, token)
        slots = slots_for_order(connection, found.id, ask.now, ask.settings.travel) if found.state in CHOOSABLE else ()
        names = technician_names(connection, [slot.technician_id for slot in slots])
        work = work_of(connection, found.id)
    values = {"here": f"/{Purpose.VISIT}/{token}", "trouble": trouble, "note_most": NOTE_MOST}
    values |= visit_words(found, work, slots, names, ask.now)
    return _Page(template="visit.html", values=values, status=status)


def _choose(ask: _Asked, token: str) -> _Page | Response:
    try:
        slot = slot_of(ask.form.get("slot", ""))
        with transaction(ask.pool) as connection:
            choose_time(connection, _order_of(ask, connection, token).id, slot, ask.now, ask.settings.travel)
    except (SlotTaken, BadInput) as error:
        return _show_visit(ask, token, _sentence(error), 409 if isinstance(error, SlotTaken) else 422)
    except Conflict:  # somebody else was a moment faster
        text = "This time has just been taken, or somebody is changing the visit right now. Please choose again."
        return _show_visit(ask, token, text, 409)
    return _back(Purpose.VISIT, token, "booked")


def _call(ask: _Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        ask_for_call(connection, _order_of(ask, connection, token).id, _note(ask), ask.now)
    return _back(Purpose.VISIT, token, "call")


def _decline(ask: _Asked, token: str) -> Response:
    with transaction(ask.pool) as connection:
        decline_visit(connection, _order_of(ask, connection, token).id, _note(ask), ask.now)
    return _back(Purpose.VISIT, token, "declined")


def _show_follow_up(ask: _Asked, token: str) -> _Page:
    if not ask.settings.link_secret:
        raise NotFound("no link is good without a secret")
    about = read_token(token, ask.settings.link_secret, Purpose.FOLLOW_UP, ask.now)
    with transaction(ask.pool) as connection:
        found = show_obligation(connection, about, ask.now)
        visit = None if found.order_id is None else owners_visit(connection, found.order_id)
    values = {
        "obligation": found,
        "visit": visit,
        "day": "" if visit is None else day_words(found.since, visit),
        "here": f"/{Purpose.FOLLOW_UP}/{token}",
        "open": found.state in OBLIGATION.open_states,
        "note_most": NOTE_MOST,
    }
    return _Page(template="follow_up.html", values=values)


def _answer_follow_up(ask: _Asked, token: str) -> Response:
    if not ask.settings.link_secret:
        raise NotFound("no link is good without a secret")
    about = read_token(token, ask.settings.link_secret, Purpose.FOLLOW_UP, ask.now)
    with transaction(ask.pool) as connection:
        answer_follow_up(connection, about, ask.form.get("answer", ""), _note(ask), ask.now)
    return _back(Purpose.FOLLOW_UP, token, "thanks")


def _note(ask: _Asked) -> str:
    return ask.form.get("note", "")[:NOTE_MOST]


def _back(purpose: Purpose, token: str, said: str) -> Response:
    """To the page again, so that reloading it sends nothing twice."""
    return RedirectResponse(f"/{purpose}/{token}?said={said}", 303, headers=dict(_HEADERS))
