"""What was chosen for an order and why: kept with the order, shown to planners, and theirs to overrule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which was chosen and why, of `outlet`, `technician`, `tasks`, `urgency`, `due_by`, `lane`, `slots`, `needed`."""

    choice: str
    value: str | None
    why: str
