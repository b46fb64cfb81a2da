"""Findings that need somebody become tasks of the household's one open order."""

from domain.care import Case
from domain.care_orders import Order, Plan, may_be_proposed, plan_order
from notify.phrases import ENGLISH
from notify.planner import order_explanation
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.care import Household, load_cases
from store.care_orders import (
    held_by,
    households_to_visit,
    load_outlets,
    load_technicians,
    lock_orders,
    note_change,
    write_plan,
)
from store.moves import speak_as


def propose(work: Work) -> Counts:
    """Propose orders, or let findings join the open one."""
    return for_each_household(work, households_to_visit(work.connection), _propose_for_household, "proposed")


def _propose_for_household(work: Work, household: Household) -> int:
    connection, params = work.connection, work.settings.care
    open_order = _open_order(lock_orders(connection, household.id))
    held = held_by(connection, household.id)
    cases = [
        case
        for case in load_cases(connection, household.id)
        if may_be_proposed(
            case, held.get(case.finding_id, ()), has_open_order=open_order is not None, now=work.now, params=params
        )
    ]
    if not cases:
        return 0
    plan = plan_order(
        cases, open_order, household.place, load_outlets(connection), load_technicians(connection), params
    )
    if plan is None:
        return 0
    _write(work, household, plan)
    return len(plan.add)


def _open_order(orders: list[Order]) -> Order | None:
    return next((order for order in orders if order.state != "completed"), None)


def _write(work: Work, household: Household, plan: Plan) -> None:
    what = "; ".join(dict.fromkeys(case.fault.title for case in plan.add))
    speak_as(work.connection, ACTOR, _why(plan.add, what))
    write_plan(
        work.connection,
        household.id,
        plan,
        explanation=order_explanation(plan.add, household.zone, ENGLISH),
    )
    if plan.order is not None:
        note_change(work.connection, plan.order, actor=ACTOR, reason=f"added: {what}")


def _why(cases: tuple[Case, ...], what: str) -> str:
    asked_first = all(case.reminder is not None for case in cases)
    return f"{what}: self-care did not help in time" if asked_first else f"{what}: somebody has to look"
