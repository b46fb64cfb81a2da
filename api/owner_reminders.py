"""What an owner was asked to do, and the answer by the personal link: done, later, or no."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.errors import BadInput, Conflict, IllegalMove
from domain.states import REMINDER
from store.api_reminders import ShownReminder, data_time, list_reminders, read_reminder
from store.database import Connection
from store.moves import move

LATER: Final = timedelta(days=7)
"""For how long an owner's "later" lets a reminder rest (E)."""
MOST_SHOWN: Final = 20
_ANSWERS: Final = {"done": "done", "later": "snoozed", "no": "declined"}


def homes_reminders(connection: Connection, household_id: str) -> list[ShownReminder]:
    """What waits for the owner or for the readings, newest first."""
    waiting = sorted(REMINDER.open_states)
    return list_reminders(connection, None, MOST_SHOWN, states=waiting, household=household_id)


def answer_reminder(connection: Connection, household_id: str, reminder: str, answer: str, now: datetime) -> None:
    """The owner did it, will do it later, or will not; BadInput if it is none of this home's, Conflict if too late."""
    if (to := _ANSWERS.get(answer)) is None:
        raise BadInput("please choose one of the answers")
    shown = {str(one.id): one for one in homes_reminders(connection, household_id)}
    if reminder not in shown:
        raise Conflict("this needs no answer any more")
    found = read_reminder(connection, UUID(reminder), lock=True)
    if found.state == to:
        return  # tapped twice
    until = (data_time(connection, found.id) or now) + LATER if to == "snoozed" else None
    reason = f"{answer}, said the owner on the personal page"
    via = frozenset({"sent", "seen"})
    try:
        move(connection, REMINDER, found.id, to, actor="owner", reason=reason, at=now, via=via, until=until)
    except IllegalMove as error:
        raise Conflict("this needs no answer any more") from error
