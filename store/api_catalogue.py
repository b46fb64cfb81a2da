"""Outlets and technicians as the API reads and adds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import BadInput, Conflict, NotFound
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("api_catalogue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A service outlet; degrees are WGS 84. `supplied_by` is the regional store that it asks for parts."""

    id: str
    name: str
    latitude: float
    longitude: float
    timezone: str
    supplied_by: str | None
    phone: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """A technician of an outlet; `skills` are the kinds of appliance they are trained for."""

    id: str
    name: str
    outlet_id: str
    skills: list[str]
    active: bool
    version: int


def list_outlets(connection: Connection, after: str | None, limit: int) -> list[Outlet]:
    """Outlets by id, from after `after`."""
    return rows(connection, Outlet, _SQL["outlet_page"], {"after": after, "limit": limit})


def read_outlet(connection: Connection, outlet_id: str) -> Outlet:
    """One outlet; NotFound."""
    found = row(connection, Outlet, _SQL["outlet_one"], {"id": outlet_id})
    if found is None:
        raise NotFound(f"there is no outlet {outlet_id}")
    return found


def add_outlet(connection: Connection, values: Mapping[str, Any]) -> Outlet:
    """Create an outlet; Conflict if its id is taken."""
    check_supplier(connection, values)
    if connection.execute(_SQL["outlet_add"], values).fetchone() is None:
        raise Conflict(f"there is an outlet {values['id']} already")
    return read_outlet(connection, values["id"])


def check_supplier(connection: Connection, values: Mapping[str, Any]) -> None:
    """BadInput unless the outlet's supplier exists and is not itself supplied by it."""
    supplier = values["supplied_by"]
    if supplier is None:
        return
    require_outlet(connection, supplier)
    above = {supplier} | {outlet for (outlet,) in connection.execute(_SQL["suppliers"], {"id": supplier})}
    if values["id"] in above:
        raise BadInput(f"{supplier} is itself supplied by {values['id']}; name a store above both, or none")


def require_outlet(connection: Connection, outlet_id: str) -> None:
    """BadInput unless the outlet that something is to belong to exists."""
    if row(connection, Outlet, _SQL["outlet_one"], {"id": outlet_id}) is None:
        raise BadInput(f"there is no outlet {outlet_id}; create it first with POST /api/v1/outlets")


def list_technicians(
    connection: Connection, after: str | None, limit: int, *, outlet: str | None, skill: str | None
) -> list[Technician]:
    """Technicians by id, from after `after`."""
    params = {"after": after, "limit": limit, "outlet": outlet, "skill": skill}
    return rows(connection, Technician, _SQL["technician_page"], params)


def read_technician(connection: Connection, technician_id: str) -> Technician:
    """One technician; NotFound."""
    found = row(connection, Technician, _SQL["technician_one"], {"id": technician_id})
    if found is None:
        raise NotFound(f"there is no technician {technician_id}")
    return found


def add_technician(connection: Connection, values: Mapping[str, Any]) -> Technician:
    """Create a technician of an existing outlet; Conflict if the id is taken."""
    require_outlet(connection, values["outlet_id"])
    if connection.execute(_SQL["technician_add"], values).fetchone() is None:
        raise Conflict(f"there is a technician {values['id']} already")
    return read_technician(connection, values["id"])
