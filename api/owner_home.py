"""An owner's home by its personal link: what is planned, what is in it, and that something does not work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.errors import BadInput
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from notify.appointments import say_span
from notify.links import LINK_LIFE, Purpose, calendar_link, personal_link
from notify.owner import say_where
from notify.phrases import phrases_in
from notify.quantities import say_day
from store.breakdowns import HomesThing, report_breakdown, things_of
from store.care import zone_of
from store.database import Connection
from store.owner_pages import HomesVisit, visits_of_home

DONE_FOR: Final = timedelta(days=60)
"""So long finished work stays on the page (E)."""
STANDING: Final = {
    "offered": "Please choose a time",
    "confirmed": "Please choose a time",
    "scheduled": "Booked",
    "en_route": "We are on our way",
    "on_site": "We are with you",
    "completed": "Done; we watch whether it helped",
    "verified": "Done, and the readings show that it helped",
}
"""How far an order has come, in an owner's words; the others are being planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An appliance in the words of its owner; `seen` is what is open on it, `said`: that it does not work is known."""

    id: str
    name: str
    seen: str
    said: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A visit in the words of its owner; `what` is empty where it has no work yet, `path` leads to its page."""

    what: str
    number: int
    standing: str
    when: str
    path: str


def homes_visits(
    connection: Connection, household_id: str, secret: str, made_at: datetime, now: datetime
) -> list[Planned]:
    """What is planned at a home and what was done lately. The links end with the one that `made_at` is of."""
    return [
        Planned(
            what="; ".join(_titles(one)),
            number=one.number,
            standing=STANDING.get(one.state, "We are planning it"),
            when=_when(one),
            path=personal_link("", secret, Purpose.VISIT, one.id, made_at=made_at, life=LINK_LIFE),
        )
        for one in visits_of_home(connection, household_id, now - DONE_FOR)
    ]


def _titles(visit: HomesVisit) -> list[str]:
    say = phrases_in(visit.language)
    return list(dict.fromkeys(say.title(fault_of(Kind(k), fault), Urgency(u)) for k, fault, u in visit.work))


def _when(visit: HomesVisit) -> str:
    zone, say = zone_of(visit.timezone), phrases_in(visit.language)
    if visit.starts is not None and visit.ends is not None:
        return say_span(visit.starts, visit.ends, zone, say)
    return "" if visit.completed_at is None else say_day(visit.completed_at, zone, say)


def calendar_addresses(base_url: str, secret: str, household_id: str, made_at: datetime) -> tuple[str, str]:
    """Where a home's calendar is, for a browser's click (webcal) and to be copied."""
    link = calendar_link(base_url, secret, "home", household_id, made_at=made_at)
    return f"webcal://{link.partition('://')[2]}", link


def homes_things(connection: Connection, household_id: str) -> list[Thing]:
    """What is in the home; NotFound."""
    return [
        Thing(id=one.id, name=_name(one), seen="; ".join(_seen(one)), said=one.broken)
        for one in things_of(connection, household_id)
    ]


def _seen(thing: HomesThing) -> list[str]:
    say = phrases_in(thing.language)
    return [say.title(fault_of(Kind(thing.kind), fault), Urgency(urgency)) for fault, urgency in thing.findings]


def _name(thing: HomesThing) -> str:
    where = say_where(Kind(thing.kind), thing.room, phrases_in(thing.language))
    return f"{where} ({thing.model})" if thing.model else where


def report_broken(connection: Connection, household_id: str, appliance_id: str, note: str, now: datetime) -> None:
    """The owner says that something of the home does not work; BadInput if it is none of it."""
    if appliance_id not in {one.id for one in things_of(connection, household_id)}:
        raise BadInput("please choose what does not work first")
    report_breakdown(connection, appliance_id, note, "web", now)
