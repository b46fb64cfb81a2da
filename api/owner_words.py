"""An order in the words and times of its owner, ready for the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from api.owner_visits import CHOOSABLE, slot_text
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from domain.visits import Slot
from domain.warranty import cover_of, warranty_ends
from notify.appointments import say_span
from notify.owner import say_where
from notify.phrases import Phrases, phrases_in
from notify.quantities import say_day
from store.care import zone_of
from store.owner_pages import OwnersVisit, Work


def visit_words(
    found: OwnersVisit, work: Sequence[Work], slots: Sequence[Slot], names: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """What the page of a visit shows: what for, how long, who pays, when, and the free times by day."""
    zone, say = zone_of(found.timezone), phrases_in(found.language)
    day = (found.visit_starts or now).astimezone(zone).date()
    return {
        "visit": found,
        "tasks": [_task(one.kind, one.room, one.fault, one.urgency, along=one.along, say=say) for one in work],
        "length": _length(sum(one.minutes for one in work)),
        "cover": str(cover_of([warranty_ends(one.installed_on, one.facts) for one in work], day)),
        "days": _by_day(slots, names, found, say),
        "when": say_span(found.visit_starts, found.visit_ends, zone, say)
        if found.visit_starts and found.visit_ends
        else "",
        "choosable": found.state in CHOOSABLE,
        "hazard": found.urgency == Urgency.URGENT,
    }


def day_words(moment: datetime, visit: OwnersVisit) -> str:
    """The day of `moment` where the owner lives."""
    return say_day(moment, zone_of(visit.timezone), phrases_in(visit.language))


def _task(kind: str, room: str | None, fault: str, urgency: str, *, along: bool, say: Phrases) -> dict[str, Any]:
    known, how = fault_of(Kind(kind), fault), Urgency(urgency)
    return {
        "where": say_where(Kind(kind), room, say),
        "title": say.title(known, how),
        "advice": say.advice(known, how) if how is Urgency.URGENT else "",  # what to do until we are there
        "along": along,
    }


def _by_day(slots: Sequence[Slot], names: Mapping[str, str], visit: OwnersVisit, say: Phrases) -> list[dict[str, Any]]:
    zone = zone_of(visit.timezone)
    days = groupby(slots, key=lambda slot: slot.starts.astimezone(zone).date())
    return [
        {
            "title": f"{say.weekdays[day.weekday()]}, {day.day} {say.months[day.month - 1]}",
            "times": [
                {
                    "value": slot_text(slot),
                    "from": f"{slot.starts.astimezone(zone):%H:%M}",
                    "to": f"{slot.ends.astimezone(zone):%H:%M}",
                    "who": names.get(slot.technician_id, ""),
                    "chosen": (slot.technician_id, slot.starts) == (visit.technician_id, visit.visit_starts),
                }
                for slot in times
            ],
        }
        for day, times in days
    ]


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
