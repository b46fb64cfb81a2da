"""What every job is given, and the round through the households that most of them make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from domain.errors import Conflict, NotFound, Unavailable
from scheduler.publisher import Publisher
from scheduler.settings import SchedulerSettings
from store.care import Household, lock_household
from store.database import Connection, translated

ACTOR: Final = "scheduler"
TRIES: Final = 3
"""Times a household is tried when somebody else writes to it at the same moment (E)."""
log = structlog.get_logger("scheduler")

Counts = Mapping[str, int]
"""What a job did, by the word for it; for the log and the record of runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job's tools: a connection in autocommit mode, the wall clock at its start, and whether to go on."""

    connection: Connection
    now: datetime
    settings: SchedulerSettings
    publisher: Publisher
    keep_on: Callable[[], bool]


def for_each_household(
    work: Work, household_ids: Iterable[str], act: Callable[[Work, Household], int], word: str
) -> Counts:
    """Let `act` decide about each household in a transaction of its own, with the household locked.

    A household that fails is logged and does not stop the next; a database that is away stops the round.
    """
    done = failed = 0
    for household_id in household_ids:
        if not work.keep_on():
            break
        try:
            done += _try(work, household_id, act)
        except Unavailable:
            raise
        except NotFound:
            continue
        except Exception:
            failed += 1
            log.exception("household_failed", text=f"{word} failed for a household", household=household_id, job=word)
    return {word: done, "failed": failed}


def _try(work: Work, household_id: str, act: Callable[[Work, Household], int]) -> int:
    for left in reversed(range(TRIES)):
        try:
            with translated(), work.connection.transaction():
                return act(work, lock_household(work.connection, household_id))
        except Conflict:
            if not left:
                raise
    raise AssertionError("the last try either returns or raises")
