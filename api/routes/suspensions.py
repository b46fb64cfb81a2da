"""Who gets no visits until a person has decided: no licence points left, or too many C."""

from datetime import date, datetime

from fastapi import APIRouter, Response

from api.fields import Body, Reason
from api.requests import Answer, Ask, Asked, changing, check_version, entity_id
from domain.errors import Conflict
from quality.grades import MonthGrade, Standing, standing
from quality.points import LASTS, points_left
from store.database import Connection
from store.people import lock_person
from store.suspensions import Suspension, end_suspension, read_suspension, read_suspensions
from store.technician_record import GivenGrade, read_grades, read_points, set_active

router = APIRouter(tags=["technicians"])


class Ruling(Body):
    """Whether the person may work again, and why."""

    reinstated: bool
    answer: Reason


@router.post("/suspensions/{suspension_id}/decide", summary="Decide a suspension", response_model=Suspension)
def decide(ask: Ask, suspension_id: str, body: Ruling) -> Response:
    """Reinstated, the person gets visits again; only a new entry, or a new C, suspends anew. A removal is taken back in
    the same way, as long as nothing newer is held against the person."""

    def work(connection: Connection) -> Answer:
        found = read_suspension(connection, entity_id(suspension_id, "suspension"))
        lock_person(connection, found.technician_id)
        if read_suspensions(connection, found.technician_id)[0].id != found.id:
            raise Conflict(f"{found.technician_id} has a newer suspension; decide that one")
        check_version(ask, read_suspension(connection, found.id).version, required=True)
        to, actor = "reinstated" if body.reinstated else "removed", ask.actor or "service"
        return Answer(value=end_suspension(connection, found, to, body.answer, actor=actor, at=ask.settings.now()))

    return changing(ask, work)


def require_not_suspended(connection: Connection, technician_id: str) -> None:
    """Conflict while a suspension waits for a decision, or after a removal: switching somebody on is no decision."""
    found = next(iter(read_suspensions(connection, technician_id)), None)
    if found is not None and found.state in ("suspended", "removed"):
        raise Conflict(
            f"{technician_id} is {found.state}, since {found.decided_at or found.since:%Y-%m-%d}: {found.why}; decide "
            f"that first, on the page People or with POST /api/v1/suspensions/{found.id}/decide"
        )


def standing_now(suspensions: list[Suspension], given: list[GivenGrade], today: date) -> Standing:
    """What holds: the last word of a person or of the job that suspends, and the grades where neither has spoken."""
    if not suspensions:
        return standing_of(given, today)
    state = suspensions[0].state
    return "suspended" if state == "suspended" else "removed" if state == "removed" else "active"


def standing_of(given: list[GivenGrade], today: date) -> Standing:
    """What follows from the grades that stand."""
    return standing(
        (MonthGrade(month=one.month, grade=one.grade, overturned=one.state == "overturned") for one in given), today
    )


def lift_if_groundless(ask: Asked, connection: Connection, technician_id: str, before: Standing, answer: str) -> None:
    """After an appeal: end a suspension that rested on what was overturned; `before` is the standing by grades then."""
    now = ask.settings.now()
    by_grades = standing_of(read_grades(connection, technician_id), now.date())
    newest = next(iter(read_suspensions(connection, technician_id)), None)
    found = newest if newest is not None and newest.decided_at is None else None
    if found is None:
        if (newest is None or newest.state != "removed") and before != "active" and by_grades == "active":
            set_active(connection, technician_id, active=True)
    elif (found.cause == "grades" and by_grades == "active") or (
        found.cause == "points" and _points(connection, technician_id, now) > 0
    ):
        end_suspension(connection, found, "lifted", answer, actor=ask.actor or "service", at=now)


def _points(connection: Connection, technician_id: str, now: datetime) -> int:
    entries = read_points(connection, technician_id, now - LASTS)
    return points_left([(one.points, one.at) for one in entries], now)
