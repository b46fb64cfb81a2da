"""Tips at the right time, and campaigns whose checks were made."""

from datetime import UTC

from domain.care_plans import TipParams, due_tip
from domain.states import PARTICIPATION
from notify.phrases import phrases_in
from scheduler.work import ACTOR, Counts, Work
from store.calendars import read_holder
from store.campaigns import add_tip, done_parts, finish_checks, tip_homes
from store.database import translated
from store.moves import move
from store.outbox import tell_owner


def give_tips(work: Work) -> Counts:
    """At most one tip to each home that wants tips."""
    told, today = 0, work.now.astimezone(UTC).date()
    with translated():
        for home in tip_homes(work.connection):
            due = due_tip(home.owned, home.last, today, TipParams())
            if due is None:
                continue
            with work.connection.transaction():
                if add_tip(work.connection, home.household_id, due, work.now):
                    say = phrases_in(read_holder(work.connection, "home", home.household_id).language)
                    text = say.tips.get(due.tip.code, due.tip.text)
                    payload = {"kind": "tip", "code": due.tip.code, "text": text}
                    tell_owner(work.connection, home.household_id, payload)
                    told += 1
    return {"tips": told}


def finish_campaign_checks(work: Work) -> Counts:
    """A check has no signal of its own that could end it: the finished visit does."""
    done = 0
    with translated(), work.connection.transaction():
        cleared = finish_checks(work.connection)
        for part_id in done_parts(work.connection):
            move(work.connection, PARTICIPATION, part_id, "done", actor=ACTOR, reason="the visit was made", at=work.now)
            done += 1
    return {"cleared": cleared, "done": done}
