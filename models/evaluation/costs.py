"""What the findings would have cost, against waiting for failures and against service by the calendar."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from domain.decision_params import DecisionParams
from domain.faults import Urgency
from models.evaluation.figures import MONTH_DAYS

_PRICES: Final = DecisionParams()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostParams:
    """Money in one unit, whichever it is; those of decisions (domain.decision_params), and of rounds (E)."""

    visit: float = _PRICES.visit
    nudge: float = _PRICES.nudge
    failure: float = _PRICES.failure
    urgent_failure: float = _PRICES.hazard
    calendar_visit: float = 80.0
    """A visit of a planned round."""
    calendar_days: float = 365.0
    """Days between such visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one fault went: days from being detectable to failing (None: it never failed), and whether a finding came
    before the failure."""

    urgency: Urgency
    window_days: float | None
    in_time: bool


def costs(
    courses: Iterable[Course], *, visits: int, nudges: int, appliance_days: float, params: CostParams | None = None
) -> dict[str, Any]:
    """Cost per 1000 appliance-months of acting on the findings, of reacting, and of service by the calendar.

    Reactive: every failure happens. Predicted: every finding is acted upon, a failure not found in time happens.
    Calendar: visits at regular days; a failure is avoided if a visit falls between the day it could be seen and the
    day it failed, which has the chance window / interval.
    """
    params = params or CostParams()
    reactive = missed = calendar = 0.0
    for course in courses:
        if course.window_days is None:
            continue
        loss = params.urgent_failure if course.urgency is Urgency.URGENT else params.failure
        reactive += loss
        missed += 0.0 if course.in_time else loss
        calendar += loss * (1 - min(1.0, max(0.0, course.window_days) / params.calendar_days))
    months = appliance_days / MONTH_DAYS
    scale = 1000 / months if months > 0 else 0.0
    predicted = visits * params.visit + nudges * params.nudge + missed
    rounds = appliance_days / params.calendar_days * params.calendar_visit
    return {
        "unit": "per 1000 appliance-months",
        "reactive": reactive * scale,
        "predicted": predicted * scale,
        "calendar": (calendar + rounds) * scale,
        "settings": asdict(params),
    }
