"""Dangers that readings show although the work on them is said to be done."""

from datetime import timedelta
from typing import Final

from store.database import Connection
from store.sql import queries

_SQL = queries("standing_hazards")
SETTLES: Final = timedelta(days=7)
"""How long a joint that was repaired may still be told from its readings of before (E): that alarm ends after a day
under load, and a socket is seldom under load."""


def judge_hazards_anew(connection: Connection) -> int:
    """Date the findings of safety rules by the newest reading that shows them after finished work; how many were."""
    return connection.execute(_SQL["judge_anew"], {"settles": SETTLES}).rowcount
