"""Orders that come near their date with nobody going there are put on the list of calls, before they are dropped."""

from domain.obligations import Promise, clock_of
from quality.omissions import OmissionParams, Waiting, what_is_missing
from scheduler.settings import Pace
from scheduler.work import ACTOR, Counts, Work
from store.database import translated
from store.obligations import add_obligation
from store.service_quality import waiting_orders


def chase_orders(work: Work) -> Counts:
    """Escalate each order once for every date it has: somebody calls, approves or books before the date has passed."""
    if work.settings.pace is Pace.DEMO:
        return {}  # homes whose days pass in minutes have dates that no person could keep
    params, escalated = OmissionParams(), 0
    spans = (work.now - params.again, work.now + params.chase_before, work.now - params.report_within)
    faster = work.settings.promises_faster
    for order in waiting_orders(work.connection, *spans):
        offer = clock_of(Promise.CONSENT, urgent=order.urgent, times_faster=faster)
        waiting = Waiting(
            state=order.state,
            urgent=order.urgent,
            due_by=order.due_by,
            visit_ends=order.visit_ends,
            created_at=order.created_at,
            call_at=None if order.offered_at is None else order.offered_at + offer.call,
        )
        missing = what_is_missing(waiting, work.now, params)
        if missing is None:
            continue
        clock = clock_of(Promise.CALL_BACK, urgent=order.urgent, times_faster=faster)
        with translated(), work.connection.transaction():
            made = add_obligation(
                *(work.connection, Promise.CALL_BACK, order.household_id),
                since=work.now,
                due_at=work.now + clock.due,
                order_id=order.order_id,
                urgent=order.urgent,
                about=missing,
                actor=ACTOR,
                reason=missing,
            )
        escalated += made is not None
    return {"escalated": escalated}
