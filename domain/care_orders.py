"""Who could come, what an order holds, and when the telemetry has proved the work. Pure rules.

To which order a finding belongs is domain/order_plans.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final
from uuid import UUID

from domain.care import MAY_COME_BACK, CareParams, Case, needs_visit
from domain.faults import BREAKDOWN, Fault, Urgency
from domain.signals import Kind

NOT_AGREED: Final = frozenset({"proposed", "approved", "offered", "reopened"})
"""States of an order in which its content may still grow without the owner being asked again."""
EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius (IUGG)."""
ORDINARY: Final = "ordinary"
"""The household's one order."""
URGENT_LANE: Final = "urgent"
"""A hazard's own order beside it, when that one cannot take it in."""
SPLIT: Final = "split"
"""What a planner parted from it by hand."""
LANES: Final = (ORDINARY, URGENT_LANE, SPLIT)
"""At most one open order of a household in each; the database enforces it (docs/decisions/0017)."""
UNSEEN: Final = frozenset({"anode_spent"})
"""Faults that no signal shows: the technician's word ends them, and they prove nothing about an order (E)."""


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
    along: bool = False
    """Self-care that the visit takes along; nobody would come for it alone."""

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
    lane: str = ORDINARY
    pinned: frozenset[str] = frozenset()
    """What a person chose (`outlet`, `technician`, `urgency`, `due_by`): the scheduler leaves it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An order that holds or held a finding; `refused_at` (wall time) is set where people ended the order."""

    state: str
    completed_data_at: datetime | None
    refused_at: datetime | None
    urgency: Urgency
    lane: str = ORDINARY


def may_be_proposed(
    case: Case, held: Iterable[Held], *, open_lanes: frozenset[str], now: datetime, params: CareParams
) -> bool:
    """True if somebody has to come for the case and no order takes care of it.

    A completed order keeps it until the proof is due; then the order itself is reopened, unless the household has
    another open one in its lane by then, which the finding joins. What people refused rests for `refusal_rest` of wall
    time, unless it became urgent since.
    """
    return needs_visit(case) and is_free(case, held, open_lanes=open_lanes, now=now, params=params)


def is_free(case: Case, held: Iterable[Held], *, open_lanes: frozenset[str], now: datetime, params: CareParams) -> bool:
    """True if no order takes care of the case."""
    return not any(_keeps(case, order, order.lane in open_lanes, now, params) for order in held)


def _keeps(case: Case, order: Held, lane_is_taken: bool, now: datetime, params: CareParams) -> bool:
    if order.state == "verified":
        return False
    if order.state in ("declined", "cancelled"):
        worse = case.urgency is Urgency.URGENT and order.urgency is not Urgency.URGENT
        return not worse and order.refused_at is not None and now < order.refused_at + params.refusal_rest
    if order.state == "completed" and lane_is_taken and order.completed_data_at is not None:
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


class Proof(StrEnum):
    """What the telemetry says about an order."""

    VERIFY = "verify"  # the work helped
    REOPEN = "reopen"  # something is still there
    CANCEL = "cancel"  # there is nothing left to come for
    ASK = "ask"  # the same, but a time is agreed: the owner says whether it is still wanted


def judge_order(order: Order, params: CareParams) -> Proof | None:
    """What becomes of the order by the telemetry of its appliances; None: nothing yet, or it is for people to say.

    An order lapses when all findings that somebody would come for are over, unless one is a hazard that may come back:
    a proposed one at once, a later one when they have stayed away for `quiet_proof`; where a time is agreed the owner
    is asked. One that was opened again is for people. A completed one is proved by the findings ending after it, or
    having ended before and staying away for `quiet_proof`.
    """
    if not order.tasks:
        return None
    if order.state in _LAPSES:
        return _lapse(order, params)
    if order.state != "completed" or order.completed_data_at is None:
        return None
    if any(_still_there(task, order.completed_data_at, params) for task in order.tasks):
        return Proof.REOPEN
    proved = all(_proved(task, order.completed_data_at, params) for task in order.tasks)
    # What a person dismissed, or no signal shows, proves nothing: telemetry must have proved at least one task.
    shown = any(task.state != "dismissed" and task.fault.code not in UNSEEN for task in order.tasks)
    return Proof.VERIFY if proved and shown else None


_LAPSES: Final = {
    "proposed": Proof.CANCEL,
    "approved": Proof.CANCEL,
    "offered": Proof.CANCEL,
    "confirmed": Proof.ASK,
    "scheduled": Proof.ASK,
}
"""What becomes of an order in which nothing is left to come for."""


def _lapse(order: Order, params: CareParams) -> Proof | None:
    own = [task for task in order.tasks if not task.along]
    if any(task.urgency is Urgency.URGENT and task.fault.code in MAY_COME_BACK for task in order.tasks):
        return None
    quiet = timedelta() if order.state == "proposed" else params.quiet_proof
    over = all(task.closed and (task.cleared_at is None or task.data_at >= task.cleared_at + quiet) for task in own)
    return _LAPSES[order.state] if over and order.completed_data_at is None else None


def _still_there(task: Task, completed_at: datetime, params: CareParams) -> bool:
    if task.closed or task.cleared_at is not None:
        return False
    return task.judged_at >= completed_at + _answer(task.urgency, task.fault, params)


def _answer(urgency: Urgency, fault: Fault, params: CareParams) -> timedelta:
    if fault.code == BREAKDOWN:
        return timedelta()  # people tell of it, and nobody tells of it while it works
    return params.urgent_answer if urgency is Urgency.URGENT else timedelta(days=fault.answer_days)


def _proved(task: Task, completed_at: datetime, params: CareParams) -> bool:
    if task.state == "dismissed":
        return True
    if task.cleared_at is None and not task.closed:
        return False
    ended_before = task.cleared_at is None or task.cleared_at <= completed_at
    return task.data_at >= completed_at + (params.quiet_proof if ended_before else timedelta())
