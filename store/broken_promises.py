"""What costs licence points, found in what happened: appointments, calls that were taken on, repeats, charges."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from domain.errors import Conflict
from domain.prices import PricedTask, PriceList, Quote, quote
from domain.warranty import covered, warranty_ends
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("broken_promises")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedVisit:
    """An agreed time that somebody came to late (`arrived_at`), or not at all."""

    id: int
    technician_id: str
    order_id: UUID
    number: int
    starts: datetime
    arrived_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A call that somebody had taken on and that was not settled in its time."""

    id: UUID
    technician_id: str
    order_id: UUID | None
    number: int
    kind: str
    due_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedWork:
    """Work that had to be done again (`first_order`), and the visit that did it (`order_id`, at `at`)."""

    technician_id: str
    order_id: UUID
    number: int
    at: datetime
    fault: str
    outcome: str | None
    first_order: UUID
    first_number: int
    first_at: datetime
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What an owner was charged for finished work, and who said so."""

    order_id: UUID
    number: int
    technician_id: str
    cents: int
    said_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What somebody said that an owner was charged."""

    said_by: str
    cents: int
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A price list and from when on it holds."""

    valid_from: date
    call_out_cents: int
    hour_cents: int
    actor: str
    at: datetime


def missed_visits(
    connection: Connection, *, since: datetime, now: datetime, late_after: timedelta, report_wait: timedelta
) -> list[MissedVisit]:
    """Agreed times since then that were missed and cost nothing yet."""
    values = {"since": since, "now": now, "late_after": late_after, "report_wait": report_wait}
    return rows(connection, MissedVisit, _SQL["missed_visits"], values)


def missed_calls(connection: Connection, *, since: datetime, now: datetime, call_lead: timedelta) -> list[MissedCall]:
    """Calls due since then that were missed and cost nothing yet."""
    return rows(connection, MissedCall, _SQL["missed_calls"], {"since": since, "now": now, "call_lead": call_lead})


def repeated_work(connection: Connection, since: datetime) -> list[RepeatedWork]:
    """Work that was done again since then and cost nothing yet, by whoever did it before."""
    return rows(connection, RepeatedWork, _SQL["repeated_work"], {"since": since})


def charges(connection: Connection, since: datetime) -> list[Charged]:
    """What owners were charged for work finished since then and that cost nothing yet."""
    return rows(connection, Charged, _SQL["charges"], {"since": since})


def charges_in(connection: Connection, technician_id: str, since: datetime, until: datetime) -> list[Charged]:
    """What owners were charged for work that a technician finished between two moments."""
    values = {"technician_id": technician_id, "since": since, "until": until}
    return rows(connection, Charged, _SQL["charges_in"], values)


def quote_of(connection: Connection, order_id: UUID, day: date) -> Quote | None:
    """What an order may cost its owner by the prices of a day; None: none were entered."""
    prices = prices_on(connection, day)
    return None if prices is None else quote(priced_tasks(connection, order_id, day), prices)


def prices_on(connection: Connection, day: date) -> PriceList | None:
    """The prices of a day; None: none were entered."""
    return row(connection, PriceList, _SQL["price_list"], {"day": day})


def list_prices(connection: Connection) -> list[Prices]:
    """All price lists, newest first."""
    return rows(connection, Prices, _SQL["price_lists"], {})


def add_prices(connection: Connection, values: dict[str, Any]) -> None:
    """Enter prices from a day on; Conflict if there are some for that day."""
    if connection.execute(_SQL["add_prices"], values).rowcount != 1:
        raise Conflict(f"there are prices from {values['valid_from']} on already; choose a later day")


def priced_tasks(connection: Connection, order_id: UUID, day: date) -> list[PricedTask]:
    """What was done at an order's visit as it is priced on a day."""
    found = connection.execute(_SQL["priced_tasks"], {"order_id": order_id}).fetchall()
    return [
        PricedTask(
            what=fault.replace("_", " "),
            minutes=minutes,
            covered=covered(warranty_ends(installed_on, facts), day),
            parts=[(name, pieces, cents) for name, pieces, cents in parts],
        )
        for fault, minutes, installed_on, facts, parts in found
    ]


def say_charge(
    connection: Connection, order_id: UUID, said_by: Literal["technician", "owner"], cents: int, note: str, *,
    actor: str, at: datetime,
) -> None:  # fmt: skip
    """Keep what the owner was charged, by the word of one of the two; said again it is corrected."""
    values = {"order_id": order_id, "said_by": said_by, "cents": cents, "note": note, "actor": actor, "at": at}
    connection.execute(_SQL["say_charge"], values)


def charges_of(connection: Connection, order_id: UUID) -> list[Charge]:
    """What was said about the charge of an order."""
    return rows(connection, Charge, _SQL["charges_of"], {"order_id": order_id})


def note_arrival(
    connection: Connection, order_id: UUID, technician_id: str, at: datetime, *, over_by: datetime | None = None
) -> bool:
    """Keep when somebody came, with `over_by` only to a visit that was over by then; False if it was said before, or
    nothing was agreed."""
    values = {"order_id": order_id, "technician_id": technician_id, "at": at, "over_by": over_by}
    return connection.execute(_SQL["arrived"], values).rowcount > 0


def excuse(connection: Connection, order_id: UUID, why: str) -> None:
    """Nobody is to blame that the newest appointment of the order did not take place."""
    connection.execute(_SQL["excuse"], {"order_id": order_id, "why": why})
