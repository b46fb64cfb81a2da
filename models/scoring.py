"""Slow detection on what arrived since the last time: the shell around the step of models.step.

The contract with the caller (the scheduler):

    with closing(score_due(connection, now)) as due:
        for scored in due:
            record(connection, scored, now)  # aloud, or quietly

* `connection` must be idle (not inside a transaction). A batch of appliances is one transaction, opened by `score_due`
  before its first verdict is yielded and committed when the caller asks for what comes after its last one: features,
  references, the caller's own writes and the marks advance together or not at all.
* Leaving the loop early (an exception, `break`) with `closing` rolls back the batch in hand only; it is due again at
  the next call. Without `closing` the same happens as soon as Python drops the generator.
* One call does a bounded amount of work (`ScoringParams.most_days`); what is left is due at the next call.
* Only claimed appliances of kinds that have detectors are judged. `now` is the wall clock; it bounds what has arrived,
  never what a verdict says: verdicts are made as of the newest telemetry of the appliance itself.
* Rows of kind and time that change hands (a claim that brings its history) are judged anew: the database forgets the
  appliance's mark, see migration 0010.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg
import structlog

from domain.findings import Verdict
from domain.signals import Kind
from models.features import EXTRACTORS
from models.features.day import Day
from models.peers import BEFORE, FRESH, MOST_ASKED, heed, question_of
from models.remembered import FEW_DAYS, Given, read_batch, read_days, runs, write_batch
from models.step import Outcome, step
from models.trained.registered import speakers_at_work
from models.trained.speakers import Speakers
from store.database import Connection, is_about_data
from store.findings import running_faults
from store.peers import read_moves
from store.scoring import Span
from store.scoring_due import Due, Noted, note_arrivals, put_off, read_due, settle

_log = structlog.get_logger(__name__)
KINDS = tuple(str(kind) for kind in EXTRACTORS)
HELD_BACK = timedelta(minutes=1)
"""A batch of ingest takes well below a second; one that is open for longer hangs (E)."""
BATCH = 100
"""Appliances whose reads and writes go together (E): more would hold more memory and gain nothing."""


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
    running: frozenset[str]
    """The faults that were found on the appliance before and have not ended."""


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
    noted = note_arrivals(connection, now, params.grace, KINDS)
    _tell(noted)
    return noted.received_to, read_due(connection, now, KINDS, params.most_appliances)


def _tell(noted: Noted) -> None:
    if noted.went_back is not None or noted.stamped_anew:
        text = "a clock ran ahead: what was passed by is judged now; see to the clocks of these machines"
        ahead_s = None if noted.went_back is None else noted.went_back.total_seconds()
        _log.warning("clock_ran_ahead", text=text, mark_ahead_s=ahead_s, rows_stamped_anew=noted.stamped_anew)
    if noted.held_back > HELD_BACK:
        text = "a worker of ingest has a transaction open: nothing that arrived since it began is judged"
        _log.warning("scoring_held_back", text=text, open_s=round(noted.held_back.total_seconds()))


def score_these(
    connection: Connection, waiting: Sequence[Due], received_to: datetime, now: datetime, params: ScoringParams
) -> Generator[Scored, None, None]:
    """Judge these appliances, as `score_due`; nobody else may judge them at the same time."""
    speakers = speakers_at_work(connection)
    done = 0
    for batch in _batches(waiting):
        if done >= params.most_days:
            return
        done += yield from _score(connection, batch, received_to, now, params, speakers, params.most_days - done)


def _batches(waiting: Sequence[Due]) -> Iterator[list[Due]]:
    """In order; one that waits with many days stands alone, so that memory holds the days of few."""
    batch: list[Due] = []
    for due in waiting:
        alone = len(due.days) > FEW_DAYS
        if batch and (alone or len(batch) >= BATCH):
            yield batch
            batch = []
        batch.append(due)
        if alone:
            yield batch
            batch = []
    if batch:
        yield batch


def _score(
    connection: Connection,
    batch: Sequence[Due],
    received_to: datetime,
    now: datetime,
    params: ScoringParams,
    speakers: Speakers,
    most_days: int,
) -> Generator[Scored, None, int]:
    """Yield the verdicts and return what it cost, in days. One bad appliance does not hold up the others."""
    try:
        with connection.transaction():
            return (yield from _score_together(connection, batch, received_to, params, speakers, most_days))
    except Exception as error:
        if isinstance(error, psycopg.Error) and not is_about_data(error):
            raise  # the database's trouble is the caller's to judge; the appliances stay due
        if len(batch) == 1:
            _log.exception("scoring_failed", appliance_key=batch[0].appliance_key, days=len(batch[0].days))
            put_off(connection, batch[0], now)
            return len(batch[0].days)
    cost = 0
    for due in batch:  # again, one by one
        if cost < most_days:
            cost += yield from _score(connection, [due], received_to, now, params, speakers, most_days - cost)
    return cost


def _score_together(
    connection: Connection,
    batch: Sequence[Due],
    received_to: datetime,
    params: ScoringParams,
    speakers: Speakers,
    most_days: int,
) -> Generator[Scored, None, int]:
    done: list[tuple[Given, Outcome]] = []
    cost = 0
    for given in read_batch(connection, batch, received_to):
        outcome = _step(connection, given, received_to, speakers)
        done.append((given, outcome))
        cost += len(given.due.days) + (params.learning_days if outcome.learned else 0)
        if cost >= most_days:
            break
    write_batch(connection, done, received_to)
    running = running_faults(connection, [given.due.appliance_key for given, _ in done])
    for given, outcome in done:
        found = frozenset(running.get(given.due.appliance_key, ()))
        yield from _said(connection, given.due, outcome, received_to, found)
    settle(connection, [given.due for given, _ in done], received_to)
    return cost


def _step(connection: Connection, given: Given, received_to: datetime, speakers: Speakers) -> Outcome:
    due = given.due

    def load(first: date, last: date) -> list[Day]:
        span = Span((due.appliance_key,), due.kind, first, last, received_to)
        return read_days(connection, span)[due.appliance_key]

    arrived = given.arrived
    if arrived is None:
        return step(
            given.remembered, (day for run in runs(due.days) for day in load(*run)), load, due.data_to, speakers
        )
    return step(given.remembered, arrived, load, due.data_to, speakers)


def _said(
    connection: Connection, due: Due, outcome: Outcome, received_to: datetime, running: frozenset[str]
) -> Iterator[Scored]:
    heeded = (_heed_peers(connection, due.appliance_key, one, outcome, received_to) for one in outcome.verdicts)
    said = [(outcome.speaker, verdict, False) for verdict in heeded if verdict is not None]
    said += [(sha256, verdict, True) for sha256, verdict in outcome.quiet]
    for sha256, verdict, quiet in said:
        yield Scored(
            appliance_key=due.appliance_key,
            kind=Kind(due.kind),
            verdict=verdict,
            model_sha256=sha256,
            quiet=quiet,
            running=running,
        )


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
