"""What follows from a finding: remind, wait, ask again, send somebody, believe the proof.

Pure rules. The clock of a judgement is the appliance's own data time (`Case.data_at`, its newest telemetry), so that
accelerated, replayed and late data are judged rightly; an appliance that says nothing is not judged at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.decision import ASKS, VISITS, Option
from domain.faults import Fault, Urgency
from domain.findings import Evidence
from domain.signals import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CareParams:
    """How patient the system is, and how rarely it bothers people; all of it engineering judgement (E)."""

    household_gap: timedelta = timedelta(hours=24)
    """Data time between two new reminders to one household."""
    household_week: int = 2
    """New reminders to one household within seven days of data time, advisories of a hazard apart."""
    repeat_gap: timedelta = timedelta(days=7)
    """Data time between two reminders of the same fault of the same appliance, advisories included."""
    urgent_hold: timedelta = timedelta(hours=24)
    """Urgent events of one circuit within this time are one finding (contracts, section 3)."""
    urgent_due: timedelta = timedelta(days=1)
    visit_due: timedelta = timedelta(days=14)
    urgent_answer: timedelta = timedelta(hours=1)
    """After a completed repair: how long readings taken on the way out are not held against it."""
    quiet_proof: timedelta = timedelta(hours=24)
    """A condition that had ended before the repair must stay away this long after it to count as proof."""
    soon: timedelta = timedelta(days=14)
    """Self-care that is due within this data time and not done is taken along when somebody comes anyway."""
    urgent_work_minutes: int = 180
    """More work than this in one visit would make a hazard wait for parts and a long free time."""
    repeat_days: int = 90
    """The same fault, or the same part, of an appliance within so many days of a finished job repeats that job."""
    refusal_rest: timedelta = timedelta(days=14)
    """Wall time for which a finding whose order a person cancelled or declined is not proposed again."""


_WEEK: Final = timedelta(days=7)
MAY_COME_BACK: Final = frozenset({"flood", "loose_contact", "overheat_trips", "earth_leakage", "overload"})
"""Hazards whose sign can pause while the cause stays (E): only a person takes their order off the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A reminder as it stands; times are data time, UTC."""

    id: UUID
    state: str
    data_at: datetime
    answer_by: datetime
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One open finding with what a decision about it needs."""

    finding_id: UUID
    appliance_key: int
    appliance_id: str
    kind: Kind
    room: str | None
    fault: Fault
    urgency: Urgency
    evidence: tuple[Evidence, ...]
    judged_at: datetime
    cleared_at: datetime | None
    fails_p10: datetime | None
    data_at: datetime
    """The appliance's clock: its newest telemetry."""
    reminder: Sent | None = None
    probability: float = 1.0
    fails_p50: datetime | None = None
    fails_p90: datetime | None = None
    decided: Option | None = None
    """What was decided (domain.decision); None: not weighed, then the class of the fault decides."""
    decided_why: str = ""
    waits_until: datetime | None = None
    """Data time until which a visit waits for another job of the home to share the journey."""
    decided_on: datetime | None = None
    """The verdict (its data time) that the decision rests on."""
    went_at: datetime | None = None
    """Data time at which it last went by itself after it had been acted upon; None: it never did."""

    @property
    def asks_owner(self) -> bool:
        """True if the owner is to be asked: self-care, an early sign of a hazard, or a remote step."""
        if self.decided is None or self.advisory:
            return self.urgency is Urgency.SELF
        if self.urgency is Urgency.SELF and self.decided in VISITS and self.reminder is None:
            # Self-care is asked for before anybody is sent for it, unless somebody comes to the home anyway.
            return self.decided is Option.VISIT_NOW or self.waits_until is not None
        return self.urgency is not Urgency.URGENT and self.decided in ASKS

    @property
    def led_remotely(self) -> bool:
        """True if the owner is led through a step before a technician's fault is visited."""
        return self.urgency is Urgency.VISIT and self.fault.urgency is Urgency.VISIT and self.reminder is not None

    @property
    def advisory(self) -> bool:
        """True for early word of a hazard: worth a reminder at once, never an order by itself."""
        return self.urgency is Urgency.SELF and self.fault.urgency is Urgency.URGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReminder:
    """When a household was last bothered about what (data time)."""

    appliance_key: int
    fault: str
    advisory: bool
    data_at: datetime


def choose_reminders(cases: Iterable[Case], past: Sequence[PastReminder], params: CareParams) -> tuple[Case, ...]:
    """Which findings of one household are worth a reminder now, most pressing first.

    One new reminder per `household_gap` and `household_week` of them in seven days, advisories of a hazard apart; the
    same fault of the same appliance once per `repeat_gap`. What has to wait is chosen at a later run. A gap counts in
    both directions, because replayed data may be older than the last reminder.
    """
    said = list(past)
    chosen: list[Case] = []
    for case in sorted(cases, key=_pressing):
        if not case.asks_owner or case.reminder is not None or case.cleared_at is not None:
            continue
        if _too_soon(case, said, params):
            continue
        chosen.append(case)
        said.append(
            PastReminder(
                appliance_key=case.appliance_key, fault=case.fault.code, advisory=case.advisory, data_at=case.data_at
            )
        )
    return tuple(chosen)


def _too_soon(case: Case, said: Iterable[PastReminder], params: CareParams) -> bool:
    in_week = 0
    for past in said:
        apart = abs(case.data_at - past.data_at)
        if (past.appliance_key, past.fault) == (case.appliance_key, case.fault.code) and apart < params.repeat_gap:
            return True
        if not case.advisory and not past.advisory:
            if apart < params.household_gap:
                return True
            in_week += apart < _WEEK
    return in_week >= params.household_week


def _pressing(case: Case) -> tuple[bool, bool, datetime, datetime, UUID]:
    soonest = case.fails_p10 or case.judged_at
    return (not case.advisory, case.fails_p10 is None, soonest, case.judged_at, case.finding_id)


def answer_by(fault: Fault, data_at: datetime) -> datetime:
    """The data time by which the telemetry must show that self-care helped."""
    return data_at + timedelta(days=fault.answer_days)


class Follow(StrEnum):
    """What becomes of a reminder."""

    VERIFY = "verify"  # the telemetry proves the help
    ESCALATE = "escalate"  # no change in time, or it became urgent: a visit
    SEND_AGAIN = "send_again"  # the owner asked to be reminded later, and it is later


def follow_up(case: Case, params: CareParams) -> Follow | None:
    """What becomes of the case's reminder now; None: wait (or leave it to people).

    It escalates only on a verdict that rests on telemetry from after the answer time: an appliance nobody used since
    is not held against the owner. A declined reminder is never escalated by the clock; an advisory neither.
    """
    sent = case.reminder
    if sent is None or sent.state in ("verified", "escalated"):
        return None
    if case.cleared_at is not None:
        return Follow.VERIFY if is_settled(case, params) else None
    if case.urgency is not Urgency.SELF and not case.led_remotely:
        return Follow.ESCALATE
    if sent.state == "snoozed":
        due = sent.snoozed_until is not None and case.data_at >= sent.snoozed_until
        return Follow.SEND_AGAIN if due else None
    if sent.state == "declined" and case.led_remotely:
        return Follow.ESCALATE  # the fault is a technician's: an owner who will not try the step still gets the visit
    if sent.state == "declined" or case.advisory:
        return None
    return Follow.ESCALATE if case.judged_at >= sent.answer_by else None


def is_settled(case: Case, params: CareParams) -> bool:
    """True if the finding may be closed as resolved: the condition is gone, for urgent ones long enough."""
    if case.cleared_at is None:
        return False
    hold = params.urgent_hold if case.urgency is Urgency.URGENT else timedelta()
    return case.data_at >= case.cleared_at + hold


def needs_visit(case: Case) -> bool:
    """True if somebody has to come: urgent, a technician's fault, or self-care that did not help.

    A hazard that may come back is looked at even if it has passed: how soon somebody looked must not decide.
    """
    if case.cleared_at is not None:
        return case.urgency is Urgency.URGENT and case.fault.code in MAY_COME_BACK
    if case.urgency is Urgency.URGENT:
        return True
    if case.urgency is Urgency.SELF or case.reminder is not None:
        asked_in_vain = case.reminder is not None and case.reminder.state == "escalated" and not case.advisory
        return asked_in_vain and case.decided is not Option.NOTHING
    return case.decided is None or case.decided in VISITS


def may_come_along(case: Case, params: CareParams) -> bool:
    """True if a visit that is made anyway should do it too: self-care that is soon due and that nobody has done.

    What the owner says is done waits for its proof; early word of a hazard is nothing to do.
    """
    if case.urgency is not Urgency.SELF or case.advisory or case.cleared_at is not None:
        return False
    if case.reminder is not None and case.reminder.state in ("done", "verified", "escalated"):
        return False
    if case.reminder is not None and case.reminder.state == "declined":
        return True
    dues = [case.fails_p10, None if case.reminder is None else case.reminder.answer_by]
    return any(due is not None and due <= case.data_at + params.soon for due in dues)


def due_by(case: Case, params: CareParams) -> datetime:
    """When the visit should have been: before the likely failure, within a day if urgent; never before the data.

    Where it may have failed already (P10 is past), halfway from there to P50, by when about a quarter of such have.
    """
    if case.urgency is Urgency.URGENT:
        return case.data_at + params.urgent_due
    likely = case.fails_p10
    if likely is not None and likely < case.data_at and case.fails_p50 is not None:
        likely += (case.fails_p50 - likely) / 2
    return max(case.data_at, likely or case.data_at + params.visit_due)


def promised_by(case: Case, params: CareParams, now: datetime) -> datetime:
    """The date that people are held to when an order is made (wall time): what is due, if that lies ahead.

    Where it has passed because telemetry came late or is replayed, as long after the making as it was after the data.
    """
    due = due_by(case, params)
    return due if due > now else now + (due - case.data_at)
