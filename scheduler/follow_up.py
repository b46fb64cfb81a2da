"""What became of the reminders: the next telemetry verifies or escalates them; a snooze ends."""

from datetime import timedelta
from typing import Final

from domain.care import Case, Follow, Sent, answer_by, follow_up
from domain.faults import Urgency
from domain.states import FINDING, REMINDER
from notify.owner import again_text, escalated_text, verified_text
from notify.phrases import Phrases, phrases_in
from scheduler.remind import words_of_reminder
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.care import Household, Question, households, load_cases, renew_reminder
from store.homes import is_away
from store.moves import move
from store.outbox import tell_owner

AFTER_RETURN: Final = timedelta(days=3)
"""So long after a holiday nobody is held to what was asked before it (E)."""


def follow_up_reminders(work: Work) -> Counts:
    """Verify, escalate or repeat what is due."""
    return for_each_household(work, households(work.connection, Question.FOLLOW_UP), _follow_household, "followed_up")


def _follow_household(work: Work, household: Household) -> int:
    steps = {Follow.VERIFY: _verify, Follow.ESCALATE: _escalate, Follow.SEND_AGAIN: _send_again}
    away = any(is_away(work.connection, household.id, at) for at in (work.now, work.now - AFTER_RETURN))
    done = 0
    for case in load_cases(work.connection, household.id):
        follow = follow_up(case, work.settings.care)
        if away and follow is not Follow.VERIFY and case.urgency is not Urgency.URGENT:
            continue  # who is not at home has not failed to answer
        if follow is not None and case.reminder is not None:
            steps[follow](work, household, case, case.reminder)
            done += 1
    return done


def _verify(work: Work, household: Household, case: Case, sent: Sent) -> None:
    reason = f"the readings are back to normal since {case.cleared_at:%Y-%m-%d %H:%M} UTC"
    _move_reminder(work, sent, "verified", reason)
    move(work.connection, FINDING, case.finding_id, "resolved", actor=ACTOR, reason=reason, at=work.now)
    say = phrases_in(household.language)
    text = verified_text(case.fault, case.kind, case.room, case.urgency, say)
    _tell(work, household, sent, "verified", text)


def _escalate(work: Work, household: Household, case: Case, sent: Sent) -> None:
    if case.urgency is Urgency.SELF or case.led_remotely:
        reason = f"the readings of {case.judged_at:%Y-%m-%d} still show it, after the time to answer"
    else:
        reason = "it has become more than the owner can settle alone"
    _move_reminder(work, sent, "escalated", reason)
    say = phrases_in(household.language)
    text = escalated_text(case.fault, case.kind, case.room, case.urgency, say)
    _tell(work, household, sent, "escalated", text)


def _send_again(work: Work, household: Household, case: Case, sent: Sent) -> None:
    _move_reminder(work, sent, "sent", "the time the owner asked for is over")
    text = _text_again(case, household, phrases_in(household.language))
    renew_reminder(
        work.connection,
        sent.id,
        text=text,
        sent_at=work.now,
        data_at=case.data_at,
        answer_by=answer_by(case.fault, case.data_at),
    )
    _tell(work, household, sent, "reminder", text)


def _text_again(case: Case, household: Household, say: Phrases) -> str:
    """With the evidence of today, not of the day it was first sent."""
    return again_text(words_of_reminder(case, household, say), say)


def _move_reminder(work: Work, sent: Sent, to: str, reason: str) -> None:
    move(work.connection, REMINDER, sent.id, to, actor=ACTOR, reason=reason, at=work.now)


def _tell(work: Work, household: Household, sent: Sent, kind: str, text: str) -> None:
    tell_owner(work.connection, household.id, {"kind": kind, "text": text, "about": {"reminder": str(sent.id)}})
