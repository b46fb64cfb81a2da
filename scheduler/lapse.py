"""A visit whose findings are over before anybody came: the owner is told, or asked whether it is still wanted."""

from domain.care_orders import Order
from domain.obligations import Promise, clock_of
from domain.order_choices import Choice
from domain.states import ORDER
from notify.appointments import not_needed_text, still_needed_text
from notify.links import Purpose, personal_link
from notify.phrases import phrases_in
from scheduler.work import ACTOR, Work
from store.api_orders import read_order
from store.care import Household
from store.care_orders import explain_choices, is_explained
from store.moves import move
from store.obligations import add_obligation
from store.outbox import tell_owner

OVER = "the readings are back to normal, there is nothing left to come for"


def cancel_lapsed(work: Work, household: Household, order: Order) -> None:
    """Cancel it; an owner who was offered times is told."""
    if order.state == "offered":
        titles = [task.title for task in read_order(work.connection, order.id).tasks]
        text = not_needed_text(titles, phrases_in(household.language))
        _tell(work, household, order, "not_needed", text)
    move(work.connection, ORDER, order.id, "cancelled", actor=ACTOR, reason=OVER, at=work.now)


def ask_whether_needed(work: Work, household: Household, order: Order) -> bool:
    """Ask the owner once, by message or else by a call; the visit stands meanwhile. False: asked before."""
    if is_explained(work.connection, order.id, "needed"):
        return False
    why = f"{OVER}; a time is agreed, so the owner is asked whether somebody is still to come"
    explain_choices(work.connection, order.id, [Choice(choice="needed", value="asked", why=why)], actor=ACTOR)
    shown, settings = read_order(work.connection, order.id), work.settings
    if not settings.link_secret or shown.visit_starts is None or shown.visit_ends is None:
        due = work.now + clock_of(Promise.CALL_BACK, times_faster=settings.promises_faster).due
        add_obligation(
            *(work.connection, Promise.CALL_BACK, household.id),
            since=work.now,
            due_at=due,
            order_id=order.id,
            about="the readings are back to normal: is the visit still wanted?",
            actor=ACTOR,
            reason=why,
        )
        return True
    link = personal_link(
        *(settings.public_url, settings.link_secret, Purpose.VISIT, order.id),
        made_at=work.now,
        life=settings.link_life,
    )
    text = still_needed_text(
        [task.title for task in shown.tasks],
        *(shown.visit_starts, shown.visit_ends, link),
        household.zone,
        phrases_in(household.language),
    )
    _tell(work, household, order, "still_needed", text)
    return True


def _tell(work: Work, household: Household, order: Order, kind: str, text: str) -> None:
    tell_owner(work.connection, household.id, {"kind": kind, "text": text, "about": {"order": str(order.id)}})
