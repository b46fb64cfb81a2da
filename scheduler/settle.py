"""Closing what is over: findings that cleared, proposed orders with nothing left to do, work proved or not."""

from domain.care import Case, is_settled
from domain.care_orders import Order, Proof, judge_order
from domain.states import FINDING, ORDER
from scheduler.lapse import ask_whether_needed, cancel_lapsed
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.breakdowns import end_repaired
from store.care import Household, Question, households, load_cases
from store.care_orders import lock_orders
from store.database import translated
from store.moves import move
from store.reopening import reopen
from store.standing_hazards import judge_hazards_anew


def settle(work: Work) -> Counts:
    """Resolve findings, then judge the orders by them."""
    with translated():
        end_repaired(work.connection)
        judge_hazards_anew(work.connection)
    return for_each_household(work, households(work.connection, Question.SETTLE), _settle_household, "settled")


def _settle_household(work: Work, household: Household) -> int:
    done = 0
    for case in load_cases(work.connection, household.id):
        if _waits_for_nobody(case) and is_settled(case, work.settings.care):
            reason = f"the readings are back to normal since {case.cleared_at:%Y-%m-%d %H:%M} UTC"
            move(work.connection, FINDING, case.finding_id, "resolved", actor=ACTOR, reason=reason, at=work.now)
            done += 1
    return done + _settle_orders(work, household)


def _waits_for_nobody(case: Case) -> bool:
    """A reminder that is not over yet is closed together with its finding, by the follow-up."""
    return case.reminder is None or case.reminder.state in ("verified", "escalated")


def _settle_orders(work: Work, household: Household) -> int:
    done = 0
    reopened: set[str] = set()  # what was reopened is the open order of its lane now
    orders = lock_orders(work.connection, household.id)
    for order in orders:
        proof = judge_order(order, work.settings.care)
        lane_is_taken = order.lane in reopened or _another_is_open(order, orders)
        if proof is None or (proof is Proof.REOPEN and lane_is_taken):
            continue  # with another order open, what is still there joins that one (domain.care_orders)
        done += _settle_order(work, household, order, proof)
        if proof is Proof.REOPEN:
            reopened.add(order.lane)
    return done


def _settle_order(work: Work, household: Household, order: Order, proof: Proof) -> bool:
    if proof is Proof.ASK:
        return ask_whether_needed(work, household, order)
    if proof is Proof.CANCEL:
        cancel_lapsed(work, household, order)
    elif proof is Proof.REOPEN:
        reason = "the readings taken after the work still show a finding"
        reopen(work.connection, order.id, actor=ACTOR, reason=reason, at=work.now, every=False)
    else:
        reason = "the readings taken after the work show that it helped"
        move(work.connection, ORDER, order.id, "verified", actor=ACTOR, reason=reason, at=work.now)
    return True


def _another_is_open(order: Order, orders: list[Order]) -> bool:
    return any(other.id != order.id and other.lane == order.lane and other.state != "completed" for other in orders)
