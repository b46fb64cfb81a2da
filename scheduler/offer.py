"""Approved visits are offered to the owner: real free times, by a personal link, with a clock for the answer."""

from uuid import UUID

from dispatch.offers import slots_for_order
from dispatch.road_times import OrByDistance
from domain.errors import Conflict
from domain.obligations import Promise, clock_of
from domain.order_choices import Choice
from domain.states import ORDER
from domain.visits import Slot
from scheduler.work import ACTOR, Counts, Work, log
from store.api_orders import ShownOrder, read_order
from store.care_orders import explain_choices
from store.database import translated
from store.moves import move
from store.obligations import add_obligation, orders_to_offer


def offer(work: Work) -> Counts:
    """Offer what was approved; what has no free time is explained to the planner and tried again."""
    done = {"offered": 0, "without_time": 0, "failed": 0}
    for order_id, _ in orders_to_offer(work.connection):
        if not work.keep_on():
            break
        try:
            with translated(), work.connection.transaction():
                done["offered" if _offer(work, order_id) else "without_time"] += 1
        except Conflict:
            log.info("offer_put_off", text="somebody else changes the order", order=str(order_id))
            done["failed"] += 1
    return done


def _offer(work: Work, order_id: UUID) -> bool:
    connection = work.connection
    order = read_order(connection, order_id, lock=True)
    if order.state not in ("approved", "offered"):
        return False
    slots = slots_for_order(connection, order_id, work.now, OrByDistance(source=work.settings.travel))
    explain_choices(connection, order_id, [_choice(order, slots)], actor=ACTOR)
    if not slots:
        return False
    urgent = order.urgency == "urgent"
    clock = clock_of(Promise.CONSENT, urgent=urgent, times_faster=work.settings.promises_faster)
    reason = f"{len(slots)} free times"
    made = add_obligation(
        connection,
        Promise.CONSENT,
        order.household_id,
        since=work.now,
        due_at=work.now + clock.due,
        order_id=order_id,
        urgent=urgent,
        about="; ".join(dict.fromkeys(task.title for task in order.tasks)),
        slots=slots,
        actor=ACTOR,
        reason=reason,
    )
    if made is not None and order.state == "approved":
        move(connection, ORDER, order_id, "offered", actor=ACTOR, reason=reason, at=work.now)
    return made is not None


def _choice(order: ShownOrder, slots: tuple[Slot, ...]) -> Choice:
    if slots:
        who = ", ".join(sorted({slot.technician_id for slot in slots}))
        return Choice(
            choice="slots",
            value=f"{len(slots)}",
            why=f"times at which somebody able ({who}) can be there beside what is booked: in time, and of that those "
            "that cost the least travel",
        )
    kinds = ", ".join(sorted({task.kind for task in order.tasks if task.kind}))
    minutes = sum(task.minutes for task in order.tasks)
    return Choice(
        choice="slots",
        value=None,
        why=f"nobody who knows {kinds} can be there for {minutes} minutes in the next days, by hours, travel and "
        "bookings; split the order, add hours or technicians, or schedule it by hand",
    )
