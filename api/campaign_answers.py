"""What becomes of an answer to a campaign, whether it comes by the personal link or by phone."""

from datetime import datetime

from domain.errors import IllegalMove
from domain.obligations import Promise, clock_of
from domain.states import FINDING, PARTICIPATION
from store.campaigns import Campaign, Participation, needless_check, open_check
from store.database import Connection
from store.moves import move
from store.obligations import add_obligation


def check_answer(found: Campaign, part: Participation, to: str) -> None:
    """IllegalMove if the appliance cannot come to state `to`; a yes can be taken back after the close, too."""
    changes_mind = (found.state, part.state, to) == ("closed", "accepted", "declined")
    if found.state != "announced" and not changes_mind:
        raise IllegalMove(f"this campaign is {found.state}: only one that is announced can be answered")
    if part.left_out is not None:
        raise IllegalMove(f"appliance {part.appliance_id} was left out: {part.left_out.replace('_', ' ')}")
    PARTICIPATION.check(part.state, to)


def accept_part(
    connection: Connection, found: Campaign, part: Participation, *, actor: str, reason: str, now: datetime
) -> None:
    """The owner wants it; a check becomes a job that is planned like every other visit."""
    if found.visit:
        open_check(connection, part, found.title, now)
    move(connection, PARTICIPATION, part.id, "accepted", actor=actor, reason=reason, at=now)


def decline_part(connection: Connection, part: Participation, *, actor: str, reason: str, now: datetime) -> None:
    """The owner does not want it; a check that was not made yet is dismissed, and its order lapses with it."""
    move(connection, PARTICIPATION, part.id, "declined", actor=actor, reason=reason, at=now)
    if (check := needless_check(connection, part.id)) is not None:
        move(connection, FINDING, check, "dismissed", actor=actor, reason=reason, at=now)


def call_about_recall(connection: Connection, found: Campaign, household_id: str, note: str, now: datetime) -> None:
    """A recall is about safety: who says no to it is called."""
    about = f"said no to the recall “{found.title}”" + (f": {note}" if note else "")
    due_at = now + clock_of(Promise.CALL_BACK, urgent=False).due
    add_obligation(
        connection, Promise.CALL_BACK, household_id, since=now, due_at=due_at, about=about, actor="owner", reason=about
    )
