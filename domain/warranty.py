"""When the maker's warranty ends, and whether it pays a visit. The one place that says so."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date
from enum import StrEnum
from typing import Any, Final

MOST_MONTHS: Final = 1_200
"""No warranty lasts a century; what says more is a mistake."""


class Cover(StrEnum):
    """What is known of who pays."""

    ALL = "all"  # everything at this visit is under warranty
    SOME = "some"
    UNKNOWN = "unknown"  # nothing is, or nobody said


def warranty_ends(installed_on: date | None, facts: Mapping[str, Any]) -> date | None:
    """The first day without warranty: `warranty_months` of an appliance's facts after it was installed.

    None if either is unknown or no sensible number. A day that its month does not have becomes the month's last.
    """
    months = _whole(facts.get("warranty_months"))
    if installed_on is None or months is None or not 0 < months < MOST_MONTHS:
        return None
    year, month = divmod(installed_on.year * 12 + installed_on.month - 1 + months, 12)
    if year > MAXYEAR:
        return None
    return date(year, month + 1, min(installed_on.day, monthrange(year, month + 1)[1]))


def _whole(said: object) -> int | None:
    """Facts come from people and from files: a number, or its digits."""
    if isinstance(said, str) and said.isascii() and said.isdigit():
        return int(said[:6])
    if isinstance(said, bool) or not isinstance(said, int | float) or said != said // 1:
        return None
    return int(said)


def covered(ends: date | None, on: date) -> bool:
    """Whether the warranty is known to pay on the day `on`."""
    return ends is not None and on < ends


def cover_of(ends: Iterable[date | None], on: date) -> Cover:
    """Who pays a visit on the day `on`, from the ends of its appliances' warranties."""
    paid = [covered(one, on) for one in ends]
    if paid and all(paid):
        return Cover.ALL
    return Cover.SOME if any(paid) else Cover.UNKNOWN
