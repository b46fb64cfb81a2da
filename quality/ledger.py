"""What acting on predictions cost, against waiting for failures and against service by the calendar. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from domain.service_record import Done, LedgerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerParams:
    """Prices in one unit; (E), of the order of euros."""

    visit: float = 120.0
    reminder: float = 1.0
    failure: float = 320.0
    """Visit out of turn, spoilt goods, days without."""
    calendar_visit: float = 80.0
    """A visit of a planned round."""
    calendar_months: float = 12.0
    calendar_prevents: float = 0.3
    """Share of failures that a yearly round prevents (E): those that happen to be visible on its day."""


def add_up(rows: Iterable[LedgerRow]) -> Done:
    """What all the rows say together."""
    some = [row.done for row in rows]
    return Done(**{field.name: sum(getattr(one, field.name) for one in some) for field in fields(Done)})


def cost_ledger(done: Done, params: LedgerParams | None = None) -> dict[str, Any]:
    """Three columns of one span: predicted is what happened, the other two what the same needs would have cost.

    A need is a failure that a confirmed job prevented or a breakdown that happened. Reactive: every need fails and is
    repaired then. Calendar: every appliance is visited once in `calendar_months`, which prevents a share of them. Parts
    are the same in all three; `missing` counts those without a price, which all three leave out. Needs that the owner
    met after a reminder would have become visits in both others.
    """
    params = params or LedgerParams()
    needs = done.prevented_failures + done.breakdowns
    predicted = (
        done.visits * params.visit
        + done.reminders * params.reminder
        + done.breakdowns * params.failure
        + done.parts_cost
    )
    owners = done.avoided_visits * params.visit
    reactive = needs * params.failure + owners + done.parts_cost
    rounds = done.months / params.calendar_months * params.calendar_visit
    calendar = rounds + (1 - params.calendar_prevents) * (needs * params.failure + owners) + done.parts_cost
    return {
        "predicted": round(predicted, 2),
        "reactive": round(reactive, 2),
        "calendar": round(calendar, 2),
        "visits": round(done.visits, 2),
        "reminders": done.reminders,
        "avoided_visits": done.avoided_visits,
        "prevented_failures": done.prevented_failures,
        "breakdowns": done.breakdowns,
        "appliance_months": round(done.months, 2),
        "missing": {"parts_without_price": done.parts_without_price},
        "settings": asdict(params),
    }
