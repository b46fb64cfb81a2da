"""Households as the API reads and writes them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from domain.errors import BadInput, Conflict, NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_households")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A home: where it stands and how its people are reached. Degrees are WGS 84.

    `region` and `climate` are what people said; those that figures and tips use are told from its place otherwise.
    """

    id: str
    name: str
    latitude: float | None
    longitude: float | None
    timezone: str
    region: str | None
    climate: str | None
    region_used: str
    climate_used: str | None
    contact: dict[str, Any]
    version: int
    created_at: datetime


def list_households(connection: Connection, after: str | None, limit: int) -> list[Household]:
    """Households by id, from after `after`."""
    return rows(connection, Household, _SQL["page"], {"after": after, "limit": limit})


def read_household(connection: Connection, household_id: str) -> Household:
    """One household; NotFound."""
    found = row(connection, Household, _SQL["one"], {"id": household_id})
    if found is None:
        raise NotFound(f"there is no household {household_id}")
    return found


def lock_household(connection: Connection, household_id: str) -> int:
    """Lock a household until commit and return its version; NotFound."""
    found = connection.execute(_SQL["lock"], {"id": household_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no household {household_id}")
    return int(found[0])


def require_household(connection: Connection, household_id: str) -> None:
    """BadInput unless the household that something is to belong to exists."""
    if connection.execute(_SQL["exists"], {"id": household_id}).fetchone() is None:
        raise BadInput(f"there is no household {household_id}; create it first with POST /api/v1/households")


def add_household(connection: Connection, values: Mapping[str, Any]) -> Household:
    """Create a household; Conflict if its id is taken, BadInput for half a place."""
    _require_whole_place(values)
    if connection.execute(_SQL["add"], {**values, "contact": Jsonb(values["contact"])}).fetchone() is None:
        raise Conflict(f"there is a household {values['id']} already")
    return read_household(connection, values["id"])


def change_household(connection: Connection, household_id: str, changes: Mapping[str, Any]) -> Household:
    """Change the fields named in `changes`; the caller holds the lock. BadInput for half a place."""
    merged = {**asdict(read_household(connection, household_id)), **changes}
    _require_whole_place(merged)
    connection.execute(_SQL["change"], {**merged, "contact": Jsonb(merged["contact"])})
    return read_household(connection, household_id)


def _require_whole_place(values: Mapping[str, Any]) -> None:
    if (values["latitude"] is None) != (values["longitude"] is None):
        raise BadInput("a place needs latitude and longitude; send both, or null for both")
