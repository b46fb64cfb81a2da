"""What a month's work earns, line by line, and which gate holds a line back. Pure; money in one unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """What has to be true before a job is paid."""

    REPORTED = "reported"  # every task has its one cause code
    PROVED = "proved"  # the telemetry verified the work
    FOLLOWED_UP = "followed_up"  # the owner was asked within the promised time, or a call was made
    NO_OPEN_COMPLAINT = "no_open_complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedJob:
    """One finished job with the gates it has passed."""

    order_number: int
    minutes: int
    passed: frozenset[Gate]
    repeats: bool
    """It repeats a job of the same technician: done again for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayParams:
    """Rates, per job and per hour on site; (E), of the order of euros."""

    per_job: float = 30.0
    per_hour: float = 40.0
    per_point: float = 10.0
    """Taken off for each licence point lost in the month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the statement; `held_by` says what is missing, empty if it is paid."""

    order_number: int
    amount: float
    held_by: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month's settlement. `held` is not lost: it is paid in the month in which its gates are passed."""

    lines: tuple[Line, ...]
    earned: float
    held: float
    deducted: float
    paid: float


def settle_month(jobs: Iterable[EarnedJob], points_lost: int, params: PayParams | None = None) -> Statement:
    """The statement of one technician and month; deductions never make it negative."""
    params = params or PayParams()
    lines = tuple(_line(job, params) for job in sorted(jobs, key=lambda job: job.order_number))
    earned = sum(line.amount for line in lines if not line.held_by)
    held = sum(line.amount for line in lines if line.held_by)
    deducted = min(earned, points_lost * params.per_point)
    return Statement(lines=lines, earned=earned, held=held, deducted=deducted, paid=earned - deducted)


def _line(job: EarnedJob, params: PayParams) -> Line:
    if job.repeats:
        return Line(order_number=job.order_number, amount=0.0, held_by=(), note="repeats a job of the same technician")
    amount = round(params.per_job + params.per_hour * job.minutes / 60, 2)
    missing = tuple(str(gate) for gate in Gate if gate not in job.passed)
    return Line(order_number=job.order_number, amount=amount, held_by=missing)
