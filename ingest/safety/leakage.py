"""Earth leakage: a standing current that leaves by the protective conductor, or through somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Memory, turn
from ingest.safety.limits import GAP_US, LeakageLimits, Limits
from ingest.safety.measured import number, sensed

_KEY, _NEAR, _OHM = "leakage", "leakage.near", "leakage.ohm"


def circuit_leakage(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Act on standing leakage above 30 % of the circuit's RCD.

    Cannot see which appliance leaks, nor leakage to anything but earth.
    """
    leakage_ma = sensed(values, "leakage_ma")
    if leakage_ma is None:
        return ()
    at = limits.leakage
    if facts.rcd_ma is not None and facts.rcd_ma > 0:
        return _judge(memory, at_us, leakage_ma, at.rcd_share * facts.rcd_ma, at, "30 % of the RCD's rating")
    return _judge(
        memory, at_us, leakage_ma, at.rcd_share * at.unknown_rcd_ma, at, "RCD of unknown rating, taken as the largest"
    )


def heater_leakage(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Act on standing leakage above what a stationary heating appliance of its power may have (IEC 60335-1, 13.2).

    An element leaks while it carries voltage: what is told while it is off is no evidence either way, and two readings
    follow each other from one heating to the next. If its resistance changed with the reading that leaks, that is the
    second witness: no spike of the leakage meter changes the power.
    """
    leakage_ma = sensed(values, "leakage_ma")
    if leakage_ma is None:
        return ()
    at = limits.leakage
    power_w = facts.rated_power_w
    if power_w is None and facts.rated_current_a is not None:
        power_w = facts.rated_current_a * facts.nominal_v
    if power_w is None or power_w <= 0:
        limit_ma, note = at.stationary_ma, "limit of a stationary appliance of class I"
    else:
        limit_ma = min(at.heating_most_ma, max(at.heating_least_ma, at.heating_ma_per_kw * power_w / 1000))
        note = "0.75 mA per kW, at most 5 mA"
    heater_w = number(values, "heater_w")
    heater_w = number(values, "power_w") if heater_w is None else heater_w
    if heater_w is None:
        return _judge(memory, at_us, leakage_ma, limit_ma, at, note)
    off = heater_w <= at.off_w
    if off and leakage_ma <= at.near_share * limit_ma:
        return ()
    broke = not off and _breaks(memory, heater_w, number(values, "voltage_v"), facts.nominal_v, at)
    return _judge(memory, at_us, leakage_ma, limit_ma, at, note, gap_us=at.heating_gap_us, broke=broke)


def _breaks(memory: Memory, heater_w: float, voltage_v: float | None, nominal_v: float, limits: LeakageLimits) -> bool:
    """Whether the element's resistance is another than at the reading under voltage before; "leakage.ohm" is that."""
    if voltage_v is None or voltage_v <= 0.5 * nominal_v:
        return False
    ohm = voltage_v * voltage_v / heater_w
    before_ohm = memory.get(_OHM, ohm)
    memory[_OHM] = ohm
    return bool(abs(ohm - before_ohm) > limits.break_share * before_ohm)


def _judge(
    memory: Memory, at_us: int, leakage_ma: float, limit_ma: float, limits: LeakageLimits, note: str,
    *, gap_us: int = GAP_US, broke: bool = False,
) -> Sequence[Alarm]:  # fmt: skip
    if leakage_ma <= limits.near_share * limit_ma and _KEY not in memory and _NEAR not in memory:
        return ()
    standing = _stands(memory, at_us, leakage_ma > limits.near_share * limit_ma, limits)
    hold = replace(limits.hold_near if standing or broke else limits.hold, gap_us=gap_us)
    above, calm = leakage_ma > limit_ma, leakage_ma < limits.calm_share * limit_ma
    edge = turn(memory, _KEY, hold, at_us, above=above, calm=calm)
    if edge is None:
        return ()
    return (
        alarm_of(edge, "earth_leakage", Level.ACT, at_us, signal="leakage_ma", expected=limit_ma, observed=leakage_ma,
                 unit="mA", note="limit: " + note),
    )  # fmt: skip


def _stands(memory: Memory, at_us: int, near: bool, limits: LeakageLimits) -> bool:
    """Whether a current near the limit has been standing until this reading; "leakage.near" is [since, seen] (us)."""
    if not near:
        memory.pop(_NEAR, None)
        return False
    since_us, _ = memory.get(_NEAR, (at_us, at_us))
    memory[_NEAR] = [since_us, at_us]
    return bool(at_us - since_us >= limits.hold.hold_us)
