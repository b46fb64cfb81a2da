"""What each appliance shows of each fault, for others of its kind nearby."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from store.database import Connection
from store.sql import queries

_SQL = queries("peers")


def leave_standing(
    connection: Connection, appliance_key: int, day: date, left_at: datetime, standing: Mapping[str, float]
) -> None:
    """Write down what is shown as of a day of data; what was left of that day before stays."""
    connection.execute(
        _SQL["leave_standing"],
        {"appliance_key": appliance_key, "day": day, "left_at": left_at, "standing": Jsonb(dict(standing))},
    )


def read_moves(connection: Connection, asked: Mapping[str, Any]) -> list[float]:
    """By how much others moved: `appliance_key`, `fault`, the days `since` and `until` with how far back (`former`,
    `fresh`, both excluded), `before` which they had said so, and how many at `most` are asked."""
    return [move for (move,) in connection.execute(_SQL["moves"], asked)]


def purge_standings(connection: Connection, before: date) -> int:
    """Forget the standings of days before; how many."""
    return connection.execute(_SQL["purge_standings"], {"before": before}).rowcount
