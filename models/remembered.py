"""Between the database and a step: what is stored of many appliances, read and written together.

A statement costs the same for one appliance as for a hundred, so appliances are judged in batches; what one of them
reads never depends on the others of its batch.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from domain.signals import Kind
from models.features import EXTRACTORS
from models.features.day import Day
from models.features.filter_reports import reported_indices
from models.healthy.reference import Reference
from models.history import DaySeries
from models.rows import days_from_tables
from models.step import HISTORY_DAYS, RUN_DAYS, Outcome, Remembered
from store import scoring as memory
from store.database import Connection
from store.peers import Shown, leave_standings
from store.scoring_due import Due
from store.services import read_services

_REPORTING = frozenset(str(kind) for kind, extract in EXTRACTORS.items() if reported_indices in extract)
"""Kinds whose events are looked at: those that report on their filters."""
FEW_DAYS = 3
"""Days of an appliance that are read together with those of others; more are read month by month, for memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a step of one appliance is given: what is known of it, and the days that arrived."""

    due: Due
    remembered: Remembered
    arrived: Sequence[Day] | None
    """None: too many to hold, they are read bit by bit."""


def remembered_of(connection: Connection, key: int, kind: Kind, data_to: datetime) -> Remembered:
    """All that is stored of an appliance about the time before `data_to`: what a step, or a picture of it, needs."""
    return _all_remembered(connection, {key: kind}, _first_day(data_to))[key]


def read_batch(connection: Connection, batch: Sequence[Due], received_to: datetime) -> list[Given]:
    """What each of these appliances needs for its step, with as few statements as it takes."""
    first = min(_first_day(due.data_to) for due in batch)  # a step itself looks back no further than it may
    remembered = _all_remembered(connection, {due.appliance_key: Kind(due.kind) for due in batch}, first)
    arrived: dict[int, list[Day]] = {due.appliance_key: [] for due in batch if len(due.days) <= FEW_DAYS}
    for (kind, begins, ends), keys in _together(due for due in batch if due.appliance_key in arrived).items():
        span = memory.Span(tuple(keys), kind, begins, ends, received_to)
        for key, days in read_days(connection, span).items():
            arrived[key] += days
    return [
        Given(due=due, remembered=remembered[due.appliance_key], arrived=arrived.get(due.appliance_key))
        for due in batch
    ]


def _together(waiting: Iterator[Due]) -> dict[tuple[str, date, date], list[int]]:
    """By kind and stretch of days the appliances that wait with it; stretches of one appliance in order."""
    found: dict[tuple[str, date, date], list[int]] = {}
    for due in waiting:
        for begins, ends in runs(due.days):
            found.setdefault((due.kind, begins, ends), []).append(due.appliance_key)
    return dict(sorted(found.items()))


def runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Neighbouring days together, so that one query reads them."""
    first = days[0]
    for day, following in pairwise((*days, date.max)):
        if following - day > timedelta(days=1) or (day - first).days + 1 >= RUN_DAYS:
            yield first, day
            first = following


def read_days(connection: Connection, span: memory.Span) -> dict[int, list[Day]]:
    """Every day of the span of each appliance; one without rows is empty."""
    readings, cycles = memory.read_readings(connection, span), memory.read_cycles(connection, span)
    events = memory.read_events(connection, span) if span.kind in _REPORTING else {}
    beside = memory.read_beside(connection, span)
    return {
        key: days_from_tables(
            span.first,
            span.last,
            readings=readings.get(key, memory.NO_ROWS),
            cycles=cycles.get(key, memory.NO_ROWS),
            events=events.get(key, memory.NO_ROWS),
            beside=beside.get(key, memory.NO_ROWS),
        )
        for key in span.keys
    }


def _first_day(data_to: datetime) -> date:
    return data_to.date() - timedelta(days=HISTORY_DAYS)


def _all_remembered(connection: Connection, kinds: Mapping[int, Kind], first: date) -> dict[int, Remembered]:
    keys = list(kinds)
    series, references = memory.read_series(connection, keys, first), memory.read_references(connection, keys)
    services = read_services(connection, keys)
    known_days: dict[bytes, tuple[date, ...]] = {}
    return {
        key: Remembered(
            kind=kind,
            series={one.name: _series(one, known_days) for one in series.get(key, ())},
            references={one.name: _reference(one) for one in references.get(key, ())},
            services=services.get(key, ()),
        )
        for key, kind in kinds.items()
    }


def _series(stored: memory.StoredSeries, known_days: dict[bytes, tuple[date, ...]]) -> DaySeries:
    """`known_days` are day numbers met before and their days: most indices have the same days."""
    packed = stored.ordinals.tobytes()
    days = known_days.get(packed)
    if days is None:
        known_days[packed] = days = tuple(map(date.fromordinal, stored.ordinals.tolist()))
    return DaySeries(
        days=days,
        values=stored.values,
        spreads=stored.spreads,
        weights=stored.weights,
        ordinals=stored.ordinals,
    )


def _reference(stored: memory.StoredReference) -> Reference:
    return Reference(
        index=stored.name, learned_from=stored.learned_from, learned_to=stored.learned_to, model=stored.model
    )


def _has(series: DaySeries, day: date) -> bool:
    place = bisect_left(series.days, day)
    return place < len(series) and series.days[place] == day


def write_batch(connection: Connection, done: Sequence[tuple[Given, Outcome]], received_to: datetime) -> None:
    """Remember what the steps found."""
    old, gone = [], []
    rows: dict[tuple[int, str, date], memory.StoredIndex] = {}
    for given, outcome in done:
        key, first = given.due.appliance_key, _first_day(given.due.data_to)
        for day, index, *numbers in (*outcome.indices, *outcome.related):
            rows[key, index, day] = memory.StoredIndex(key, day, index, *numbers)
        for day in outcome.days:
            if day < first:  # what was remembered of it has not been read
                old.append((key, day))
            else:
                gone += [(key, index, day) for index, one in given.remembered.series.items() if _has(one, day)]
    memory.forget_days(connection, old)
    memory.forget_indices(connection, [one for one in gone if one not in rows])
    memory.write_indices(connection, list(rows.values()))
    memory.write_references(
        connection,
        (
            (given.due.appliance_key, memory.StoredReference(one.index, one.learned_from, one.learned_to, one.model))
            for given, outcome in done
            for one in outcome.learned
        ),
    )
    shown = [Shown(given.due.appliance_key, given.due.data_to.date(), outcome.standing)
             for given, outcome in done if outcome.standing]  # fmt: skip
    leave_standings(connection, received_to, shown)
