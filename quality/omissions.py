"""A breakdown nobody predicted, or an order somebody dropped: both found by the system, not typed in. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from domain.faults import BREAKDOWN, FAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A finding of an appliance."""

    fault: str
    raised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OmissionParams:
    """When something counts as omitted."""

    notice: timedelta = timedelta(hours=24)
    """A prediction that came less than a day before the breakdown helped nobody (E)."""
    memory: timedelta = timedelta(days=180)
    """An older prediction was of something else (E)."""
    dropped_after: timedelta = timedelta(days=3)
    """An open order so long past its promise, with no visit ahead, was dropped (E)."""
    chase_before: timedelta = timedelta(days=3)
    """Without a visit in sight somebody is told this long before the date (E)."""
    chase_urgent_before: timedelta = timedelta(hours=12)
    """Of a hazard, which is due within a day (E)."""
    report_within: timedelta = timedelta(hours=12)
    """A visit that is over for so long and was not reported on may not have taken place (E)."""
    again: timedelta = timedelta(days=2)
    """Somebody who was told is not told again for so long (E)."""
    fresh: timedelta = timedelta(hours=12)
    """So long a new order stands on the board only, however near its date is (E)."""
    fresh_urgent: timedelta = timedelta(hours=1)
    """Of a hazard (E)."""
    clock_slack: timedelta = timedelta(hours=1)
    """An offer whose clock should have ended in a call so long ago has no clock that runs (E)."""


_SAYS_NOTHING: Final = frozenset({"silent", "sensor_fault", "campaign_check", BREAKDOWN})
"""Findings after which nobody expects a breakdown."""
FORETOLD_BY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "food_at_risk": frozenset(
            {"compressor_failing", "defrost_failure", "door_seal_leak", "condenser_dust", "refrigerant_leak"}
        ),
        "flood": frozenset({"inlet_valve_weak", "drain_filter_clog"}),
        "overheat_trips": frozenset({"vent_clog"}),
        BREAKDOWN: frozenset(code for _, code in FAULTS) - _SAYS_NOTHING,
    }
)
"""Breakdowns that telemetry shows by itself or people tell of, and the findings that would have announced them. Hazards
that begin at once, such as an overload, can be alarmed but not foretold, so they are none."""


def was_foretold(breakdown: Seen, earlier: Iterable[Seen], params: OmissionParams) -> bool:
    """Whether a finding announced the breakdown early enough to act."""
    announced = FORETOLD_BY[breakdown.fault]
    return any(
        one.fault in announced and params.notice <= breakdown.raised_at - one.raised_at <= params.memory
        for one in earlier
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open order; `call_at` is when the clock of its offer hands it to a person who calls (None: no offer waits)."""

    state: str
    urgent: bool
    due_by: datetime | None
    visit_ends: datetime | None
    created_at: datetime | None = None
    call_at: datetime | None = None


_MISSING: Final = {"proposed": "nobody has approved it", "reopened": "nobody has approved it since it was opened again"}


def what_is_missing(order: Waiting, now: datetime, params: OmissionParams) -> str | None:
    """Why somebody has to look at the order now, in words; None: it goes its way.

    What another list brings up in time is not brought up twice: an offer whose own clock ends in a call before the
    date, and an order that is so new that it stands on the board. Neither holds once the date has passed.
    """
    if order.state in ("confirmed", "scheduled", "en_route", "on_site") and order.visit_ends is not None:
        if now < order.visit_ends + params.report_within:
            return None
        return f"its visit was to end {order.visit_ends:%Y-%m-%d %H:%M} UTC and nobody has reported on it"
    before = params.chase_urgent_before if order.urgent else params.chase_before
    if order.due_by is None:
        return None
    promised = promised_by(order.due_by, order.created_at)
    if now < promised - before or (now < promised and _goes_its_way(order, promised, now, params)):
        return None
    return f"due by {promised:%Y-%m-%d %H:%M} UTC: {_MISSING.get(order.state, 'no time is agreed')}"


def promised_by(due_by: datetime, made_at: datetime | None) -> datetime:
    """The date that people are held to: not before the order was made (docs/decisions/0044)."""
    return due_by if made_at is None else max(due_by, made_at)


def _goes_its_way(order: Waiting, promised: datetime, now: datetime, params: OmissionParams) -> bool:
    if order.call_at is not None and order.call_at <= promised:
        return now < order.call_at + params.clock_slack
    fresh = params.fresh_urgent if order.urgent else params.fresh
    return order.created_at is not None and order.created_at <= now < order.created_at + fresh


def is_dropped(
    due_by: datetime | None,
    visit_ends: datetime | None,
    now: datetime,
    params: OmissionParams,
    made_at: datetime | None = None,
) -> bool:
    """Whether an open order was let lie: its promise has passed and no visit is ahead."""
    if due_by is None or now < promised_by(due_by, made_at) + params.dropped_after:
        return False
    return visit_ends is None or now > visit_ends + params.dropped_after
