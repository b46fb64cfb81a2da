"""An owner's home by its personal link: what is in it, and that something does not work."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import BadInput
from domain.signals import Kind
from notify.owner import say_where
from notify.phrases import phrases_in
from store.breakdowns import HomesThing, report_breakdown, things_of
from store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An appliance in the words of its owner; `said`: that it does not work is known."""

    id: str
    name: str
    said: bool


def homes_things(connection: Connection, household_id: str) -> list[Thing]:
    """What is in the home; NotFound."""
    return [Thing(id=one.id, name=_name(one), said=one.broken) for one in things_of(connection, household_id)]


def _name(thing: HomesThing) -> str:
    where = say_where(Kind(thing.kind), thing.room, phrases_in(thing.language))
    return f"{where} ({thing.model})" if thing.model else where


def report_broken(connection: Connection, household_id: str, appliance_id: str, note: str, now: datetime) -> None:
    """The owner says that something of the home does not work; BadInput if it is none of it."""
    if appliance_id not in {one.id for one in things_of(connection, household_id)}:
        raise BadInput("please choose what does not work first")
    report_breakdown(connection, appliance_id, note, "web", now)
