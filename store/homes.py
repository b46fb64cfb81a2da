"""What the rules of whole homes read and remember: mains voltages, and who is heard of."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from domain.signals import COMMON
from store.database import Connection
from store.sql import queries

_SQL = queries("homes")


class MainsRow(NamedTuple):
    """One reading of one circuit, V; `key` is the circuit's."""

    household_id: str
    latitude: float | None
    longitude: float | None
    key: int
    at: datetime
    received_at: datetime
    voltage_v: float
    upstream_v: float | None
    nominal_v: float


class HomeAppliance(NamedTuple):
    """An appliance of a home that was heard of at least once; `circuit_id` is empty where it is unknown.

    `only_power`: it never said anything but what every meter says.
    """

    key: int
    id: str
    kind: str
    circuit_id: str
    last: datetime
    only_power: bool


class Rhythm(NamedTuple):
    """The first arrival of some weeks, and the silence met at least twice in them; None where there were not two."""

    first: datetime | None
    usual: timedelta | None


def lock_mains(connection: Connection) -> tuple[datetime, Any]:
    """Up to which arrival circuits were looked at, and what is remembered; locked for the caller's transaction."""
    row = connection.execute(_SQL["lock_mains"]).fetchone()
    if row is None:
        raise RuntimeError("mains_watch has lost its only row")
    return row[0], row[1]


def keep_mains(connection: Connection, received_to: datetime, state: Any) -> None:
    """Remember how far circuits were looked at."""
    connection.execute(_SQL["keep_mains"], {"received_to": received_to, "state": Jsonb(state)})


def mains_readings(connection: Connection, received_from: datetime, received_to: datetime) -> list[MainsRow]:
    """What arrived from circuits after the first and up to the second moment, in order of arrival."""
    span = {"received_from": received_from, "received_to": received_to}
    return [MainsRow(*row) for row in connection.execute(_SQL["mains_readings"], span)]


def quiet_households(connection: Connection, quiet_since: datetime) -> list[str]:
    """Homes with an appliance not heard of since then, and homes that were silent when last looked at."""
    return [row[0] for row in connection.execute(_SQL["quiet_households"], {"quiet_since": quiet_since})]


def home_appliances(connection: Connection, household_id: str) -> list[HomeAppliance]:
    """The appliances of a home that were ever heard of."""
    wanted = {"household_id": household_id, "common": list(COMMON)}
    return [HomeAppliance(*row) for row in connection.execute(_SQL["home_appliances"], wanted)]


def rhythm(connection: Connection, key: int, last: datetime, weeks: timedelta) -> Rhythm:
    """How an appliance was heard of in the `weeks` before its last word."""
    found = {"key": key, "last": last, "since": last - weeks}
    row = connection.execute(_SQL["rhythm"], found).fetchone()
    return Rhythm(*row) if row else Rhythm(None, None)


def lock_silence(connection: Connection, household_id: str) -> Any:
    """What is remembered of a home's silence, None if nothing; the home is locked for the caller's transaction."""
    row = connection.execute(_SQL["lock_silence"], {"household_id": household_id}).fetchone()
    return row[0] if row else None


def keep_silence(connection: Connection, household_id: str, state: Any | None) -> None:
    """Remember it; None forgets the home."""
    if state is None:
        connection.execute(_SQL["forget_silence"], {"household_id": household_id})
    else:
        connection.execute(_SQL["keep_silence"], {"household_id": household_id, "state": Jsonb(state)})


def away(connection: Connection, household_id: str) -> list[tuple[datetime, datetime]]:
    """When nobody is at home (holiday mode)."""
    return [(row[0], row[1]) for row in connection.execute(_SQL["away"], {"household_id": household_id})]


def is_away(connection: Connection, household_id: str, now: datetime) -> bool:
    """Whether nobody is at home at `now` (holiday mode)."""
    row = connection.execute(_SQL["is_away"], {"household_id": household_id, "now": now}).fetchone()
    return bool(row and row[0])


def set_away(connection: Connection, household_id: str, starts_at: datetime, ends_at: datetime) -> None:
    """Holiday mode between two moments; saying it again moves its end."""
    span = {"household_id": household_id, "starts_at": starts_at, "ends_at": ends_at}
    connection.execute(_SQL["set_away"], span)
