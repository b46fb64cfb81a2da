"""Findings that need somebody become tasks of the household's one open order; a hazard may get one of its own."""

from uuid import UUID

from domain.care import Case, may_come_along
from domain.care_decisions import going_now
from domain.care_orders import Order, is_free, may_be_proposed
from domain.faults import Urgency
from domain.order_plans import Plan, plan_orders
from domain.states import ORDER
from notify.order_choices import explain_plan
from notify.phrases import ENGLISH
from notify.planner import explain_case
from scheduler.decide import decided_cases, visits_allowed
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.care import Household, load_cases
from store.care_orders import (
    explain_choices,
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
    """Decide what is worth a visit and fits the visit budget; propose orders, or let findings join the open one."""
    household_ids = households_to_visit(work.connection)
    decided = for_each_household(work, household_ids, _decide_for_household, "decided")
    allowed = visits_allowed(work)
    proposed = for_each_household(
        work, household_ids, lambda work, household: _propose_for_household(work, household, allowed), "proposed"
    )
    return {"proposed": proposed["proposed"], "failed": decided["failed"] + proposed["failed"]}


def _decide_for_household(work: Work, household: Household) -> int:
    return len(decided_cases(work, household.id))


def _propose_for_household(work: Work, household: Household, allowed: frozenset[UUID]) -> int:
    connection = work.connection
    orders = lock_orders(connection, household.id)
    cases, along = _to_place(work, household, orders)
    cases = going_now([case for case in cases if case.urgency is Urgency.URGENT or case.finding_id in allowed], orders)
    outlets, technicians = load_outlets(connection), load_technicians(connection)
    plans = plan_orders(cases, along, orders, household.place, outlets, technicians, work.settings.care, work.now)
    for plan in plans:
        order_id = _write(work, household, plan)
        explain_choices(connection, order_id, explain_plan(plan, household.place, outlets, technicians), actor=ACTOR)
    return sum(len(plan.add) for plan in plans)


def _to_place(work: Work, household: Household, orders: list[Order]) -> tuple[list[Case], list[Case]]:
    """What somebody has to come for, and what a visit would take along, as far as no order takes care of it."""
    held, params = held_by(work.connection, household.id), work.settings.care
    open_lanes = frozenset(order.lane for order in orders if order.state in ORDER.open_states)
    cases, along = [], []
    for case in load_cases(work.connection, household.id):
        by = held.get(case.finding_id, ())
        if may_be_proposed(case, by, open_lanes=open_lanes, now=work.now, params=params):
            cases.append(case)
        elif may_come_along(case, params) and is_free(case, by, open_lanes=open_lanes, now=work.now, params=params):
            along.append(case)
    return cases, along


def _write(work: Work, household: Household, plan: Plan) -> UUID:
    what = "; ".join(dict.fromkeys(case.fault.title for case in plan.add))
    speak_as(work.connection, ACTOR, _why(plan, what))
    order_id = write_plan(
        work.connection,
        household.id,
        plan,
        explanations=[explain_case(case, household.zone, ENGLISH) for case in plan.add],
        repeat_days=work.settings.care.repeat_days,
        made_at=work.now,
    )
    if plan.order is not None:
        note_change(work.connection, plan.order, actor=ACTOR, reason=f"added: {what}")
    return order_id


def _why(plan: Plan, what: str) -> str:
    coming = [case for case in plan.add if case not in plan.along]
    asked_first = bool(coming) and all(case.reminder is not None for case in coming)
    return f"{what}: self-care did not help in time" if asked_first else f"{what}: somebody has to look"
