"""Slow detection on what arrived since the last time: the shell around the step of models.step.

The contract with the caller (the scheduler):

    with closing(score_due(connection, now)) as due:
        for scored in due:
            record(connection, scored, now)  # aloud, or quietly

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
from models.features import EXTRACTORS
from models.features.day import Day
from models.features.filter_reports import reported_indices
from models.healthy.reference import Reference
from models.history import DatedIndex, DaySeries
from models.peers import BEFORE, FRESH, MOST_ASKED, heed, question_of
from models.rows import NO_TABLE, days_from_tables
from models.step import HISTORY_DAYS, RUN_DAYS, Outcome, Remembered, step
from models.trained.registered import speakers_at_work
from models.trained.speakers import Speakers
from store import scoring as memory
from store.database import Connection
from store.peers import leave_standing, read_moves
from store.scoring_due import Due, note_arrivals, put_off, read_due, settle
from store.services import read_services

_log = structlog.get_logger(__name__)
KINDS = tuple(str(kind) for kind in EXTRACTORS)
_REPORTING = frozenset(str(kind) for kind, extract in EXTRACTORS.items() if reported_indices in extract)
"""Kinds whose events are looked at: those that report on their filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A verdict on one appliance, inside the appliance's open transaction."""

    appliance_key: int
    kind: Kind
    verdict: Verdict
    model_sha256: str | None
    """The trained model that speaks; None if a detector speaks for itself."""
    quiet: bool
    """Nobody is told: a challenger's word, or something for a reviewer."""


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


def score_due(
    connection: Connection, now: datetime, params: ScoringParams | None = None
) -> Generator[Scored, None, None]:
    """Judge every appliance with new rows and yield its verdicts; see the module's contract."""
    params = params or ScoringParams()
    received_to, waiting = find_due(connection, now, params)
    yield from score_these(connection, waiting, received_to, now, params)


def find_due(connection: Connection, now: datetime, params: ScoringParams) -> tuple[datetime, list[Due]]:
    """What has arrived up to when, and the appliances that it touched, longest waiting first."""
    received_to = note_arrivals(connection, now, params.grace, KINDS)
    return received_to, read_due(connection, now, KINDS, params.most_appliances)


def score_these(
    connection: Connection, waiting: Sequence[Due], received_to: datetime, now: datetime, params: ScoringParams
) -> Generator[Scored, None, None]:
    """Judge these appliances, as `score_due`; nobody else may judge them at the same time."""
    speakers = speakers_at_work(connection)
    done = 0
    for due in waiting:
        if done >= params.most_days:
            return
        try:
            with connection.transaction():
                done += yield from _score(connection, due, received_to, params, speakers)
                settle(connection, due, received_to)
        except psycopg.Error:
            raise  # the database's trouble is the caller's to judge; the appliance stays due
        except Exception:
            _log.exception("scoring_failed", appliance_key=due.appliance_key, days=len(due.days))
            put_off(connection, due, now)
            done += len(due.days)


def _score(
    connection: Connection, due: Due, received_to: datetime, params: ScoringParams, speakers: Speakers
) -> Generator[Scored, None, int]:
    """Yield the verdicts and return what it cost, in days."""

    def load(first: date, last: date) -> list[Day]:
        return _load(connection, due, first, last, received_to)

    arrived = (day for first, last in _runs(due.days) for day in load(first, last))
    outcome = step(
        remembered_of(connection, due.appliance_key, Kind(due.kind), due.data_to), arrived, load, due.data_to, speakers
    )
    _remember(connection, due.appliance_key, outcome)
    if outcome.standing:
        leave_standing(connection, due.appliance_key, due.data_to.date(), received_to, outcome.standing)
    heeded = (_heed_peers(connection, due.appliance_key, one, outcome, received_to) for one in outcome.verdicts)
    said = [(outcome.speaker, verdict, False) for verdict in heeded if verdict is not None]
    said += [(sha256, verdict, True) for sha256, verdict in outcome.quiet]
    for sha256, verdict, quiet in said:
        yield Scored(
            appliance_key=due.appliance_key, kind=Kind(due.kind), verdict=verdict, model_sha256=sha256, quiet=quiet
        )
    return len(due.days) + (params.learning_days if outcome.learned else 0)


def _heed_peers(
    connection: Connection, key: int, verdict: Verdict, outcome: Outcome, received_to: datetime
) -> Verdict | None:
    """The verdict with what others of the kind nearby testify; None if it is held back."""
    question = question_of(verdict, outcome.standing)
    if question is None:
        return verdict
    asked = {
        "appliance_key": key, "fault": question.fault, "since": question.since, "until": question.until,
        "former": question.since - BEFORE, "fresh": question.until - FRESH, "before": received_to, "most": MOST_ASKED,
    }  # fmt: skip
    return heed(verdict, read_moves(connection, asked))


def remembered_of(connection: Connection, key: int, kind: Kind, data_to: datetime) -> Remembered:
    """All that is stored of an appliance about the time before `data_to`: what a step, or a picture of it, needs."""
    first = data_to.date() - timedelta(days=HISTORY_DAYS)
    known_days: dict[bytes, tuple[date, ...]] = {}
    return Remembered(
        kind=kind,
        series={found.name: _series(found, known_days) for found in memory.read_series(connection, key, first)},
        references={found.name: _reference(found) for found in memory.read_references(connection, key)},
        services=read_services(connection, key),
    )


def _series(stored: memory.StoredSeries, known_days: dict[bytes, tuple[date, ...]]) -> DaySeries:
    """`known_days` are day numbers met before and their days: most indices of an appliance have the same days."""
    values, spreads, weights = stored.numbers
    packed = stored.ordinals.tobytes()
    days = known_days.get(packed)
    if days is None:
        known_days[packed] = days = tuple(map(date.fromordinal, stored.ordinals.tolist()))
    return DaySeries(
        days=days,
        values=values,
        spreads=spreads,
        weights=weights,
        ordinals=stored.ordinals,
    )


def _remember(connection: Connection, key: int, outcome: Outcome) -> None:
    memory.replace_days(connection, key, outcome.days, map(_stored, outcome.indices))
    for learned in outcome.learned:
        memory.write_reference(
            connection,
            key,
            memory.StoredReference(learned.index, learned.learned_from, learned.learned_to, learned.model),
        )
    memory.write_indices(connection, key, map(_stored, outcome.related))


def _stored(row: DatedIndex) -> memory.StoredIndex:
    return memory.StoredIndex(*row)


def _load(connection: Connection, due: Due, first: date, last: date, received_to: datetime) -> list[Day]:
    span = memory.Span(due.appliance_key, due.kind, first, last, received_to)
    return days_from_tables(
        first,
        last,
        readings=memory.read_readings(connection, span),
        cycles=memory.read_cycles(connection, span),
        events=memory.read_events(connection, span) if due.kind in _REPORTING else NO_TABLE,
        beside=memory.read_beside(connection, span),
    )


def _reference(stored: memory.StoredReference) -> Reference:
    return Reference(
        index=stored.name, learned_from=stored.learned_from, learned_to=stored.learned_to, model=stored.model
    )


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Neighbouring days together, so that one query reads them."""
    first = days[0]
    for day, following in pairwise((*days, date.max)):
        if following - day > timedelta(days=1) or (day - first).days + 1 >= RUN_DAYS:
            yield first, day
            first = following
