"""Licence points: what is taken off for what, what is left, and when somebody has none. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

Cause = Literal["broken_promise", "overcharging", "repeat_repair"]
FULL: Final = 12
"""Points of a licence (S9; the number is (E))."""
LASTS: Final = timedelta(days=365)
"""After a year an entry no longer counts (E)."""
TAKEN: Final[Mapping[Cause, int]] = MappingProxyType({"broken_promise": 2, "overcharging": 6, "repeat_repair": 1})

LATE_AFTER: Final = timedelta(minutes=30)
"""Somebody who comes later than the agreed time plus this has broken a promise (E)."""
REPORT_WAIT: Final = timedelta(hours=24)
"""A phone without a network may send an arrival so much later before a visit counts as one that nobody came to (E)."""
CALL_LEAD: Final = timedelta(hours=4)
"""A call is somebody's promise if it was given to him at least so long before it was due (E)."""


def points_left(entries: Iterable[tuple[int, datetime]], now: datetime) -> int:
    """What is left of a licence after entries of (points, moment): between 0 and full."""
    return max(0, min(FULL, FULL + sum(points for points, at in entries if at > now - LASTS)))


def none_left(entries: Iterable[tuple[int, datetime]], now: datetime, decided_at: datetime | None) -> bool:
    """Whether a licence is used up by something that the last decision, at `decided_at`, did not know of.

    Who was let back to work with no points is suspended again by the next entry, not by the old ones.
    """
    entries = list(entries)
    new = any(points < 0 and (decided_at is None or at > decided_at) for points, at in entries)
    return new and points_left(entries, now) == 0
