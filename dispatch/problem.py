"""What a plan is made from and what it says: the question, the plan, and the parameters in between. Pure values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.rules import NO_STOCK, Stock, Why
from dispatch.travel import BY_DISTANCE, TravelTimes
from domain.visits import FieldTechnician, Job, Period, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be planned: nothing begins before `now`; `fixed` visits stay as they are, technician and time.

    A fixed visit that is under way binds its technician until it ends. Plans count whole seconds: fractions in `now`,
    the horizon, windows and fixed visits raise ValueError.
    """

    jobs: tuple[Job, ...]
    technicians: tuple[FieldTechnician, ...]
    fixed: tuple[Visit, ...]
    now: datetime
    horizon: Period
    stock: Stock = field(default_factory=lambda: NO_STOCK)

    def __post_init__(self) -> None:
        spans: list[Period | Visit] = [self.horizon, *(w for job in self.jobs for w in job.windows), *self.fixed]
        if self.now.microsecond or any(s.starts.microsecond or s.ends.microsecond for s in spans):
            raise ValueError("plans count whole seconds; cut the fractions off")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParams:
    """How planning weighs and how long it may think."""

    seed: int = 1
    iterations: int = 20_000
    """Of the local search, at most; a plan that ends by this is the same on every machine for the same seed."""
    seconds: float = 60.0
    """At most; a plan cut off by time is as good as it was until then."""
    patience: int = 4_000
    """Iterations without a better plan after which it ends."""
    cents_per_km: int = 35
    """Running cost of a small van (E): fuel, wear and tax, between 30 and 45 cents in European mileage rates."""
    cents_per_hour: int = 4500
    """A technician's hour on the road (E): wage with on-costs."""
    other_outlet_cents: int = 3000
    """What it has to save to send somebody of another than the responsible outlet (E): one customer, one outlet."""
    late_share: float = 0.5
    """Share of a job's prize that is left when it is done after its due time (E)."""
    wait_share: float = 0.03
    """Share of a job's prize that is lost with every whole day that it waits (E): of equal days the first is taken."""
    travel: TravelTimes = BY_DISTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A visit of a plan. `extra_s` is the travel it adds to the technician's day; `why` says why this technician."""

    order_id: str
    technician_id: str
    starts: datetime
    ends: datetime
    travel_s: int
    """On the way from the stop before."""
    extra_s: int
    fixed: bool = False
    late: bool = False
    """Begins after the order's due time."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A job that the plan leaves out, and why."""

    order_id: str
    reason: Why
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A break in a technician's day."""

    technician_id: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A plan in numbers; `cost` is what the search minimises, cents: travel, other outlets, prizes left behind."""

    visits: int
    unassigned: int
    late: int
    travel_s: int
    travel_m: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlan:
    """A plan: fixed and planned visits by technician and time, and what is left out."""

    visits: tuple[Planned, ...]
    unassigned: tuple[Unassigned, ...]
    breaks: tuple[Break, ...]
    figures: Figures
    iterations: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far planning is; `best` is the cost of the best plan so far, cents."""

    iteration: int
    seconds: float
    best: int


Watch = Callable[[Progress], bool]
"""Told of progress; False ends the search with the best plan so far."""


def keep_on(_: Progress) -> bool:
    """Watches nothing and lets it go on."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Prizes:
    """What doing a job is worth, cents; all (E). Travel across a town and back costs some 2000."""

    agreed: int = 1_000_000
    """The owner was promised this time: only left out if nobody can come."""
    by_urgency: Mapping[str, int] = field(default_factory=lambda: {"urgent": 60_000, "visit": 15_000, "self": 8_000})
    overdue: float = 1.0
    """So much of it again for an order that is due now or overdue, fading to none at `fades_days` before."""
    fades_days: float = 14.0


def prize_of(urgency: str, probability: float, due_by: datetime | None, agreed: bool, now: datetime, p: Prizes) -> int:
    """What a visit is worth, cents, by risk (urgency, probability 0 to 1, how soon it is due) and promise."""
    if agreed:
        return p.agreed
    days = p.fades_days if due_by is None else (due_by - now).total_seconds() / 86_400
    pressing = 1 + p.overdue * min(1.0, max(0.0, 1 - days / p.fades_days))
    return round(p.by_urgency[urgency] * (0.5 + 0.5 * probability) * pressing)
