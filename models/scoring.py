"""Slow detection on what arrived since the last time: the shell around features, references and detectors.

The contract with the caller (the scheduler):

    with closing(score_due(connection, now)) as due:
        for scored in due:
            record_verdict(connection, scored.appliance_key, scored.kind, scored.verdict, raised_at=now)

* `connection` must be idle (not inside a transaction). Each appliance is one transaction, opened by `score_due` before
  its first verdict is yielded and committed when the caller asks for the next appliance: its features, references,
  the caller's own writes and its mark advance together or not at all.
* Leaving the loop early (an exception, `break`) with `closing` rolls back the appliance in hand only; it is due again
  at the next call. Without `closing` the same happens as soon as Python drops the generator.
* One call does a bounded amount of work (`ScoringParams.most_days`); what is left is due at the next call.
* Only claimed appliances of kinds that have detectors are judged. `now` is the wall clock; it bounds what has arrived,
  never what a verdict says: verdicts are made as of the newest telemetry of the appliance itself.
* Rows of kind and time that change hands (a claim that brings its history) are judged anew: the database forgets the
  appliance's mark, see migration 0010.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import psycopg
import structlog

from domain.findings import Verdict
from domain.signals import Kind
from models.features import EXTRACTORS, daily_indices
from models.features.day import Day
from models.healthy.learners import learn_missing, relative_indices
from models.healthy.reference import Reference
from models.history import FeatureHistory, history_of
from models.judge import judge_appliance
from models.rows import days_from_tables
from store import scoring as memory
from store.database import Connection
from store.scoring_due import Due, note_arrivals, put_off, read_due, settle

_log = structlog.get_logger(__name__)
KINDS = tuple(str(kind) for kind in EXTRACTORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A verdict on one appliance, inside the appliance's open transaction."""

    appliance_key: int
    kind: Kind
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringParams:
    """How much one call does, and what it may look at."""

    grace: timedelta = timedelta(seconds=2)
    """Rows that arrived later than this before `now` wait for the next call, as their batch may not be committed."""
    most_days: int = 300
    """Appliance-days after which a call stops, always after a whole appliance (about a second of work)."""
    learning_days: int = 150
    """What learning a reference counts as; it happens once in an appliance's life, but a fleet installed on one day
    would do it in one call."""
    most_appliances: int = 300
    history_days: int = 400
    """How far back detectors look, so that a day's data cost a day's work for ever."""


def score_due(
    connection: Connection, now: datetime, params: ScoringParams | None = None
) -> Generator[Scored, None, None]:
    """Judge every appliance with new rows and yield its verdicts; see the module's contract."""
    params = params or ScoringParams()
    received_to = note_arrivals(connection, now, params.grace, KINDS)
    done = 0
    for due in read_due(connection, now, KINDS, params.most_appliances):
        if done >= params.most_days:
            return
        try:
            with connection.transaction():
                done += yield from _score(connection, due, received_to, params)
                settle(connection, due, received_to)
        except psycopg.Error:
            raise  # the database's trouble is the caller's to judge; the appliance stays due
        except Exception:
            _log.exception("scoring_failed", appliance_key=due.appliance_key, days=len(due.days))
            put_off(connection, due, now)
            done += len(due.days)


def _score(
    connection: Connection, due: Due, received_to: datetime, params: ScoringParams
) -> Generator[Scored, None, int]:
    """Yield the verdicts and return what it cost, in days."""
    cost = len(due.days)
    kind = Kind(due.kind)
    references = {found.name: _reference(found) for found in memory.read_references(connection, due.appliance_key)}
    for first, last in _runs(due.days):
        days = _load(connection, due, first, last, received_to)
        memory.replace_days(
            connection,
            due.appliance_key,
            [day.day for day in days],
            [
                memory.StoredIndex(day.day, found.index, found.value, found.spread, found.weight)
                for day in days
                for found in (*daily_indices(kind, day), *relative_indices(kind, day, references))
            ],
        )
    history = _history(connection, due, params)
    learned = learn_missing(
        kind, history, references, lambda first, last: _load(connection, due, first, last, received_to)
    )
    if learned:
        references |= {reference.index: reference for reference in learned}
        _freeze(connection, due, learned, references, received_to)
        history = _history(connection, due, params)
        cost += params.learning_days
    for verdict in judge_appliance(kind, history, references, due.data_to):
        yield Scored(appliance_key=due.appliance_key, kind=kind, verdict=verdict)
    return cost


def _freeze(
    connection: Connection,
    due: Due,
    learned: Sequence[Reference],
    references: dict[str, Reference],
    received_to: datetime,
) -> None:
    """Store what was learned and the indices relative to it, for every day since learning began."""
    for reference in learned:
        memory.write_reference(
            connection,
            due.appliance_key,
            memory.StoredReference(reference.index, reference.learned_from, reference.learned_to, reference.model),
        )
    first = min(reference.learned_from for reference in learned)
    kind = Kind(due.kind)
    while first <= due.data_to.date():
        last = min(first + timedelta(days=_RUN_DAYS - 1), due.data_to.date())
        memory.write_indices(
            connection,
            due.appliance_key,
            [
                memory.StoredIndex(day.day, found.index, found.value, found.spread, found.weight)
                for day in _load(connection, due, first, last, received_to)
                for found in relative_indices(kind, day, references)
            ],
        )
        first = last + timedelta(days=1)


def _load(connection: Connection, due: Due, first: date, last: date, received_to: datetime) -> list[Day]:
    span = memory.Span(due.appliance_key, due.kind, first, last, received_to)
    return days_from_tables(
        first,
        last,
        readings=memory.read_readings(connection, span),
        cycles=memory.read_cycles(connection, span),
        events=memory.read_events(connection, span),
    )


def _history(connection: Connection, due: Due, params: ScoringParams) -> FeatureHistory:
    first = due.data_to.date() - timedelta(days=params.history_days)
    stored = memory.read_indices(connection, due.appliance_key, first)
    return history_of(stored, due.data_to)


def _reference(stored: memory.StoredReference) -> Reference:
    return Reference(
        index=stored.name, learned_from=stored.learned_from, learned_to=stored.learned_to, model=stored.model
    )


_RUN_DAYS = 31
"""Days read at once: a month at ten-second sampling is about 100 MB as Python objects, more would not pay."""


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Neighbouring days together, so that one query reads them."""
    first = days[0]
    for day, following in pairwise((*days, date.max)):
        if following - day > timedelta(days=1) or (day - first).days + 1 >= _RUN_DAYS:
            yield first, day
            first = following
