"""The free times of one order, out of the books as they are at this moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from dispatch.slots import SlotParams, free_slots
from dispatch.travel import TravelTimes
from domain.faults import Urgency
from domain.visits import OrderToVisit, Period, Slot
from store.database import Connection
from store.visits import booked_visits, field_technicians, orders_to_visit, shelf_stock

URGENT_NOTICE = timedelta(hours=1)
"""Somebody can be with a hazard after this (E)."""


def slots_for_order(
    connection: Connection,
    order_id: UUID,
    now: datetime,
    travel: TravelTimes,
    params: SlotParams | None = None,
    begins: datetime | None = None,
) -> tuple[Slot, ...]:
    """Times at which somebody can really come for the order; none if it has no place, or nobody able is free.

    With `begins` only those that begin at that moment.
    """
    found = orders_to_visit(connection, orders=[order_id])
    if not found or found[0].place is None:
        return ()
    order = found[0]
    if params is None:
        urgent = order.urgency is Urgency.URGENT
        params = SlotParams(notice=URGENT_NOTICE, soonest=True) if urgent else SlotParams()
    horizon = Period(starts=now, ends=now + params.horizon + timedelta(days=1))
    return free_slots(
        order.job((_window(order, now, horizon, params) if begins is None else Period(starts=begins, ends=begins),)),
        field_technicians(connection, horizon),
        booked_visits(connection, horizon),
        now,
        replace(params, travel=travel),
        shelf_stock(connection),
    )


def _window(order: OrderToVisit, now: datetime, horizon: Period, params: SlotParams) -> Period:
    """When it may begin: not before a part that is on its way can be there."""
    waits = order.awaits_part and order.urgency is not Urgency.URGENT
    return replace(horizon, starts=min(now + params.transfer, horizon.ends)) if waits else horizon


def is_still_free(connection: Connection, order_id: UUID, slot: Slot, now: datetime, travel: TravelTimes) -> bool:
    """True if the slot, offered a while ago, can still be kept: not only among the few that would be offered now."""
    notice = URGENT_NOTICE / 2  # who read the page for a while is not refused for it
    every = SlotParams(notice=notice, per_day=1_000, apart=timedelta(0), most=1_000_000, soonest=True)
    return slot in slots_for_order(connection, order_id, now, travel, params=every, begins=slot.starts)
