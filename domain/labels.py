"""What became of a finding: the outcome of service and of self-care as a label that a model can learn from. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Label(StrEnum):
    """What a finding turned out to be, as far as people and telemetry told."""

    CONFIRMED = "confirmed"  # the technician found that fault
    OTHER_FAULT = "other_fault"  # the technician found another one
    NO_FAULT_FOUND = "no_fault_found"
    OWNER_FIXED = "owner_fixed"  # the owner was asked, and the telemetry shows that it helped
    SILENT_RECOVERY = "silent_recovery"  # it went away, and nobody told of having done anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The states that a label is read from; None where there is no reminder, task or order."""

    finding: str
    reminder: str | None = None
    declined: bool = False
    """The owner said no to the reminder."""
    outcome: str | None = None
    order: str | None = None


def label_of(told: Told) -> Label | None:
    """The label, or None while it is open or nobody can tell.

    The technician's word goes before everything else. A finding that a planner dismissed has no label: dismissing is an
    opinion about the work, not about the appliance.
    """
    if told.outcome is not None:
        return Label(told.outcome)
    if told.finding != "resolved":
        return None
    if told.reminder == "verified" and not told.declined:
        return Label.OWNER_FIXED
    if told.order in ("completed", "verified"):
        return None  # somebody was there and did not say what was found
    return Label.SILENT_RECOVERY


THERE: Final = {
    Label.CONFIRMED: True,
    Label.OTHER_FAULT: False,
    Label.NO_FAULT_FOUND: False,
    Label.OWNER_FIXED: True,
}
"""Whether the fault named was really there. A silent recovery says neither: owners clean without a word, and false
alarms go away by themselves."""


def was_there(label: Label | None) -> bool | None:
    """Whether the fault was there; None if the label does not tell."""
    return None if label is None else THERE.get(label)
