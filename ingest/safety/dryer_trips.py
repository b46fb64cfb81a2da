"""A dryer whose temperature limiter trips again and again."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Edge, Memory
from ingest.safety.limits import Limits, TripLimits
from ingest.safety.measured import number

_KEY = "trips"


def overheat_trips(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Act when the counter `limit_trips` has grown by two within a week.

    Ends after three hours of observed running without a trip, never by standing idle. Memory "trips": `count`,
    `seen` (us) the counter; `last` trips within a week of each other, [us, how many]; `on` since when; `ran` us of
    running since the last trip, `run` the last running reading. Cannot see a limiter that the device does not count.
    """
    del facts
    at = limits.trips
    known = dict(memory.get(_KEY) or {})
    count = number(values, "limit_trips")
    grown = 0 if count is None else _count(known, at_us, count, at)
    _run(known, at_us, values, grown, at)
    memory[_KEY] = known
    if "on" not in known:
        last = known.get("last", ())
        trips = sum(trip[1] for trip in last)
        if trips < at.trips:
            return ()
        known["on"] = last[0][0]
        return (_alarm(True, known["on"], at_us, trips, at),)
    if known.get("ran", 0) < at.proof_us:
        return ()
    since_us = known.pop("on")
    known["last"] = []
    return (_alarm(False, since_us, at_us, 0, at),)


def _count(known: dict[str, Any], at_us: int, count: float, limits: TripLimits) -> int:
    """Note how many trips are new; a counter that fell was reset, and only what follows counts."""
    before: float = known.get("count", count)
    seen_us: int = known.get("seen", at_us)
    grown, gap_us = round(count - before), at_us - seen_us
    known["count"], known["seen"] = count, at_us
    if not 0 < grown <= limits.most_at_once:
        return 0
    if gap_us > limits.window_us:
        grown = 1  # nobody knows that more were within a week of now: the duct may have been put right meanwhile
    last = [trip for trip in known.get("last", ()) if at_us - trip[0] <= limits.window_us]
    known["last"] = [*last, [at_us, grown]][-limits.trips :]
    return grown


def _run(known: dict[str, Any], at_us: int, values: Mapping[str, Value], grown: int, limits: TripLimits) -> None:
    """Count observed running time since the last trip, while an alarm waits for proof."""
    if "on" not in known or grown:
        known.pop("ran", None)
        known.pop("run", None)
        return
    power_w = number(values, "power_w")
    heater_w = number(values, "heater_w")
    if max(power_w or 0.0, heater_w or 0.0) <= limits.running_w:
        known.pop("run", None)
        return
    step_us = at_us - known.get("run", at_us)
    known["ran"] = known.get("ran", 0) + (step_us if step_us <= limits.gap_us else 0)
    known["run"] = at_us


def _alarm(began: bool, since_us: int, at_us: int, trips: int, limits: TripLimits) -> Alarm:
    note = "trips of the limiter within a week" if began else "runs for hours without a trip"
    return alarm_of(Edge(began, since_us), "overheat_trips", Level.ACT, at_us, signal="limit_trips",
                    expected=float(limits.trips - 1), observed=float(trips), unit="1", note=note)  # fmt: skip
