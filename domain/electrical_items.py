"""The words of a home's electrical health: what is known of circuits, what was checked, items and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Grade(StrEnum):
    """How an item stands; the order is how it is listed."""

    ACT = "act"  # needs an electrician now
    WATCH = "watch"  # within limits, but not far
    UNKNOWN = "unknown"  # nobody measured it
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitMonth:
    """One circuit over its last days; None where it does not measure."""

    id: str
    place: str
    breaker_rating_a: float | None
    rcd_ma: float | None
    nominal_v: float
    data_to: datetime | None
    hours: int
    """Hours with readings."""
    current_max_a: float | None
    hours_above: int
    """Hours whose mean current was above 0.8 of the breaker's rating."""
    leakage_typical_ma: float | None
    """Median of the hourly means."""
    voltage_low_v: float | None
    """Exceeded by the lowest voltage of 99 hours in 100."""
    voltage_high_v: float | None
    terminal_max_c: float | None
    contact_ohm: float | None
    """Resistance between the upstream point and the circuit: mostly its cable."""
    contact_first_ohm: float | None
    """The same when it was first measured, or since it was last tightened."""
    open_faults: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What an electrician measured and saw; None where it was not done."""

    checked_at: datetime
    checked_by: str
    earth_resistance_ohm: float | None
    rcd_trip_ms: float | None
    insulation_mohm: float | None
    sockets_checked: int | None
    sockets_damaged: int | None
    polarity_wrong: int | None
    bonding_present: bool | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the report: what was looked at, what was found, what is allowed by whom, what to do."""

    place: str
    subject: str
    grade: Grade
    found: str
    limit: str
    source: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricalParams:
    """Limits and where they come from."""

    continuous_share: float = 0.8
    """Of the breaker's rating, for loads of three hours and more (the continuous-load rule, as in NEC 210.20)."""
    leakage_share: float = 0.3
    """Of the RCD's rating, standing leakage (IEC 60364-5-53, 531.3.2)."""
    voltage_low: float = 0.90
    voltage_high: float = 1.10
    """Of the nominal voltage (EN 50160, 95 % of the time; 99 % of hours here)."""
    contact_rise_ohm: float = 0.05
    """Above the circuit's own first weeks: the cable does not change, a loosening contact does (E)."""
    voltage_drop: float = 0.05
    """Of the nominal voltage, lost in the installation at the breaker's rating (IEC 60364-5-52, annex G)."""
    terminal_act_c: float = 70.0
    """Rated temperature of PVC insulation (IEC 60364-5-52, table 52.1)."""
    touch_v: float = 50.0
    """Permitted touch voltage: earth resistance times the RCD's rating (IEC 60364-4-41, 411.5.3)."""
    rcd_trip_ms: float = 300.0
    """At the rated residual current, general type (IEC 61008-1, table 1)."""
    insulation_mohm: float = 1.0
    """At 500 V (IEC 60364-6, table 6.1)."""
    watch_share: float = 0.8
    """Of a limit: from here on an item is watched (E)."""
    check_lasts: timedelta = timedelta(days=4 * 365)
    """An electrician's check older than this no longer counts (E; many countries ask for four to ten years)."""
    least_hours: int = 24
    """With fewer hours of readings a circuit is not judged (E)."""


def unknown(place: str, subject: str, found: str, advice: str) -> Item:
    """An item that nobody measured."""
    return Item(place=place, subject=subject, grade=Grade.UNKNOWN, found=found, limit="", source="", advice=advice)


def up_to(value: float, limit: float, params: ElectricalParams) -> Grade:
    """Good well below a limit, watched near it, act above it."""
    if value > limit:
        return Grade.ACT
    return Grade.WATCH if value > params.watch_share * limit else Grade.GOOD
