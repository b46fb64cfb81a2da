"""From verdicts to findings, as the store and the scheduler keep them: one open finding per appliance and fault.

A verdict that the fault is present opens a finding or keeps the open one; one that it is gone clears it. A cleared
finding closes at once, an urgent one 24 h of data time later, so that urgent events of one appliance within a day are
one finding. A reported service of that fault closes it too. What a file of findings cannot show is a change of
urgency: an early word of a hazard that becomes urgent therefore ends, and the urgent finding begins.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from domain.care import CareParams, answer_by
from domain.decision import ASKS, Decision, Ending, Option, Situation, decide
from domain.decision_params import DecisionParams
from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from domain.readings import from_us
from domain.services import Service
from domain.signals import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding as it was raised; `raised_at` and `cleared_at` are on the clock of arrival."""

    appliance_id: str
    fault: str
    raised_at: datetime
    cleared_at: datetime | None
    probability: float
    urgency: Urgency
    fails: tuple[datetime, datetime, datetime] | None
    action: str
    parts: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    detector: str = ""
    score: float | None = None
    option: Option | None = None
    """What was decided when it was raised; None for hazards, and where nothing was weighed."""
    saving: float = 0.0
    """By which a visit budget goes."""
    sent_at: datetime | None = None
    """When somebody is sent: at once, once the owner's step has not helped, or after a wait for company. None: the
    finding, or the recording, ended before."""


@dataclass(slots=True)
class _Open:
    finding: Finding
    cleared_data_at: datetime | None = None
    option: Option | None = None
    """What stands now; `finding.option` is what was decided when it was raised."""
    waits_until: datetime | None = None
    answer_by: datetime | None = None
    """Data time by which the readings must show that the owner's step helped; None: nobody was asked."""


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The findings of one appliance. Verdicts have to be heard in order of arrival."""

    appliance_id: str
    kind: Kind
    care: CareParams = field(default_factory=CareParams)
    weigh: DecisionParams | None = None
    """None: every verdict is worth raising. Else only what the decision would act upon, as live."""
    _open: dict[str, _Open] = field(default_factory=dict)
    _closed: list[Finding] = field(default_factory=list)
    _rests: dict[str, datetime] = field(default_factory=dict)
    _went: dict[str, datetime] = field(default_factory=dict)
    """Data time at which what was raised went with nothing done about it."""

    def hear(self, verdict: Verdict, received_us: int) -> None:
        """Work in one verdict, heard at `received_us`."""
        said_at = from_us(received_us)
        self._settle(verdict.fault, verdict.at)
        held = self._open.get(verdict.fault)
        if not verdict.present:
            if held is not None and held.cleared_data_at is None:
                held.cleared_data_at = self._went[verdict.fault] = verdict.at
                held.finding = replace(held.finding, cleared_at=said_at)
                self._settle(verdict.fault, verdict.at)
            return
        if verdict.urgency is not Urgency.URGENT and verdict.at < self._rests.get(verdict.fault, verdict.at):
            return  # a hazard is never held back
        if held is not None:
            held.cleared_data_at = None
            held.finding = replace(held.finding, cleared_at=None)
            if verdict.urgency is not Urgency.URGENT or held.finding.urgency is Urgency.URGENT:
                self._follow(held, verdict, said_at)
                return
            self._close(verdict.fault, said_at)
        decision = self._decide(verdict)
        if decision is None or decision.option is not Option.NOTHING:
            self._open[verdict.fault] = held = _Open(self._raised(verdict, said_at, decision))
            self._act(held, verdict, said_at, decision)

    def _follow(self, held: _Open, verdict: Verdict, said_at: datetime) -> None:
        """As the scheduler: decided anew unless somebody is sent already or the owner's step may still help."""
        if held.finding.sent_at is None and (held.answer_by is None or verdict.at >= held.answer_by):
            self._act(held, verdict, said_at, self._decide(verdict, held))

    def _act(self, held: _Open, verdict: Verdict, said_at: datetime, decision: Decision | None) -> None:
        """Ask the owner, wait for company, or send somebody; whoever was asked in vain is not asked again."""
        fault = fault_of(self.kind, verdict.fault)
        advisory = fault.urgency is Urgency.URGENT and verdict.urgency is Urgency.SELF
        option = Option.VISIT_NOW if decision is None else decision.option
        held.option, held.waits_until = option, None if decision is None else decision.waits_until
        if held.answer_by is None and (option in ASKS or verdict.urgency is Urgency.SELF):
            held.answer_by = answer_by(fault, verdict.at)
        elif option is Option.VISIT_NOW and not advisory:
            held.finding = replace(held.finding, sent_at=said_at)

    def _decide(self, verdict: Verdict, held: _Open | None = None) -> Decision | None:
        fault = fault_of(self.kind, verdict.fault)
        if self.weigh is None or Urgency.URGENT in (verdict.urgency, fault.urgency):
            return None
        p10, p50, p90 = (
            None if at is None else (at - verdict.at) / timedelta(days=1)
            for at in (verdict.fails_p10, verdict.fails_p50, verdict.fails_p90)
        )
        ending = Ending(p10=p10, p50=p50, p90=p90) if p10 is not None and p50 is not None and p90 is not None else None
        went_at = self._went.get(verdict.fault)
        seen = Situation(
            fault=fault, urgency=verdict.urgency, probability=verdict.probability, at=verdict.at, ending=ending,
            went_days=None if went_at is None else (verdict.at - went_at) / timedelta(days=1),
            asked=held is not None and held.answer_by is not None,
            before=None if held is None else held.option,
            waits_until=None if held is None else held.waits_until,
        )  # fmt: skip
        return decide(seen, self.weigh)

    def hear_service(self, service: Service) -> None:
        """A reported service ends what it put right; it may be raised again when the telemetry had time to show it."""
        at = service.at
        for fault in service.faults:
            try:
                answer_days = fault_of(self.kind, fault).answer_days
            except KeyError:
                continue
            self._rests[fault] = at + timedelta(days=answer_days)
            self._went.pop(fault, None)
            if fault in self._open:
                self._close(fault, at)

    def findings(self) -> list[Finding]:
        """All of them, in order of raising."""
        found = [*self._closed, *(held.finding for held in self._open.values())]
        return sorted(found, key=lambda one: (one.raised_at, one.fault))

    def _settle(self, fault: str, data_at: datetime) -> None:
        held = self._open.get(fault)
        if held is None or held.cleared_data_at is None:
            return
        hold = self.care.urgent_hold if held.finding.urgency is Urgency.URGENT else timedelta()
        if data_at >= held.cleared_data_at + hold:
            self._close(fault, held.finding.cleared_at)

    def _close(self, fault: str, at: datetime | None) -> None:
        finding = self._open.pop(fault).finding
        self._closed.append(replace(finding, cleared_at=finding.cleared_at or at))

    def _raised(self, verdict: Verdict, raised_at: datetime, decision: Decision | None) -> Finding:
        fault = fault_of(self.kind, verdict.fault)
        fails = (verdict.fails_p10, verdict.fails_p50, verdict.fails_p90)
        p10, p50, p90 = fails
        return Finding(
            appliance_id=self.appliance_id,
            fault=verdict.fault,
            raised_at=raised_at,
            cleared_at=None,
            probability=verdict.probability,
            urgency=verdict.urgency,
            fails=(p10, p50, p90) if p10 is not None and p50 is not None and p90 is not None else None,
            action=fault.action,
            parts=fault.parts,
            evidence=verdict.evidence,
            detector=verdict.detector,
            option=None if decision is None else decision.option,
            saving=0.0 if decision is None else decision.saving,
            score=verdict.score,
        )


def as_line(finding: Finding) -> dict[str, Any]:
    """The finding in the shape of findings.jsonl (contracts, section 3)."""
    p10, p50, p90 = finding.fails or (None, None, None)
    line: dict[str, Any] = {
        "appliance_id": finding.appliance_id,
        "fault": finding.fault,
        "raised_at": _text(finding.raised_at),
    }
    if finding.cleared_at is not None:
        line["cleared_at"] = _text(finding.cleared_at)
    return line | {
        "probability": round(finding.probability, 6),
        "urgency": str(finding.urgency),
        "fails_p10": _text(p10),
        "fails_p50": _text(p50),
        "fails_p90": _text(p90),
        "action": finding.action,
        "parts": list(finding.parts),
        "evidence": [
            {
                "signal": one.signal,
                "expected": _number(one.expected),
                "observed": _number(one.observed),
                "unit": one.unit,
                "since": _text(one.since),
            }
            for one in finding.evidence
        ],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _number(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else value
