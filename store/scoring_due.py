"""Which days of which appliances wait to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from store.arrival import settled_until
from store.clocks import AHEAD, forget_ahead, stamp_anew
from store.database import Connection
from store.sql import queries

_SQL = queries("scoring")
LOOK_BACK: Final = timedelta(days=7)
"""What arrived before a clock began to run ahead was judged; when that was, nobody knows, so this much is judged again
(E): once, and to the same end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Days of one appliance that wait; `data_to` is its newest data time known."""

    appliance_key: int
    kind: str
    days: tuple[date, ...]
    data_to: datetime


class Noted(NamedTuple):
    """Up to which arrival days were noted as due, and what had to be put right because a clock ran ahead."""

    received_to: datetime
    went_back: timedelta | None
    """How far ahead of the clock the mark lay; None if it did not."""
    stamped_anew: int
    """Rows whose arrival lay ahead of the clock."""
    held_back: timedelta
    """For how long a worker of ingest has had a transaction open that may still add rows."""


def note_arrivals(connection: Connection, now: datetime, grace: timedelta, kinds: Sequence[str]) -> Noted:
    """Note the days touched by what arrived until then (`settled_until`), and move the mark, which nobody looks
    behind again, to the newest arrival seen; a mark that a clock left ahead of `now` goes back by `LOOK_BACK`."""
    with connection.transaction():
        row = connection.execute(_SQL["lock_mark"]).fetchone()
        if row is None:
            raise RuntimeError("arrival_mark has lost its only row")
        received_from: datetime = row[0]
        ahead_of = max(now, row[1])  # a replay may be told an earlier time than it is
        went_back = received_from - now if received_from > now + AHEAD else None
        if went_back is not None:
            forget_ahead(connection, now)
            received_from, ahead_of = now - LOOK_BACK, now
        settled = settled_until(connection, now, grace)
        received_to = max(settled, received_from)
        keys = [key for (key,) in connection.execute(_SQL["newcomers"], {"kinds": list(kinds)})]
        if keys:
            connection.execute(_SQL["note_newcomers"], {"keys": keys, "received_to": received_to})
            connection.execute(_SQL["mark_newcomers"], {"keys": keys, "received_to": received_to})
        span = {"received_from": received_from, "received_to": received_to, "ahead": ahead_of + AHEAD}
        arrived, ahead = connection.execute(_SQL["note_arrivals"], span).fetchone() or (None, 0)
        mark = arrived or received_from
        connection.execute(_SQL["move_mark"], {"received_to": mark})
        stamped = stamp_anew(connection, now, ahead_of + AHEAD) if ahead else 0  # noted at the next call
    return Noted(mark, went_back, stamped, now - grace - settled)


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
