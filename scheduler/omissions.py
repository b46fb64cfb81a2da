"""Finding omissions: breakdowns nobody predicted and orders somebody dropped."""

from datetime import timedelta

from quality.omissions import FORETOLD_BY, OmissionParams, Seen, is_dropped, promised_by, was_foretold
from scheduler.work import Counts, Work
from store.database import translated
from store.service_quality import add_breakdown, add_dropped, overdue_orders, read_breakdowns

LOOK_BACK = timedelta(days=14)
"""The job runs daily; a fortnight forgives it being off (E)."""


def find_omissions(work: Work) -> Counts:
    """Count what was omitted; each only once."""
    params = OmissionParams()
    with translated(), work.connection.transaction():
        return {"breakdowns": _breakdowns(work, params), "dropped": _dropped(work, params)}


def _breakdowns(work: Work, params: OmissionParams) -> int:
    found = 0
    for one in read_breakdowns(work.connection, sorted(FORETOLD_BY), work.now - LOOK_BACK, params.notice):
        pairs = zip(one.earlier_faults, one.earlier_times, strict=True)
        earlier = [Seen(fault=fault, raised_at=at) for fault, at in pairs]
        if not was_foretold(Seen(fault=one.fault, raised_at=one.broke_at), earlier, params):
            hours = params.notice.total_seconds() / 3600
            add_breakdown(work.connection, one, f"no finding announced it {hours:.0f} hours or more before")
            found += 1
    return found


def _dropped(work: Work, params: OmissionParams) -> int:
    found = 0
    for order in overdue_orders(work.connection, work.now - params.dropped_after):
        if is_dropped(order.due_by, order.visit_ends, work.now, params, made_at=order.created_at):
            why = f"it was due by {promised_by(order.due_by, order.created_at):%Y-%m-%d} and no visit is ahead"
            add_dropped(work.connection, order, work.now, why)
            found += 1
    return found
