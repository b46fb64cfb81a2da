"""Which finding speaks of which fault. Event by event: nothing is point-adjusted, no window is scored twice.

A finding is
  true         same appliance and fault, raised between the fault's start and its end, each with a tolerance, and the
               first to say so;
  repeat       as true, but the fault had been found already: counted apart, neither gain nor error;
  wrong fault  something else was wrong with the appliance at that time (a broken sensor or a silent device does not
               count: nobody should be sent for an appliance fault then);
  false        nothing was. A finding before the fault began is false, however soon it came true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.faults import Urgency, fault_of
from domain.signals import Kind
from models.evaluation.case import CaseAppliance
from models.evaluation.ledger import Finding
from models.evaluation.truth import Truth

OF_THE_HOME: Final = frozenset({"neutral_loss"})
"""One finding per home, on any of its circuits (contracts, section 3)."""
HOME_SILENT: Final = "home-silence"
"""What says that a whole home is silent: one event, on whichever of its appliances the truth has it."""
NO_APPLIANCE_FAULT: Final = frozenset({"sensor_fault", "silent"})
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


class Outcome(StrEnum):
    """What a finding turned out to be."""

    TRUE = "true"
    REPEAT = "repeat"
    WRONG_FAULT = "wrong_fault"
    FALSE = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchParams:
    """Tolerances around the truth (E)."""

    slow_before: timedelta = timedelta(days=1)
    """The start of a slow fault is a day, not an instant."""
    slow_after: timedelta = timedelta(days=2)
    """A night and a day after the end: what was cleaned yesterday afternoon is judged tonight."""
    urgent_before: timedelta = timedelta(minutes=5)
    urgent_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with what it turned out to be; `truth` is the place of what was there: of a false one a broken sensor
    or silence, if anything."""

    finding: Finding
    outcome: Outcome
    truth: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """All findings judged, and the finding that was first to find each fault."""

    judged: tuple[Judged, ...]
    found: Mapping[int, Finding]


def match(
    findings: Sequence[Finding],
    truth: Sequence[Truth],
    appliances: Mapping[str, CaseAppliance],
    params: MatchParams | None = None,
) -> Matched:
    """Judge every finding, in order of raising."""
    params = params or MatchParams()
    by_place: dict[tuple[str, str], list[int]] = {}
    by_appliance: dict[str, list[int]] = {}
    for number, one in enumerate(truth):
        by_place.setdefault(_place(one.appliance_id, one.fault, appliances), []).append(number)
        by_appliance.setdefault(one.appliance_id, []).append(number)
    judged: list[Judged] = []
    found: dict[int, Finding] = {}
    for finding in sorted(findings, key=lambda one: (one.raised_at, one.appliance_id, one.fault)):
        kind = appliances[finding.appliance_id].kind
        own = _running(finding, [place for name in _places(finding, appliances) for place in by_place.get(name, ())],
                       truth, kind, params)  # fmt: skip
        if own:
            number = max(own, key=lambda place: truth[place].starts or _FOR_EVER)
            outcome = Outcome.REPEAT if number in found else Outcome.TRUE
            found.setdefault(number, finding)
            judged.append(Judged(finding=finding, outcome=outcome, truth=number))
            continue
        others = _running(finding, by_appliance.get(finding.appliance_id, ()), truth, kind, params)
        faults = [place for place in others if truth[place].fault not in NO_APPLIANCE_FAULT]
        outcome = Outcome.WRONG_FAULT if faults else Outcome.FALSE
        judged.append(Judged(finding=finding, outcome=outcome, truth=next(iter(faults or others), None)))
    return Matched(judged=tuple(judged), found=found)


def _place(appliance_id: str, fault: str, appliances: Mapping[str, CaseAppliance]) -> tuple[str, str]:
    known = appliances.get(appliance_id)
    return (known.household_id if fault in OF_THE_HOME and known is not None else appliance_id, fault)


def _places(finding: Finding, appliances: Mapping[str, CaseAppliance]) -> list[tuple[str, str]]:
    """Where the truth of a finding may stand."""
    if not finding.detector.startswith(HOME_SILENT):
        return [_place(finding.appliance_id, finding.fault, appliances)]
    home = appliances[finding.appliance_id].household_id
    return [(name, finding.fault) for name, one in appliances.items() if one.household_id == home]


def _running(
    finding: Finding, places: Sequence[int], truth: Sequence[Truth], kind: Kind, params: MatchParams
) -> list[int]:
    """The faults among `places` that were there when the finding was raised."""
    running = []
    for place in places:
        began, ended = there_from_to(truth[place], kind, params)
        if began is not None and began <= finding.raised_at <= ended:
            running.append(place)
    return running


def there_from_to(one: Truth, kind: Kind, params: MatchParams | None = None) -> tuple[datetime | None, datetime]:
    """From when to when a fault counts as there, tolerances included; no beginning if none is known."""
    params = params or MatchParams()
    urgent = urgency_of(kind, one.fault) is Urgency.URGENT
    before = params.urgent_before if urgent else params.slow_before
    after = params.urgent_after if urgent else params.slow_after
    return None if one.starts is None else one.starts - before, _FOR_EVER if one.end is None else one.end + after


def urgency_of(kind: Kind, fault: str) -> Urgency:
    """The class of a fault; one that the catalogue does not know needs a visit."""
    try:
        return fault_of(kind, fault).urgency
    except KeyError:
        return Urgency.VISIT
