"""Dumps of a cloud's memory, in which every attribute has a time of its own.

A dump mixes values of this minute with values of last year. So each value goes into a reading at the time its device
said it: exact, and a dump fetched twice brings the same readings, not new ones.
"""

from domain.readings import EARLIEST_US, Device, Item, Reading, Refusal, Refused, check_time
from ingest.dialects.draft import Draft, time_words


class Dump:
    """Drafts by time; what has no time of its own counts as said on arrival."""

    __slots__ = ("drafts", "received_us")

    def __init__(self, received_us: int) -> None:
        self.received_us = received_us
        self.drafts: dict[int, Draft] = {}

    def at(self, at_us: int | None) -> Draft:
        """The draft for values said at `at_us`; None or a clock that was never set means arrival."""
        when = at_us if at_us is not None and at_us >= EARLIEST_US else self.received_us
        return self.drafts.setdefault(when, Draft())

    def settle(self, device: Device) -> list[Item]:
        """A reading per time, oldest first; notes without a value go with the newest reading."""
        items: list[Item] = []
        readings: list[Reading] = []
        stray: dict[str, str] = {}
        for at_us, draft in sorted(self.drafts.items()):
            why = check_time(at_us, self.received_us)
            if not draft.values:
                stray.update(draft.notes)
            elif why is not None:
                items.append(Refused(why=why, detail=time_words(why, at_us), device=device))
            else:
                readings.append(Reading(device=device, at_us=at_us, values=draft.values, notes=draft.notes))
        if readings:
            readings[-1] = _with_notes(readings[-1], stray)
        elif not items:
            left = "; ".join(f"{name}: {words}" for name, words in list(stray.items())[:5])
            items.append(Refused(why=Refusal.NO_SIGNAL, detail=left or "no measurement in it", device=device))
        return [*readings, *items]


def _with_notes(last: Reading, stray: dict[str, str]) -> Reading:
    notes = {**stray, **last.notes}
    return Reading(device=last.device, at_us=last.at_us, values=last.values, notes=notes)
