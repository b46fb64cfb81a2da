"""Licence points: what is taken off for what, and what is left. Pure."""

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


def points_left(entries: Iterable[tuple[int, datetime]], now: datetime) -> int:
    """What is left of a licence after entries of (points, moment): between 0 and full."""
    return max(0, min(FULL, FULL + sum(points for points, at in entries if at > now - LASTS)))
