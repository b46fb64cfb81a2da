"""A finished order as the service's figures see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

DISCONTENT_STARS: Final = 2
"""Of five: so many and fewer is discontent (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One order whose work was finished at least once, with what people and telemetry said afterwards."""

    order_id: str
    month: date
    """First day of the month in which the work was first finished."""
    region: str
    outlet: str
    technician: str
    models: Sequence[str]
    completions: int
    """How often the work was finished: more than once means somebody had to come again."""
    verified: bool
    reopened: bool
    repeated: bool
    """The same fault or part came back in a later order."""
    outcomes: Sequence[str]
    """One per task that was reported: confirmed, other_fault or no_fault_found."""
    stars: int | None
    complained: bool
    discontent: bool
    """A low rating, an answer that the owner was not content with, or a 'no' at the follow-up."""
    parts_used: int
    parts_returned: int
