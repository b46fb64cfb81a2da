"""Let the models judge what arrived, and write down what they say."""

from contextlib import closing
from typing import Final

import psycopg

from models.scoring import Scored, ScoringParams, score_due
from scheduler.work import Counts, Work, log
from store.database import is_transient
from store.findings import Recorded, record_verdict
from store.quiet_findings import record_quietly

PER_RUN: Final = ScoringParams(most_days=20_000, most_appliances=20_000)
"""A minute or so of work (E): a run every quarter of an hour keeps up with 100,000 appliances, with room for claims."""


def score(work: Work) -> Counts:
    """Judge every appliance with new readings; `score_due` makes each appliance one transaction."""
    opened = cleared = failed = 0
    with closing(score_due(work.connection, work.now, PER_RUN)) as due:
        for scored in due:
            if not work.keep_on():
                break
            try:
                with work.connection.transaction():  # a savepoint: one refused verdict costs itself only
                    recorded = _record(work, scored)
            except (psycopg.Error, KeyError) as error:
                if isinstance(error, psycopg.Error) and is_transient(error):
                    raise
                failed += 1
                _complain(scored)
                continue
            opened += recorded is not None and recorded.opened
            cleared += recorded is not None and recorded.cleared
    return {"opened": opened, "cleared": cleared, "failed": failed}


def _record(work: Work, scored: Scored) -> Recorded | None:
    """Aloud, or where nothing acts on it."""
    key, verdict, sha256 = scored.appliance_key, scored.verdict, scored.model_sha256
    if scored.quiet and sha256 is not None:
        record_quietly(work.connection, key, verdict, sha256, raised_at=work.now)
        return None
    return record_verdict(work.connection, key, scored.kind, verdict, raised_at=work.now, model_sha256=sha256)


def _complain(scored: Scored) -> None:
    log.exception(
        "verdict_refused",
        text="the database refused a verdict",
        appliance_key=scored.appliance_key,
        fault=scored.verdict.fault,
    )
