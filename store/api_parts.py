"""Parts, their stock and its ledger as the API reads and writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.errors import BadInput, Conflict, NotFound
from domain.parts import FitRule, store_of
from store.api_catalogue import require_outlet
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries
from store.stock import count_stock, load_catalogue

_SQL = queries("api_parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A spare part. `role` is what a fault asks for; `fits` are kinds, `rules` narrow them by maker and model.

    `stock` are the free pieces at each outlet; `lead_days` what the supplier takes.
    """

    id: str
    name: str
    role: str
    fits: list[str]
    rules: list[FitRule]
    alternatives: list[str]
    superseded_by: str | None
    barcode: str | None
    price_cents: int | None
    lead_days: int
    stock: dict[str, int]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Pieces of a part at a place; `free` are those that no task holds."""

    place: str
    part_id: str
    name: str
    on_hand: int
    reserved: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the ledger; null as a place is the world outside."""

    id: int
    at: datetime
    part_id: str
    quantity: int
    from_place: str | None
    to_place: str | None
    reason: str
    note: str
    actor: str
    reservation_id: UUID | None
    transfer_id: UUID | None
    order_id: UUID | None


def list_parts(
    connection: Connection, after: str | None, limit: int, *, kind: str | None = None, role: str | None = None
) -> list[Part]:
    """Parts by id, from after `after`."""
    return _parts(connection, after=after, limit=limit, kind=kind, role=role)


def read_part(connection: Connection, part_id: str) -> Part:
    """One part; NotFound."""
    found = _parts(connection, id=part_id)
    if not found:
        raise NotFound(f"there is no part {part_id}; see GET /api/v1/parts")
    return found[0]


def part_by_barcode(connection: Connection, barcode: str) -> Part | None:
    """The part with this bar code."""
    return next(iter(_parts(connection, barcode=barcode)), None)


def lock_part(connection: Connection, part_id: str) -> int:
    """Lock a part and return its version; NotFound."""
    found = connection.execute(_SQL["lock"], {"id": part_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no part {part_id}; see GET /api/v1/parts")
    return int(found[0])


def add_part(connection: Connection, values: Mapping[str, Any], stock: Mapping[str, int], *, actor: str) -> Part:
    """Create a part with its stock at existing outlets; Conflict if the id is taken, BadInput for unknown names."""
    _check_names(connection, values)
    if connection.execute(_SQL["add"], _written(values)).fetchone() is None:
        raise Conflict(f"there is a part {values['id']} already; change it with PATCH /api/v1/parts/{values['id']}")
    for outlet_id, quantity in sorted(stock.items()):
        require_outlet(connection, outlet_id)
        count_stock(connection, values["id"], store_of(outlet_id), quantity, actor=actor, note="first stock")
    return read_part(connection, values["id"])


def change_part(connection: Connection, part_id: str, changes: Mapping[str, Any]) -> Part:
    """Write what changed into a locked part; BadInput for unknown names or a circle of superseded parts."""
    present = asdict(read_part(connection, part_id))
    values = {**present, **changes}
    _check_names(connection, values)
    connection.execute(_SQL["change"], _written(values))
    return read_part(connection, part_id)


def list_stock(
    connection: Connection, after: tuple[str, str] | None, limit: int, *, place: str | None, part: str | None
) -> list[Balance]:
    """Balances by place and part, from after `after`."""
    after_place, after_part = after or (None, None)
    params = {
        "after_place": after_place,
        "after_part": after_part,
        "limit": limit,
        "place": place,
        "part_id": part,
    }
    return rows(connection, Balance, _SQL["stock_page"], params)


def list_movements(
    connection: Connection, after: int | None, limit: int, *, place: str | None, part: str | None
) -> list[Movement]:
    """The ledger, newest first, from after number `after`."""
    params = {"after": after, "limit": limit, "place": place, "part_id": part}
    return rows(connection, Movement, _SQL["movement_page"], params)


def read_balance(connection: Connection, place: str, part_id: str) -> Balance:
    """The balance of one part at one place; zeros if it has never been there."""
    params = {"after_place": None, "after_part": None, "limit": 1, "place": place, "part_id": part_id}
    none = Balance(place=place, part_id=part_id, name="", on_hand=0, reserved=0, free=0)
    return row(connection, Balance, _SQL["stock_page"], params) or none


def _parts(connection: Connection, **asked: Any) -> list[Part]:
    params = {"after": None, "id": None, "kind": None, "role": None, "barcode": None, "limit": 1, **asked}
    found = rows(connection, Part, _SQL["page"], params)
    return [replace(part, rules=[FitRule(**cast("dict[str, str]", rule)) for rule in part.rules]) for part in found]


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "rules": Jsonb(values["rules"])}


def _check_names(connection: Connection, values: Mapping[str, Any]) -> None:
    catalogue = load_catalogue(connection)
    named: Sequence[str] = [*values["alternatives"], *([values["superseded_by"]] if values["superseded_by"] else [])]
    for name in named:
        if name not in catalogue:
            raise BadInput(f"there is no part {name}; add it first with POST /api/v1/parts")
        if name == values["id"]:
            raise BadInput("a part is no alternative to itself; name another one")
    seen = {values["id"]}
    newer = values["superseded_by"]
    while newer is not None:
        if newer in seen:
            raise BadInput(f"{newer} is itself superseded by {values['id']}: a circle; clear one of the two first")
        seen.add(newer)
        newer = catalogue[newer].superseded_by
