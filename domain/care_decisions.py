"""From an open finding and its home to what a decision rests on. Pure."""

from collections.abc import Iterable, Sequence

from domain.care import Case
from domain.care_orders import NOT_AGREED, ORDINARY, Order
from domain.decision import DAY, Ending, Option, Situation


def situation_of(case: Case, orders: Iterable[Order]) -> Situation:
    """The case as `domain.decision.decide` sees it; `orders` are the household's that are not over."""
    sent = case.reminder
    in_vain = sent is not None and (sent.state == "escalated" or (sent.state == "declined" and case.led_remotely))
    return Situation(
        fault=case.fault,
        urgency=case.urgency,
        probability=case.probability,
        at=case.data_at,
        ending=_ending(case),
        asked=in_vain,
        refused=sent is not None and sent.state == "declined" and not case.led_remotely,
        shared_visit_days=_shared_visit_days(case, orders),
        before=case.decided,
        waits_until=case.waits_until,
        went_days=None if case.went_at is None else (case.data_at - case.went_at) / DAY,
    )


def _ending(case: Case) -> Ending | None:
    if case.fails_p10 is None or case.fails_p50 is None or case.fails_p90 is None:
        return None
    p10, p50, p90 = ((at - case.data_at) / DAY for at in (case.fails_p10, case.fails_p50, case.fails_p90))
    return Ending(p10=p10, p50=p50, p90=p90)


def _shared_visit_days(case: Case, orders: Iterable[Order]) -> float | None:
    """Days to the visit of the open order that the case may still join, by when that one is due."""
    for order in orders:
        if _may_grow(order) and order.due_by is not None:
            return max(0.0, (order.due_by - case.data_at) / DAY)
    return None


def _may_grow(order: Order) -> bool:
    return order.lane == ORDINARY and order.state in NOT_AGREED


def going_now(cases: Sequence[Case], orders: Iterable[Order]) -> list[Case]:
    """The cases to send somebody for now; one that waits for company goes when another goes or may be joined."""
    if any(_may_grow(order) for order in orders):
        return list(cases)
    company = any(case.decided is not Option.VISIT_BUNDLED for case in cases)
    return [case for case in cases if company or case.decided is not Option.VISIT_BUNDLED]
