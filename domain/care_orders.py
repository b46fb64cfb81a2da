"""Who comes, to which order a finding belongs, and when the telemetry has proved the work. Pure rules.

A household has at most one open order. A finding joins it while its time is not agreed yet; once the owner has a
date, other findings wait for the next order, except urgent ones: those join whatever is open, so that the planner
sees them where a visit is already under way and can bring it forward.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final
from uuid import UUID

from domain.care import MAY_COME_BACK, CareParams, Case, due_by, needs_visit
from domain.faults import Fault, Urgency
from domain.signals import Kind

NOT_AGREED: Final = frozenset({"proposed", "approved", "offered", "reopened"})
"""States of an order in which its content may still grow without the owner being asked again."""
EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius (IUGG)."""
_RANK: Final = {Urgency.URGENT: 0, Urgency.VISIT: 1, Urgency.SELF: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is, degrees WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A service outlet."""

    id: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """Somebody who can come; `skills` are kinds of appliances, `open_orders` what is on the person's list."""

    id: str
    outlet_id: str
    skills: frozenset[str]
    open_orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of an order with the present state of its finding; times are data time."""

    task_id: UUID
    finding_id: UUID
    appliance_key: int
    kind: Kind
    fault: Fault
    urgency: Urgency
    state: str
    """Of the finding."""
    judged_at: datetime
    cleared_at: datetime | None
    data_at: datetime

    @property
    def closed(self) -> bool:
        """The finding is settled."""
        return self.state in ("resolved", "dismissed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the rules see it; `completed_data_at` is data time."""

    id: UUID
    number: int
    state: str
    urgency: Urgency
    due_by: datetime | None
    outlet_id: str | None
    technician_id: str | None
    completed_data_at: datetime | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write: `order` None makes a new one; `replaces` names the old task that the same job continues."""

    order: Order | None
    add: tuple[Case, ...]
    replaces: tuple[UUID | None, ...]
    urgency: Urgency
    due_by: datetime
    outlet_id: str | None
    technician_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An order that holds or held a finding; `refused_at` (wall time) is set where people ended the order."""

    state: str
    completed_data_at: datetime | None
    refused_at: datetime | None
    urgency: Urgency


def may_be_proposed(
    case: Case, held: Iterable[Held], *, has_open_order: bool, now: datetime, params: CareParams
) -> bool:
    """True if somebody has to come for the case and no order takes care of it.

    A completed order keeps it until the proof is due; then the order itself is reopened, unless the household has
    another open one, which the finding joins. What people refused rests for `refusal_rest` of wall time, unless it
    became urgent since.
    """
    return needs_visit(case) and not any(_keeps(case, order, has_open_order, now, params) for order in held)


def _keeps(case: Case, order: Held, has_open_order: bool, now: datetime, params: CareParams) -> bool:
    if order.state == "verified":
        return False
    if order.state in ("declined", "cancelled"):
        worse = case.urgency is Urgency.URGENT and order.urgency is not Urgency.URGENT
        return not worse and order.refused_at is not None and now < order.refused_at + params.refusal_rest
    if order.state == "completed" and has_open_order and order.completed_data_at is not None:
        return case.judged_at < order.completed_data_at + _answer(case.urgency, case.fault, params)
    return True


def great_circle_km(a: Place, b: Place) -> float:
    """Distance over the ground by the haversine formula, within 0.5 % of the ellipsoid's."""
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    half = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def nearest_outlet(home: Place | None, outlets: Sequence[Outlet]) -> Outlet | None:
    """The outlet closest to the home; of a home without a place only if there is no choice."""
    if home is None:
        return outlets[0] if len(outlets) == 1 else None
    return min(outlets, key=lambda outlet: (great_circle_km(home, outlet.place), outlet.id), default=None)


def suggest_technician(kinds: Iterable[str], outlet_id: str | None, technicians: Iterable[Technician]) -> str | None:
    """The technician of the outlet who knows most of the kinds, of those the one with the least to do."""
    wanted = frozenset(kinds)
    able = [t for t in technicians if t.outlet_id == outlet_id and t.skills & wanted]
    best = min(able, key=lambda t: (-len(t.skills & wanted), t.open_orders, t.id), default=None)
    return None if best is None else best.id


def plan_order(
    cases: Sequence[Case],
    open_order: Order | None,
    home: Place | None,
    outlets: Sequence[Outlet],
    technicians: Sequence[Technician],
    params: CareParams,
) -> Plan | None:
    """The one order that the household's findings `cases` (each needing a visit) belong to; None: all have to wait."""
    add = tuple(case for case in cases if open_order is None or may_join(case, open_order))
    if not add:
        return None
    old = () if open_order is None else open_order.tasks
    dues = [due_by(case, params) for case in add]
    if open_order is not None and open_order.due_by is not None:
        dues.append(open_order.due_by)
    before = [] if open_order is None else [open_order.urgency]
    urgencies = [*before, *(Urgency.URGENT if c.urgency is Urgency.URGENT else Urgency.VISIT for c in add)]
    outlet_id = open_order.outlet_id if open_order is not None else None
    if outlet_id is None and (outlet := nearest_outlet(home, outlets)) is not None:
        outlet_id = outlet.id
    kinds = {str(task.kind) for task in old} | {str(case.kind) for case in add}
    technician_id = open_order.technician_id if open_order is not None else None
    return Plan(
        order=open_order,
        add=add,
        replaces=tuple(_same_job(case, old) for case in add),
        urgency=min(urgencies, key=_RANK.__getitem__),
        due_by=min(dues),
        outlet_id=outlet_id,
        technician_id=technician_id or suggest_technician(kinds, outlet_id, technicians),
    )


def may_join(case: Case, order: Order) -> bool:
    """True if the case may be added to the open order as it stands."""
    return case.urgency is Urgency.URGENT or order.state in NOT_AGREED


def _same_job(case: Case, tasks: Iterable[Task]) -> UUID | None:
    """The task whose finding is over but was of the same fault: the job is the same, its finding is the new one."""
    for task in tasks:
        if task.closed and (task.appliance_key, task.fault.code) == (case.appliance_key, case.fault.code):
            return task.task_id
    return None


class Proof(StrEnum):
    """What the telemetry says about an order."""

    VERIFY = "verify"  # the work helped
    REOPEN = "reopen"  # something is still there
    CANCEL = "cancel"  # there is nothing left to come for


def judge_order(order: Order, params: CareParams) -> Proof | None:
    """What becomes of the order by the telemetry of its appliances; None: nothing yet, or it is for people to say.

    A proposed order lapses when all its findings are over, unless one is a hazard that may come back. A completed
    one is proved by the findings ending after it, or having ended before and staying away for `quiet_proof`.
    """
    if not order.tasks:
        return None
    if order.state == "proposed":
        lapsed = all(task.closed for task in order.tasks)
        hazard = any(task.urgency is Urgency.URGENT and task.fault.code in MAY_COME_BACK for task in order.tasks)
        return Proof.CANCEL if lapsed and not hazard else None
    if order.state != "completed" or order.completed_data_at is None:
        return None
    if any(_still_there(task, order.completed_data_at, params) for task in order.tasks):
        return Proof.REOPEN
    proved = all(_proved(task, order.completed_data_at, params) for task in order.tasks)
    # What a person dismissed proves nothing: at least one task must have been proved by telemetry.
    return Proof.VERIFY if proved and any(task.state != "dismissed" for task in order.tasks) else None


def _still_there(task: Task, completed_at: datetime, params: CareParams) -> bool:
    if task.closed or task.cleared_at is not None:
        return False
    return task.judged_at >= completed_at + _answer(task.urgency, task.fault, params)


def _answer(urgency: Urgency, fault: Fault, params: CareParams) -> timedelta:
    return params.urgent_answer if urgency is Urgency.URGENT else timedelta(days=fault.answer_days)


def _proved(task: Task, completed_at: datetime, params: CareParams) -> bool:
    if task.state == "dismissed":
        return True
    if task.cleared_at is None and not task.closed:
        return False
    ended_before = task.cleared_at is None or task.cleared_at <= completed_at
    return task.data_at >= completed_at + (params.quiet_proof if ended_before else timedelta())
