"""Loose contact: a joint whose resistance has grown over the socket's own, or whose terminal runs hot.

The voltage lost between `upstream_v` and `voltage_v` is compared at two currents: under load and, as the reference,
under the latest light load. Their slope is the resistance of wire and joints; offsets of the meters cancel, and a sag
of the mains lowers both voltages alike. The first ten load steps give the socket's own resistance, frozen from then on.

Memory under "contact": `i`, `d`, `at` the light-load reference (A, V, us); `ring` latest slopes (ohm); `steps`
slopes of the baseline while it is learned; then `r0`, `noise` (ohm); `cool` the terminal without load (deg C).
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Edge, Memory, is_on, turn
from ingest.safety.limits import HOUR_US, ContactLimits, Limits
from ingest.safety.measured import amperes, sensed

_KEY, _WARN, _POWER, _HEAT = "contact", "contact.warn", "contact.power", "contact.heat"
_MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


def loose_contact(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Warn at +0.05 ohm over the own baseline; act above 10 W in the joint or 45 K over the unloaded terminal.

    Cannot see: without `upstream_v`, anything but heat (a mains sag looks like a joint); a joint that was loose from
    the first day, unless it gets worse; a joint that carries no load.
    """
    upstream_v, terminal_c = sensed(values, "upstream_v"), sensed(values, "terminal_c")
    if upstream_v is None and terminal_c is None:
        return ()
    current_a = amperes(values, facts.nominal_v)
    if current_a is None:
        return ()
    drop_v = None
    voltage_v = sensed(values, "voltage_v")
    if voltage_v is not None and upstream_v is not None:
        least_v = 0.5 * facts.nominal_v
        if voltage_v > least_v and upstream_v > least_v:
            drop_v = upstream_v - voltage_v
    at = limits.contact
    known = memory.get(_KEY) or {}
    if current_a <= at.light_a or current_a <= at.light_share * (facts.breaker_rating_a or 0.0):
        memory[_KEY] = _unloaded(known, at_us, current_a, drop_v, terminal_c, at)
        return ()
    if drop_v is not None:
        memory[_KEY] = known = _loaded(known, at_us, current_a, drop_v, at)
    return _judge(memory, known, at_us, current_a, terminal_c, at)


def _unloaded(
    known: dict[str, Any], at_us: int, current_a: float, drop_v: float | None, terminal_c: float | None,
    limits: ContactLimits,
) -> dict[str, Any]:  # fmt: skip
    """Follow the light-load reference; a load step that has just ended goes into the baseline."""
    learned = dict(known)
    if drop_v is not None:
        if "at" in known:
            change_v = _within(drop_v - known["d"], limits.light_step_v)
            learned["d"] = known["d"] + limits.light_gain * change_v
            learned["i"] = known["i"] + limits.light_gain * (current_a - known["i"])
        else:
            learned["d"], learned["i"] = drop_v, current_a
        learned["at"] = at_us
        if "r0" not in known and known.get("ring"):
            _learn_step(learned, limits)
    if terminal_c is not None:
        cool_c, seen_us = known.get("cool", (terminal_c, at_us))
        risen_c = cool_c + limits.cool_rise_k_per_h * (at_us - seen_us) / HOUR_US
        least_c = cool_c - limits.cool_step_k
        followed_c = terminal_c if terminal_c > least_c else least_c
        learned["cool"] = [followed_c if followed_c < risen_c else risen_c, at_us]
    return learned


def _within(change: float, most: float) -> float:
    return most if change > most else -most if change < -most else change


def _learn_step(learned: dict[str, Any], limits: ContactLimits) -> None:
    steps = [*learned.get("steps", ()), median(learned["ring"])]
    learned["ring"] = []
    learned["steps"] = steps
    if len(steps) >= limits.baseline_steps:
        own_ohm = median(steps)
        learned["r0"] = own_ohm
        learned["noise"] = _MAD_TO_SIGMA * median(abs(step - own_ohm) for step in steps)
        del learned["steps"]


def _loaded(
    known: dict[str, Any], at_us: int, current_a: float, drop_v: float, limits: ContactLimits
) -> dict[str, Any]:
    """Add this reading's slope against the light-load reference, if the step is large enough to tell."""
    if "at" not in known or at_us - known["at"] > limits.light_age_us:
        return known
    step_a = current_a - known["i"]
    if step_a < limits.step_a:
        return known
    slopes = [*known.get("ring", ()), (drop_v - known["d"]) / step_a]
    return {**known, "ring": slopes[-limits.ring :], "slope_at": at_us}


def _judge(
    memory: Memory, known: dict[str, Any], at_us: int, current_a: float, terminal_c: float | None,
    limits: ContactLimits,
) -> Sequence[Alarm]:  # fmt: skip
    acting = _acts(memory)
    heat_edge = power_edge = warn_edge = None
    excess_ohm = 0.0
    if terminal_c is not None and "cool" in known:
        rise_k = terminal_c - known["cool"][0]
        if rise_k > limits.act_rise_k or _HEAT in memory:
            calm = rise_k < limits.calm_rise_k
            heat_edge = turn(memory, _HEAT, limits.heat, at_us, above=rise_k > limits.act_rise_k, calm=calm)
    if "r0" in known and known.get("slope_at") == at_us:
        excess_ohm = _middle(known["ring"]) - known["r0"]
        if excess_ohm > limits.least_ohm or _POWER in memory or _WARN in memory:
            power_edge, warn_edge = _turn_resistance(memory, known, at_us, current_a, excess_ohm, limits)
    alarms = []
    if acting != _acts(memory):
        if power_edge:
            alarms.append(_resistive(power_edge, Level.ACT, at_us, current_a, excess_ohm, known))
        elif heat_edge:
            alarms.append(_hot(heat_edge, at_us, terminal_c, known, limits))
    if warn_edge:
        alarms.append(_resistive(warn_edge, Level.ADVISORY, at_us, current_a, excess_ohm, known))
    return alarms


def _acts(memory: Memory) -> bool:
    return is_on(memory, _POWER) or is_on(memory, _HEAT)


def _middle(slopes: Sequence[float]) -> float:
    return sorted(slopes)[len(slopes) // 2]


def _turn_resistance(
    memory: Memory, known: dict[str, Any], at_us: int, current_a: float, excess_ohm: float, limits: ContactLimits
) -> tuple[Edge | None, Edge | None]:
    """Edges of the 10 W and the +0.05 ohm latch.

    Watts begin the first, but only resistance ends it: a loose joint is no better for carrying less at the moment.
    """
    floor_ohm = max(limits.wire_share * known["r0"], limits.noise_sigmas * known["noise"])
    least_ohm, warn_ohm = max(limits.least_ohm, floor_ohm), max(limits.warn_ohm, floor_ohm)
    power_edge = turn(
        memory, _POWER, limits.hold, at_us,
        above=excess_ohm > least_ohm and current_a * current_a * excess_ohm > limits.act_w,
        calm=excess_ohm < limits.calm_share * least_ohm,
    )  # fmt: skip
    warn_edge = turn(
        memory, _WARN, limits.hold, at_us,
        above=excess_ohm > warn_ohm, calm=excess_ohm < limits.calm_share * warn_ohm, blocked=_acts(memory),
    )  # fmt: skip
    return power_edge, warn_edge


def _hot(edge: Edge, at_us: int, terminal_c: float | None, known: dict[str, Any], limits: ContactLimits) -> Alarm:
    cool_c = known["cool"][0]
    note = f"terminal against itself without load ({cool_c:.0f} °C); up to {limits.act_rise_k:g} K is tolerated"
    return alarm_of(edge, "loose_contact", Level.ACT, at_us, signal="terminal_c", observed=terminal_c, unit="°C",
                    expected=cool_c + limits.act_rise_k, note=note)  # fmt: skip


def _resistive(
    edge: Edge, level: Level, at_us: int, current_a: float, excess_ohm: float, known: dict[str, Any]
) -> Alarm:
    watts = current_a * current_a * max(0.0, excess_ohm)
    note = (
        f"resistance against the socket's own, by the voltage lost under load: {watts:.0f} W in the joint at "
        f"{current_a:.1f} A; a mains sag is ruled out, as both ends are measured"
    )
    return alarm_of(edge, "loose_contact", level, at_us, signal="contact_ohm", expected=known["r0"], unit="ohm",
                    observed=known["r0"] + excess_ohm, note=note)  # fmt: skip
