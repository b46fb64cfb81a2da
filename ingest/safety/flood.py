"""Flood: water rises in a machine that is off."""

from collections.abc import Mapping, Sequence

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Memory, is_on, turn
from ingest.safety.limits import HOUR_US, FloodLimits, Limits
from ingest.safety.measured import number, sensed

_KEY, _REST, _RISE = "flood", "flood.rest", "flood.rise"


def flood(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Act when the level stands 20 mm above the lowest of this rest, in two readings, or is seen rising by 8 mm.

    Memory: "flood.rest" is [lowest level of this rest (mm), when last seen (us)], "flood.rise" [latest level (mm), when
    this rest began (us), latest reading (us)]. Cannot see water beside the machine, nor a rise slower than the sensor's
    own drift; says nothing where neither phase nor power is known.
    """
    del facts
    level_mm = sensed(values, "level_mm")
    at = limits.flood
    resting = _resting(values, at)
    if resting is None:
        return ()
    if not resting:
        # A programme moves water on purpose; a flood already found stays until the level is seen low at rest.
        if not is_on(memory, _KEY):
            memory.pop(_REST, None)
            memory.pop(_RISE, None)
            memory.pop(_KEY, None)
        return ()
    if level_mm is None:
        return ()
    lowest_mm = _lowest(memory, at_us, level_mm, at)
    rising = _rises(memory, at_us, level_mm, lowest_mm, at)
    edge = turn(
        memory, _KEY, at.hold_rising if rising else at.hold, at_us,
        above=rising or level_mm > lowest_mm + at.rise_mm, calm=level_mm < lowest_mm + at.calm_mm,
    )  # fmt: skip
    if edge is None:
        return ()
    note = "the machine rests and should keep its level" if edge.began else "the level is back down"
    return (
        alarm_of(edge, "flood", Level.ACT, at_us, signal="level_mm", expected=lowest_mm, observed=level_mm, unit="mm",
                 note=note),
    )  # fmt: skip


def _resting(values: Mapping[str, Value], limits: FloodLimits) -> bool | None:
    phase = values.get("phase")
    if isinstance(phase, str):
        return phase == "idle"
    power_w = number(values, "power_w")
    return None if power_w is None else abs(power_w) <= limits.off_w


def _lowest(memory: Memory, at_us: int, level_mm: float, limits: FloodLimits) -> float:
    """The lowest level of this rest, mm; it creeps up with the sensor's drift, but not while water is suspected."""
    lowest_mm, seen_us = memory.get(_REST, (level_mm, at_us))
    if _KEY not in memory:
        lowest_mm += limits.drift_mm_per_h * (at_us - seen_us) / HOUR_US
    lowest_mm = min(lowest_mm, level_mm)
    memory[_REST] = [lowest_mm, at_us]
    return float(lowest_mm)


def _rises(memory: Memory, at_us: int, level_mm: float, lowest_mm: float, limits: FloodLimits) -> bool:
    """Whether this reading and the one before show water coming, in a machine that has long come to rest."""
    before_mm, since_us, seen_us = memory.get(_RISE, (level_mm, at_us, at_us))
    memory[_RISE] = [level_mm, since_us, at_us]
    return bool(
        before_mm >= lowest_mm + limits.first_mm
        and level_mm >= before_mm + limits.more_mm
        and level_mm >= lowest_mm + limits.risen_mm
        and seen_us - since_us >= limits.settle_us
        and at_us - seen_us <= limits.hold.gap_us
    )
