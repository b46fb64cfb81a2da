"""What training knows of a case: what was said, what was true, and what a finding counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from domain.decision_params import DecisionParams
from domain.faults import fault_of
from domain.labels import Label, was_there
from domain.readings import from_us, to_us
from domain.services import Service
from domain.signals import Kind
from models.evaluation.base_rates import Weights, counts_of
from models.evaluation.calibration import EACH_ONE, Counts
from models.evaluation.case import CaseAppliance
from models.evaluation.ledger import Finding, Ledger
from models.evaluation.matching import Judged, Outcome, match
from models.evaluation.truth import Truth
from models.prognosis import centre_of
from models.trained.model import Example, TrainedModel, group_of
from models.trained.speak import speak
from models.training.record import Recorded

FOLDS = 4
ANSWERED_WITHIN = timedelta(days=60)
"""A service later than this says nothing about a finding (E)."""
_MONTH_US = 30.4375 * 86_400e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """One case. `truth` None: labels come from the services that were reported."""

    name: str
    recorded: Sequence[Recorded]
    truth: Sequence[Truth] | None
    weights: Weights

    @property
    def months(self) -> float:
        """Appliance-months watched."""
        return sum(one.last_us - one.first_us for one in self.recorded) / _MONTH_US

    def groups(self) -> set[tuple[Kind, str]]:
        """Kinds and detectors that said something."""
        return {
            (one.appliance.kind, group_of(verdict.detector))
            for one in self.recorded
            for _, verdict in one.said
            if verdict.present
        }

    def part(self, keep: Callable[[Recorded], bool]) -> "Fleet":
        """Only some of the appliances."""
        return replace(self, recorded=[one for one in self.recorded if keep(one)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A finding as a model raised it, with whether the fault was there and what that counts."""

    kind: Kind
    finding: Finding
    there: bool
    counts: Counts = EACH_ONE
    """What it counts at real base rates, and would have counted had the fault (not) been there."""
    ending: tuple[float, float] | None = None
    """Days until it failed and the days that its prognosis was about (`models.prognosis.centre_of`), where known."""

    @property
    def weight(self) -> float:
        """What it counts as it turned out."""
        return self.counts.true if self.there else self.counts.false

    def example(self, share: float = 1.0) -> Example:
        """For fitting probabilities on; `share` if the same event makes several examples."""
        score = self.finding.probability if self.finding.score is None else self.finding.score
        return Example(
            kind=self.kind,
            group=group_of(self.finding.detector),
            urgency=self.finding.urgency,
            score=round(score, 4),
            there=self.there,
            weight=round(self.weight * share, 4),
        )


def fold_of(household_id: str, folds: int = FOLDS) -> int:
    """Which fold a home belongs to: by its name, so that all appliances of a home are in one."""
    return sha256(household_id.encode()).digest()[0] % folds


def replay(recorded: Recorded, model: TrainedModel, weigh: DecisionParams | None = None) -> list[Finding]:
    """The findings of one appliance had `model` spoken; with `weigh` only what the decision would act upon."""
    appliance = recorded.appliance
    ledger = Ledger(appliance_id=appliance.id, kind=appliance.kind, weigh=weigh)
    heard = sorted(recorded.services)
    for at_us, verdict in recorded.said:
        while heard and to_us(heard[0].at) <= at_us:
            ledger.hear_service(heard.pop(0))
        for spoken in speak(model, appliance.kind, [verdict]):
            ledger.hear(spoken, at_us)
    for service in heard:
        ledger.hear_service(service)
    return ledger.findings()


def labelled(fleet: Fleet, model: TrainedModel, weigh: DecisionParams | None = None) -> list[Labelled]:
    """Every finding that `model` would have raised and that can be labelled; repeats of what was found count not."""
    findings = [finding for one in fleet.recorded for finding in replay(one, model, weigh)]
    appliances = {one.appliance.id: one.appliance for one in fleet.recorded}
    if fleet.truth is None:
        return _by_services(findings, appliances, {one.appliance.id: one.services for one in fleet.recorded})
    known = [one for one in fleet.truth if one.appliance_id in appliances]
    counts = counts_of(fleet.weights, known)
    return [
        _labelled(appliances, one, known, counts)
        for one in match(findings, known, appliances).judged
        if one.outcome is not Outcome.REPEAT
    ]


def _labelled(
    appliances: Mapping[str, CaseAppliance],
    one: Judged,
    known: Sequence[Truth],
    counts: Callable[[Kind, Judged], Counts],
) -> Labelled:
    kind = appliances[one.finding.appliance_id].kind
    there = one.outcome is Outcome.TRUE
    failure = known[one.truth].failure if there and one.truth is not None else None
    ending = None if failure is None else _ending(kind, one.finding, failure)
    return Labelled(kind=kind, finding=one.finding, there=there, counts=counts(kind, one), ending=ending)


def _ending(kind: Kind, finding: Finding, failure: datetime) -> tuple[float, float] | None:
    if finding.fails is None:
        return None
    start, centre = centre_of(fault_of(kind, finding.fault).urgency, finding.fails[1], finding.fails[2])
    return (failure - start) / timedelta(days=1), centre


def _by_services(
    findings: Iterable[Finding], appliances: Mapping[str, CaseAppliance], services: Mapping[str, Sequence[Service]]
) -> list[Labelled]:
    found = []
    for finding in findings:
        there = was_there(label_by_services(finding.fault, finding.raised_at, services[finding.appliance_id]))
        if there is not None:
            kind = appliances[finding.appliance_id].kind
            found.append(Labelled(kind=kind, finding=finding, there=there))
    return found


def label_by_services(fault: str, raised_at: datetime, services: Iterable[Service]) -> Label | None:
    """What the first telling service after a finding says of it; None if none does."""
    for service in sorted(services):
        if not raised_at <= service.at <= raised_at + ANSWERED_WITHIN or service.action == "firmware":
            continue
        if fault in service.faults:
            return Label.CONFIRMED if service.fault else Label.OWNER_FIXED
        if service.fault:
            return Label.OTHER_FAULT
        if service.action == "inspected":
            return Label.NO_FAULT_FOUND
    return None


def ends_of(fleets: Iterable[Fleet]) -> tuple[str, str]:
    """UTC dates of the first and the last night of all."""
    recorded = [one for fleet in fleets for one in fleet.recorded]
    first, last = min(one.first_us for one in recorded), max(one.last_us for one in recorded)
    return str(from_us(first).date()), str(from_us(last).date())
