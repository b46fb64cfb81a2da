"""One appliance, one step: work in the days that arrived, learn what can be learned, judge. Pure; the only definition.

Live scoring (models/scoring.py), evaluation (models/evaluation/engine.py) and a cluster differ only in where
`Remembered` and the days come from, and where the `Outcome` goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.findings import Verdict
from domain.services import Service
from domain.signals import Kind
from models.features import daily_indices
from models.features.day import Day, DayIndex
from models.healthy.fleet_prior import Priors
from models.healthy.learners import RELATIVE, LoadDays, learn_missing, relative_indices
from models.healthy.reference import Reference
from models.history import DatedIndex, DaySeries, FeatureHistory, history_of_series, with_days, with_indices
from models.normal import normal_of, renew
from models.peers import Standing, standing_of
from models.trained.speakers import DETECTORS_ALONE, Heard, Quiet, Speakers, hear

HISTORY_DAYS: Final = 400
"""How far back detectors look, so that a day's data cost a day's work for ever."""
RUN_DAYS: Final = 31
"""Days read at once: a month at ten-second sampling is about 100 MB as Python objects, more would not pay."""

AllSeries = Mapping[str, DaySeries]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is known of one appliance before a step. It may hold more than the step looks at."""

    kind: Kind
    series: AllSeries
    """Daily indices of at least the last `HISTORY_DAYS`."""
    references: Mapping[str, Reference]
    services: Sequence[Service] = ()
    """What has been told by now, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step found; to be remembered together or not at all."""

    days: tuple[date, ...]
    indices: tuple[DatedIndex, ...]
    """All there is of `days`: what was remembered of them is outdated."""
    learned: tuple[Reference, ...]
    related: tuple[DatedIndex, ...]
    """Relative to what was learned, of any days: added to, or written over, what is remembered."""
    verdicts: tuple[Verdict, ...]
    quiet: tuple[Quiet, ...]
    """What nobody is told of: challengers, and the watch for the unknown."""
    standing: Standing
    """What it shows of each fault, for others of its kind."""
    speaker: str | None
    """Hash of the model that made the verdicts; None without one."""
    after: Remembered


def step(
    remembered: Remembered,
    arrived: Iterable[Day],
    load_days: LoadDays,
    data_to: datetime,
    speakers: Speakers = DETECTORS_ALONE,
) -> Outcome:
    """Work in `arrived`, learn, and judge as of `data_to`, the appliance's newest data time: by the days that are over
    and by today's runs once they are; what is normal is learned from whole days only.

    `load_days` reads days again, as they are known now; it is called only when something can be learned. What work on
    the appliance leaves of its references and days: see `models.normal`.
    """
    kind, priors = remembered.kind, speakers.priors(remembered.kind)
    normal = normal_of(kind, remembered.references, remembered.services, priors)
    days, indices = _work_in(kind, arrived, normal.known)
    series = with_days(remembered.series, days, indices)
    first = data_to.date() - timedelta(days=HISTORY_DAYS)
    history = history_of_series(normal.cut(series), first, data_to, priors)
    after = renew(normal, history)
    learned = [one for index, one in after.known.items() if one is not normal.known[index]]
    new = learn_missing(kind, history, after.known, load_days)
    related: list[DatedIndex] = []
    references = after.judged() | {one.index: one for one in new}
    if new:
        related = _relate(kind, new, references, load_days, data_to.date())
        series = with_indices(series, related)
        history = history_of_series(normal.cut(series), first, data_to, priors)
    learned += new
    history = history.with_runs()
    going_on = 0.0 < history.runs_over < 1.0  # today was judged by earlier runs: the next word is due after this one
    heard = Heard([], [], None) if going_on else hear(speakers, kind, history, references, data_to)
    known = {**remembered.references, **{one.index: one for one in learned}}
    return Outcome(
        days=tuple(days),
        indices=tuple(indices),
        learned=tuple(learned),
        related=tuple(related),
        verdicts=tuple(heard.verdicts),
        quiet=tuple(heard.quiet),
        standing={} if going_on else standing_of(kind, history, references),
        speaker=heard.speaker,
        after=Remembered(kind=kind, series=series, references=known, services=remembered.services),
    )


def as_judged(
    remembered: Remembered, data_to: datetime, priors: Priors | None = None
) -> tuple[FeatureHistory, dict[str, Reference]]:
    """The days and references that a verdict as of `data_to` rests on, with nothing new worked in or learned."""
    normal = normal_of(remembered.kind, remembered.references, remembered.services, priors)
    first = data_to.date() - timedelta(days=HISTORY_DAYS)
    history = history_of_series(normal.cut(remembered.series), first, data_to, priors)
    return history.with_runs(), normal.judged()


def _work_in(
    kind: Kind, arrived: Iterable[Day], references: Mapping[str, Reference]
) -> tuple[list[date], list[DatedIndex]]:
    days: list[date] = []
    indices: list[DatedIndex] = []
    for day in arrived:
        days.append(day.day)
        indices += _dated(day.day, (*daily_indices(kind, day), *relative_indices(kind, day, references)))
    return days, indices


def _relate(
    kind: Kind, learned: Sequence[Reference], references: Mapping[str, Reference], load_days: LoadDays, last: date
) -> list[DatedIndex]:
    """The indices relative to what was just learned, for every day since learning began."""
    starts = [reference.learned_from for reference in learned if reference.index in RELATIVE.get(kind, ())]
    related: list[DatedIndex] = []
    first = min(starts, default=date.max)
    while first <= last:
        end = min(first + timedelta(days=RUN_DAYS - 1), last)
        for day in load_days(first, end):
            related += _dated(day.day, relative_indices(kind, day, references))
        first = end + timedelta(days=1)
    return related


def _dated(day: date, indices: Iterable[DayIndex]) -> list[DatedIndex]:
    return [(day, one.index, one.value, one.spread, one.weight) for one in indices]
