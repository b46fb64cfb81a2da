"""Phrases by language: everything that is said to people is put together from one of these tables.

A new language is one more `Phrases`, in a file of its own, entered into `PHRASES`; titles and advice of faults are
looked up in its `faults` first and fall back to the catalogue's English, as do the sentences of owners' pages.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.signals import SIGNALS
from notify.german import GERMAN
from notify.phrase_book import Phrases, is_advisory

__all__ = ["ENGLISH", "PHRASES", "Phrases", "is_advisory", "phrases_in"]

ENGLISH: Final = Phrases(
    language="en",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    day="{day} {month} {year}",
    kinds=MappingProxyType({
        "air_conditioner": "air conditioner", "refrigerator": "refrigerator", "washing_machine": "washing machine",
        "dryer": "dryer", "dishwasher": "dishwasher", "water_heater": "water heater", "air_purifier": "air purifier",
        "range_hood": "range hood", "circuit": "circuit",
    }),
    signals=MappingProxyType({name: signal.about for name, signal in SIGNALS.items()}),
    units=MappingProxyType({
        "": "", "1": "", "l": "litres", "1/min": "rpm", "min": "minutes", "h": "hours", "s": "seconds",
        "1/h": "an hour", "share of rows": "% of its readings",
    }),
    decimal=".",
    where="{kind}, {room}",
    expected_observed="{what}: {observed}, where {expected} was expected",
    observed_only="{what}: {observed}",
    nothing_measured="{what}",
    since=", since {when}",
    please="{where}: {title}. {advice} Why we say so: {evidence}. We will see in its readings whether it helped.",
    try_first="Before we send somebody, please try this: {steps} If nothing changes, we plan a visit.",
    thanks="{where}: the readings are back to normal ({title_lower}). Thank you, nothing else is needed.",
    becomes_visit="{where}: the readings have not changed since we wrote ({title_lower}). We are planning a visit and "
    "will propose a time.",
    urgent_now="{where}: this has become urgent. {title}. {advice} We are planning a visit.",
    again="As you asked, here is the reminder again. ",
    alarm="{where}: {title}. {advice} Seen: {evidence}.",
    reminded="The owner was reminded on {when}; the readings have not changed since.",
    fails="Without care it may fail from {when} on.",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    span="{weekday}, {day}, {first} to {last}",
    offer="We would like to come and look after this: {what}. Times that are free now: {times}. Please choose one, or "
    "tell us another way, here: {link}",
    offer_again="We have not heard from you about our visit ({what}). Please choose a time here: {link} If you do not "
    "answer, somebody will call you.",
    booked="Your visit is booked: {technician} comes on {when}.",
    still_needed="Good news: the readings are back to normal ({what}). Your visit on {when} stands. If you no longer "
    "need it, please call it off here: {link}",
    not_needed="Good news: the readings are back to normal ({what}), so nobody needs to come.",
    subjects=MappingProxyType({
        "alarm": "Please act now: a warning from your home",
        "reminder": "A small thing to do in your home",
        "verified": "Thank you, it is back to normal",
        "escalated": "We are planning a visit",
        "consent": "When may we come?",
        "booked": "Your visit is booked",
        "still_needed": "Is your visit still needed?",
        "not_needed": "Nobody needs to come",
        "follow_up": "Is everything working?",
        "remote_follow_up": "Did it work?",
        "link": "Your personal link",
        "tip": "A tip for your home",
        "campaign": "An offer for your home",
        "*": "News about your home",
    }),
    home_link="If something in your home does not work, tell us here: {link} Links that we sent before may have ended.",
    visit_link="Here is a new link to your visit: {link} The ones that we sent before are not good any more.",
    campaign="{text} Say yes or no here, in your own time: {link}",
    calendar_of_home="Visits to your home",
    calendar_of_work="Visits of {name}",
    entry="Visit: {what}",
    entry_who="Who comes: {who}.",
    entry_reach="To move it or call it off use the message with your personal link, or call {phone}.",
    follow_up="Is everything working since our visit? One tap is enough: {link}",
    remote_follow_up="Did it work? One tap is enough: {link}",
    not_answered="We have not heard from you yet. ",
    advisories=MappingProxyType({
        "overload": (
            "Circuit is close to its limit",
            "It has carried more than four fifths of what it is made for, for hours. Run fewer things on it at a time, "
            "or move one of them to another circuit.",
        ),
        "*": (
            "Early sign: {title_lower}",
            "It is not dangerous yet. Keep an eye on it; we do the same and will tell you if it gets worse.",
        ),
    }),
)  # fmt: skip

PHRASES: Final[Mapping[str, Phrases]] = MappingProxyType({"en": ENGLISH, "de": GERMAN})


def phrases_in(language: str) -> Phrases:
    """The phrases of a language (`de`, `de-CH`), English where there are none yet."""
    return PHRASES.get(language.split("-")[0].lower(), ENGLISH)
