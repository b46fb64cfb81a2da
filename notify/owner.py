"""What an owner is told: reminders, alarms, good news and what happens next."""

from zoneinfo import ZoneInfo

from domain.faults import Fault, Urgency
from domain.findings import Evidence
from domain.signals import Kind
from notify.phrases import Phrases
from notify.quantities import say_day, say_minute, say_quantity

NOTES = "en"
"""Language of the notes that detectors write; in others the signal's own name says less, but is understood."""
MOST_EVIDENCE = 2
"""More than two measurements explain less, not more (E); all of them stay in the finding."""


def say_where(kind: Kind, room: str | None, say: Phrases) -> str:
    """Which appliance, as people call it: `Air conditioner, living room`."""
    name = say.kinds[kind]
    text = say.where.format(kind=name, room=room.strip()) if room and room.strip() else name
    return text[0].upper() + text[1:]


def say_evidence(evidence: tuple[Evidence, ...], urgency: Urgency, zone: ZoneInfo, say: Phrases) -> str:
    """Which signal, how far from expected, since when; to the minute for what is urgent, else to the day."""
    when = say_minute if urgency is Urgency.URGENT else say_day
    pieces = []
    for item in evidence[:MOST_EVIDENCE]:
        known = say.signals.get(item.signal)
        what = known or item.signal.replace("_", " ")
        if item.note and (known is None or say.language == NOTES):
            what = item.note.strip().rstrip(".")
        since = say.since.format(when=when(item.since, zone, say))
        pieces.append(_measured(item, what, say) + since)
    return "; ".join(pieces)


def _measured(item: Evidence, what: str, say: Phrases) -> str:
    if item.observed is None:
        return say.nothing_measured.format(what=what)
    observed = say_quantity(item.observed, item.unit, say)
    if item.expected is None:
        return say.observed_only.format(what=what, observed=observed)
    expected = say_quantity(item.expected, item.unit, say)
    return say.expected_observed.format(what=what, observed=observed, expected=expected)


def reminder_text(
    fault: Fault,
    kind: Kind,
    room: str | None,
    evidence: tuple[Evidence, ...],
    zone: ZoneInfo,
    say: Phrases,
    *,
    steps: str = "",
) -> str:
    """Ask for self-care: what is wrong, what to do, why we say so, and that the readings will tell.

    `steps` are what to try before somebody is sent, instead of the advice; for now in English only.
    """
    return say.please.format(
        where=say_where(kind, room, say),
        title=say.title(fault, Urgency.SELF),
        advice=say.try_first.format(steps=steps) if steps else say.advice(fault, Urgency.SELF),
        evidence=say_evidence(evidence, Urgency.SELF, zone, say),
    )


def again_text(text: str, say: Phrases) -> str:
    """The same reminder after the time the owner asked for; said once, however often it is snoozed."""
    return text if text.startswith(say.again) else say.again + text


def verified_text(fault: Fault, kind: Kind, room: str | None, urgency: Urgency, say: Phrases) -> str:
    """The good news, once the telemetry shows it."""
    title = say.title(fault, urgency)
    return say.thanks.format(where=say_where(kind, room, say), title=title, title_lower=_lower(title))


def escalated_text(fault: Fault, kind: Kind, room: str | None, urgency: Urgency, say: Phrases) -> str:
    """Self-care did not help in time, or the matter has become urgent: somebody comes."""
    phrase = say.urgent_now if urgency is Urgency.URGENT else say.becomes_visit
    title = say.title(fault, urgency)
    return phrase.format(
        where=say_where(kind, room, say), title=title, title_lower=_lower(title), advice=say.advice(fault, urgency)
    )


def alarm_text(
    fault: Fault, kind: Kind, room: str | None, evidence: tuple[Evidence, ...], zone: ZoneInfo, say: Phrases
) -> str:
    """A hazard: what it is, what to do now, what was seen and when."""
    return say.alarm.format(
        where=say_where(kind, room, say),
        title=say.title(fault, Urgency.URGENT),
        advice=say.advice(fault, Urgency.URGENT),
        evidence=say_evidence(evidence, Urgency.URGENT, zone, say),
    )


def notice_text(fault: Fault, urgency: Urgency, say: Phrases) -> str:
    """What fits on the screen of the appliance itself, which knows where it stands."""
    return f"{say.title(fault, urgency)}. {say.advice(fault, urgency)}"


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
