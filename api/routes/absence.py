"""Holiday mode: when nobody is at home, so that silence means nothing and reminders wait."""

from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response

from api.fields import Body
from api.moments import Moment
from api.requests import Answer, Ask, changing, check_version, reading
from domain.errors import BadInput
from store.api_absence import Absence, end_absence, read_absence, say_absence
from store.api_households import lock_household

router = APIRouter(prefix="/households/{household_id}/absence", tags=["households"])

MOST_DAYS: Final = 366
"""A home that stands empty for longer is no holiday (E)."""


class NewAbsence(Body):
    """From when to when nobody is at home; from now on if no beginning is said."""

    starts_at: Moment | None = None
    ends_at: Moment

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"starts_at": "2025-07-12T06:00:00Z", "ends_at": "2025-07-26T18:00:00Z"}]}
    }

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Beginning and end; BadInput if that is no time to come."""
        starts_at = self.starts_at or now
        if self.ends_at <= max(starts_at, now):
            raise BadInput("ends_at has to be later than starts_at and than now; if they are back, DELETE the absence")
        if self.ends_at - starts_at > timedelta(days=MOST_DAYS):
            raise BadInput(f"an absence lasts {MOST_DAYS} days at most; say a shorter one and move its end later")
        return starts_at, self.ends_at


@router.get("", summary="When nobody is at home", response_model=Absence)
def read(ask: Ask, household_id: str) -> Response:
    """The present or the next absence; both times are null if none is known. The ETag is that of the household."""
    return reading(ask, lambda c: read_absence(c, household_id, ask.settings.now()))


@router.put("", summary="Say when nobody is at home", response_model=Absence)
def say(ask: Ask, household_id: str, body: NewAbsence) -> Response:
    """Holiday mode: no word of silence until a day after the return, and reminders wait; hazards are told as ever.

    It takes the place of what was said before. With If-Match it is refused if somebody else said something meanwhile.
    """

    def work(connection: Any) -> Answer:
        now = ask.settings.now()
        starts_at, ends_at = body.span(now)
        check_version(ask, lock_household(connection, household_id))
        return Answer(value=say_absence(connection, household_id, starts_at, ends_at, now))

    return changing(ask, work)


@router.delete("", summary="They are back, or stay", response_model=Absence)
def end(ask: Ask, household_id: str) -> Response:
    """A running absence ends now, one to come is forgotten; without either nothing happens."""

    def work(connection: Any) -> Answer:
        check_version(ask, lock_household(connection, household_id))
        return Answer(value=end_absence(connection, household_id, ask.settings.now()))

    return changing(ask, work)
