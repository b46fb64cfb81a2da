"""What a language has to bring: the phrases that everything said to people is put together from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.faults import Fault, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language; `{…}` are filled by the functions of this package."""

    language: str
    """As in the `lang` of a page: `en`, `de`."""
    months: tuple[str, ...]
    day: str
    kinds: Mapping[str, str]
    signals: Mapping[str, str]
    units: Mapping[str, str]
    """Units that are said as words; the others are said as they are."""
    decimal: str
    where: str
    expected_observed: str
    observed_only: str
    nothing_measured: str
    since: str
    please: str
    try_first: str
    thanks: str
    becomes_visit: str
    urgent_now: str
    again: str
    alarm: str
    reminded: str
    fails: str
    weekdays: tuple[str, ...]
    span: str
    offer: str
    offer_again: str
    booked: str
    still_needed: str
    not_needed: str
    subjects: Mapping[str, str]
    """Of mails, by kind of message; `*` for those without one of their own."""
    home_link: str
    visit_link: str
    campaign: str
    calendar_of_home: str
    calendar_of_work: str
    entry: str
    entry_who: str
    entry_reach: str
    follow_up: str
    remote_follow_up: str
    not_answered: str
    advisories: Mapping[str, tuple[str, str]]
    """Title and advice for early signs of hazards, by fault; `*` for those without words of their own."""
    faults: Mapping[tuple[str | None, str], tuple[str, str]] = field(default_factory=dict)
    """Title and advice in this language."""
    tips: Mapping[str, str] = field(default_factory=dict)
    """Care tips by code."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """What stands on owners' pages, by the English of it."""

    def on_page(self, english: str) -> str:
        """What a page says in this language; English where nobody has said it in this one yet."""
        return self.pages.get(english, english)

    def title(self, fault: Fault, urgency: Urgency) -> str:
        """What is wrong, in a few words; an early sign of a hazard is not called the hazard itself."""
        return self._advisory(fault)[0] if is_advisory(fault, urgency) else self._own(fault)[0]

    def advice(self, fault: Fault, urgency: Urgency) -> str:
        """What to do about it."""
        return self._advisory(fault)[1] if is_advisory(fault, urgency) else self._own(fault)[1]

    def _own(self, fault: Fault) -> tuple[str, str]:
        return self.faults.get((fault.kind, fault.code), (fault.title, fault.advice))

    def _advisory(self, fault: Fault) -> tuple[str, str]:
        said, advice = self.advisories.get(fault.code, self.advisories["*"])
        title = self._own(fault)[0]
        return said.format(title=title, title_lower=title[0].lower() + title[1:]), advice


def is_advisory(fault: Fault, urgency: Urgency) -> bool:
    """True for the early sign of what would be urgent."""
    return urgency is Urgency.SELF and fault.urgency is Urgency.URGENT
