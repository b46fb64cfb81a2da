"""What the whole fleet may say in a day: the visit budget, and how often a home is bothered, as live.

Walks are per appliance; budgets are not. So the findings of a case are let out here, day by day in order of raising:
what finds no room waits for the next day, with the same functions and settings as the scheduler. Nothing later is
known on any day than what the scheduler would know then.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.care import CareParams
from domain.decision import ASKS, VISITS
from domain.decision_params import DecisionParams
from domain.visit_budget import BUDGET_DAYS, Spent, Wanted, within_budget
from models.evaluation.ledger import Finding

DAY: Final = timedelta(days=1)
_WEEK: Final = 7 * DAY


def let_out(
    findings: Iterable[Finding], household_of: Mapping[str, str], params: DecisionParams, care: CareParams | None = None
) -> list[Finding]:
    """The findings as they are raised within the budgets; what ends while it waits is never raised."""
    care = care or CareParams()
    waiting: list[Finding] = []
    told: list[Finding] = []
    homes: dict[str, list[datetime]] = {}
    queue = sorted(findings, key=_order)
    while queue or waiting:
        now = min([one.raised_at for one in queue[:1]] + [one.raised_at + DAY for one in waiting])
        present = [one for one in queue if one.raised_at == now]
        queue = queue[len(present) :]
        present += [_put_off(one, now) for one in waiting if one.raised_at + DAY <= now and _lasts(one, now)]
        waiting = [one for one in waiting if one.raised_at + DAY > now]
        allowed = _allowed(present, told, len(household_of), now, params)
        for one in sorted(present, key=_order):
            home = household_of.get(one.appliance_id, one.appliance_id)
            no_room = one.option in VISITS and _key(one) not in allowed
            if no_room or (one.option in ASKS and _bothered(homes.get(home, []), now, care)):
                waiting.append(one)
                continue
            told.append(one)
            if one.option in ASKS:
                homes.setdefault(home, []).append(now)
    return sorted(told, key=_order)


def _put_off(one: Finding, now: datetime) -> Finding:
    """Whom the owner's step or a visit waits for waits as much longer, and not at all for what is over by then."""
    sent_at = None if one.sent_at is None else one.sent_at + (now - one.raised_at)
    over = sent_at is None or (one.cleared_at is not None and one.cleared_at <= sent_at)
    return replace(one, raised_at=now, sent_at=None if over else sent_at)


def _lasts(one: Finding, now: datetime) -> bool:
    return one.cleared_at is None or one.cleared_at > now


def _order(one: Finding) -> tuple[datetime, str, str]:
    return (one.raised_at, one.appliance_id, one.fault)


def _key(one: Finding) -> str:
    return f"{one.appliance_id} {one.fault}"


def _allowed(
    present: list[Finding], told: list[Finding], appliances: int, now: datetime, params: DecisionParams
) -> frozenset[str]:
    wanted = [
        Wanted(key=_key(one), saving=one.saving, doubt=1.0 - one.probability)
        for one in present
        if one.option in VISITS
    ]  # fmt: skip
    if not wanted:
        return frozenset()
    month = [one for one in told if one.option in VISITS and one.raised_at > now - BUDGET_DAYS * DAY]
    spent = Spent(
        visits=len(month),
        doubt=sum(1.0 - one.probability for one in month),
        today=sum(one.raised_at > now - DAY for one in month),
    )
    return frozenset(within_budget(wanted, spent, appliances, params))


def _bothered(asked: list[datetime], now: datetime, care: CareParams) -> bool:
    """Asked not long ago, or often enough this week; `asked` in order."""
    lately = len(asked) - bisect_right(asked, now - _WEEK)
    return bool(asked) and (now - asked[-1] < care.household_gap or lately >= care.household_week)
