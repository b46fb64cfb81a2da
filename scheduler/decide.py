"""What to do about each open finding of a household: weighed once per verdict, stored with its reasons."""

from dataclasses import replace
from uuid import UUID

from domain.care import Case
from domain.care_decisions import situation_of
from domain.decision import decide
from domain.visit_budget import within_budget
from scheduler.work import Work
from store.care import load_cases
from store.care_orders import lock_orders
from store.decisions import (
    held_in_orders,
    hold_back,
    visits_spent,
    visits_wanted,
    watched_appliances,
    write_decision,
)


def decided_cases(work: Work, household_id: str) -> list[Case]:
    """The household's open findings with the decisions that stand now; inside the household's transaction.

    What has cleared, what an order takes care of, and what the owner is answering keeps its decision.
    """
    connection = work.connection
    orders, held = lock_orders(connection, household_id), held_in_orders(connection, household_id)
    cases = []
    for case in load_cases(connection, household_id):
        if case.cleared_at is not None or case.finding_id in held or _answering(case):
            cases.append(case)
            continue
        decision = decide(situation_of(case, orders), work.settings.decision)
        if decision.option is not case.decided or case.decided_on != case.judged_at:
            write_decision(connection, case.finding_id, decision, judged_at=case.judged_at, now=work.now)
        cases.append(
            replace(case, decided=decision.option, decided_why=decision.reason, waits_until=decision.waits_until)
        )
    return cases


_WITH_OWNER = frozenset({"sent", "seen", "snoozed", "done"})
"""States of a reminder in which the owner's answer, or the telemetry after it, is waited for."""


def _answering(case: Case) -> bool:
    return case.decided is not None and case.reminder is not None and case.reminder.state in _WITH_OWNER


def visits_allowed(work: Work) -> frozenset[UUID]:
    """Decided visits that the budget has room for; the others are marked as held back and wait for another day."""
    wanted = visits_wanted(work.connection)
    spent = visits_spent(work.connection, work.now)
    allowed = within_budget(wanted, spent, watched_appliances(work.connection), work.settings.decision)
    hold_back(work.connection, frozenset(one.key for one in wanted) - frozenset(allowed))
    return frozenset(UUID(key) for key in allowed)
