"""To which order of its household a finding belongs. Pure rules (docs/decisions/0017).

A household has one open order. A finding joins it while its time is not agreed yet; once the owner has a date, other
findings wait for the next order. A hazard never waits: it joins if that keeps the visit short, else it gets an order
of its own beside. What somebody comes for anyway takes soon-due self-care along. What a person chose is never changed.
Neither a hazard nor self-care shares an order with work that no one person can do together with it: nobody could come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.care import CareParams, Case, due_by, promised_by
from domain.care_orders import (
    LANES,
    NOT_AGREED,
    ORDINARY,
    SPLIT,
    URGENT_LANE,
    Order,
    Outlet,
    Place,
    Task,
    Technician,
    nearest_outlet,
    suggest_technician,
)
from domain.faults import Urgency
from domain.states import ORDER

PINS_AGAINST_HAZARDS: Final = frozenset({"urgency", "due_by"})
"""A planner who fixed how pressing an order is did not mean a hazard that came later."""
_RANK: Final = {Urgency.URGENT: 0, Urgency.VISIT: 1, Urgency.SELF: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write: `order` None makes a new one; `replaces` names the old task that the same job continues."""

    order: Order | None
    lane: str
    add: tuple[Case, ...]
    along: tuple[Case, ...]
    """Of `add`, what the visit only takes along."""
    replaces: tuple[UUID | None, ...]
    urgency: Urgency
    due_by: datetime
    outlet_id: str | None
    technician_id: str | None
    beside: int | None = None
    """Number of the open order that could not take it in."""
    from_making: bool = False
    """What was due had passed already, so that the promise runs from when the order is made."""


@dataclass(slots=True)
class _Draft:
    """An order while cases are added to it."""

    order: Order | None
    lane: str
    add: list[Case]
    along: list[Case]
    beside: int | None = None

    @property
    def minutes(self) -> int:
        old = () if self.order is None else self.order.tasks
        work = [task.fault.minutes for task in old if not task.closed]
        return sum(work) + sum(case.fault.minutes for case in self.add)

    @property
    def kinds(self) -> frozenset[str]:
        old = () if self.order is None else self.order.tasks
        return frozenset({str(task.kind) for task in old if not task.closed} | {str(case.kind) for case in self.add})

    @property
    def urgent(self) -> bool:
        before = self.order is not None and self.order.urgency is Urgency.URGENT
        return before or any(case.urgency is Urgency.URGENT for case in self.add)


def plan_orders(
    cases: Sequence[Case],
    along: Sequence[Case],
    orders: Sequence[Order],
    home: Place | None,
    outlets: Sequence[Outlet],
    technicians: Sequence[Technician],
    params: CareParams,
    now: datetime,
) -> tuple[Plan, ...]:
    """The orders that the household's findings belong to; what has to wait is in none of them.

    `cases` each need somebody to come, `along` is what a visit would take along; `orders` are those not over yet.
    """
    drafts = [
        _Draft(order, order.lane, [], [])
        for order in sorted(orders, key=lambda order: LANES.index(order.lane))
        if order.state in ORDER.open_states
    ]
    skills = [technician.skills for technician in technicians]
    for case in sorted(cases, key=lambda case: case.urgency is not Urgency.URGENT):
        place = _place_hazard if case.urgency is Urgency.URGENT else _place
        if (draft := place(case, drafts, skills, params)) is not None:
            draft.add.append(case)
    for case in along:
        fitting = (draft for draft in drafts if _may_join(case, draft, skills, params))
        draft = next((draft for draft in fitting if not _spoils(case, draft, skills)), None)
        if draft is not None:
            draft.add.append(case)
            draft.along.append(case)
    return tuple(_planned(draft, home, outlets, technicians, params, now) for draft in drafts if draft.add)


def _doable(kinds: frozenset[str], skills: Sequence[frozenset[str]]) -> bool:
    return any(kinds <= known for known in skills)


def _spoils(case: Case, draft: _Draft, skills: Sequence[frozenset[str]]) -> bool:
    """True if nobody can do the order and the case together, although somebody can do one of them alone.

    It is the same whichever of the two was found first.
    """
    alone = frozenset({str(case.kind)})
    return not _doable(draft.kinds | alone, skills) and (_doable(draft.kinds, skills) or _doable(alone, skills))


def _hopeless(case: Case, draft: _Draft, skills: Sequence[frozenset[str]]) -> bool:
    """True if technicians are known and none can do either: together they leave the other lane to what can be done."""
    return bool(skills) and not _doable(draft.kinds, skills) and not _doable(frozenset({str(case.kind)}), skills)


def _open_to_all(draft: _Draft) -> bool:
    """Neither agreed with the owner, nor wanted apart by a planner."""
    return draft.lane != SPLIT and (draft.order is None or draft.order.state in NOT_AGREED)


def _may_join(case: Case, draft: _Draft, skills: Sequence[frozenset[str]], params: CareParams) -> bool:
    """True if the case may become part of the order as it stands.

    Not if the owner has agreed to a date, and not if hazard and other work together would make a long visit or need
    more than one person.
    """
    if not _open_to_all(draft):
        return False
    hazard = case.urgency is Urgency.URGENT
    if (hazard or draft.urgent) and _spoils(case, draft, skills):
        return False
    if hazard == draft.urgent:
        return True
    if hazard and draft.order is not None and draft.order.pinned & PINS_AGAINST_HAZARDS:
        return False
    return _hopeless(case, draft, skills) or draft.minutes + case.fault.minutes <= params.urgent_work_minutes


def _place(case: Case, drafts: list[_Draft], skills: Sequence[frozenset[str]], params: CareParams) -> _Draft | None:
    """The order that takes the case in, one that it does not spoil first; a new one only where none is open."""
    fitting = [draft for draft in drafts if _may_join(case, draft, skills, params)]
    if fitting or any(draft.lane != SPLIT for draft in drafts):
        return min(fitting, key=lambda draft: _spoils(case, draft, skills), default=None)
    return _new(ORDINARY, drafts)


def _place_hazard(case: Case, drafts: list[_Draft], skills: Sequence[frozenset[str]], params: CareParams) -> _Draft:
    """The order that takes the hazard in: one that may, else one of its own, else whatever is open."""
    joined = next((draft for draft in drafts if _may_join(case, draft, skills, params)), None)
    if joined is not None:
        return joined
    taken = {draft.lane: draft for draft in drafts}
    free = next((lane for lane in (ORDINARY, URGENT_LANE) if lane not in taken), None)
    return _least_harm(case, drafts, taken[URGENT_LANE], skills) if free is None else _new(free, drafts)


def _least_harm(case: Case, drafts: list[_Draft], urgent: _Draft, skills: Sequence[frozenset[str]]) -> _Draft:
    """With both lanes taken: the urgent order, unless then nobody could do it; then a long visit that somebody can do,
    or, for a hazard that nobody can do, an order that holds no hazard that somebody could."""
    if not _spoils(case, urgent, skills):
        return urgent
    alone = frozenset({str(case.kind)})
    for draft in drafts:
        if not _open_to_all(draft) or (draft.order is not None and draft.order.pinned & PINS_AGAINST_HAZARDS):
            continue
        stays = not (draft.urgent and _doable(draft.kinds, skills))
        if _doable(draft.kinds | alone, skills) or (stays and not _doable(alone, skills)):
            return draft
    return urgent


def _new(lane: str, drafts: list[_Draft]) -> _Draft:
    standing = next((draft.order.number for draft in drafts if draft.order is not None), None)
    draft = _Draft(None, lane, [], [], beside=standing)
    drafts.append(draft)
    return draft


def _planned(
    draft: _Draft,
    home: Place | None,
    outlets: Sequence[Outlet],
    technicians: Sequence[Technician],
    params: CareParams,
    now: datetime,
) -> Plan:
    order = draft.order
    pinned = frozenset[str]() if order is None else order.pinned
    old = () if order is None else order.tasks
    coming = [case for case in draft.add if case not in draft.along]
    dues = [promised_by(case, params, now) for case in coming or draft.along]
    urgencies = [Urgency.URGENT if draft.urgent else Urgency.VISIT]
    if order is not None:
        urgencies = [order.urgency] if "urgency" in pinned else [order.urgency, *urgencies]
        if order.due_by is not None:
            dues = [order.due_by] if "due_by" in pinned or not coming else [order.due_by, *dues]
    outlet_id = None if order is None else order.outlet_id
    if outlet_id is None and "outlet" not in pinned and (outlet := nearest_outlet(home, outlets)) is not None:
        outlet_id = outlet.id
    technician_id = None if order is None else order.technician_id
    if technician_id is None and "technician" not in pinned:
        kinds = {str(task.kind) for task in old} | {str(case.kind) for case in draft.add}
        technician_id = suggest_technician(kinds, outlet_id, technicians)
    return Plan(
        order=order,
        lane=draft.lane,
        add=tuple(draft.add),
        along=tuple(draft.along),
        replaces=tuple(_same_job(case, old) for case in draft.add),
        urgency=min(urgencies, key=_RANK.__getitem__),
        due_by=min(dues),
        from_making=any(promised_by(case, params, now) == min(dues) != due_by(case, params) for case in coming),
        outlet_id=outlet_id,
        technician_id=technician_id,
        beside=draft.beside,
    )


def _same_job(case: Case, tasks: Iterable[Task]) -> UUID | None:
    """The task whose finding is over but was of the same fault: the job is the same, its finding is the new one."""
    for task in tasks:
        if task.closed and (task.appliance_key, task.fault.code) == (case.appliance_key, case.fault.code):
            return task.task_id
    return None
