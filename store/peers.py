"""What each appliance shows of each fault, for others of its kind nearby."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from store.database import Connection
from store.sql import queries

_SQL = queries("peers")


class Shown(NamedTuple):
    """What an appliance shows of each fault as of a day of its data."""

    appliance_key: int
    day: date
    standing: Mapping[str, float]


def leave_standings(connection: Connection, left_at: datetime, shown: Sequence[Shown]) -> None:
    """Write down what is shown; what was left of the same day before stays."""
    if shown:
        keys, days, standings = zip(*shown, strict=True)
        connection.execute(
            _SQL["leave_standings"],
            {"keys": list(keys), "days": list(days), "left_at": left_at,
             "standings": [Jsonb(dict(one)) for one in standings]},
        )  # fmt: skip


def read_moves(connection: Connection, asked: Mapping[str, Any]) -> list[float]:
    """By how much others moved: `appliance_key`, `fault`, the days `since` and `until` with how far back (`former`,
    `fresh`, both excluded), `before` which they had said so, and how many at `most` are asked."""
    return [move for (move,) in connection.execute(_SQL["moves"], asked)]


def purge_standings(connection: Connection, before: date) -> int:
    """Forget the standings of days before; how many."""
    return connection.execute(_SQL["purge_standings"], {"before": before}).rowcount
