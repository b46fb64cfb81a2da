"""The coming days as a question: read from the books, and the plan written back as a draft."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from dispatch.problem import Planned, PlanParams, Prizes, Question, VisitPlan, prize_of
from domain.visits import TRANSFER, FieldTechnician, Job, OrderToVisit, Period, Visit
from store.database import Connection
from store.visit_plans import NewLine, write_lines
from store.visits import booked_visits, field_technicians, orders_to_visit, shelf_stock

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysParams:
    """What is planned ahead; spans are engineering judgement (E)."""

    days: int = 3
    notice: timedelta = timedelta(hours=1)
    """Nobody is sent to a home sooner than this unless it is urgent."""
    plan: PlanParams = field(default_factory=PlanParams)
    prizes: Prizes = field(default_factory=Prizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The question of the coming days with the orders it is about; `placeless` cannot be planned at all."""

    question: Question
    orders: Mapping[str, OrderToVisit]
    placeless: tuple[OrderToVisit, ...]
    digest: str


def read_days(connection: Connection, now: datetime, params: DaysParams) -> Days:
    """What is to be planned from `now` on: who works, what is agreed, what waits, and what lies on the shelves."""
    now = now.replace(microsecond=0)
    # From yesterday on, because what is under way began in the past.
    horizon = Period(starts=now - timedelta(days=1), ends=now + timedelta(days=params.days))
    technicians = tuple(field_technicians(connection, horizon))
    orders = {order.order_id: order for order in orders_to_visit(connection)}
    booked = booked_visits(connection, horizon)
    fixed = tuple(visit for visit in booked if _stays(visit, technicians, now))
    taken = {visit.order_id for visit in fixed}
    open_orders = [order for order in orders.values() if order.order_id not in taken and _is_due(order, horizon)]
    question = Question(
        jobs=tuple(job_of(order, now, horizon, params) for order in open_orders if order.place is not None),
        technicians=technicians,
        fixed=fixed,
        now=now,
        horizon=horizon,
        stock=shelf_stock(connection),
    )
    return Days(
        question=question,
        orders=orders,
        placeless=tuple(order for order in open_orders if order.place is None),
        digest=_digest(question, orders, now),
    )


def _stays(visit: Visit, technicians: tuple[FieldTechnician, ...], now: datetime) -> bool:
    """A scheduled visit stays, unless its technician has left or is away; then somebody else is looked for.

    What is only agreed with the owner (`confirmed`) has its time; who comes is for the plan to say.
    """
    if visit.starts < now or visit.state in ("en_route", "on_site"):
        return True
    who = next((t for t in technicians if t.id == visit.technician_id), None)
    if who is None or any(a.starts < visit.ends and visit.starts < a.ends for a in who.absences):
        return False
    return visit.state == "scheduled"


def _is_due(order: OrderToVisit, horizon: Period) -> bool:
    return order.visit_starts is None or order.visit_starts < horizon.ends


def job_of(order: OrderToVisit, now: datetime, horizon: Period, params: DaysParams) -> Job:
    """An order as a job: at the agreed time if there is one, else whenever; worth by risk and promise.

    A promise is not broken for a part that is missing: that is on the list of shortages, and there is time until then.
    """
    agreed = order.state in ("confirmed", "scheduled") and order.visit_starts is not None
    prize = prize_of(order.urgency, order.probability, order.due_by, agreed, now, params.prizes)
    if agreed and order.visit_starts is not None:
        job = order.job((Period(starts=order.visit_starts, ends=order.visit_starts),), prize)
        lasts = order.minutes if order.visit_ends is None else (order.visit_ends - order.visit_starts) // MINUTE
        return replace(job, minutes=lasts, parts=(), technician_id=order.technician_id if order.locked else None)
    soonest = TRANSFER if order.awaits_part else params.notice
    opens = now if order.urgency == "urgent" else min(now + soonest, horizon.ends)
    return order.job((Period(starts=opens, ends=horizon.ends),), prize)


def _digest(question: Question, orders: Mapping[str, OrderToVisit], now: datetime) -> str:
    """Of everything a plan depends on but the minute it is made in."""
    people = [
        (
            t.id,
            t.outlet_id,
            t.base,
            sorted(t.skills),
            t.hours,
            t.absences,
            t.area_km,
            sorted(t.van.items()),
            t.handicap_min,
        )
        for t in question.technicians
    ]
    stock = sorted((outlet, sorted(parts.items())) for outlet, parts in question.stock.items())
    versions = sorted((order.order_id, order.version) for order in orders.values())
    known = [repr(people), repr(stock), repr(versions)]
    return sha256("\n".join([*known, f"{now:%Y-%m-%d}"]).encode()).hexdigest()


def write_days(connection: Connection, plan_id: UUID, days: Days, plan: VisitPlan, *, note: str = "") -> None:
    """Write a plan of the coming days as a draft."""
    lines = [_line(days, visit) for visit in plan.visits if visit.order_id in days.orders]
    lines += [
        NewLine(
            order_id=left.order_id,
            order_version=days.orders[left.order_id].version,
            touch="lost" if days.orders[left.order_id].state in ("confirmed", "scheduled") else "left_out",
            reason=left.reason,
            why=left.why,
        )
        for left in plan.unassigned
    ]
    lines += [
        NewLine(
            order_id=order.order_id,
            order_version=order.version,
            touch="left_out",
            reason="no_place",
            why="neither the home nor an outlet has a place; set the home's latitude and longitude",
        )
        for order in days.placeless
    ]
    figures = plan.figures
    visits = "1 visit" if figures.visits == 1 else f"{figures.visits} visits"
    words = f"{visits}, {figures.unassigned} left out, {figures.travel_m / 1000:.0f} km on the road"
    write_lines(
        connection,
        plan_id,
        Period(starts=days.question.now, ends=days.question.horizon.ends),
        lines,
        explanation=f"{words}{note}",
        digest=days.digest,
        figures={**asdict(figures), "iterations": plan.iterations, "seconds": round(plan.seconds, 3)},
        breaks=[_break(b.technician_id, b.starts, b.ends) for b in plan.breaks],
    )


def _break(technician_id: str, starts: datetime, ends: datetime) -> dict[str, Any]:
    return {"technician_id": technician_id, "starts": starts.isoformat(), "ends": ends.isoformat()}


def _line(days: Days, visit: Planned) -> NewLine:
    order = days.orders[visit.order_id]
    scheduled, same_time = order.state == "scheduled", order.visit_starts == visit.starts
    if visit.fixed or (scheduled and same_time and order.technician_id == visit.technician_id):
        touch = "kept"
    elif order.visit_starts is not None and not same_time:
        touch = "time"
    else:
        touch = "technician" if scheduled else "new"
    return NewLine(
        order_id=visit.order_id,
        order_version=order.version,
        touch=touch,
        technician_id=visit.technician_id,
        starts=visit.starts,
        ends=visit.ends,
        travel_s=visit.travel_s,
        extra_s=visit.extra_s,
        late=visit.late,
        needs_owner=touch != "kept" and not (order.state in ("confirmed", "scheduled") and same_time),
        why=visit.why,
    )
