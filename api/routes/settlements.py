"""What a month's work earns, line by line with its gates; and who said that it is paid."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.fields import Body
from api.requests import Answer, Ask, changing, reading
from api.routes.prices import missing_prices
from domain.errors import BadInput, Conflict
from quality.settlement import EarnedJob, Gate, settle_month
from store.api_catalogue import read_technician
from store.broken_promises import charges_in, quote_of
from store.database import Connection
from store.people import lock_person
from store.technician_record import Earned, confirm_settlement, points_in, read_confirmed, read_earned

router = APIRouter(tags=["technicians"])
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
CENT = 0.005


class Confirmation(Body):
    """Which month is paid, and the sum that was seen."""

    month: Annotated[str, Field(pattern=MONTH)]
    paid: Annotated[float, Field(ge=0, le=1e9)]


@router.get("/technicians/{technician_id}/settlement", summary="What a month's work earns, line by line")
def settlement(
    ask: Ask, technician_id: str, month: Annotated[str, Query(pattern=MONTH, description="For instance 2026-03.")]
) -> Response:
    """Each job with the gates that hold it back: report, proof by telemetry, follow-up, open complaint. It is paid in
    the month in which it passes the last of them."""
    first = _first(month)
    if first > ask.settings.now().date():
        raise BadInput(f"{month} has not begun")
    return reading(ask, lambda c: _statement(c, read_technician(c, technician_id).id, first))


@router.post("/technicians/{technician_id}/settlement/confirm", summary="A month is paid", status_code=201)
def confirm(ask: Ask, technician_id: str, body: Confirmation) -> Response:
    """Once per month, after its end, at the sum that was seen: 409 if that has changed, or somebody was faster."""

    def work(connection: Connection) -> Answer:
        first, now = _first(body.month), ask.settings.now()
        lock_person(connection, technician_id)
        if first >= now.date().replace(day=1):
            raise Conflict(f"{body.month} is not over; its statement can still change")
        present = _statement(connection, technician_id, first)
        before = present["confirmed"]
        if before is not None:
            raise Conflict(f"{before.actor} confirmed {body.month} already: {before.paid:.2f} are paid")
        if abs(present["paid"] - body.paid) > CENT:
            raise Conflict(f"{body.month} comes to {present['paid']:.2f} by now, not {body.paid:.2f}; look at it again")
        confirm_settlement(connection, technician_id, first, body.paid, actor=ask.actor or "service", at=now)
        return Answer(value=_statement(connection, technician_id, first), status=201)

    return changing(ask, work)


def _first(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise BadInput(f"there is no month {month}") from error


def _until(first: date) -> datetime:
    return (datetime(first.year, first.month, 1, tzinfo=UTC) + timedelta(days=32)).replace(day=1)


def _statement(connection: Connection, technician_id: str, first: date) -> dict[str, Any]:
    since, until = datetime(first.year, first.month, 1, tzinfo=UTC), _until(first)
    lost, returned = points_in(connection, technician_id, since, until)
    given = read_earned(connection, technician_id, until)
    statement = settle_month(map(_earned, given), since, until, points_lost=lost, points_returned=returned)
    ids = {job.order_number: job.order_id for job in given}
    return {
        "technician_id": technician_id,
        "month": f"{first:%Y-%m}",
        **asdict(statement),
        "lines": [asdict(line) | {"order_id": ids[line.order_number]} for line in statement.lines],
        "missing": {"charges_not_checked": _unchecked(connection, technician_id, since, until)},
        "over": until,
        "confirmed": read_confirmed(connection, technician_id, first),
    }


def _unchecked(connection: Connection, technician_id: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Charges of the month that nobody can say to be too high, because a price is missing; with which."""
    found = []
    for charged in charges_in(connection, technician_id, since, until):
        why = missing_prices(quote_of(connection, charged.order_id, charged.at.date()))
        if why is not None:
            found.append(
                {"order_number": charged.number, "order_id": charged.order_id, "cents": charged.cents, "why": why}
            )
    return found


def _earned(job: Earned) -> EarnedJob:
    return EarnedJob(
        order_number=job.order_number,
        minutes=job.minutes,
        finished_at=job.finished_at,
        passed={
            Gate.REPORTED: job.reported_at,
            Gate.PROVED: job.proved_at,
            Gate.FOLLOWED_UP: job.followed_up_at,
            Gate.NO_OPEN_COMPLAINT: job.no_complaint_at,
        },
        repeats=job.repeats,
        waived_at=job.waived_at,
    )
