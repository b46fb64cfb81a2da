"""A home's electrical health, as one value that the page, the PDF and the API all show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.electrical import assess, worst
from domain.electrical_items import Checklist, CircuitMonth, ElectricalParams, Grade, Item

DAYS: Final = 30
"""Span of the circuits' figures (E): a month has every day of the week and some weather."""
SAYING: Final = {
    Grade.ACT: "Something needs an electrician.",
    Grade.WATCH: "In order, with something to keep an eye on.",
    Grade.UNKNOWN: "Nothing wrong was found, but not everything was measured.",
    Grade.GOOD: "Everything that was measured is in order.",
}
NOTHING_YET: Final = "Nothing has been measured here yet: neither a circuit nor an electrician's check is on record."
TIPS: Final = (
    "Heaters, kettles, ovens and air conditioners belong in a socket of their own, never on a multiple socket lead.",
    "A plug or socket that is warm, brown or crackles is out of use until somebody has looked at it.",
    "Press the test button of the residual-current device twice a year; if it does not trip, call an electrician.",
    "Hot water at 55 to 60 °C, cooling to 25 °C and full machines at low temperatures save most for no comfort lost.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricalReport:
    """What was found in a home; items worst first."""

    household_id: str
    household_name: str
    made_at: datetime
    days: int
    grade: Grade
    saying: str
    circuits: int
    checked_at: datetime | None
    checked_by: str | None
    note: str
    items: Sequence[Item]
    tips: Sequence[str] = TIPS


def electrical_report(
    household_id: str,
    household_name: str,
    circuits: Sequence[CircuitMonth],
    checklist: Checklist | None,
    now: datetime,
    params: ElectricalParams | None = None,
) -> ElectricalReport:
    """Judge a home's circuits and checklist as of `now`."""
    items = assess(circuits, checklist, now, params or ElectricalParams())
    grade = worst(items)
    return ElectricalReport(
        household_id=household_id,
        household_name=household_name,
        made_at=now,
        days=DAYS,
        grade=grade,
        saying=SAYING[grade] if circuits or checklist is not None else NOTHING_YET,
        circuits=len(circuits),
        checked_at=None if checklist is None else checklist.checked_at,
        checked_by=None if checklist is None else checklist.checked_by,
        note="" if checklist is None else checklist.note,
        items=items,
    )
