"""What the scheduler needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from dispatch.travel import BY_DISTANCE, TravelTimes
from domain.care import CareParams
from domain.decision_params import DecisionParams
from notify.links import LINK_LIFE
from scheduler.mailer import MailServer


class Pace(StrEnum):
    """How fast time runs in the homes that are looked after."""

    PRODUCTION = "production"  # a day is a day
    DEMO = "demo"  # simulated homes live days in a minute, so jobs run every second or two


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSettings:
    """Where database and broker are, how often jobs run, how long things are kept, how people are treated."""

    database_url: str
    mqtt_url: str
    pace: Pace = Pace.PRODUCTION
    dask_url: str = ""
    """Scheduler of a Dask cluster that judges; empty: this process does."""
    score_processes: int = 1
    """Processes of this machine that judge when many appliances wait."""
    every: Mapping[str, timedelta] = field(default_factory=dict)
    """By name of a job: another interval than the table of jobs says."""
    retention_days: int | None = None
    """Readings older than this many days are dropped (Apache edition; the Community edition's policy does it)."""
    hourly_retention_days: int | None = None
    keep_runs_days: int = 7
    keep_messages_days: int = 30
    keep_idempotency_days: int = 2
    link_secret: str = ""
    """Signs the personal links of owners; without it nobody is sent one, and people call instead."""
    public_url: str = ""
    """Where owners reach the pages that their links lead to."""
    link_life: timedelta = LINK_LIFE
    care: CareParams = field(default_factory=CareParams)
    decision: DecisionParams = field(default_factory=DecisionParams)
    """Prices, habits and budgets of decisions."""
    travel: TravelTimes = BY_DISTANCE
    """How long it takes from place to place when visits are planned."""

    mail: MailServer | None = None
    """Where owners' messages are mailed; None: a line in the log instead."""

    @property
    def promises_faster(self) -> float:
        """How much faster the clocks of promises run: where days pass in minutes, owners are asked in minutes."""
        return 1440.0 if self.pace is Pace.DEMO else 1.0
