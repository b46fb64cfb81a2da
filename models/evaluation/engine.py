"""The one place of evaluation that names the features, references and detectors: the same functions as live scoring.

`Watched` is what the database remembers of one appliance between two calls of models.scoring, kept in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from domain.findings import Verdict
from domain.readings import from_us
from domain.signals import Kind
from models.evaluation.arrivals import NO_ARRIVALS, Arrivals
from models.evaluation.case import Service
from models.features import daily_indices
from models.features.day import Day
from models.healthy.learners import learn_missing, relative_indices
from models.healthy.reference import Reference
from models.history import DatedIndex, FeatureHistory, history_of
from models.judge import judge_appliance
from models.scoring import ScoringParams

HISTORY_DAYS: Final = ScoringParams().history_days
NEW_NORMAL: Final = frozenset(
    {"part_replaced", "refrigerant_charged", "sensor_replaced", "repaired", "tightened", "firmware"}
)
"""Services after which the appliance may be healthy in another way than before, so that its reference is learned again.
Cleaning and descaling bring the old normal back: the reference stays (domain notes: re-baseline only on a confirmed
service or a firmware change)."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """One appliance: its rows, and what has been made of those that had arrived."""

    kind: Kind
    readings: Arrivals = NO_ARRIVALS
    cycles: Arrivals = NO_ARRIVALS
    events: Arrivals = NO_ARRIVALS
    indices: dict[date, list[DatedIndex]] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)
    normal_since: date | None = None
    """The first day after the last service that changed what is normal; earlier days are not judged against."""

    def days(self, days: Sequence[date], received_to_us: int) -> list[Day]:
        """The days as they were known at `received_to_us`."""
        return [
            Day(
                day=day,
                readings=self.readings.day(day, received_to_us),
                cycles=self.cycles.day(day, received_to_us),
                events=self.events.day(day, received_to_us),
            )
            for day in days
        ]


def hear_service(watched: Watched, service: Service) -> None:
    """Take note of a service that the system is told of; a new normal is learned from the day after it."""
    if service.action in NEW_NORMAL:
        watched.references.clear()
        watched.normal_since = from_us(service.at_us).date() + timedelta(days=1)


def judge_night(watched: Watched, touched: Sequence[date], data_to_us: int, received_to_us: int) -> list[Verdict]:
    """Work in what arrived (it touched these days) and judge, as models.scoring does for one due appliance."""
    kind, data_to = watched.kind, from_us(data_to_us)
    for day in watched.days(touched, received_to_us):
        found = (*daily_indices(kind, day), *relative_indices(kind, day, watched.references))
        watched.indices[day.day] = [(day.day, one.index, one.value, one.spread, one.weight) for one in found]
    history = _history(watched, data_to_us)
    learned = learn_missing(
        kind, history, watched.references, lambda first, last: watched.days(_span(first, last), received_to_us)
    )
    if learned:
        watched.references |= {reference.index: reference for reference in learned}
        _relate(watched, min(reference.learned_from for reference in learned), data_to.date(), received_to_us)
        history = _history(watched, data_to_us)
    return judge_appliance(kind, history, watched.references, data_to)


def _relate(watched: Watched, first: date, last: date, received_to_us: int) -> None:
    """The indices relative to what was just learned, for every day since learning began."""
    for day in watched.days(_span(first, last), received_to_us):
        found = relative_indices(watched.kind, day, watched.references)
        if found:
            new = {one.index: (day.day, one.index, one.value, one.spread, one.weight) for one in found}
            kept = [row for row in watched.indices.get(day.day, ()) if row[1] not in new]
            watched.indices[day.day] = [*kept, *new.values()]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _history(watched: Watched, data_to_us: int) -> FeatureHistory:
    data_to = from_us(data_to_us)
    first = data_to.date() - timedelta(days=HISTORY_DAYS)
    if watched.normal_since is not None:
        first = max(first, watched.normal_since)
    rows = (row for day, found in watched.indices.items() if day >= first for row in found)
    return history_of(rows, data_to)
