"""Owners' messages leave by mail, at least once and in order per home; what cannot be delivered becomes a call."""

from collections.abc import Iterable
from datetime import timedelta
from email.message import EmailMessage
from typing import Final
from uuid import UUID

from domain.errors import BadInput
from domain.obligations import Promise, clock_of
from notify.letters import letter
from notify.phrases import phrases_in
from scheduler.mailer import MailServer, hand_over
from scheduler.work import ACTOR, Counts, Work, log
from store.database import translated
from store.mail import Letter, call_waits, try_later, waiting_letters
from store.obligations import add_obligation
from store.outbox import mark_refused, mark_sent

MOST: Final = 100
"""Mails per round (E): some seconds for a usual server."""
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Between tries of one mail, doubling (E)."""
TRIES: Final = 8
"""After these, some two hours, somebody calls (E)."""
ASKED_ANYWAY: Final = frozenset({Promise.CONSENT, Promise.FOLLOW_UP, Promise.REMOTE_FOLLOW_UP})
"""Kinds of messages whose promise has a clock of its own that ends with a call."""
TRIES_OF_ALARM: Final = 2
"""Word of a hazard waits a minute and no longer (E)."""


def mail_owners(work: Work) -> Counts:
    """Mail what waits; without a mail server the job does nothing and `deliver` writes a line to the log."""
    server = work.settings.mail
    if server is None:
        return {}
    with translated():
        letters = {one.id: one for one in waiting_letters(work.connection, work.now, MOST)}
    mails, wrong = _written(letters.values(), server)
    result = hand_over(server, mails) if mails else None
    counts = {"mailed": 0, "later": 0, "to_call": 0}
    if result is not None:
        with translated():
            mark_sent(work.connection, result.done, work.now)
        counts["mailed"] = len(result.done)
        wrong |= result.refused
        for number, why in result.later.items():
            if letters[number].tries + 1 >= _tries(letters[number]):
                wrong[number] = why
            else:
                _put_off(work, letters[number], why)
                counts["later"] += 1
    for number, why in sorted(wrong.items()):
        _give_up(work, letters[number], why)
        counts["to_call"] += 1
    return counts


def _written(letters: Iterable[Letter], server: MailServer) -> tuple[list[tuple[int, EmailMessage]], dict[int, str]]:
    """The mails, and why there is none."""
    mails: list[tuple[int, EmailMessage]] = []
    wrong: dict[int, str] = {}
    for one in letters:
        if not one.email:
            wrong[one.id] = "the home has no mail address"
            continue
        try:
            mail = letter(
                *(one.id, one.kind, one.text),
                to=one.email,
                name=one.name,
                sender=server.sender,
                at=one.created_at,
                say=phrases_in(one.language),
            )
        except BadInput as error:
            wrong[one.id] = str(error)
        else:
            mails.append((one.id, mail))
    return mails, wrong


def _tries(one: Letter) -> int:
    return TRIES_OF_ALARM if one.kind == "alarm" else TRIES


def _put_off(work: Work, one: Letter, why: str) -> None:
    wait = min(FIRST_WAIT * 2**one.tries, LONGEST_WAIT)
    log.warning("mail_put_off", text="a mail will be tried again", message=one.id, why=why, minutes=wait.seconds // 60)
    with translated():
        try_later(work.connection, one.id, work.now + wait)


def _give_up(work: Work, one: Letter, why: str) -> None:
    """It is not tried any more; somebody calls, once for all that a home has not got."""
    log.error("mail_undeliverable", text="a mail cannot be delivered; somebody calls", message=one.id, why=why)
    urgent = one.kind == "alarm"
    with translated(), work.connection.transaction():
        mark_refused(work.connection, one.id, why)
        if one.kind in ASKED_ANYWAY or (not urgent and call_waits(work.connection, one.address)):
            return
        clock = clock_of(Promise.CALL_BACK, urgent=urgent, times_faster=work.settings.promises_faster)
        add_obligation(
            *(work.connection, Promise.CALL_BACK, one.address),
            since=work.now,
            due_at=work.now + clock.due,
            order_id=None if one.order_id is None else UUID(one.order_id),
            urgent=urgent,
            about=f"a message could not be delivered ({why}): {one.text}"[:500],
            actor=ACTOR,
            reason="a message could not be delivered",
        )
