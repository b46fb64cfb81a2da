"""Self-care first: ask the owner, in plain words, before anybody is sent."""

from domain.care import answer_by, choose_reminders
from notify.owner import reminder_text
from notify.phrases import phrases_in
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.care import Household, Question, add_reminder, households, load_cases, past_reminders
from store.moves import speak_as
from store.outbox import tell_owner


def remind(work: Work) -> Counts:
    """Write the reminders that are due; the notice on the appliance's screen follows from them (scheduler/alarm.py)."""
    return for_each_household(work, households(work.connection, Question.REMIND), _remind_household, "reminded")


def _remind_household(work: Work, household: Household) -> int:
    connection, say = work.connection, phrases_in(household.language)
    cases = load_cases(connection, household.id)
    due = choose_reminders(cases, past_reminders(connection, household.id), work.settings.care)
    for case in due:
        text = reminder_text(case.fault, case.kind, case.room, case.evidence, household.zone, say)
        speak_as(connection, ACTOR, f"{case.fault.title}: the owner is asked first")
        reminder_id = add_reminder(
            connection,
            case,
            household.id,
            text=text,
            sent_at=work.now,
            answer_by=answer_by(case.fault, case.data_at),
        )
        if reminder_id is not None:
            tell_owner(
                connection, household.id, {"kind": "reminder", "text": text, "about": {"reminder": str(reminder_id)}}
            )
    return len(due)
