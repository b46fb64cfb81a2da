"""What a planner reads in an order: each finding in a line, with its evidence and what was tried before."""

from zoneinfo import ZoneInfo

from domain.care import Case
from domain.faults import Urgency
from notify.owner import say_evidence, say_where
from notify.phrases import Phrases
from notify.quantities import say_day


def explain_case(case: Case, zone: ZoneInfo, say: Phrases) -> str:
    """Why somebody should come because of this finding: a line in the planner's language and the household's time."""
    where, title = say_where(case.kind, case.room, say), say.title(case.fault, case.urgency)
    sentences = [f"{where}: {title}. {_capital(say_evidence(case.evidence, case.urgency, zone, say))}."]
    if case.reminder is not None and case.urgency is Urgency.SELF:
        sentences.append(say.reminded.format(when=say_day(case.reminder.data_at, zone, say)))
    if case.fails_p10 is not None:
        sentences.append(say.fails.format(when=say_day(max(case.fails_p10, case.data_at), zone, say)))
    if case.decided_why and case.urgency is not Urgency.URGENT:
        sentences.append(case.decided_why)
    return " ".join(sentences)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
