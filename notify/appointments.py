"""What owners are told about a visit: the offer with real times, the booking, and the question afterwards."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.visits import Slot
from notify.phrases import Phrases
from notify.quantities import say_day

NAMED_SLOTS = 3
"""Times that a message names; the page has them all (E)."""


def say_span(starts: datetime, ends: datetime, zone: ZoneInfo, say: Phrases) -> str:
    """`Tuesday, 3 June 2025, 09:00 to 11:00` where the household lives."""
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    weekday = say.weekdays[first.weekday()]
    return say.span.format(weekday=weekday, day=say_day(starts, zone, say), first=f"{first:%H:%M}",
                           last=f"{last:%H:%M}")  # fmt: skip


def offer_text(titles: Sequence[str], slots: Sequence[Slot], link: str, zone: ZoneInfo, say: Phrases) -> str:
    """Ask the owner to choose a time: what for, the first times, and where to answer."""
    times = "; ".join(say_span(slot.starts, slot.ends, zone, say) for slot in slots[:NAMED_SLOTS])
    return say.offer.format(what="; ".join(dict.fromkeys(titles)), times=times, link=link)


def offer_again_text(titles: Sequence[str], link: str, say: Phrases) -> str:
    """The offer was not answered yet."""
    return say.offer_again.format(what="; ".join(dict.fromkeys(titles)), link=link)


def booked_text(starts: datetime, ends: datetime, technician: str, zone: ZoneInfo, say: Phrases) -> str:
    """The visit is booked."""
    return say.booked.format(technician=technician, when=say_span(starts, ends, zone, say))


def still_needed_text(
    titles: Sequence[str], starts: datetime, ends: datetime, link: str, zone: ZoneInfo, say: Phrases
) -> str:
    """What the visit was agreed for is over: it stands unless the owner calls it off."""
    what = "; ".join(dict.fromkeys(titles))
    return say.still_needed.format(what=what, when=say_span(starts, ends, zone, say), link=link)


def not_needed_text(titles: Sequence[str], say: Phrases) -> str:
    """What the visit was offered for is over."""
    return say.not_needed.format(what="; ".join(dict.fromkeys(titles)))


def follow_up_text(link: str, *, remote: bool, again: bool, say: Phrases) -> str:
    """How did it go?"""
    text = (say.remote_follow_up if remote else say.follow_up).format(link=link)
    return say.not_answered + text if again else text
