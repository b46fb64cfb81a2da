"""What a month's work earns, line by line, and which gate holds a line back. Pure; money in one unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Gate(StrEnum):
    """What has to be true before a job is paid."""

    REPORTED = "reported"  # every task has its one cause code
    PROVED = "proved"  # the telemetry verified the work
    FOLLOWED_UP = "followed_up"  # the owner was asked within the promised time, or a call was made
    NO_OPEN_COMPLAINT = "no_open_complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedJob:
    """One finished job with the moment at which it passed each gate; None or left out: not yet."""

    order_number: int
    minutes: int
    finished_at: datetime
    passed: Mapping[Gate, datetime | None]
    repeats: bool
    """It repeats a job of the same technician: done again for nothing."""
    waived_at: datetime | None = None
    """An appeal lifted the gates that were still missing."""

    @property
    def paid_at(self) -> datetime | None:
        """When the last gate was passed, or the rest of them lifted; None: it is held back."""
        moments = [self.passed.get(gate) for gate in Gate]
        passed = [moment for moment in moments if moment is not None]
        if len(passed) < len(moments):
            return self.waived_at
        ready = max(self.finished_at, *passed)
        return ready if self.waived_at is None else min(ready, self.waived_at)


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
    """A month's settlement. `held` is not lost: it is paid in the month in which the last gate is passed."""

    lines: tuple[Line, ...]
    earned: float
    held: float
    deducted: float
    returned: float
    """For points that an appeal decided in this month gave back."""
    paid: float


def settle_month(
    jobs: Iterable[EarnedJob],
    since: datetime,
    until: datetime,
    *,
    points_lost: int,
    points_returned: int = 0,
    params: PayParams | None = None,
) -> Statement:
    """The statement of one technician from `since` up to `until`, the same whenever it is asked for once that is over.

    Its lines are what passed its last gate in the month, whenever it was finished, and what was held back at its end.
    Deductions never make it negative.
    """
    params = params or PayParams()
    settled = (_line(job, since, until, params) for job in sorted(jobs, key=lambda job: job.order_number))
    lines = tuple(line for line in settled if line is not None)
    earned = sum(line.amount for line in lines if not line.held_by)
    held = sum(line.amount for line in lines if line.held_by)
    deducted, returned = min(earned, points_lost * params.per_point), points_returned * params.per_point
    return Statement(
        lines=lines, earned=earned, held=held, deducted=deducted, returned=returned, paid=earned - deducted + returned
    )


def _line(job: EarnedJob, since: datetime, until: datetime, params: PayParams) -> Line | None:
    """The job's line in the month; None if it is none of this month's."""
    earlier = job.finished_at < since
    if job.finished_at >= until or (earlier and (job.repeats or (job.paid_at is not None and job.paid_at < since))):
        return None
    if job.repeats:
        return Line(order_number=job.order_number, amount=0.0, held_by=(), note="repeats a job of the same technician")
    amount = round(params.per_job + params.per_hour * job.minutes / 60, 2)
    missing: tuple[str, ...] = ()
    if job.paid_at is None or job.paid_at >= until:
        times = {gate: job.passed.get(gate) for gate in Gate}
        missing = tuple(str(gate) for gate, at in times.items() if at is None or at >= until)
    note = f"finished in {job.finished_at:%Y-%m}" if earlier else ""
    return Line(order_number=job.order_number, amount=amount, held_by=missing, note=note)
