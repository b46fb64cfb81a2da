"""The job sheet of a visit, put together from what is known: one plain document, as JSON and as a page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.faults import FAULTS, Urgency, fault_of
from domain.field import Cause
from domain.knowledge import RankedCause, best_article, rank_causes
from domain.parts import Target
from domain.signals import Kind
from domain.warranty import warranty_ends
from notify.owner import say_evidence
from notify.phrases import ENGLISH
from store.attachments import Attachment, list_attachments
from store.care import evidence_of, zone_of
from store.database import Connection
from store.job_sheets import (
    Past,
    SheetTask,
    appliance_past,
    outcomes_of,
    read_sheet_order,
    read_sheet_tasks,
)
from store.knowledge import articles_for
from store.part_supply import Need, read_needs

SAFETY_FIRST = (
    "Mains off, secured and checked dead before a cover comes off.",
    "Refrigerant circuits are opened by certified persons only.",
    "If it is not safe to go on, stop, make it safe, tell the owner and the planner.",
)
_CONTACT = ("name", "phone", "address", "language", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFault:
    """A fault that may be reported instead of the predicted one."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSheet:
    """One appliance and what is to be done at it; `evidence` in plain words."""

    task_id: UUID
    appliance_id: str
    appliance: str
    kind: str | None
    maker: str | None
    model: str | None
    serial: str | None
    room: str | None
    installed_on: date | None
    warranty_until: date | None
    fault: str
    title: str
    urgency: str
    probability: float
    evidence: str
    since: datetime
    fails_from: datetime | None
    action: str
    minutes: int
    causes: list[RankedCause]
    article_id: str | None
    summary: str
    steps: list[str]
    done_when: str
    safety: list[str]
    tools: list[str]
    parts: list[Need]
    history: list[Past]
    other_faults: list[OtherFault]
    outcome: str | None
    found_fault: str | None
    repaired: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSheet:
    """Everything for one visit; `tools` and `safety` are gathered over its tasks."""

    order_id: UUID
    number: int
    state: str
    urgency: str
    household_id: str
    household_name: str
    timezone: str
    contact: dict[str, Any]
    latitude: float | None
    longitude: float | None
    technician_id: str | None
    visit_starts: datetime | None
    visit_ends: datetime | None
    minutes: int
    explanation: str
    field_note: str
    safety: list[str]
    tools: list[str]
    tasks: list[TaskSheet]
    attachments: list[Attachment]
    causes: list[str]
    """The cause codes; exactly one per task."""
    version: int


def build_job_sheet(connection: Connection, order_id: UUID) -> JobSheet:
    """The job sheet of an order; NotFound."""
    order = read_sheet_order(connection, order_id)
    needs = read_needs(connection, order_id)
    tasks = [
        _task(connection, task, [n for n in needs if n.task_id == task.task_id], zone_of(order.timezone))
        for task in read_sheet_tasks(connection, order_id)
    ]
    return JobSheet(
        order_id=order.id,
        number=order.number,
        state=order.state,
        urgency=order.urgency,
        household_id=order.household_id,
        household_name=order.household_name,
        timezone=order.timezone,
        contact={name: order.contact[name] for name in _CONTACT if isinstance(order.contact.get(name), str)},
        latitude=order.latitude,
        longitude=order.longitude,
        technician_id=order.technician_id,
        visit_starts=order.visit_starts,
        visit_ends=order.visit_ends,
        minutes=sum(task.minutes for task in tasks),
        explanation=order.explanation,
        field_note=order.field_note,
        safety=list(SAFETY_FIRST),
        tools=sorted({tool for task in tasks for tool in task.tools}),
        tasks=tasks,
        attachments=list_attachments(connection, order_id),
        causes=[str(cause) for cause in Cause],
        version=order.version,
    )


def _task(connection: Connection, task: SheetTask, parts: list[Need], zone: ZoneInfo) -> TaskSheet:
    kind = task.kind or ""
    article = best_article(
        articles_for(connection, kind, task.fault), Target(kind=kind, maker=task.maker, model=task.model)
    )
    evidence, urgency = evidence_of(task.evidence), Urgency(task.urgency)
    titles = _titles(task.kind)
    causes = [] if article is None else article.causes
    return TaskSheet(
        task_id=task.task_id,
        appliance_id=task.appliance_id,
        appliance=" ".join(w for w in (task.maker, task.model) if w) or kind.replace("_", " ") or task.appliance_id,
        kind=task.kind,
        maker=task.maker,
        model=task.model,
        serial=task.serial,
        room=task.room,
        installed_on=task.installed_on,
        warranty_until=warranty_ends(task.installed_on, task.facts),
        fault=task.fault,
        title=titles.get(task.fault, task.fault.replace("_", " ").capitalize()),
        urgency=task.urgency,
        probability=round(task.probability, 3),
        evidence=say_evidence(evidence, urgency, zone, ENGLISH),
        since=min((e.since for e in evidence), default=task.raised_at),
        fails_from=task.fails_p10,
        action=task.action,
        minutes=task.minutes,
        causes=rank_causes(task.probability, task.fault, causes, outcomes_of(connection, kind, task.fault), titles),
        article_id=None if article is None else article.id,
        summary="" if article is None else article.summary,
        steps=[] if article is None else article.steps,
        done_when="" if article is None else article.done_when,
        safety=[] if article is None else article.safety,
        tools=[] if article is None else article.tools,
        parts=parts,
        history=appliance_past(connection, task.appliance_id),
        other_faults=[OtherFault(code=c, title=t) for c, t in titles.items() if c != task.fault],
        outcome=task.outcome,
        found_fault=task.found_fault,
        repaired=task.repaired,
        note=task.note,
    )


def _titles(kind: str | None) -> dict[str, str]:
    """The faults that such an appliance can have, in words."""
    known = None if kind is None else Kind(kind)
    codes = sorted(code for fault_kind, code in FAULTS if fault_kind in (None, known))
    return {code: fault_of(known, code).title for code in codes}
