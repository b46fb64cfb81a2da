"""What was chosen for an order and why: kept with the order, shown to planners, and theirs to overrule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: of what (`outlet`, `technician`, `tasks`, `urgency`, `due_by`, `lane`, `slots`), which, and why."""

    choice: str
    value: str | None
    why: str
