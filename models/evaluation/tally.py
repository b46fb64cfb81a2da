"""Counting: from judged findings and the truth to the figures of a fault, of a class, of a part of the fleet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.faults import Urgency
from domain.readings import EPOCH, from_us
from domain.signals import Kind
from models.evaluation.base_rates import Watch
from models.evaluation.case import CaseAppliance
from models.evaluation.figures import MONTH_DAYS, share, spread, spread_of_all
from models.evaluation.ledger import Finding
from models.evaluation.matching import Judged, Matched, Outcome, match, urgency_of
from models.evaluation.shown import by_fault, seconds_between
from models.evaluation.truth import Truth
from models.evaluation.walk import Seen

DAY: Final = timedelta(days=1)
EARLY_DAYS: Final = 7
LEAD_DAYS: Final = 14
"""What is asked of the median lead."""
ALARM_S: Final = 60.0
GREW: Final = timedelta(hours=1)
"""What was there for longer before it was a hazard has grown; else it is a moment, as in what a repair has left (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What figures are made of: the fleet, how long each appliance was watched, the truth, the findings judged."""

    appliances: Mapping[str, CaseAppliance]
    seen: Mapping[str, Seen]
    truth: Sequence[Truth]
    matched: Matched

    def kind(self, appliance_id: str) -> Kind:
        """Of an appliance of the case."""
        return self.appliances[appliance_id].kind

    def watched(self) -> dict[str, Watch]:
        """Of each appliance that was seen its kind, and the first and last arrival."""
        return watched_of(self.appliances, self.seen)

    def visible(self) -> list[int]:
        """Places of the faults that the signals could show while the appliance was watched: what recall is out of."""
        return [
            number
            for number, one in enumerate(self.truth)
            if one.detectable is not None
            and one.appliance_id in self.seen
            and one.detectable <= from_us(self.seen[one.appliance_id].last_us)
        ]


def watched_of(appliances: Mapping[str, CaseAppliance], seen: Mapping[str, Seen]) -> dict[str, Watch]:
    """Of each appliance that was seen its kind, and the first and last arrival."""
    return {name: (appliances[name].kind, from_us(one.first_us), from_us(one.last_us)) for name, one in seen.items()}


def scene(
    appliances: Mapping[str, CaseAppliance], seen: Mapping[str, Seen], truth: Sequence[Truth], found: Sequence[Finding]
) -> Scene:
    """Match the findings and set the scene; truth about appliances that the case does not list is left out."""
    known = [one for one in truth if one.appliance_id in appliances]
    return Scene(appliances=appliances, seen=seen, truth=known, matched=match(found, known, appliances))


def months(seen: Iterable[Seen], days: Callable[[Seen], float] = lambda one: one.days) -> float:
    """Appliance-months watched."""
    return sum(days(one) for one in seen) / MONTH_DAYS


def tally(
    of: Scene,
    *,
    has_fault: Callable[[Kind, str], bool],
    has_moment: Callable[[str, datetime], bool] = lambda name, at: True,
) -> dict[str, Any]:
    """Events, findings, precision, recall, lead and delay of the faults and moments that are asked for."""
    judged = [
        one for one in of.matched.judged
        if has_fault(of.kind(one.finding.appliance_id), one.finding.fault)
        and has_moment(one.finding.appliance_id, one.finding.raised_at)
    ]  # fmt: skip
    visible = [
        place for place in of.visible()
        if has_fault(of.kind(of.truth[place].appliance_id), of.truth[place].fault)
        and has_moment(of.truth[place].appliance_id, of.truth[place].detectable or EPOCH)
    ]  # fmt: skip
    count = {outcome: sum(one.outcome is outcome for one in judged) for outcome in Outcome}
    found = of.matched.found
    early = [place for place in visible if has_precursor(of.truth[place])]
    return {
        "events": len(visible),
        "findings": len(judged),
        **{str(outcome): number for outcome, number in count.items()},
        "recall": _over_appliances(of, visible, lambda place: place in found),
        "recall_before_failure": _over_appliances(of, visible, lambda place: in_time(of, place)),
        "recall_7_days_ahead": _over_appliances(of, early, lambda place: _ahead(of, place, EARLY_DAYS)),
        "recall_14_days_ahead": _over_appliances(of, early, lambda place: _ahead(of, place, LEAD_DAYS)),
        "precision": precision(judged),
        "lead_days": spread(lead_days(of, visible)),
        "lead_days_with_precursor": spread_of_all([_lead_days(of, place) for place in early]),
        "delay_days": spread([days for place in visible if (days := _delay_days(of, place)) is not None]),
    }


def precision(judged: Sequence[Judged]) -> dict[str, Any]:
    """True out of true, wrong and false; repeats count neither way."""
    counted: dict[str, list[float]] = {}
    for one in judged:
        if one.outcome is not Outcome.REPEAT:
            entry = counted.setdefault(one.finding.appliance_id, [0.0, 0.0])
            entry[0] += one.outcome is Outcome.TRUE
            entry[1] += 1
    return share([hits for hits, _ in counted.values()], [of for _, of in counted.values()])


def _over_appliances(of: Scene, places: Sequence[int], hit: Callable[[int], bool]) -> dict[str, Any]:
    counted: dict[str, list[float]] = {}
    for place in places:
        entry = counted.setdefault(of.truth[place].appliance_id, [0.0, 0.0])
        entry[0] += hit(place)
        entry[1] += 1
    return share([hits for hits, _ in counted.values()], [n for _, n in counted.values()])


def has_precursor(one: Truth) -> bool:
    """Whether the fault could be seen at least a week before it failed."""
    return (
        not one.abrupt
        and one.failure is not None
        and one.detectable is not None
        and one.failure - one.detectable >= EARLY_DAYS * DAY
    )


def in_time(of: Scene, place: int) -> bool:
    """Whether it was found before it failed, or at all if it never did; an urgent one within its minute."""
    one, finding = of.truth[place], of.matched.found.get(place)
    if finding is None:
        return False
    if urgency_of(of.kind(one.appliance_id), one.fault) is Urgency.URGENT and one.detectable is not None:
        return (finding.raised_at - one.detectable).total_seconds() <= ALARM_S
    return one.failure is None or finding.raised_at <= one.failure


def _ahead(of: Scene, place: int, days: int) -> bool:
    one, finding = of.truth[place], of.matched.found.get(place)
    return finding is not None and one.failure is not None and finding.raised_at <= one.failure - days * DAY


def lead_days(of: Scene, places: Iterable[int]) -> list[float]:
    """Days from raising to failure of the faults that were found and failed; negative if found afterwards."""
    return [days for place in places if (days := _lead_days(of, place)) is not None]


def _lead_days(of: Scene, place: int) -> float | None:
    failure, finding = of.truth[place].failure, of.matched.found.get(place)
    return None if finding is None or failure is None else (failure - finding.raised_at) / DAY


def _delay_days(of: Scene, place: int) -> float | None:
    one, finding = of.truth[place], of.matched.found.get(place)
    return None if finding is None or one.detectable is None else (finding.raised_at - one.detectable) / DAY


def seconds_to_alarm(of: Scene, shown: Mapping[int, datetime]) -> dict[str, Any]:
    """How soon urgent conditions were said, of all that could be seen: after the instant of the truth, and after the
    first reading that shows them (`shown`, by place in the truth), before which nobody can know."""
    urgent = [
        place for place in of.visible()
        if urgency_of(of.kind(of.truth[place].appliance_id), of.truth[place].fault) is Urgency.URGENT
    ]  # fmt: skip
    rows = [_alarmed(of, place, shown.get(place)) for place in urgent]
    seconds = [row["after_truth_s"] for row in rows if row["after_truth_s"] is not None]
    faults = by_fault(rows, ALARM_S)
    sums = {name: sum(one[name] for one in faults) for name in ("shown", "within_of_reading", "stood")}
    within = sum(one["within_of_truth"] for one in faults)
    events = {"events": len(urgent), "found": len(seconds), "within_60_s": within}
    return spread(seconds) | events | sums | {"faults": faults, "conditions": rows}


def _alarmed(of: Scene, place: int, shown: datetime | None) -> dict[str, Any]:
    one, finding = of.truth[place], of.matched.found.get(place)
    raised_at = None if finding is None else finding.raised_at
    times = {"truth": one.detectable, "first_reading": shown, "raised_at": raised_at}
    return {
        "appliance_id": one.appliance_id,
        "kind": str(of.kind(one.appliance_id)),
        "fault": one.fault,
        "grew": one.onset is not None and one.detectable is not None and one.detectable - one.onset > GREW,
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
        "after_truth_s": seconds_between(one.detectable, raised_at),
        "after_reading_s": seconds_between(shown, raised_at),
        "stood": finding is None and shown is not None and _stood(of, one, shown),
    }


def _stood(of: Scene, one: Truth, moment: datetime) -> bool:
    """Whether the urgent finding of an earlier such condition, which was true, had not been closed at `moment`."""
    return any(
        found.appliance_id == one.appliance_id
        and found.fault == one.fault
        and found.urgency is Urgency.URGENT
        and found.raised_at <= moment
        and (found.cleared_at is None or found.cleared_at >= moment)
        for found in of.matched.found.values()
    )
