"""Calendar feeds by personal link: a home's visits, one visit alone, and a technician's visits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.owner_forms import Ask, Asked, about_of, answer_page
from api.settings import ApiSettings
from domain.errors import NotFound
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from notify.calendar import CalendarVisit, write_calendar
from notify.links import Purpose, calendar_link
from notify.phrases import Phrases, phrases_in
from store.api_pool import transaction
from store.calendars import VisitEntry, Whose, read_holder, visit_entries
from store.database import Connection
from store.owner_pages import owners_visit
from store.personal_links import valid_from

router = APIRouter(include_in_schema=False)
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When the address of a technician's calendar was made that was never taken back; any fixed time does."""
PAST: Final = timedelta(days=365)
"""How far back a calendar goes (E)."""


def calendar_of_work(connection: Connection, settings: ApiSettings, technician_id: str) -> str | None:
    """The address of a technician's calendar, the same until it is taken back; None where no link can be made."""
    if not settings.link_secret or not settings.public_url:
        return None
    made_at = valid_from(connection, Purpose.CALENDAR, f"technician:{technician_id}") or _FIRST
    return calendar_link(settings.public_url, settings.link_secret, "technician", technician_id, made_at=made_at)


@router.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
def feed(request: Request, ask: Ask, token: str) -> Response:
    """Every visit of a home or of a technician, to be subscribed to."""
    return answer_page(ask, lambda: _answer(request, _feed(ask, token)))


@router.api_route("/visit/{token}/visit.ics", methods=["GET", "HEAD"])
def one_visit(request: Request, ask: Ask, token: str) -> Response:
    """One visit, to be put into a calendar once."""
    return answer_page(ask, lambda: _answer(request, _one_visit(ask, token), keep_as="visit.ics"))


def _feed(ask: Asked, token: str) -> bytes:
    with transaction(ask.pool) as connection:
        whose, _, holder_id = about_of(ask, connection, token, Purpose.CALENDAR).about.partition(":")
        return _written(connection, "technician" if whose == "technician" else "home", holder_id, ask.now)


def _one_visit(ask: Asked, token: str) -> bytes:
    with transaction(ask.pool) as connection:
        order = owners_visit(connection, about_of(ask, connection, token, Purpose.VISIT).about_id)
        return _written(connection, "home", order.household_id, ask.now, only=order.id)


def _written(connection: Connection, whose: Whose, holder_id: str, now: datetime, only: UUID | None = None) -> bytes:
    holder = read_holder(connection, whose, holder_id)
    say = phrases_in(holder.language)
    found = [one for one in visit_entries(connection, whose, holder_id, now - PAST) if only in (None, one.order_id)]
    if only is not None and not found:
        raise NotFound("no time was agreed for this visit yet")
    name = (say.calendar_of_home if whose == "home" else say.calendar_of_work).format(name=holder.name)
    entry = _for_home if whose == "home" else _for_technician
    return write_calendar(name, [entry(one, holder_id, say) for one in found])


def _for_home(one: VisitEntry, _: str, say: Phrases) -> CalendarVisit:
    """No link: calendars are shared more freely than messages, and by the link a visit can be called off."""
    who = ", ".join(name for name in (one.technician_name, one.outlet_name) if name)
    lines = [
        *(_titles(one, say)),
        *([say.entry_who.format(who=who)] if who and not one.cancelled else []),
        *([say.entry_reach.format(phone=one.phone)] if one.phone else []),
    ]
    uid = f"{one.order_id}-{one.round}@wellkept"
    return _visit(one, uid, say.entry.format(what=_what(one, say)), lines)


def _for_technician(one: VisitEntry, technician_id: str, say: Phrases) -> CalendarVisit:
    """Of the home only its name and where it is; the job sheet has the rest, on this machine."""
    # The technician is part of it: whoever shows two people's calendars side by side keeps both entries.
    uid = f"{one.order_id}-{one.round}-{technician_id}@wellkept"
    entry = _visit(one, uid, f"{one.household_name}: {_what(one, say)}", [f"Order {one.number}", *_titles(one, say)])
    if one.latitude is None or one.longitude is None:
        return entry
    return replace(entry, position=(one.latitude, one.longitude))


def _visit(one: VisitEntry, uid: str, title: str, lines: Sequence[str]) -> CalendarVisit:
    return CalendarVisit(
        uid=uid,
        sequence=one.sequence,
        starts=one.starts,
        ends=one.ends,
        cancelled=one.cancelled,
        changed_at=one.changed_at,
        title=title,
        text="\n".join(lines),
        place=one.address,
    )


def _titles(one: VisitEntry, say: Phrases) -> Sequence[str]:
    titles = (say.title(fault_of(Kind(kind), fault), Urgency(urgency)) for kind, fault, urgency in one.work)
    return tuple(dict.fromkeys(titles))


def _what(one: VisitEntry, say: Phrases) -> str:
    return "; ".join(_titles(one, say)) or f"order {one.number}"


def _answer(request: Request, content: bytes, keep_as: str | None = None) -> Response:
    headers = {
        "ETag": f'"{sha256(content).hexdigest()[:32]}"',
        "Cache-Control": "private, no-cache",  # kept, but asked for again each time
        "X-Robots-Tag": "noindex",
    }
    if keep_as is not None:
        headers["Content-Disposition"] = f'attachment; filename="{keep_as}"'
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
