"""Visits as a calendar that other programs subscribe to (RFC 5545), byte for byte the same until a visit changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

REFRESH: Final = timedelta(hours=1)
"""How often subscribers are asked to look again (RFC 7986, 5.7) (E)."""
_PRODUCT: Final = "-//Wellkept//Visits 1//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVisit:
    """One entry. `uid` stays the same for good, `sequence` rises with every change of time or standing."""

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    cancelled: bool
    changed_at: datetime
    title: str
    text: str
    place: str = ""
    position: tuple[float, float] | None = None


def write_calendar(name: str, visits: Iterable[CalendarVisit]) -> bytes:
    """The calendar as a file: UTC times, escaped texts, lines folded at 75 octets.

    An entry is stamped with its last change, not with the present moment (RFC 5545, 3.8.7.2 for objects without a
    method), so that an unchanged calendar is an unchanged file and its ETag holds.
    """
    # Here, because it costs a third of a second, which only those pay who are asked for a calendar.
    from icalendar import Calendar, Event, vDuration, vGeo

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # what most programs read instead of NAME
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for visit in visits:
        event = Event()
        event.add("uid", visit.uid)
        event.add("sequence", visit.sequence)
        for word, moment in (("dtstamp", visit.changed_at), ("last-modified", visit.changed_at)):
            event.add(word, moment.astimezone(UTC))
        event.add("dtstart", visit.starts.astimezone(UTC))
        event.add("dtend", visit.ends.astimezone(UTC))
        event.add("status", "CANCELLED" if visit.cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if visit.cancelled else "OPAQUE")
        event.add("summary", visit.title)
        event.add("description", visit.text)
        if visit.place:
            event.add("location", visit.place)
        if visit.position is not None:
            event.add("geo", vGeo(visit.position))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
