"""What a person at the terminal wants to see: totals, and what has just changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.database import Connection
from store.sql import queries

_SQL = queries("overview")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of this moment; reminders and orders are all there ever were."""

    appliances: int
    unclaimed: int
    open_findings: int
    reminders: int
    orders: int
    dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change of state with what is needed to say it."""

    id: int
    entity: str
    to_state: str
    reason: str
    about: str
    """Appliance id, or household id for an order."""
    fault: str | None
    urgency: str | None
    evidence: Mapping[str, Any] | None
    order_number: int | None


def totals(connection: Connection) -> Totals:
    """Counts of this moment."""
    row = connection.execute(_SQL["totals"]).fetchone()
    assert row is not None  # a query of counts always has a row
    appliances, unclaimed, findings, reminders, orders, letters = row
    return Totals(
        appliances=appliances, unclaimed=unclaimed, open_findings=findings, reminders=reminders, orders=orders,
        dead_letters=letters,
    )  # fmt: skip


def news(connection: Connection, after: int) -> list[News]:
    """Changes after the one with id `after`, oldest first, at most 200."""
    return [
        News(id=i, entity=e, to_state=t, reason=r, about=about, fault=f, urgency=u, evidence=ev, order_number=n)
        for i, e, t, r, about, f, u, ev, n in connection.execute(_SQL["news"], {"after": after}).fetchall()
    ]
