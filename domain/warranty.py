"""Whether a visit is paid by the warranty."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class Cover(StrEnum):
    """What is known of who pays."""

    ALL = "all"  # everything at this visit is under warranty
    SOME = "some"
    UNKNOWN = "unknown"  # nothing is, or nobody said


def warranty_ends(installed_on: date, months: int) -> date:
    """The first day without warranty; a day that its month does not have becomes the month's last."""
    year, month = divmod(installed_on.year * 12 + installed_on.month - 1 + months, 12)
    day = installed_on.day
    while day > 28:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1
    return date(year, month + 1, day)


def cover_of(appliances: Iterable[tuple[date | None, int | None]], on: date) -> Cover:
    """Who pays on the day `on`, from when each appliance was installed and its months of warranty."""
    covered = [
        installed is not None and months is not None and on < warranty_ends(installed, months)
        for installed, months in appliances
    ]
    if covered and all(covered):
        return Cover.ALL
    return Cover.SOME if any(covered) else Cover.UNKNOWN
