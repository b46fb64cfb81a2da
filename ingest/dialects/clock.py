"""Times as devices write them, turned into whole microseconds since 1970 (UTC)."""

from datetime import UTC, datetime
from math import isfinite
from typing import Final

from domain.readings import to_us

FAR_SECONDS: Final = 1e11
"""Beyond the year 5000 either way: the exact figure no longer matters, and would overflow."""


def from_seconds(seconds: object) -> int | None:
    """Microseconds of Unix `seconds` (int or float, exact to the microsecond); None if it is no finite number."""
    if type(seconds) is int:
        return seconds * 1_000_000 if abs(seconds) < FAR_SECONDS else _far(seconds > 0)
    if type(seconds) is float and isfinite(seconds):
        return round(seconds * 1e6) if abs(seconds) < FAR_SECONDS else _far(seconds > 0)
    return None


def _far(ahead: bool) -> int:
    return int(FAR_SECONDS) * 1_000_000 * (1 if ahead else -1)


def from_millis(millis: object) -> int | None:
    """Microseconds of Unix `millis` (int, float or digits); None if it is none of these."""
    if type(millis) is str and millis.isascii() and millis.isdigit() and len(millis) < 20:
        millis = int(millis)
    if type(millis) is int:
        return millis * 1000 if abs(millis) < FAR_SECONDS * 1000 else _far(millis > 0)
    if type(millis) is float and isfinite(millis):
        return from_seconds(millis / 1000)
    return None


def _parse(text: object) -> datetime | None:
    if type(text) is not str or not 16 <= len(text) <= 40 or not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text.replace("z", "Z"))
    except ValueError:
        return None


def from_rfc3339(text: object) -> int | None:
    """Microseconds of an RFC 3339 `text`; None if it is none, or has no offset and so means no instant."""
    moment = _parse(text)
    return to_us(moment) if moment is not None and moment.tzinfo is not None else None


def from_local(text: object) -> int | None:
    """Microseconds of an ISO 8601 `text` without offset, as if it were UTC; None if it is none or has an offset."""
    moment = _parse(text)
    return to_us(moment.replace(tzinfo=UTC)) if moment is not None and moment.tzinfo is None else None
