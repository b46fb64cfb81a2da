"""How many visits a fleet may cause: the best first, so that a bad day of the models cannot flood the board. Pure.

Hazards never come here: nothing urgent is behind a budget.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.decision_params import DecisionParams

BUDGET_DAYS: Final = 30.0
"""The window over which visits are counted: about a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A visit that the decision asks for; `doubt` is the probability that it finds nothing."""

    key: str
    saving: float
    doubt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Planned visits of the last `BUDGET_DAYS` and, of those, of today."""

    visits: float = 0.0
    doubt: float = 0.0
    today: float = 0.0


def within_budget(wanted: Iterable[Wanted], spent: Spent, appliances: int, params: DecisionParams) -> list[str]:
    """The visits that may go ahead, largest expected saving first; what does not fit waits for the next day.

    One that is too doubtful for what is left does not stop a surer one behind it.
    """
    most = max(params.least_visits, params.visits_per_1000_months * appliances / 1000)
    most_doubt = max(params.least_visits / 4, params.false_visits_per_1000_months * appliances / 1000)
    today_left = max(params.least_visits, params.day_share * most) - spent.today
    visits_left, doubt_left = most - spent.visits, most_doubt - spent.doubt
    allowed: list[str] = []
    for one in sorted(wanted, key=lambda one: (-one.saving, one.key)):
        if visits_left < 1 or today_left < 1:
            break
        if one.doubt > doubt_left:
            continue
        allowed.append(one.key)
        visits_left, today_left, doubt_left = visits_left - 1, today_left - 1, doubt_left - one.doubt
    return allowed
