"""Licence points for what went wrong, found in orders, calls, charges and telemetry; once per event, with evidence."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.prices import overcharged
from quality.points import CALL_LEAD, LASTS, LATE_AFTER, REPORT_WAIT, TAKEN, Cause, none_left
from scheduler.work import ACTOR, Counts, Work
from store.broken_promises import (
    Charged,
    MissedCall,
    MissedVisit,
    RepeatedWork,
    charges,
    missed_calls,
    missed_visits,
    quote_of,
    repeated_work,
)
from store.database import translated
from store.people import lock_person
from store.suspensions import read_suspensions, suspend
from store.technician_record import add_points, charged_since, read_points

NONE_LEFT = "no licence points are left; no visits until somebody has decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Something that costs points: whom, what for, about which order, in words and in figures."""

    technician_id: str
    cause: Cause
    event: str
    order_id: UUID | None
    note: str
    evidence: dict[str, Any]


def take_points(work: Work) -> Counts:
    """Take points for what nobody was charged with yet, and suspend whoever has none left."""
    with translated(), work.connection.transaction():
        found: dict[str, list[Lapse]] = defaultdict(list)
        for lapse in _lapses(work):
            found[lapse.technician_id].append(lapse)
        charged = charged_since(work.connection, work.now - LASTS)
    taken = suspended = 0
    for technician_id in sorted(charged.union(found)):
        if not work.keep_on():
            break
        with translated(), work.connection.transaction():
            lock_person(work.connection, technician_id)
            taken += sum(_take(work, lapse) for lapse in found[technician_id])
            suspended += suspend_at_none(work, technician_id)
    return {"points": taken, "suspended": suspended}


def suspend_at_none(work: Work, technician_id: str) -> int:
    """Suspend somebody whose points are used up, unless a person has decided about that already; how many."""
    entries = [(one.points, one.at) for one in read_points(work.connection, technician_id, work.now - LASTS)]
    decided = [one.decided_at for one in read_suspensions(work.connection, technician_id) if one.cause == "points"]
    newest = max((at for at in decided if at is not None), default=None)
    if not none_left(entries, work.now, newest):
        return 0
    return suspend(work.connection, technician_id, "points", NONE_LEFT, actor=ACTOR, at=work.now)


def _take(work: Work, lapse: Lapse) -> int:
    return add_points(
        work.connection,
        lapse.technician_id,
        -TAKEN[lapse.cause],
        lapse.cause,
        order_id=lapse.order_id,
        note=lapse.note,
        actor=ACTOR,
        at=work.now,
        event=lapse.event,
        evidence=lapse.evidence,
    )


def _lapses(work: Work) -> Iterator[Lapse]:
    connection, now, since = work.connection, work.now, work.now - LASTS
    late, wait = LATE_AFTER, REPORT_WAIT
    yield from map(_of_visit, missed_visits(connection, since=since, now=now, late_after=late, report_wait=wait))
    yield from map(_of_call, missed_calls(connection, since=since, now=now, call_lead=CALL_LEAD))
    yield from map(_of_repeat, repeated_work(connection, since))
    for charged in charges(connection, since):
        if (lapse := _of_charge(work, charged)) is not None:
            yield lapse


def _of_visit(missed: MissedVisit) -> Lapse:
    agreed = f"order {missed.number} was agreed for {_said(missed.starts)}"
    if missed.arrived_at is not None:
        minutes = round((missed.arrived_at - missed.starts).total_seconds() / 60)
        note = f"{agreed}; arrival was said at {_said(missed.arrived_at)}, {minutes} minutes later"
    elif missed.ended_at is None:
        note = f"{agreed}; nobody came and nobody has said why"
    else:
        note = f"{agreed}; nobody came, {missed.ended_by} gave the time up at {_said(missed.ended_at)}"
    evidence = {"agreed": missed.starts, "arrived": missed.arrived_at, "given_up": missed.ended_at}
    return _lapse(missed.technician_id, "broken_promise", f"visit {missed.id}", missed.order_id, note, evidence)


def _of_call(missed: MissedCall) -> Lapse:
    ended = "is still open" if missed.closed_at is None else f"was settled at {_said(missed.closed_at)}"
    note = f"promise {missed.number} ({missed.kind.replace('_', ' ')}) was due at {_said(missed.due_at)} and {ended}"
    evidence = {"due": missed.due_at, "settled": missed.closed_at, "obligation": str(missed.id)}
    return _lapse(missed.technician_id, "broken_promise", f"call {missed.id}", missed.order_id, note, evidence)


def _of_repeat(again: RepeatedWork) -> Lapse:
    fault = again.fault.replace("_", " ")
    note = f"order {again.number} had to do again what order {again.first_number} did on {again.first_at:%Y-%m-%d}: "
    evidence = {
        "first": {"order": str(again.first_order), "finished": again.first_at.isoformat()},
        "again": again.at,
        "found": again.outcome,
    }
    words = f"{note}{fault}, {(again.outcome or 'no cause code').replace('_', ' ')}"
    return _lapse(again.technician_id, "repeat_repair", again.event, again.order_id, words, evidence)


def _of_charge(work: Work, charged: Charged) -> Lapse | None:
    allowed = quote_of(work.connection, charged.order_id, charged.at.date())
    if allowed is None or allowed.cents is None or not overcharged(charged.cents, allowed):
        return None
    note = (
        f"order {charged.number}: {charged.cents / 100:.2f} was charged by the {charged.said_by}'s word, "
        f"the price list allows {allowed.cents / 100:.2f}"
    )
    evidence = {"charged_cents": charged.cents, "allowed_cents": allowed.cents, "lines": allowed.lines}
    event = f"charge {charged.order_id}"
    return _lapse(charged.technician_id, "overcharging", event, charged.order_id, note, evidence)


def _lapse(
    technician_id: str, cause: Cause, event: str, order_id: UUID | None, note: str, evidence: dict[str, Any]
) -> Lapse:
    said = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in evidence.items() if v is not None}
    return Lapse(
        technician_id=technician_id, cause=cause, event=event, order_id=order_id, note=note[:500], evidence=said
    )


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
