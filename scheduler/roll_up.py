"""Hourly roll-ups, and readings that a claimed appliance left among the unclaimed."""

from scheduler.work import Counts, Work
from store.api_claims import leftovers, move_history
from store.database import translated
from store.editions import detect_edition
from store.rollups import refresh

ROWS_AT_A_TIME = 20_000
"""Of one appliance's old readings moved in one transaction (E)."""


def roll_up(work: Work) -> Counts:
    """Roll up what arrived since the last time; nothing to do in the Community edition, which does it itself."""
    written = 0
    edition = detect_edition(work.connection)
    with translated():
        while work.keep_on():
            rolled = refresh(work.connection, work.now, edition).values()
            written += sum(kind.written for kind in rolled)
            if not any(kind.unfinished for kind in rolled):
                break
    return {"hours": written}


def move_claimed_history(work: Work) -> Counts:
    """Bring readings from before a claim, or from a worker that had not heard of it yet, to their appliance."""
    moved = 0
    with translated():
        for appliance_key in leftovers(work.connection):
            while work.keep_on():
                with work.connection.transaction():
                    rows = move_history(work.connection, appliance_key, at_most=ROWS_AT_A_TIME)
                moved += rows
                if not rows:
                    break
    return {"moved": moved}
