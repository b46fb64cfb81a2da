"""What happened in a span, row by row, placed by region, outlet, technician, model and month."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where, by whom and when; `none` for what has none, a month as `2026-03` in UTC."""

    region: str
    outlet: str
    technician: str
    model: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(Placed):
    """A finding of a rule or model and what became of it; `wrong` where a technician found another fault or none."""

    kind: str
    fault: str
    detector: str
    confirmed: bool
    wrong: bool
    days_before_work: float | None
    """From the finding to the finished work, where a technician confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done; a visit for several models is parted among them, `months` are appliance-months watched."""

    visits: float
    reminders: int
    avoided_visits: int
    prevented_failures: int
    breakdowns: int
    parts_cost: float
    parts_without_price: int
    """Pieces that were used up and that `parts_cost` leaves out."""
    months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(Placed):
    """What was done at one place by one person in one month."""

    done: Done
