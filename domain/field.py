"""What a technician reports from a home, with a network or without: kinds of action, their order, their meaning. Pure.

A phone sends each action with an id of its own; whatever the network does, each has its effect exactly once. The
order of arrival means nothing: within a batch actions are put into the order of the work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.services import Service


class Deed(StrEnum):
    """What can be done in the field; the order of the members is the order of the work."""

    DEPART = "depart"
    ARRIVE = "arrive"
    REQUEST_PART = "request_part"
    USE_PART = "use_part"
    RETURN_PART = "return_part"
    REPORT = "report"
    NOTE = "note"
    CHARGE = "charge"
    COMPLETE = "complete"


class Cause(StrEnum):
    """The one cause code of a task."""

    CONFIRMED = "confirmed"
    OTHER_FAULT = "other_fault"
    NO_FAULT_FOUND = "no_fault_found"


class Fate(StrEnum):
    """What became of an action. Only a conflict needs a person."""

    APPLIED = "applied"
    SUPERSEDED = "superseded"  # something later has said it already; nothing was lost and nothing is to do
    WAITING = "waiting"  # for another action of the same order; done by itself when that comes
    CONFLICT = "conflict"  # cannot be done; kept with the reason until somebody settles or retries it
    SETTLED = "settled"  # a person has taken care of a conflict


CLOCK_MAY_LEAD: Final = timedelta(minutes=5)
"""A phone's clock may be so far ahead; beyond, the server's own is used (as for telemetry, contracts section 1)."""
CLOCK_MAY_LAG: Final = timedelta(days=30)
"""Nobody is without a network for longer; a phone that says so has lost its clock (E)."""
_RANK: Final = {str(deed): rank for rank, deed in enumerate(Deed)}

_DONE: Final = MappingProxyType(
    {
        "filter_clog": "filter_cleaned",
        "drain_filter_clog": "filter_cleaned",
        "outdoor_coil_fouled": "coil_cleaned",
        "condenser_dust": "coil_cleaned",
        "vent_clog": "vent_cleaned",
        "limescale": "descaled",
        "refrigerant_leak": "refrigerant_charged",
        "loose_contact": "tightened",
        "food_at_risk": "inspected",
        "overload": "inspected",
        "silent": "inspected",
    }
)
"""What was done, by fault, where the report does not say; everything else is repaired, or has a part replaced."""
_BY_ROLE: Final = MappingProxyType({"filter": "filter_replaced", "sensor": "sensor_replaced"})
_CONSUMABLE: Final = frozenset({"refrigerant", "descaler", "leak_kit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing done in the field; `client_at` is the phone's clock."""

    id: UUID
    technician_id: str
    order_id: UUID
    kind: str
    body: dict[str, Any]
    client_at: datetime


def in_order_of_work(actions: Iterable[Action]) -> list[Action]:
    """Actions as they have to be applied: by order, then by kind of deed, then by the phone's clock."""
    return sorted(actions, key=lambda a: (a.order_id, _RANK.get(a.kind, len(_RANK)), a.client_at, a.id))


def by_our_clock(client_at: datetime, sent_at: datetime | None, now: datetime) -> datetime:
    """A time of the phone's clock by ours: `sent_at` is what the phone's clock said at `now`, when it sent.

    A few minutes are left as they are: the way through the network takes time, too.
    """
    wrong = timedelta() if sent_at is None else now - sent_at
    if abs(wrong) <= CLOCK_MAY_LEAD:
        return client_at
    try:
        return client_at + wrong
    except OverflowError:
        return now


def done_at(client_at: datetime, now: datetime) -> datetime:
    """When it happened: by the phone's clock, unless that is ahead of the server's or has been lost."""
    return client_at if now - CLOCK_MAY_LAG <= client_at <= now + CLOCK_MAY_LEAD else now


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One task after the visit: what it was, whether it was put right, and the roles and parts that were used."""

    fault: str
    found_fault: str | None
    outcome: Cause
    repaired: bool
    used: Sequence[tuple[str, str]] = ()


def services_of(task: Finished, at: datetime) -> list[Service]:
    """What detection is told: it learns an appliance's normal anew after work that changes it.

    What was only looked at, or not put right, is an inspection that ends no fault.
    """
    fault = task.found_fault if task.outcome is Cause.OTHER_FAULT else task.fault
    if task.outcome is Cause.NO_FAULT_FOUND or not task.repaired or fault is None:
        return [Service(at=at, action="inspected")]
    told = []
    for role, part in task.used:
        if role in _CONSUMABLE:
            continue
        told.append(Service(at=at, action=_BY_ROLE.get(role, "part_replaced"), fault=fault, part=part))
    main = _DONE.get(fault, "repaired")
    if main in ("repaired", "filter_cleaned") and told:
        return told
    return [Service(at=at, action=main, fault=fault), *told]
