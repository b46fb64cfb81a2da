"""What a planner does with plans of visits: accept, and answer to what goes otherwise. All inside one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg

from api.requests import Ask, check_version
from dispatch.days import Days, DaysParams, job_of, read_days
from dispatch.replan import Replan, Touch, after_overrun, insert_urgent
from domain.errors import BadInput, Conflict, WellkeptError
from domain.faults import Urgency
from domain.states import ORDER
from domain.visits import Job, OrderToVisit, Period, Visit
from store.api_orders import ShownOrder, Slot, book, read_order
from store.database import Connection, translated
from store.moves import move
from store.visit_plans import (
    NewLine,
    PlanLine,
    ShownPlan,
    add_plan,
    give_up_slot,
    lock_plan,
    mark_accepted,
    read_plan,
    set_visit_end,
    write_lines,
)

CALL_WITHIN: Final = timedelta(hours=4)
"""How soon an owner whose visit fell through is called (E)."""
TO_SCHEDULED: Final = frozenset({"offered", "confirmed"})
LONGEST_VISIT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one order of a plan that was accepted."""

    order_id: UUID
    number: int
    done: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A plan after the planner's yes, order by order."""

    plan: ShownPlan
    outcomes: list[Outcome]


def accept_plan(
    connection: Connection, ask: Ask, plan_id: UUID, orders: Sequence[UUID] | None, agreed: Sequence[UUID]
) -> Accepted:
    """Schedule what the plan says, of `orders` only if given; `agreed` are those whose owner said yes to a new time.

    An order that changed since the plan was made, or whose owner was not asked, is left out, and that is said.
    """
    state, version = lock_plan(connection, plan_id)
    check_version(ask, version)
    if state != "draft":
        raise Conflict(f"this plan is {state}; only a draft can be accepted, see GET /api/v1/visits/plans")
    plan = read_plan(connection, plan_id)
    unknown = {*(orders or ()), *agreed} - {line.id for line in plan.visits}
    if unknown:
        raise BadInput(f"order {sorted(map(str, unknown))[0]} is not in this plan; GET /api/v1/visits/plans/{plan_id}")
    wanted = [line for line in plan.visits if line.touch not in ("kept", "left_out")]
    wanted = [line for line in wanted if orders is None or line.id in orders]
    against = {line.id: _objection(connection, ask, line, agreed) for line in wanted}
    clear = [line for line in wanted if against[line.id] is None]
    for line in clear:  # all slots are given up before any is taken, since visits may change places
        _give_up(connection, ask, line, plan)
    outcomes = [_outcome(line, str(against[line.id])) for line in wanted if against[line.id] is not None]
    outcomes += [_schedule(connection, ask, line, plan) for line in clear]
    outcomes += _ends(connection, ask, plan)
    mark_accepted(connection, plan_id, ask.actor or "planner", ask.settings.now())
    return Accepted(plan=read_plan(connection, plan_id), outcomes=outcomes)


def _outcome(line: PlanLine, why: str, *, done: bool = False) -> Outcome:
    return Outcome(order_id=line.id, number=line.number, done=done, why=why)


def _objection(connection: Connection, ask: Ask, line: PlanLine, agreed: Sequence[UUID]) -> str | None:
    order = read_order(connection, line.id, lock=True)
    if order.version != line.order_version:
        return "it was changed since the plan was made; plan again"
    if order.state not in ("approved", "offered", "confirmed", "scheduled"):
        return f"it is {order.state}"
    if line.starts is not None and line.starts <= ask.settings.now():
        return "its time has passed; plan again"
    if line.needs_owner and line.id not in agreed:
        return "the owner has not agreed to this time; offer it, or name the order in agreed"
    return None


def _give_up(connection: Connection, ask: Ask, line: PlanLine, plan: ShownPlan) -> None:
    if line.state == "scheduled":
        _walk(connection, ask, line.id, "confirmed", f"plan {plan.number}: {line.why}")


def _schedule(connection: Connection, ask: Ask, line: PlanLine, plan: ShownPlan) -> Outcome:
    if line.technician_id is None or line.starts is None or line.ends is None:
        give_up_slot(connection, line.id, f"plan {plan.number}: {line.why}", actor=ask.actor or "planner",
                     at=ask.settings.now(), answer=CALL_WITHIN)  # fmt: skip
        return _outcome(line, f"{line.why}; its time is given up and the owner is on the list of calls", done=True)
    slot = Slot(technician_id=line.technician_id, starts=line.starts, ends=line.ends)
    try:
        with translated(), connection.transaction():  # a savepoint: one visit in the way costs itself only
            book(connection, line.id, slot)
            _walk(connection, ask, line.id, "scheduled", f"plan {plan.number}: {line.why}")
    except WellkeptError as error:
        return _outcome(line, str(error))
    return _outcome(line, f"{slot.technician_id} comes {slot.starts:%Y-%m-%d %H:%M} UTC", done=True)


def _ends(connection: Connection, ask: Ask, plan: ShownPlan) -> list[Outcome]:
    """The visit that takes longer gets its new end last, when nobody is in its way any more."""
    if plan.kind != "overrun":
        return []
    found = []
    for line in plan.visits:
        if line.touch == "kept" and line.ends is not None:
            try:
                with translated(), connection.transaction():
                    set_visit_end(connection, line.id, line.ends)
            except (WellkeptError, psycopg.Error) as error:
                raise Conflict(f"order {line.number} cannot end later: {error}; accept the moves it needs") from error
            found.append(_outcome(line, f"ends {line.ends:%H:%M} UTC", done=True))
    return found


def _walk(connection: Connection, ask: Ask, order_id: UUID, to: str, reason: str) -> None:
    now, actor = ask.settings.now(), ask.actor or "planner"
    move(connection, ORDER, order_id, to, actor=actor, reason=reason[:500], at=now, via=TO_SCHEDULED)


def plan_emergency(connection: Connection, ask: Ask, order_id: UUID, params: DaysParams) -> ShownPlan:
    """A draft that fits an order in as early as possible and moves at most one other visit."""
    order = read_order(connection, order_id, lock=True)
    if order.state not in ("approved", "offered", "confirmed"):
        done = "it has a visit already: move that with schedule" if order.state == "scheduled" else "nothing to fit in"
        what = "approve it before it is fitted in" if order.state in ("proposed", "reopened") else done
        raise BadInput(f"order {order.number} is {order.state}; {what}")
    days = read_days(connection, ask.settings.now(), params)
    now = days.question.now
    known = _known(days, order_id, order)
    found = _fit_in(days, known, now, params)
    if found.slot is None:
        raise Conflict(f"order {order.number} cannot be fitted in: {found.why}; call somebody in by hand")
    slot = found.slot
    line = NewLine(order_id=known.order_id, order_version=order.version, touch="new", technician_id=slot.technician_id,
                   starts=slot.starts, ends=slot.ends, needs_owner=True, why=found.why)  # fmt: skip
    return _draft(connection, ask, "emergency", days, found, [line])


def _fit_in(days: Days, order: OrderToVisit, now: datetime, params: DaysParams) -> Replan:
    """As early as possible, in time for what the order is due by; if that cannot be, then at all."""
    question = replace(days.question, fixed=_everything_fixed(days), jobs=())
    movable = _movable(days, now, params, order.order_id)
    found = Replan(slot=None, moved=(), why="")
    for until in (order.due_by or now, question.horizon.ends):
        horizon = Period(starts=now, ends=max(now, until.replace(microsecond=0)))
        urgent = job_of(replace(_without_time(order), urgency=Urgency.URGENT), now, horizon, params)
        found = insert_urgent(question, replace(urgent, prize=params.prizes.agreed + 1), movable, params.plan)
        if found.slot is not None:
            break
    return found


def plan_overrun(connection: Connection, ask: Ask, order_id: UUID, ends: datetime, params: DaysParams) -> ShownPlan:
    """A draft of what has to change if a visit under way ends only at `ends`."""
    order = read_order(connection, order_id, lock=True)
    now, ends = ask.settings.now(), ends.replace(microsecond=0)
    if order.state not in ("en_route", "on_site") or order.visit_starts is None or order.technician_id is None:
        raise BadInput(f"order {order.number} is {order.state}; only a visit under way can take longer")
    earliest = max(now, order.visit_starts)
    if not earliest < ends <= order.visit_starts + LONGEST_VISIT:
        raise BadInput(f"the new end has to lie after {earliest:%Y-%m-%dT%H:%M:%SZ} and within a day")
    days = read_days(connection, now, params)
    now = days.question.now
    visits = tuple(replace(v, ends=ends) if v.order_id == str(order_id) else v for v in _everything_fixed(days))
    question = replace(days.question, fixed=visits, jobs=())
    found = after_overrun(question, str(order_id), _movable(days, now, params, str(order_id)), params.plan)
    line = NewLine(order_id=str(order_id), order_version=order.version, touch="kept", technician_id=order.technician_id,
                   starts=order.visit_starts, ends=ends, why="takes longer")  # fmt: skip
    return _draft(connection, ask, "overrun", days, found, [line])


def _known(days: Days, order_id: UUID, order: ShownOrder) -> OrderToVisit:
    known = days.orders.get(str(order_id))
    if known is None or known.place is None:
        raise BadInput(f"order {order.number} has no task or no place; set the home's latitude and longitude first")
    return known


def _without_time(order: OrderToVisit) -> OrderToVisit:
    return replace(order, visit_starts=None, visit_ends=None)


def _everything_fixed(days: Days) -> tuple[Visit, ...]:
    """All that is agreed, at its time with its technician, as far as one is named."""
    fixed = {visit.order_id: visit for visit in days.question.fixed}
    for order in days.orders.values():
        if order.order_id in fixed or order.place is None or order.visit_starts is None or order.visit_ends is None:
            continue
        if order.state in ("confirmed", "scheduled") and order.technician_id is not None:
            fixed[order.order_id] = Visit(
                order_id=order.order_id,
                place=order.place,
                technician_id=order.technician_id,
                starts=order.visit_starts,
                ends=order.visit_ends,
                state=order.state,
                locked=order.locked,
            )
    return tuple(sorted(fixed.values(), key=lambda visit: (visit.starts, visit.order_id)))


def _movable(days: Days, now: datetime, params: DaysParams, without: str) -> dict[str, Job]:
    """What may be moved, with the rest of the horizon as its other times: agreed, not begun, not locked."""
    horizon = Period(starts=now, ends=days.question.horizon.ends)
    return {
        visit.order_id: job_of(_without_time(days.orders[visit.order_id]), now, horizon, params)
        for visit in _everything_fixed(days)
        if visit.order_id in days.orders
        and visit.order_id != without
        and visit.state in ("confirmed", "scheduled")
        and visit.starts >= now
        and not visit.locked
    }


def _draft(connection: Connection, ask: Ask, kind: str, days: Days, found: Replan, lines: list[NewLine]) -> ShownPlan:
    now, question = ask.settings.now(), days.question
    period = Period(starts=now, ends=question.horizon.ends)
    plan_id = add_plan(connection, kind, "draft", period, {}, by=ask.actor or "planner", at=now)
    moved = [
        NewLine(
            order_id=m.order_id,
            order_version=days.orders[m.order_id].version,
            touch={Touch.TECHNICIAN: "technician", Touch.TIME: "time"}.get(m.touch, "lost"),
            technician_id=None if m.slot is None else m.slot.technician_id,
            starts=None if m.slot is None else m.slot.starts,
            ends=None if m.slot is None else m.slot.ends,
            needs_owner=m.touch is Touch.TIME,
            reason="no_time" if m.slot is None else None,
            why=m.why,
        )
        for m in found.moved
    ]
    write_lines(connection, plan_id, period, [*lines, *moved], explanation=found.why)
    return read_plan(connection, plan_id)
