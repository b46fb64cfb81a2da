"""What campaigns offer to a home, by its personal link: yes, no, or not any more; and what it wants to hear of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from api.campaign_answers import accept_part, call_about_recall, check_answer, decline_part
from domain.errors import BadInput, Conflict, IllegalMove
from domain.signals import Kind
from notify.owner import say_where
from notify.phrases import phrases_in
from store.campaigns import read_campaign, read_consents, read_participation, say_consent
from store.database import Connection
from store.offers import OfferedThing, offers_of_home

OWNER: Final = "owner"
PURPOSES: Final = {
    "campaigns": "Offers for my appliances, such as a check before the season (at most one in 30 days)",
    "tips": "Care tips after a purchase and before a season (at most one in a fortnight)",
}
"""What a home can ask to hear of, in an owner's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAppliance:
    """An appliance that an offer is about."""

    id: str
    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A campaign as its owner sees it; `state` is `invited` while one of the appliances waits for an answer."""

    id: UUID
    title: str
    text: str
    visit: bool
    recall: bool
    state: str
    appliances: Sequence[OfferedAppliance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something a home can ask to hear of."""

    purpose: str
    about: str
    given: bool


def homes_offers(connection: Connection, household_id: str) -> list[Offer]:
    """What the home is offered now, one entry per campaign."""
    things = groupby(offers_of_home(connection, household_id), key=lambda one: one.campaign_id)
    return [_offer(list(some)) for _, some in things]


def homes_wishes(connection: Connection, household_id: str) -> list[Wish]:
    """What the home asked to hear of; what was never said counts as no."""
    given = {one.purpose: one.given for one in read_consents(connection, household_id)}
    return [Wish(purpose=name, about=about, given=given.get(name, False)) for name, about in PURPOSES.items()]


def answer_offer(
    connection: Connection,
    household_id: str,
    campaign: str,
    appliances: Sequence[str],
    answer: str,
    note: str,
    now: datetime,
) -> None:
    """The owner says yes or no for these appliances; BadInput if nothing was chosen, Conflict if it is too late.

    Who says no to a recall is called. An answer that was given already changes nothing.
    """
    offered = {one.appliance_id for one in offers_of_home(connection, household_id) if str(one.campaign_id) == campaign}
    chosen = [one for one in dict.fromkeys(appliances) if one in offered]
    to = {"yes": "accepted", "no": "declined"}.get(answer)
    if to is None or (appliances and not chosen):
        raise Conflict("this offer has ended meanwhile; please call us if you would still like it")
    if not chosen:
        raise BadInput("please choose an appliance first")
    found = read_campaign(connection, UUID(campaign))
    reason = f"{to} by the owner, on the personal page" + (f": {note}" if note else "")
    changed = False
    for appliance_id in chosen:
        part = read_participation(connection, found.id, appliance_id)
        if part.state == to:
            continue  # tapped twice
        try:
            check_answer(found, part, to)
        except IllegalMove as error:
            raise Conflict("this answer cannot be changed here any more; please call us") from error
        if to == "accepted":
            accept_part(connection, found, part, actor=OWNER, reason=reason, now=now)
        else:
            decline_part(connection, part, actor=OWNER, reason=reason, now=now)
        changed = True
    if changed and to == "declined" and found.type == "recall":
        call_about_recall(connection, found, household_id, note, now)


def say_wishes(connection: Connection, household_id: str, wanted: Sequence[str], now: datetime) -> None:
    """Keep what the home wants to hear of from now on; only what changed is written down."""
    for wish in homes_wishes(connection, household_id):
        if wish.given != (wish.purpose in wanted):
            given = not wish.given
            say_consent(connection, household_id, wish.purpose, given=given, actor=OWNER, at=now)


def _offer(some: Sequence[OfferedThing]) -> Offer:
    one = some[0]
    states = {thing.state for thing in some}
    return Offer(
        id=one.campaign_id,
        title=one.title,
        text=one.text,
        visit=one.visit,
        recall=one.type == "recall",
        state=next(state for state in ("invited", "accepted", "declined") if state in states),
        appliances=[OfferedAppliance(id=thing.appliance_id, name=_name(thing), state=thing.state) for thing in some],
    )


def _name(thing: OfferedThing) -> str:
    where = say_where(Kind(thing.kind), thing.room, phrases_in(thing.language))
    return f"{where} ({thing.model})" if thing.model else where
