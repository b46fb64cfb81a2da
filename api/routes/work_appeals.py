"""A technician's appeals against points taken and for pay that is held back, and what is decided about them."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.fields import Body, Reason
from api.requests import Answer, Ask, changing, check_version, entity_id, entity_number
from api.routes.suspensions import lift_if_groundless, standing_of
from domain.errors import BadInput
from domain.states import APPEAL
from store.api_catalogue import read_technician
from store.database import Connection
from store.moves import move
from store.people import lock_person
from store.technician_record import add_points, read_grades
from store.work_appeals import Appeal, add_appeal, read_appeal, read_points_entry, require_finished

router = APIRouter(tags=["technicians"])
MOST = 2**63 - 1


class AgainstPoints(Body):
    """What speaks against points that were taken."""

    appeal: Reason


class ForPay(Body):
    """Which finished order should be paid although a gate holds it back, and why."""

    order_id: UUID
    appeal: Reason


class Decision(Body):
    """Whether the person was right, and why."""

    overturned: bool
    answer: Reason


@router.post(
    "/technicians/{technician_id}/points/{entry_id}/appeal",
    summary="Appeal against points",
    status_code=201,
    response_model=Appeal,
)
def against_points(ask: Ask, technician_id: str, entry_id: str, body: AgainstPoints) -> Response:
    """Once per entry; while it is decided the entry stands."""
    number = entity_number(entry_id, "points entry", MOST)

    def work(connection: Connection) -> Answer:
        entry = read_points_entry(connection, read_technician(connection, technician_id).id, number)
        if entry.points > 0:
            raise BadInput("these points were given back; there is nothing to appeal against")
        made = add_appeal(connection, technician_id, body.appeal, ask.settings.now(), entry_id=entry.id)
        return Answer(value=made, status=201)

    return changing(ask, work)


@router.post(
    "/technicians/{technician_id}/settlement/appeals",
    summary="Appeal for pay that is held back",
    status_code=201,
    response_model=Appeal,
)
def for_pay(ask: Ask, technician_id: str, body: ForPay) -> Response:
    """Once per order, for instance where no reading will ever come that could prove the work."""

    def work(connection: Connection) -> Answer:
        found = read_technician(connection, technician_id)
        require_finished(connection, found.id, body.order_id)
        made = add_appeal(connection, found.id, body.appeal, ask.settings.now(), order_id=body.order_id)
        return Answer(value=made, status=201)

    return changing(ask, work)


@router.post("/appeals/{appeal_id}/decide", summary="Decide an appeal about points or pay", response_model=Appeal)
def decide(ask: Ask, appeal_id: str, body: Decision) -> Response:
    """Overturned, points are given back as of the day they were taken; pay is due in the month of the decision."""

    def work(connection: Connection) -> Answer:
        found = read_appeal(connection, entity_id(appeal_id, "appeal"))
        check_version(ask, found.version)
        actor, now = ask.actor or "service", ask.settings.now()
        to = "overturned" if body.overturned else "confirmed"
        lock_person(connection, found.technician_id)
        before = standing_of(read_grades(connection, found.technician_id), now.date())
        move(connection, APPEAL, found.id, to, actor=actor, reason=body.answer, at=now)
        if body.overturned and found.entry_id is not None:
            entry = read_points_entry(connection, found.technician_id, found.entry_id)
            note = f"entry {entry.id} was overturned: {body.answer}"
            add_points(
                connection,
                found.technician_id,
                -entry.points,
                "appeal",
                order_id=None,
                note=note,
                actor=actor,
                at=entry.at,
            )
            lift_if_groundless(ask, connection, found.technician_id, before, body.answer)
        return Answer(value=read_appeal(connection, found.id))

    return changing(ask, work)
