"""The free times of one order, out of the books as they are at this moment."""

from datetime import datetime, timedelta
from uuid import UUID

from dispatch.slots import SlotParams, free_slots
from domain.faults import Urgency
from domain.visits import Period, Slot
from store.database import Connection
from store.visits import booked_visits, field_technicians, orders_to_visit, shelf_stock

URGENT_NOTICE = timedelta(hours=1)
"""Somebody can be with a hazard after this (E)."""


def slots_for_order(
    connection: Connection, order_id: UUID, now: datetime, params: SlotParams | None = None
) -> tuple[Slot, ...]:
    """Times at which somebody can really come for the order; none if it has no place, or nobody able is free."""
    found = orders_to_visit(connection, orders=[order_id])
    if not found or found[0].place is None:
        return ()
    order = found[0]
    if params is None:
        params = SlotParams(notice=URGENT_NOTICE) if order.urgency is Urgency.URGENT else SlotParams()
    horizon = Period(starts=now, ends=now + params.horizon + timedelta(days=1))
    return free_slots(
        order.job((horizon,)),
        field_technicians(connection, horizon),
        booked_visits(connection, horizon),
        now,
        params,
        shelf_stock(connection),
    )


def is_still_free(connection: Connection, order_id: UUID, slot: Slot, now: datetime) -> bool:
    """True if the slot, offered a while ago, can still be kept: not only among the few that would be offered now."""
    notice = URGENT_NOTICE / 2  # who read the page for a while is not refused for it
    every = SlotParams(notice=notice, per_day=1_000, apart=timedelta(0), most=1_000_000)
    return slot in slots_for_order(connection, order_id, now, params=every)
