"""A technician's record as the person sees it: grades with their figures, appeals, points, earnings."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from api.fields import Body, Reason
from api.requests import Answer, Ask, changing, check_version, entity_id, reading
from api.routes.suspensions import lift_if_groundless, standing_now, standing_of
from domain.errors import Conflict
from domain.states import GRADE
from quality.points import FULL, LASTS, TAKEN, points_left
from store.api_catalogue import read_technician
from store.database import Connection
from store.moves import move
from store.people import lock_person
from store.suspensions import read_suspensions
from store.technician_record import (
    GivenGrade,
    add_points,
    read_grade,
    read_grades,
    read_points,
    record_answer,
    record_appeal,
)
from store.work_appeals import read_appeals, require_finished

router = APIRouter(tags=["technicians"])


class Deduction(Body):
    """Points taken off; repeats of one's own work are found by the system."""

    reason: Literal["broken_promise", "overcharging"]
    order_id: UUID | None = None
    note: Reason


class Verdict(Body):
    """What was decided about an appeal."""

    overturned: bool
    answer: Reason


class Appeal(Body):
    """What speaks against the grade."""

    appeal: Reason


@router.get("/technicians/{technician_id}/record", summary="Grades, points and standing of a technician")
def record(ask: Ask, technician_id: str) -> Response:
    """Everything that is held about the person's work, with the figures and settings each grade rests on."""

    def work(connection: Connection) -> dict[str, Any]:
        found, now = read_technician(connection, technician_id), ask.settings.now()
        suspensions = read_suspensions(connection, found.id)
        grades, entries = read_grades(connection, found.id), read_points(connection, found.id, now - LASTS)
        return {
            "technician_id": found.id,
            "active": found.active,
            "suspensions": suspensions,
            "standing": standing_now(suspensions, grades, now.date()),
            "grades": grades,
            "points": points_left([(one.points, one.at) for one in entries], now),
            "points_full": FULL,
            "points_entries": entries,
            "appeals": read_appeals(connection, found.id),
        }

    return reading(ask, work)


@router.post("/technicians/{technician_id}/points", summary="Take licence points off", status_code=201)
def deduct(ask: Ask, technician_id: str, body: Deduction) -> Response:
    """For a broken promise or overcharging; one entry per order and reason. The person can appeal."""

    def work(connection: Connection) -> Answer:
        lock_person(connection, technician_id)
        found = read_technician(connection, technician_id)
        if body.order_id is not None:
            require_finished(connection, found.id, body.order_id)
        added = add_points(
            connection,
            found.id,
            -TAKEN[body.reason],
            body.reason,
            order_id=body.order_id,
            note=body.note,
            actor=ask.actor or "service",
            at=ask.settings.now(),
        )
        if not added:
            raise Conflict(f"points were taken for {body.reason} of order {body.order_id} already")
        entries = read_points(connection, found.id, ask.settings.now() - LASTS)
        left = points_left([(one.points, one.at) for one in entries], ask.settings.now())
        return Answer(value={"technician_id": found.id, "points": left, "points_entries": entries}, status=201)

    return changing(ask, work)


@router.post("/grades/{grade_id}/appeal", summary="Appeal against a grade", response_model=GivenGrade)
def appeal(ask: Ask, grade_id: str, body: Appeal) -> Response:
    """Once per grade; while it is decided the grade stands."""

    def work(connection: Connection) -> Answer:
        found = _checked(ask, connection, grade_id, "appealed")
        record_appeal(connection, found.id, body.appeal)
        return _moved(ask, connection, found, "appealed", body.appeal)

    return changing(ask, work)


@router.post("/grades/{grade_id}/decide", summary="Decide an appeal", response_model=GivenGrade)
def decide(ask: Ask, grade_id: str, body: Verdict) -> Response:
    """An overturned grade no longer counts; whoever was suspended for it may work again."""

    def work(connection: Connection) -> Answer:
        to = "overturned" if body.overturned else "confirmed"
        found = _checked(ask, connection, grade_id, to)
        today = ask.settings.now().date()
        before = standing_of(read_grades(connection, found.technician_id), today)
        record_answer(connection, found.id, body.answer)
        answer = _moved(ask, connection, found, to, body.answer)
        lift_if_groundless(ask, connection, found.technician_id, before, body.answer)
        return answer

    return changing(ask, work)


def _checked(ask: Ask, connection: Connection, grade_id: str, to: str) -> GivenGrade:
    found = read_grade(connection, entity_id(grade_id, "grade"))
    check_version(ask, found.version)
    GRADE.check(found.state, to)
    return found


def _moved(ask: Ask, connection: Connection, grade: GivenGrade, to: str, reason: str) -> Answer:
    actor = ask.actor or ("technician" if to == "appealed" else "service")
    move(connection, GRADE, grade.id, to, actor=actor, reason=reason, at=ask.settings.now())
    return Answer(value=read_grade(connection, grade.id))
