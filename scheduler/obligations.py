"""What was promised to owners is asked, asked again, and in the end handed to a person who calls."""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from domain.errors import Conflict, IllegalMove, NotFound
from domain.obligations import Obligation, Promise, clock_of, next_step
from domain.states import OBLIGATION
from notify.appointments import follow_up_text, offer_again_text, offer_text
from notify.links import Purpose, personal_link
from notify.phrases import phrases_in
from scheduler.work import ACTOR, Counts, Work, log
from store.api_obligations import show_obligation
from store.api_orders import read_order
from store.care import Household, lock_household
from store.database import translated
from store.moves import move
from store.obligations import close_obligation, open_follow_ups, settled_otherwise, waiting_obligations
from store.outbox import tell_owner

LOOK_BACK: Final = timedelta(days=30)
REMOTE_LOOK_BACK: Final = timedelta(days=7)
"""What was done longer ago, while no scheduler ran, is not asked about any more (E); what is late is called at once."""
ENDED: Final = {
    "agreed": "the visit was agreed another way",
    "verified": "the readings show that it helped",
    "moot": "there is nothing to answer any more",
}
STEPS: Final = {
    "asked": "the owner was asked",
    "reminded": "no answer yet, the owner was asked again",
    "to_call": "no answer in time, somebody calls",
}


def keep_promises(work: Work) -> Counts:
    """Begin the clocks of what was done, close what is settled, and take the next step of each that is due."""
    faster = work.settings.promises_faster
    with translated(), work.connection.transaction():
        begun = open_follow_ups(
            work.connection,
            completed_after=work.now - LOOK_BACK,
            guided_after=work.now - REMOTE_LOOK_BACK,
            due=clock_of(Promise.FOLLOW_UP, times_faster=faster).due,
            remote_due=clock_of(Promise.REMOTE_FOLLOW_UP, times_faster=faster).due,
        )
    closed = 0
    for obligation_id, ended in settled_otherwise(work.connection):
        with translated(), work.connection.transaction():
            closed += _close(work, obligation_id, ended)
    done = {"begun": begun, "closed": closed, "asked": 0, "reminded": 0, "to_call": 0}
    for obligation in waiting_obligations(work.connection):
        if not work.keep_on():
            break
        clock = clock_of(obligation.promise, urgent=obligation.urgent, times_faster=faster)
        step = next_step(obligation, work.now, clock, reachable=bool(work.settings.link_secret))
        if step is not None:
            done[step] += _take(work, obligation, step)
    return done


def _close(work: Work, obligation_id: UUID, ended: str) -> int:
    try:
        close_obligation(work.connection, obligation_id, ended, actor=ACTOR, reason=ENDED[ended], at=work.now)
    except IllegalMove:  # the owner answered in this very moment
        return 0
    return 1


def _take(work: Work, obligation: Obligation, step: str) -> int:
    reason = STEPS[step]
    if step == "to_call" and obligation.state == "open":
        reason = "the owner cannot be sent a link, or was not asked in time; somebody calls"
    try:
        with translated(), work.connection.transaction():
            household = lock_household(work.connection, obligation.household_id)
            move(work.connection, OBLIGATION, obligation.id, step, actor=ACTOR, reason=reason, at=work.now)
            if step != "to_call":
                _tell(work, household, obligation, again=step == "reminded")
    except (IllegalMove, NotFound, Conflict) as error:
        log.info("promise_put_off", text=str(error), obligation=str(obligation.id))
        return 0
    return 1


def _tell(work: Work, household: Household, obligation: Obligation, *, again: bool) -> None:
    say, settings = phrases_in(household.language), work.settings
    make = partial(personal_link, settings.public_url, settings.link_secret, made_at=work.now, life=settings.link_life)
    if obligation.promise is Promise.CONSENT and obligation.order_id is not None:
        order = read_order(work.connection, obligation.order_id)
        titles = [task.title for task in order.tasks]
        link = make(Purpose.VISIT, order.id)
        shown = show_obligation(work.connection, obligation.id, work.now)
        text = (
            offer_again_text(titles, link, say)
            if again
            else offer_text(titles, shown.free_times(), link, household.zone, say)
        )
        about = {"order": str(order.id)}
    else:
        link = make(Purpose.FOLLOW_UP, obligation.id)
        remote = obligation.promise is Promise.REMOTE_FOLLOW_UP
        text = follow_up_text(link, remote=remote, again=again, say=say)
        about = {"obligation": str(obligation.id)}
    tell_owner(work.connection, household.id, {"kind": str(obligation.promise), "text": text, "about": about})
