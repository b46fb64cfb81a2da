"""What all pages for owners share: the request with its form, the link it came by, and the answer as plain HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

import structlog
from fastapi import Depends, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from api.owner_visits import NOTE_MOST
from api.settings import ApiSettings
from domain.errors import BadInput, Conflict, NotFound, Unavailable, WellkeptError
from notify.links import LinkExpired, Purpose, Token, read_token, was_taken_back
from notify.phrases import phrases_in
from store.api_catalogue import Outlet, list_outlets
from store.api_pool import Pool, transaction
from store.database import Connection
from store.personal_links import valid_from

_log = structlog.get_logger(__name__)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer as elsewhere: browsers then send a form without its origin. The address is told to nobody else.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


@cache
def pages_in(language: str) -> Environment:
    """The templates in a language; each sentence that has no words in it stays English."""
    say = phrases_in(language)
    pages = Environment(
        loader=FileSystemLoader(str(files("api") / "pages" / "owner")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install = pages.install_gettext_callables  # type: ignore[attr-defined]  # which the extension adds
    install(say.on_page, lambda one, many, n: say.on_page(one if n == 1 else many), newstyle=True)
    pages.filters["in_words"] = say.on_page
    pages.globals["language"] = say.language
    return pages


TROUBLE: Final = "trouble.html"
MOST_PHONES: Final = 3
"""Outlets whose phone stands on a page that cannot help (E)."""
SAID: Final = {
    "booked": "Your visit is booked. You will get a message about it, too.",
    "call": "Thank you. Somebody will call you.",
    "declined": "The visit is called off. If you change your mind, just call us.",
    "answered": "Thank you. We have noted your answer.",
    "wishes": "Thank you. We keep to that from now on.",
    "reported": "Thank you. Somebody will come as soon as possible, and you can choose when.",
    "thanks": "Thank you for your answer.",
}
"""What is said after each thing an owner can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a page: what was written into its form, and what it needs to be answered."""

    pool: Pool
    settings: ApiSettings
    now: datetime
    form: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]
    """All values of the form's boxes, by name."""
    said: str | None
    path: str
    languages: str
    """What the browser asks for; used where nobody knows whose page it is."""
    base_url: str
    """What stands before the path in the addresses of these pages."""


async def asked(request: Request) -> Asked:
    """The request as the pages need it."""
    settings: ApiSettings = request.app.state.settings
    body = (await request.body()).decode("utf-8", "replace")
    chosen = {name: [value.replace("\x00", "").strip() for value in values] for name, values in parse_qs(body).items()}
    return Asked(
        pool=request.app.state.pool,
        settings=settings,
        now=settings.now(),
        form={name: values[0] for name, values in chosen.items()},
        chosen=chosen,
        said=SAID.get(request.query_params.get("said", "")),
        path=request.url.path,
        languages=request.headers.get("accept-language", ""),
        base_url=settings.public_url or str(request.base_url),
    )


Ask = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: its template below `api/pages/owner` and what that shows."""

    template: str
    language: str = ""
    """Of the owner; empty where nobody knows who asks: then the browser's."""
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200


def answer_page(ask: Asked, work: Callable[[], Page | Response]) -> Response:
    """The page, or one that says what to do; the address holds the link and goes into no log."""
    try:
        made = work()
    except LinkExpired:
        made = trouble(410, "This link has expired or was ended. Please use the newest message from us, or call us.")
    except NotFound:
        made = trouble(404, "This link is not complete. Please open it again from the message, all of it.")
    except Unavailable:
        made = trouble(503, "We cannot look this up at the moment. Please try again in a minute.")
    except (BadInput, Conflict) as error:
        made = trouble(409 if isinstance(error, Conflict) else 422, sentence(error))
    except Exception:
        _log.exception("owner_page_failed", text="a page for an owner failed", page=ask.path.split("/")[1])
        made = trouble(500, "Something went wrong on our side. Please try again later, or call us.")
    if isinstance(made, Response):
        return made
    if made.template == TROUBLE:
        made.values["outlets"] = _reachable(ask)
    pages = pages_in(phrases_in(made.language or ask.languages.split(",")[0]).language)
    html = pages.get_template(made.template).render(said=ask.said, **made.values)
    return HTMLResponse(html, made.status, headers=dict(_HEADERS))


def trouble(status: int, text: str) -> Page:
    """A page that says what to do."""
    return Page(template=TROUBLE, values={"text": text}, status=status)


def _reachable(ask: Asked) -> list[Outlet]:
    """Whom to call if the page cannot help; nobody while the database is away."""
    try:
        with transaction(ask.pool) as connection:
            return [one for one in list_outlets(connection, None, MOST_PHONES) if one.phone]
    except WellkeptError:
        return []


def sentence(error: WellkeptError) -> str:
    """What an error says, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def about_of(ask: Asked, connection: Connection, token: str, purpose: Purpose) -> Token:
    """What a link is about; NotFound, or LinkExpired where it is too old or was taken back."""
    if not ask.settings.link_secret:
        raise NotFound("no link is good without a secret")
    found = read_token(token, ask.settings.link_secret, purpose, ask.now)
    if was_taken_back(found, valid_from(connection, purpose, found.about)):
        raise LinkExpired("this link was taken back")
    return found


def note_of(ask: Asked) -> str:
    """What was written into the form."""
    return ask.form.get("note", "")[:NOTE_MOST]


def back_to(purpose: Purpose, token: str, said: str) -> Response:
    """To the page again, so that reloading it sends nothing twice."""
    return RedirectResponse(f"/{purpose}/{token}?said={said}", 303, headers=dict(_HEADERS))
