"""What must not wait: the screens of the appliances follow their findings, and owners hear of hazards."""

from domain.faults import Urgency
from notify.owner import alarm_text, notice_text
from notify.phrases import phrases_in
from scheduler.work import Counts, Work, for_each_household
from store.care import Household, Question, households, load_cases, tell_alarm_once
from store.care_notices import NoticeDue, notices_due, show
from store.database import translated
from store.outbox import send_notice, tell_owner


def alarm(work: Work) -> Counts:
    """Tell owners of hazards once each, and put on each screen the most pressing thing about its appliance."""
    told = for_each_household(work, households(work.connection, Question.ALARM), _alarm_household, "alarmed")
    return {**told, "notices": sum(_update_screen(work, due) for due in notices_due(work.connection))}


def _alarm_household(work: Work, household: Household) -> int:
    connection, say, told = work.connection, phrases_in(household.language), 0
    for case in load_cases(connection, household.id):
        if case.urgency is Urgency.URGENT and tell_alarm_once(connection, case.finding_id, work.now):
            text = alarm_text(case.fault, case.kind, case.room, case.evidence, household.zone, say)
            tell_owner(
                connection, household.id, {"kind": "alarm", "text": text, "about": {"finding": str(case.finding_id)}}
            )
            told += 1
    return told


def _update_screen(work: Work, due: NoticeDue) -> int:
    payload = None
    if (showing := due.showing) is not None:
        payload = {
            "kind": showing.fault.notice,
            "text": notice_text(showing.fault, showing.urgency, phrases_in(due.language)),
            "since": (showing.evidence[0].since if showing.evidence else showing.raised_at).isoformat(),
        }
    with translated(), work.connection.transaction():
        if not show(work.connection, due, work.now):
            return 0
        send_notice(work.connection, due.appliance_id, payload)
    return 1
