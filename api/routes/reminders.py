"""Reminders: what owners were told, and what they say to it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, model_validator

from api.fields import KINDS, Body, Note, Reason, choice_query, chosen
from api.listing import listing
from api.moments import Moment
from api.paging import Page, Paging, after_time_and_id, paging, time_key
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from domain.errors import BadInput
from domain.faults import FAULTS
from domain.states import REMINDER
from store.api_reminders import ShownReminder, data_time, list_reminders, read_reminder
from store.database import Connection
from store.moves import move

router = APIRouter(prefix="/reminders", tags=["reminders"])
StateFilter = choice_query(REMINDER.moves, "State")
FaultFilter = choice_query({code for _, code in FAULTS}, "Fault")
KindFilter = choice_query(KINDS, "Kind of appliance")

SNOOZE_DAYS_MOST = 90
"""Longer than a season is no snooze but a no (E)."""


class Snooze(Body):
    """Until when, as a time or in days; one day if nothing is said. The clock is that of the appliance's data."""

    until: Moment | None = None
    days: Annotated[float, Field(gt=0, le=SNOOZE_DAYS_MOST)] | None = None
    reason: Reason | None = None

    model_config = Body.model_config | {"json_schema_extra": {"examples": [{"days": 3}]}}

    @model_validator(mode="after")
    def _one(self) -> "Snooze":
        if self.until is not None and self.days is not None:
            raise ValueError("say either until or days")
        return self

    def ends(self, now: datetime) -> datetime:
        """When it ends; BadInput if that is past or too far off."""
        until = self.until or now + timedelta(days=self.days or 1)
        if not now < until <= now + timedelta(days=SNOOZE_DAYS_MOST):
            raise BadInput(f"a reminder can be snoozed into the next {SNOOZE_DAYS_MOST} days; choose a time in them")
        return until


@router.get("", summary="List reminders", response_model=Page[ShownReminder])
def list_(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    state: StateFilter = None,  # type: ignore[valid-type]
    fault: FaultFilter = None,  # type: ignore[valid-type]
    kind: KindFilter = None,  # type: ignore[valid-type]
    household: Annotated[str | None, Query(description="Only of this household.")] = None,
    appliance_id: Annotated[str | None, Query(description="Only of this appliance.")] = None,
) -> Response:
    """Reminders, those of the newest findings first."""
    return listing(
        ask,
        paged,
        after_time_and_id,
        partial(
            list_reminders,
            states=chosen(state),
            faults=chosen(fault),
            kinds=chosen(kind),
            household=household,
            appliance=appliance_id,
        ),
        lambda r: (time_key(r.raised_at), str(r.id)),
    )


@router.get("/{reminder_id}", summary="Read a reminder", response_model=ShownReminder)
def read(ask: Ask, reminder_id: str) -> Response:
    """One reminder. Reading it here does not mark it as seen."""
    return reading(ask, lambda c: read_reminder(c, entity_id(reminder_id, "reminder")))


@router.post("/{reminder_id}/seen", summary="Mark a reminder as seen", response_model=ShownReminder)
def seen(ask: Ask, reminder_id: str, body: Note | None = None) -> Response:
    """The owner has read it."""
    return _answer(ask, reminder_id, "seen", (body and body.reason) or "read", frozenset({"sent"}))


@router.post("/{reminder_id}/done", summary="The owner did it", response_model=ShownReminder)
def done(ask: Ask, reminder_id: str, body: Note | None = None) -> Response:
    """The owner says it is done; the next telemetry verifies it."""
    return _answer(ask, reminder_id, "done", (body and body.reason) or "done")


@router.post("/{reminder_id}/snooze", summary="Remind again later", response_model=ShownReminder)
def snooze(ask: Ask, reminder_id: str, body: Snooze | None = None) -> Response:
    """The owner wants to be reminded later."""
    asked = body or Snooze()
    return _answer(ask, reminder_id, "snoozed", asked.reason or "later", snooze=asked)


@router.post("/{reminder_id}/decline", summary="The owner does not want to", response_model=ShownReminder)
def decline(ask: Ask, reminder_id: str, body: Note | None = None) -> Response:
    """The owner will not do it."""
    return _answer(ask, reminder_id, "declined", (body and body.reason) or "declined")


def _answer(
    ask: Ask,
    reminder_id: str,
    to: str,
    reason: str,
    via: frozenset[str] = frozenset({"sent", "seen"}),
    snooze: Snooze | None = None,
) -> Response:
    # An owner who answers has seen it, and one who answers while it is snoozed is done waiting: each step is recorded.
    reminder = entity_id(reminder_id, "reminder")

    def work(connection: Connection) -> Answer:
        now = ask.settings.now()
        check_version(ask, read_reminder(connection, reminder, lock=True).version)
        until = None if snooze is None else snooze.ends(data_time(connection, reminder) or now)
        actor = ask.actor or "owner"
        move(connection, REMINDER, reminder, to, actor=actor, reason=reason, at=now, via=via, until=until)
        return Answer(value=read_reminder(connection, reminder))

    return changing(ask, work)
