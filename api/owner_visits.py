"""What an owner does by a personal link: choose a time, move it, ask for a call, say no, say how it went."""

from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.offers import is_still_free
from dispatch.travel import TravelTimes
from domain.errors import BadInput, Conflict, IllegalMove, NotFound
from domain.obligations import ANSWER_WITHIN, Obligation, Promise, clock_of
from domain.states import OBLIGATION, ORDER
from domain.visits import Slot
from notify.appointments import booked_text
from notify.phrases import phrases_in
from store.api_obligations import note_try
from store.api_orders import Slot as Booking
from store.api_orders import book, read_order, refuse_second_open_order
from store.breakdowns import report_breakdown
from store.care import zone_of
from store.database import Connection
from store.moves import move
from store.obligations import add_obligation, close_obligation, read_obligation, standing
from store.opinions import add_opinion, rate_order
from store.outbox import tell_owner
from store.owner_pages import lock_technician, owners_visit, technician_names
from store.reopening import reopen

OWNER: Final = "owner"
NOTE_MOST: Final = 500
STARS: Final = ("1", "2", "3", "4", "5")
PRAISE_STARS: Final = 4
"""With so many stars a note is praise (E)."""
CHOOSABLE: Final = frozenset({"approved", "offered", "confirmed", "scheduled"})
_ON_THE_WAY: Final = frozenset({"offered", "confirmed"})


class SlotTaken(Conflict):
    """The chosen time is not free any more."""


class VisitOver(Conflict):
    """Nothing is left to choose: the visit was called off, is under way, or done."""


def slot_of(text: str) -> Slot:
    """The time that a form sent back; BadInput if none was chosen."""
    try:
        technician_id, starts, ends = text.split("|")
        slot = Slot(
            technician_id=technician_id, starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends)
        )
    except ValueError as error:
        raise BadInput("please choose one of the times first") from error
    if slot.starts.tzinfo is None or slot.ends.tzinfo is None:
        raise BadInput("please choose one of the times first")
    return slot


def slot_text(slot: Slot) -> str:
    """A time as a form carries it."""
    return f"{slot.technician_id}|{slot.starts.isoformat()}|{slot.ends.isoformat()}"


def choose_time(connection: Connection, order_id: UUID, slot: Slot, now: datetime, travel: TravelTimes) -> None:
    """Book a time for an order, or move its visit there; SlotTaken if it is not free any more."""
    order = read_order(connection, order_id, lock=True)
    if order.state == "scheduled" and (order.technician_id, order.visit_starts) == (slot.technician_id, slot.starts):
        return  # tapped twice
    if order.state not in CHOOSABLE:
        raise VisitOver("a time cannot be chosen for this visit any more")
    lock_technician(connection, slot.technician_id)
    if slot.starts <= now:
        raise SlotTaken("this time is past; please choose another one")
    if not is_still_free(connection, order_id, slot, now, travel):
        raise SlotTaken("this time has just been taken; please choose another one")
    if order.state == "scheduled":
        reason = "the owner chose another time"
        move(connection, ORDER, order_id, "confirmed", actor=OWNER, reason=reason, at=now)
    book(connection, order_id, Booking(technician_id=slot.technician_id, starts=slot.starts, ends=slot.ends))
    reason = f"chosen by the owner: {slot.technician_id}, {slot.starts:%Y-%m-%d %H:%M} UTC"
    move(connection, ORDER, order_id, "scheduled", actor=OWNER, reason=reason, at=now, via=_ON_THE_WAY)
    if (asked := standing(connection, order_id, Promise.CONSENT)) is not None:
        close_obligation(connection, asked, "chosen", actor=OWNER, reason=reason, at=now)
    _confirm(connection, order_id, slot)


def _confirm(connection: Connection, order_id: UUID, slot: Slot) -> None:
    visit = owners_visit(connection, order_id)
    name = technician_names(connection, [slot.technician_id]).get(slot.technician_id, slot.technician_id)
    text = booked_text(slot.starts, slot.ends, name, zone_of(visit.timezone), phrases_in(visit.language))
    tell_owner(connection, visit.household_id, {"kind": "booked", "text": text, "about": {"order": str(order_id)}})


def decline_visit(connection: Connection, order_id: UUID, note: str, now: datetime) -> None:
    """The owner does not want the visit; of a hazard somebody will call about it."""
    order = read_order(connection, order_id, lock=True)
    if order.state in ("declined", "cancelled"):
        return
    if order.state not in CHOOSABLE:
        raise Conflict("this visit cannot be called off here any more")
    to = "declined" if order.state in ("approved", "offered") else "cancelled"
    reason = f"the owner does not want it: {note}" if note else "the owner does not want it"
    move(connection, ORDER, order_id, to, actor=OWNER, reason=reason, at=now, via=frozenset({"offered"}))
    if (asked := standing(connection, order_id, Promise.CONSENT)) is not None:
        close_obligation(connection, asked, "declined", actor=OWNER, reason=reason, at=now, note=note or None)
    if order.urgency == "urgent":
        titles = "; ".join(task.title for task in order.tasks)
        _call_back(connection, order.household_id, order_id, f"declined a hazard: {titles}. {note}", now, urgent=True)


def ask_for_call(connection: Connection, order_id: UUID, note: str, now: datetime) -> None:
    """Somebody calls the owner about the visit."""
    order = read_order(connection, order_id, lock=True)
    reason = f"the owner wants a call: {note}" if note else "the owner wants a call"
    asked = standing(connection, order_id, Promise.CONSENT)
    if asked is None:
        urgent = order.urgency == "urgent" and order.state in ORDER.open_states
        _call_back(connection, order.household_id, order_id, reason, now, urgent=urgent)
        return
    if read_obligation(connection, asked).state != "to_call":
        move(connection, OBLIGATION, asked, "to_call", actor=OWNER, reason=reason, at=now)
    note_try(connection, asked, actor=OWNER, note=reason)


def answer_follow_up(
    connection: Connection, obligation_id: UUID, answer: str, note: str, now: datetime, stars: str | None = None
) -> None:
    """The owner says how it went: `ok`, `problem` or `call`; of the last two somebody calls. BadInput for others.

    `stars`, 1 to 5, rate the order; a note after a visit is recorded as an opinion, which has to be answered.
    A problem after a visit opens its order again; where that cannot be, it is a new order that repeats the first.
    """
    if answer not in ("ok", "problem", "call"):
        raise BadInput("please choose one of the answers")
    found = read_obligation(connection, obligation_id)
    if found.promise not in (Promise.FOLLOW_UP, Promise.REMOTE_FOLLOW_UP):
        raise NotFound("this link is not for that")
    if found.state not in OBLIGATION.open_states:
        return
    reason = f"the owner answered: {answer}" + (f", {note}" if note else "")
    close_obligation(connection, obligation_id, answer, actor=OWNER, reason=reason, at=now, note=note or None)
    if found.order_id is not None:
        _keep_opinion(connection, found, answer, note, now, int(stars) if stars in STARS else None)
    if answer == "problem" and found.order_id is not None:
        _come_again(connection, found.order_id, note, now)
    if answer != "ok":
        about = "not right after the work" if answer == "problem" else "wants a call after the work"
        _call_back(connection, found.household_id, found.order_id, f"{about}: {note}".rstrip(": "), now, of=found)


def _keep_opinion(
    connection: Connection, found: Obligation, answer: str, note: str, now: datetime, stars: int | None
) -> None:
    opinion_id = None
    if note:
        content = stars is not None and stars >= PRAISE_STARS
        values = {
            "household_id": found.household_id,
            "kind": "complaint" if answer == "problem" else "praise" if content else "suggestion",
            "channel": "web",
            "order_id": found.order_id,
            "appliance_id": None,
            "text": note,
            "recorded_at": now,
            "answer_by": now + ANSWER_WITHIN,
        }
        opinion_id = add_opinion(connection, values)
    if stars is not None and found.order_id is not None:
        rate_order(connection, found.order_id, stars, "web", now, opinion_id)


def _come_again(connection: Connection, order_id: UUID, note: str, now: datetime) -> None:
    order = read_order(connection, order_id, lock=True)
    reason = "not right after the work, says the owner" + (f": {note}" if note else "")
    try:
        ORDER.check(order.state, "reopened")
        refuse_second_open_order(connection, order_id)
    except (IllegalMove, Conflict):  # proved by telemetry, or the home has another open order, which the task joins
        main = max(order.tasks, key=lambda task: task.minutes, default=None)
        if main is not None:
            report_breakdown(connection, main.appliance_id, f"after order {order.number}: {reason}", "web", now)
        return
    reopen(connection, order_id, actor=OWNER, reason=reason, at=now, every=True)


def _call_back(
    connection: Connection,
    household_id: str,
    order_id: UUID | None,
    about: str,
    now: datetime,
    *,
    urgent: bool = False,
    of: Obligation | None = None,
) -> None:
    add_obligation(
        connection,
        Promise.CALL_BACK,
        household_id,
        since=now,
        due_at=now + clock_of(Promise.CALL_BACK, urgent=urgent).due,
        order_id=order_id,
        reminder_id=None if of is None else of.reminder_id,
        urgent=urgent,
        about=about,
        actor=OWNER,
        reason=about,
    )
