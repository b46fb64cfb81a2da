"""Self-care first: ask the owner, in plain words, before anybody is sent."""

from domain.care import Case, answer_by, choose_reminders
from domain.faults import Urgency
from notify.owner import reminder_text
from notify.phrases import Phrases, phrases_in
from scheduler.decide import decided_cases
from scheduler.work import ACTOR, Counts, Work, for_each_household
from store.care import Household, Question, add_reminder, households, past_reminders
from store.homes import is_away
from store.moves import speak_as
from store.outbox import tell_owner


def remind(work: Work) -> Counts:
    """Write the reminders that are due; the notice on the appliance's screen follows from them (scheduler/alarm.py)."""
    return for_each_household(work, households(work.connection, Question.REMIND), _remind_household, "reminded")


def _remind_household(work: Work, household: Household) -> int:
    connection, say = work.connection, phrases_in(household.language)
    cases = decided_cases(work, household.id)
    if is_away(connection, household.id, work.now):
        cases = [case for case in cases if case.advisory]  # nobody is there to clean a filter; a hazard is told anyway
    due = choose_reminders(cases, past_reminders(connection, household.id), work.settings.care)
    for case in due:
        text = words_of_reminder(case, household, say)
        speak_as(connection, ACTOR, f"{case.fault.title}: the owner is asked first. {case.decided_why}".strip())
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


def words_of_reminder(case: Case, household: Household, say: Phrases) -> str:
    """Self-care by its advice, a technician's fault by its remote step; with the evidence of today."""
    steps = case.fault.remote_step if case.urgency is Urgency.VISIT else ""
    return reminder_text(case.fault, case.kind, case.room, case.evidence, household.zone, say, steps=steps)
