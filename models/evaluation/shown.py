"""From which reading on an urgent condition could be known: the truth says when the physics passed a limit, but nobody
hears of it before the next reading comes.

What counts as shown are the plain limits of the domain notes, looked up in single readings, and not the rules that
raise the alarm. Judging reads this; nothing that runs does.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from domain.readings import from_us, to_us
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.arrivals import arrivals_of, by_appliance, read_checked
from models.evaluation.case import Case, CaseAppliance
from models.evaluation.matching import MatchParams
from models.evaluation.truth import Truth
from models.features.day import Floats, Mask, Rows

LOOK_BACK: Final = timedelta(days=14)
"""How far before a condition its usual values are looked up (E)."""
NO_END: Final = timedelta(days=60)
"""A condition without an end is looked for so long (E)."""
_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0
_LOADED_A: Final = 6.0
"""Below this two meters of 0.1 V tell no resistance (E)."""
_JOINT_W: Final = 10.0
"""Domain notes: what a joint must not turn into heat. The 0.05 ohm of a first warning are nothing that one reading can
show: 68 % of the fortnights of sound circuits hold such a reading, 0.8 % one that makes 10 W (decision 0076)."""


def first_shown(case: Case, truth: Sequence[Truth]) -> dict[int, datetime]:
    """By place in `truth` the data time of the first reading at or after `detectable` that shows the condition; absent
    where none does, and for faults that one reading cannot show."""
    wanted: dict[Kind, dict[str, list[int]]] = {}
    sound_to: dict[tuple[str, str], datetime] = {}
    for place, one in enumerate(truth):
        if one.starts is not None:
            key = (one.appliance_id, one.fault)
            sound_to[key] = min(sound_to.get(key, one.starts), one.starts)
        appliance = case.appliances.get(one.appliance_id)
        if appliance is not None and one.fault in _SHOWN and one.detectable is not None:
            wanted.setdefault(appliance.kind, {}).setdefault(one.appliance_id, []).append(place)
    found: dict[int, datetime] = {}
    for kind, places in wanted.items():
        if kind not in case.tables:
            continue
        catalogue = {signal.name: signal for signal in READING_SIGNALS[kind]}
        for name, frame in by_appliance(read_checked(case.tables[kind], sorted(places), catalogue)):
            rows = arrivals_of(frame).rows
            for place in places[name]:
                one = truth[place]
                at_us = _first(one, case.appliances[name], rows, sound_to[name, one.fault])
                if at_us is not None:
                    found[place] = from_us(at_us)
    return found


def _first(one: Truth, appliance: CaseAppliance, rows: Rows, sound_to: datetime) -> int | None:
    """`sound_to`: when the fault was there for the first time; what is usual was seen before."""
    assert one.detectable is not None
    end = (one.end or one.detectable + NO_END) + MatchParams().urgent_after
    starts_s, ends_s = to_us(one.detectable) / 1e6, to_us(end) / 1e6
    shown = _SHOWN[one.fault](rows, appliance, to_us(sound_to) / 1e6)
    inside = np.flatnonzero(shown & (rows.time_s >= starts_s) & (rows.time_s <= ends_s))
    return round(float(rows.time_s[inside[0]]) * 1e6) if len(inside) else None


def _amperes(rows: Rows) -> Floats:
    told, volts = rows.number("current_a"), rows.number("voltage_v")
    volts = np.where(volts > 60, volts, 230.0)
    return np.where(np.isfinite(told), told, rows.number("power_w") / volts)


def _overload(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """Above the breaker's rating."""
    del sound_to_s
    return np.asarray(_amperes(rows) > (appliance.rating("breaker_rating_a") or np.inf))


def _leakage(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """Above 30 % of the RCD's rating, or 0.75 mA per kW up to 5 of a heater."""
    del sound_to_s
    limit_ma = 0.3 * (appliance.rating("rcd_ma") or 300.0)
    if appliance.kind is not Kind.CIRCUIT:
        limit_ma = min(5.0, max(0.75, 0.75 * (appliance.rating("rated_power_w") or 4667.0) / 1000.0))
    return np.asarray(rows.number("leakage_ma") > limit_ma)


def _neutral(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """Outside of the nominal voltage -15/+10 %."""
    del sound_to_s
    nominal_v, volts = (appliance.rating("nominal_v") or 230.0), rows.number("voltage_v")
    return np.asarray((volts < 0.85 * nominal_v) | (volts > 1.1 * nominal_v))


def _flood(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """At rest, and 8 mm (about a litre) above the last level at rest before."""
    del appliance
    phase, level = rows.text("phase"), rows.number("level_mm")
    resting = phase == "idle" if (phase != "").any() else rows.number("power_w") <= 5.0
    before = level[resting & np.isfinite(level) & (rows.time_s < sound_to_s)]
    return np.asarray(resting & (level >= (before[-1] if len(before) else 0.0) + 8.0))


def _food(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """Freezer above -12 °C, or fridge above 8 °C in all readings of two hours."""
    del appliance, sound_to_s
    fridge = rows.number("fridge_c")
    known = np.isfinite(fridge)
    last_cold = np.maximum.accumulate(np.where(fridge <= 8.0, rows.time_s, rows.time_s[0]))
    return np.asarray((rows.number("freezer_c") > -12.0) | (known & (rows.time_s - last_cold >= 2 * _HOUR_S)))


def _trips(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """The limiter's counter two higher than at some moment of the week before."""
    del appliance, sound_to_s
    count = rows.number("limit_trips")
    known = np.flatnonzero(np.isfinite(count))
    grown = np.zeros(len(rows))
    grown[known] = np.maximum(np.diff(count[known], prepend=count[known[:1]]), 0.0)
    total = np.cumsum(grown)
    week = np.searchsorted(rows.time_s, rows.time_s - 7 * _DAY_S)
    return np.asarray((grown > 0) & (total - np.where(week > 0, total[np.maximum(week - 1, 0)], 0.0) >= 2))


def _contact(rows: Rows, appliance: CaseAppliance, sound_to_s: float) -> Mask:
    """Under load, 10 W more between meter and socket than the usual resistance makes (median of the fortnight before
    the joint was loose for the first time); or a terminal 45 K above the air it is coolest in."""
    del appliance
    amperes, terminal = _amperes(rows), rows.number("terminal_c")
    loaded = amperes >= _LOADED_A
    ohms = np.divide(rows.number("upstream_v") - rows.number("voltage_v"), amperes, where=loaded,
                     out=np.full(len(rows), np.nan))  # fmt: skip
    before = (rows.time_s < sound_to_s) & (rows.time_s >= sound_to_s - LOOK_BACK.total_seconds())
    usual = ohms[before & np.isfinite(ohms)]
    cool = terminal[before & np.isfinite(terminal)]
    own_ohm = np.median(usual) if len(usual) else np.inf
    hot = (ohms - own_ohm) * amperes**2 > _JOINT_W
    return np.asarray(hot | (terminal >= cool.min() + 45.0) if len(cool) else hot)


_SHOWN: Final[Mapping[str, Callable[[Rows, CaseAppliance, float], Mask]]] = {
    "overload": _overload,
    "earth_leakage": _leakage,
    "neutral_loss": _neutral,
    "flood": _flood,
    "food_at_risk": _food,
    "overheat_trips": _trips,
    "loose_contact": _contact,
}


def seconds_between(since: datetime | None, raised_at: datetime | None) -> float | None:
    """From `since` to the alarm, s; negative if it came before; None without either."""
    return None if since is None or raised_at is None else (raised_at - since).total_seconds()


def by_fault(rows: Sequence[Mapping[str, Any]], within_s: float) -> list[dict[str, Any]]:
    """By kind and fault how many urgent conditions, found, that grew, shown by a reading, said within `within_s` of
    either; and over how many shown ones, not found as their own, the finding of an earlier one stood."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["kind"], row["fault"])
        empty = {"kind": key[0], "fault": key[1], "events": 0, "found": 0, "within_of_truth": 0, "shown": 0,
                 "within_of_reading": 0, "stood": 0, "grew": 0, "grew_found": 0}  # fmt: skip
        one = found.setdefault(key, empty)
        truth_s, reading_s = row["after_truth_s"], row["after_reading_s"]
        one["events"] += 1
        one["found"] += row["raised_at"] is not None
        one["grew"] += row["grew"]
        one["grew_found"] += row["grew"] and row["raised_at"] is not None
        one["shown"] += row["first_reading"] is not None
        one["within_of_truth"] += truth_s is not None and truth_s <= within_s
        one["within_of_reading"] += reading_s is not None and reading_s <= within_s
        one["stood"] += row["stood"]
    return [found[key] for key in sorted(found)]
