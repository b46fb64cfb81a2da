"""Throw away what is old: readings past their retention, records of runs, delivered messages, kept answers."""

from datetime import timedelta

from scheduler.work import Counts, Work
from store.api_claims import finish_merges
from store.database import translated
from store.editions import detect_edition
from store.jobs import purge_idempotency, purge_job_runs
from store.outbox import purge_outbox
from store.peers import purge_standings
from store.rollups import NIGHTLY_OVERLAP, enforce_retention, refresh

MERGED_FOR = timedelta(hours=1)
"""How long a placeholder stays after its device was claimed: much longer than a worker keeps a stale cache (E)."""
ASKED_WITHIN = timedelta(days=60)
"""Peers are asked for the last six weeks (models/peers.py), of an appliance that may have been silent for a while."""


def tidy(work: Work) -> Counts:
    """Once a day; each part is a transaction of its own."""
    settings, connection, now = work.settings, work.connection, work.now
    edition = detect_edition(connection)
    with translated():
        late = refresh(connection, now, edition, overlap=NIGHTLY_OVERLAP).values()
        dropped = enforce_retention(connection, now, settings.retention_days, settings.hourly_retention_days, edition)
        return {
            "late_hours": sum(kind.written for kind in late),
            "chunks": sum(dropped.values()),
            "placeholders": finish_merges(connection, now - MERGED_FOR),
            "standings": purge_standings(connection, now.date() - ASKED_WITHIN),
            "runs": purge_job_runs(connection, now - timedelta(days=settings.keep_runs_days)),
            "messages": purge_outbox(connection, now - timedelta(days=settings.keep_messages_days)),
            "answers": purge_idempotency(connection, now - timedelta(days=settings.keep_idempotency_days)),
        }
