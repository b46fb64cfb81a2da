"""Let the models judge what arrived, and write down what they say."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import psycopg

from models.partition import spread_over
from models.scoring import Scored, ScoringParams, find_due, score_these
from scheduler.work import Counts, Work, log
from store.database import Connection, connect, is_transient
from store.findings import Recorded, record_verdict
from store.quiet_findings import record_quietly
from store.scoring_due import Due, commit_lazily

PER_RUN: Final = ScoringParams(most_days=20_000, most_appliances=20_000)
"""A minute or so of work (E): a run every quarter of an hour keeps up with 100,000 appliances, with room for claims."""
PER_RUN_APART: Final = replace(PER_RUN, most_appliances=200_000)
"""With several workers a whole fleet's day is one run; it can be left between any two parts."""
PART: Final = 200
"""Appliances that a worker judges at a time (E)."""


def score(work: Work) -> Counts:
    """Judge every appliance with new readings: here, on several processes or on the cluster; batch by batch."""
    settings = work.settings
    alone = not settings.dask_url and settings.score_processes == 1
    received_to, waiting = find_due(work.connection, work.now, PER_RUN if alone else PER_RUN_APART)
    if alone or (not settings.dask_url and len(waiting) <= PART):
        with closing(score_these(work.connection, waiting, received_to, work.now, PER_RUN)) as due:
            return _record_all(work.connection, due, work.now, work.keep_on)
    return _score_apart(work, waiting, received_to)


def _score_apart(work: Work, waiting: Sequence[Due], received_to: datetime) -> Counts:
    """Workers read from and write to the database themselves: each is given appliances, nobody else has them."""
    parts = [waiting[start : start + PART] for start in range(0, len(waiting), PART)]
    if not parts:
        return {}
    part = partial(score_part, work.settings.database_url, received_to, work.now)
    counts: Counter[str] = Counter()
    with spread_over(work.settings.score_processes, work.settings.dask_url) as apply:
        for _, found in apply(part, parts):
            counts.update(found)
            if not work.keep_on():
                break  # what was not begun stays due
    return dict(counts)


def score_part(database_url: str, received_to: datetime, now: datetime, waiting: Sequence[Due]) -> Counts:
    """Judge these appliances over a connection of its own."""
    with (
        connect(database_url, application="wellkept-score", autocommit=True) as connection,
        closing(score_these(connection, waiting, received_to, now, PER_RUN)) as due,
    ):
        return _record_all(connection, due, now, lambda: True)


def _record_all(
    connection: Connection, due: Iterable[Scored], now: datetime, keep_on: Callable[[], bool]
) -> dict[str, int]:
    commit_lazily(connection)
    opened = cleared = failed = 0
    for scored in due:
        if not keep_on():
            break
        if not (scored.verdict.present or scored.quiet or scored.verdict.fault in scored.running):
            continue  # nearly every verdict: healthy, and nothing was thought to be wrong
        try:
            with connection.transaction():  # a savepoint: one refused verdict costs itself only
                recorded = _record(connection, scored, now)
        except (psycopg.Error, KeyError) as error:
            if isinstance(error, psycopg.Error) and is_transient(error):
                raise
            failed += 1
            _complain(scored)
            continue
        opened += recorded is not None and recorded.opened
        cleared += recorded is not None and recorded.cleared
    return {"opened": opened, "cleared": cleared, "failed": failed}


def _record(connection: Connection, scored: Scored, now: datetime) -> Recorded | None:
    """Aloud, or where nothing acts on it."""
    key, verdict, sha256 = scored.appliance_key, scored.verdict, scored.model_sha256
    if scored.quiet and sha256 is not None:
        record_quietly(connection, key, verdict, sha256, raised_at=now)
        return None
    return record_verdict(connection, key, scored.kind, verdict, raised_at=now, model_sha256=sha256)


def _complain(scored: Scored) -> None:
    log.exception(
        "verdict_refused",
        text="the database refused a verdict",
        appliance_key=scored.appliance_key,
        fault=scored.verdict.fault,
    )
