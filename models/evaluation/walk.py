"""One appliance, in order of arrival: safety rules at every reading, everything else every night and after each run.

No look-ahead by construction: a round is given the rows that had arrived by then, whatever else is in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from domain.findings import Verdict
from domain.readings import from_us, to_us
from domain.services import Service
from domain.signals import READING_SIGNALS
from models.evaluation.arrivals import (
    DAY_US,
    NO_ARRIVALS,
    NOTHING_REFUSED,
    Arrivals,
    Micros,
    arrivals_of,
    day_of,
    readings_by_arrival,
)
from models.evaluation.baselines import Baseline
from models.evaluation.case import CaseAppliance
from models.evaluation.engine import Watched, judge_round
from models.evaluation.homes import HeardOf, heard_of
from models.evaluation.ledger import Finding, Ledger
from models.evaluation.peers import Testimony, Told
from models.features.runs import RESTED_S, over_at
from models.features.scope import tells_only_power
from models.peers import Left, Standing, question_of
from models.trained.speakers import DETECTORS_ALONE, Speakers

NIGHT_US: Final = 3_600_000_000
"""Every appliance that has something new is judged once a day, at 01:00 UTC: an hour for the last rows of the day."""
QUARTER_US: Final = 900_000_000
"""And one that works in runs at the next full quarter of an hour after each of them is over, as scoring does."""
BASELINES: Final = ("hours_counter", "plain_threshold")

WatchSafety = Callable[[CaseAppliance, Iterable[tuple[int, int, dict[str, Any]]]], Iterable[tuple[int, Verdict]]]
"""The safety rules of ingest over readings `(at_us, received_us, values)` in order of arrival; the verdicts with the
time at which each is said. Given by the caller, because models know nothing of ingest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much there was to see of one appliance."""

    appliance_id: str
    rows: int
    first_us: int
    last_us: int
    """First and last arrival."""
    data_days: int
    """UTC days with at least one reading."""
    longest_gap_days: float
    outdoor_c: dict[date, float]
    """Daily mean of outdoor air where the appliance measures it."""
    only_power: bool = False
    """Whether it never told more than a metering plug does."""

    @property
    def days(self) -> float:
        """How long it was watched."""
        return (self.last_us - self.first_us) / DAY_US


class Walked(NamedTuple):
    """What the running system, and the baselines, would have said about one appliance."""

    seen: Seen
    testimony: Testimony
    """What was said of it, before its peers are asked."""
    baselines: dict[str, list[Finding]]
    heard: HeardOf | None
    """When it was heard of, for the rules of whole homes."""


class Round(NamedTuple):
    """A time at which an appliance is judged, its newest data by then, and the days that have new rows."""

    at_us: int
    data_to_us: int
    days: list[date]


def walk(
    appliance: CaseAppliance,
    readings: pl.DataFrame,
    cycles: Arrivals,
    events: Arrivals,
    services: Sequence[Service],
    watch_safety: WatchSafety,
    speakers: Speakers = DETECTORS_ALONE,
    beside: Arrivals = NO_ARRIVALS,
    refused_us: Micros = NOTHING_REFUSED,
) -> Walked:
    """Walk through everything that arrived from one appliance; `readings` as `read_checked` gives them.

    `refused_us` are arrivals of rows that the checks refused, microseconds.
    """
    catalogue = {signal.name: signal for signal in READING_SIGNALS[appliance.kind]}
    arrivals = arrivals_of(readings)
    watched = Watched(kind=appliance.kind, readings=arrivals, cycles=cycles, events=events, beside=beside)
    ledgers = {name: Ledger(appliance_id=appliance.id, kind=appliance.kind) for name in BASELINES}
    told, left, absent = list[Told](), list[Left](), set[str]()
    baseline = Baseline(kind=appliance.kind)
    safety = watch_safety(appliance, readings_by_arrival(readings, catalogue))
    steps: list[tuple[int, int, Any]] = [(at_us, 1, verdict) for at_us, verdict in safety]
    steps += [(to_us(service.at), 0, service) for service in services]
    steps += [(one.at_us, 2, one) for one in rounds(watched)]
    for at_us, _, step in sorted(steps, key=lambda step: step[:2]):
        if isinstance(step, Service):
            watched.services.append(step)
            for ledger in ledgers.values():
                ledger.hear_service(step)
            told.append(Told(at_us, step))
        elif isinstance(step, Verdict):
            told.append(Told(at_us, step))
            absent.discard(step.fault)
        else:
            for verdict in judge_round(watched, step.days, step.data_to_us, at_us, speakers):
                if verdict.present or verdict.fault not in absent:  # nothing new: nearly all of what is said
                    told.append(Told(at_us, verdict, question_of(verdict, watched.standing)))
                (absent.discard if verdict.present else absent.add)(verdict.fault)
            _leave(left, step, watched.standing)
            _hear_baselines(ledgers, baseline, watched, step)
    return Walked(
        seen=_seen(appliance.id, arrivals, cycles),
        testimony=Testimony(appliance.id, told, left),
        baselines={name: ledgers[name].findings() for name in BASELINES},
        heard=heard_of((arrivals, cycles), refused_us),
    )


def _leave(left: list[Left], one: Round, standing: Standing) -> None:
    """What is said first of a day stays, as in the database."""
    day = from_us(one.data_to_us).date()
    if standing and not (left and left[-1].day == day):
        left.append(Left(day, one.at_us, standing))


def _hear_baselines(ledgers: dict[str, Ledger], baseline: Baseline, watched: Watched, one: Round) -> None:
    today = from_us(one.data_to_us).date()
    for day in watched.days([day for day in one.days if day < today or day == one.days[-1]], one.at_us):
        for name in BASELINES:
            verdict = getattr(baseline, name)(day, one.data_to_us)
            if verdict is not None:
                ledgers[name].hear(verdict, one.at_us)


def rounds(watched: Watched) -> Iterator[Round]:
    """The nights, and between them the quarters of an hour by which a run was over, as far as something is new."""
    tables = watched.readings, watched.cycles, watched.events
    received_us = np.concatenate([table.received_us for table in tables])
    at_us = np.concatenate([table.at_us for table in tables])
    if len(at_us) == 0:
        return
    nights_us = _next(received_us - NIGHT_US, DAY_US) + NIGHT_US
    instants_us = np.unique(np.concatenate((nights_us, _over_us(watched))))
    number = np.searchsorted(instants_us, received_us)
    order = np.argsort(number, kind="stable")
    number, at_us = number[order], at_us[order]
    edges = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1])))
    newest_us = np.maximum.accumulate(at_us)
    for start, end in zip(edges.tolist(), [*edges[1:].tolist(), len(number)], strict=True):
        days = np.unique(at_us[start:end] // DAY_US)
        yield Round(int(instants_us[number[start]]), int(newest_us[end - 1]), [day_of(int(day)) for day in days])


def _over_us(watched: Watched) -> Micros:
    """The quarters of an hour by which a run was over, as the readings tell that had come, or summaries alone."""
    if watched.kind not in RESTED_S:
        return np.empty(0, dtype=np.int64)
    if not len(watched.readings):
        return _next(watched.cycles.received_us, QUARTER_US)
    over = over_at(watched.kind, watched.readings.by_arrival())
    return _next(np.sort(watched.readings.received_us)[over], QUARTER_US)


def _next(received_us: Micros, beat_us: int) -> Micros:
    """The next full beat; a row that arrives exactly at the instant belongs to it, hence the ceiling."""
    return -(-received_us // beat_us) * beat_us


def _seen(appliance_id: str, readings: Arrivals, cycles: Arrivals) -> Seen:
    at_us = np.sort(np.concatenate([readings.at_us, cycles.at_us]))
    received_us = np.concatenate([readings.received_us, cycles.received_us])
    gap_us = int(np.diff(at_us).max()) if len(at_us) > 1 else 0
    return Seen(
        appliance_id=appliance_id,
        rows=len(at_us),
        first_us=int(received_us.min()) if len(at_us) else 0,
        last_us=int(received_us.max()) if len(at_us) else 0,
        data_days=len(np.unique(at_us // DAY_US)),
        longest_gap_days=gap_us / DAY_US,
        only_power=tells_only_power(readings.rows, cycles.rows),
        outdoor_c=_daily_means(readings.at_us, readings.rows.number("outdoor_c")),
    )


def _daily_means(at_us: Micros, values: "np.ndarray[Any, np.dtype[np.float64]]") -> dict[date, float]:
    known = np.isfinite(values)
    if not known.any():
        return {}
    number, place = np.unique(at_us[known] // DAY_US, return_inverse=True)
    means = np.bincount(place, values[known]) / np.bincount(place)
    return {day_of(int(day)): float(mean) for day, mean in zip(number, means, strict=True)}
