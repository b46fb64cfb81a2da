"""The one place of evaluation that names the step of models.step; `Watched` is what the database is to live scoring."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.findings import Verdict
from domain.readings import from_us
from domain.services import Service
from domain.signals import Kind
from models.evaluation.arrivals import NO_ARRIVALS, Arrivals
from models.features.day import Day
from models.peers import Standing
from models.step import Remembered, step
from models.trained.speakers import DETECTORS_ALONE, Speakers


@dataclass(slots=True)
class Watched:
    """One appliance: its rows, and what has been made of those that had arrived."""

    kind: Kind
    readings: Arrivals = NO_ARRIVALS
    cycles: Arrivals = NO_ARRIVALS
    events: Arrivals = NO_ARRIVALS
    beside: Arrivals = NO_ARRIVALS
    """Cycles of the home's machines of another kind."""
    services: list[Service] = field(default_factory=list)
    remembered: Remembered = field(init=False)
    standing: Standing = field(init=False, default_factory=dict)
    """What the last step left for its peers."""

    def __post_init__(self) -> None:
        self.remembered = Remembered(kind=self.kind, series={}, references={}, services=self.services)

    def days(self, days: Sequence[date], received_to_us: int) -> list[Day]:
        """The days as they were known at `received_to_us`."""
        return [
            Day(
                day=day,
                readings=self.readings.day(day, received_to_us),
                cycles=self.cycles.day(day, received_to_us),
                events=self.events.day(day, received_to_us),
                beside=self.beside.day(day, received_to_us),
            )
            for day in days
        ]


def judge_round(
    watched: Watched,
    touched: Sequence[date],
    data_to_us: int,
    received_to_us: int,
    speakers: Speakers = DETECTORS_ALONE,
) -> list[Verdict]:
    """Work in what had arrived by the round (it touched these days) and judge, as live scoring does."""
    outcome = step(
        watched.remembered,
        watched.days(touched, received_to_us),
        lambda first, last: watched.days(_span(first, last), received_to_us),
        from_us(data_to_us),
        speakers,
    )
    watched.remembered, watched.standing = outcome.after, outcome.standing
    return list(outcome.verdicts)


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
