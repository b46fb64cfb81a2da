"""When a fix has been in the field long enough to say what it did, and what that is. Pure."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from quality.bounds import rate, rate_ratio
from quality.emerging import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParams:
    """How the maker's cases are opened and measured."""

    window: timedelta = timedelta(days=182)
    """Span of the figures a case is opened on: half a year: every fault occurs, no new batch is diluted (E)."""
    rest: timedelta = timedelta(days=91)
    """After people dismissed or closed a case it is not opened again for so long (E)."""
    enough_expected: float = 5.0
    """Events that the old rate would have led to in the months since the fix; with fewer, none would prove nothing:
    five expected and none seen is a chance of 0.7 %."""


def figures_of(issue: Issue) -> dict[str, Any]:
    """The figures a case is opened on."""
    return {
        "events": issue.group.events,
        "failed": issue.group.failed,
        "months": round(issue.group.months, 2),
        "per_1000_months": asdict(issue.per_1000),
        "rest_per_1000_months": asdict(issue.rest_per_1000),
        "ratio": asdict(issue.ratio),
        "q_value": issue.q_value,
    }


def measured_effect(
    before: tuple[int, float], after: tuple[int, float], until: datetime, params: CaseParams
) -> dict[str, Any] | None:
    """The rate after a fix against the rate before it; None while too few events would be expected to tell.

    `before` and `after` are failed appliances and appliance-months of the same group. `helped` is True only if the
    upper bound of the ratio is below 1: what may be luck is not called an effect.
    """
    events, months = before
    if months <= 0 or after[1] <= 0 or events / months * after[1] < params.enough_expected:
        return None
    ratio = rate_ratio(*after, *before)
    return {
        "before_per_1000_months": asdict(rate(*before).times(1000.0)),
        "after_per_1000_months": asdict(rate(*after).times(1000.0)),
        "ratio": asdict(ratio),
        "helped": ratio.high is not None and ratio.high < 1,
        "measured_until": until.isoformat(),
    }
