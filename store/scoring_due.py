"""Which days of which appliances wait to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.arrival import settled_until
from store.database import Connection
from store.sql import queries

_SQL = queries("scoring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Days of one appliance that wait; `data_to` is its newest data time known."""

    appliance_key: int
    kind: str
    days: tuple[date, ...]
    data_to: datetime


def note_arrivals(connection: Connection, now: datetime, grace: timedelta, kinds: Sequence[str]) -> datetime:
    """Note the days touched by what arrived until then (`settled_until`), and return the mark, which nobody looks
    behind again."""
    with connection.transaction():
        row = connection.execute(_SQL["lock_mark"]).fetchone()
        if row is None:
            raise RuntimeError("arrival_mark has lost its only row")
        received_from: datetime = row[0]
        received_to = max(settled_until(connection, now, grace), received_from)
        keys = [key for (key,) in connection.execute(_SQL["newcomers"], {"kinds": list(kinds)})]
        if keys:
            connection.execute(_SQL["note_newcomers"], {"keys": keys, "received_to": received_to})
            connection.execute(_SQL["mark_newcomers"], {"keys": keys, "received_to": received_to})
        if received_to > received_from:
            span = {"received_from": received_from, "received_to": received_to}
            connection.execute(_SQL["note_arrivals"], span)
            connection.execute(_SQL["move_mark"], {"received_to": received_to})
    return received_to


def note_moved(connection: Connection, appliance_key: int, first: datetime, last: datetime, now: datetime) -> None:
    """Have the days between two data times judged anew, as rows were moved there; inside the mover's transaction.

    An appliance that was never judged needs no note: all its days are due anyway.
    """
    connection.execute(_SQL["note_moved"], {"appliance_key": appliance_key, "first": first, "last": last, "now": now})


def read_due(connection: Connection, now: datetime, kinds: Sequence[str], most: int) -> list[Due]:
    """At most `most` appliances with days due, longest waiting first."""
    with connection.transaction():
        rows = connection.execute(_SQL["due"], {"now": now, "kinds": list(kinds), "most": most}).fetchall()
    return [Due(appliance_key=key, kind=kind, days=tuple(days), data_to=to) for key, kind, days, to in rows]


def commit_lazily(connection: Connection) -> None:
    """From now on commits of this connection do not wait for the disk: good for work that is simply done again."""
    connection.execute(_SQL["commit_lazily"])


def settle(connection: Connection, done: Sequence[Due], received_to: datetime) -> None:
    """Take the days off the list and advance the appliances' marks; inside the caller's transaction."""
    days = [(due.appliance_key, day) for due in done for day in due.days]
    connection.execute(
        _SQL["settle"],
        {
            "due_keys": [key for key, _ in days],
            "due_days": [day for _, day in days],
            "keys": [due.appliance_key for due in done],
            "data_to": [due.data_to for due in done],
            "received_to": received_to,
        },
    )


def put_off(connection: Connection, due: Due, now: datetime) -> None:
    """Try these days again later, so that one bad appliance does not hold up the others."""
    with connection.transaction():
        connection.execute(_SQL["put_off"], {"appliance_key": due.appliance_key, "days": list(due.days), "now": now})
