"""Loose contact: a joint whose resistance has grown over the socket's own, or whose terminal runs hot.

The voltage lost between `upstream_v` and `voltage_v` is compared at two currents: under load and, as the reference,
under the latest light load. Their slope is the resistance of wire and joints; offsets of the meters cancel, and a sag
of the mains lowers both voltages alike. The first twenty load steps give the socket's own resistance, frozen from
then on.

One slope is mostly noise: 0.2 V between two meters make 0.05 ohm of a 4 A step. So evidence is summed until it is
beyond doubt (Page's cumulative sum over Wald's likelihood ratio). Each loaded reading asks which explains it better:
nothing lost beyond the own resistance, or twice what is tolerated? With `r` the volts lost beyond the own resistance,
`i` the current step and `b` the tolerated ohms, the logarithm of the ratio is 2 b i (r - b i) / noise^2: for a loose
contact above b, against it below; a large step weighs more than a small one, and no reading more than `evidence`.

Memory under "contact": `i`, `d`, `at` the light-load reference (A, V, us); `ring` latest slopes (ohm); `a2` how much
they tell (A^2) and `steps` the slopes of past load steps with that, while the baseline is learned; `r0` the own
resistance (ohm), early from a few of them; then `slack` (ohm; what it may vary by), `noise` (V); `score` the evidence
and `since` when (us) it began; `cool` the terminal without load (deg C). Under "contact.load" the least current since
it last grew, and when that was (A, us).
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import median
from typing import Any

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Edge, Memory, is_on, turn
from ingest.safety.leap import without_leaps
from ingest.safety.limits import HOUR_US, ContactLimits, Limits
from ingest.safety.measured import amperes, sensed
from ingest.safety.unit_flip import in_celsius

_KEY, _WARN, _POWER, _HEAT, _LOAD = "contact", "contact.warn", "contact.power", "contact.heat", "contact.load"
_MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""
_MEDIAN_TO_MEAN = 1.2533
"""Standard error of a median over that of a mean, normal distribution: sqrt(pi / 2)."""


def loose_contact(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Warn at +0.05 ohm over the own baseline; act above 10 W in the joint or 45 K over the unloaded terminal.

    Cannot see: without `upstream_v`, anything but heat (a mains sag looks like a joint); a joint that was loose from
    the first day, unless it gets worse; a joint that carries no load. A socket further along the wire that carries
    its first load after the baseline is learned has the longer wire's resistance, which looks like a joint.
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
    light = current_a <= at.light_a or current_a <= at.light_share * (facts.breaker_rating_a or 0.0)
    unsettled = False
    if terminal_c is not None:  # where the joint makes no watts nothing heats; else a leap may be heat
        wattless = drop_v is not None and _joint_w(known, at_us, current_a, drop_v, at) < at.act_w
        terminal_c = in_celsius(memory, "terminal_c", at_us, terminal_c, limits.flip, may_flip=light or wattless)
        steady = _is_steady(memory, at_us, current_a, at)
        settled_c, _ = without_leaps(
            memory, "terminal_c", at_us, terminal_c, limits.flip.leap_k, may_leap=wattless and steady
        )
        unsettled = settled_c < terminal_c
        terminal_c = settled_c if wattless else terminal_c
    if light:
        memory[_KEY] = _unloaded(known, at_us, current_a, drop_v, None if unsettled else terminal_c, at)
        return ()
    stepped = False
    if drop_v is not None and "at" in known and at_us - known["at"] <= at.light_age_us:
        step_a = current_a - known["i"]
        if step_a >= at.step_a:
            stepped = True
            memory[_KEY] = known = _loaded(known, at_us, current_a, step_a, (drop_v - known["d"]) / step_a, at)
    return _judge(memory, known, at_us, current_a, terminal_c, stepped, at)


def _is_steady(memory: Memory, at_us: int, current_a: float, limits: ContactLimits) -> bool:
    """Whether the load has not grown for so long that the terminal is as warm as it makes it."""
    load_a, since_us = memory.get(_LOAD, (current_a, at_us))
    if current_a > limits.grown_share * load_a and current_a - load_a > limits.light_a:
        load_a, since_us = current_a, at_us
    memory[_LOAD] = [min(load_a, current_a), since_us]
    return bool(at_us - since_us >= limits.warm_us)


def _joint_w(known: dict[str, Any], at_us: int, current_a: float, drop_v: float, limits: ContactLimits) -> float:
    """Heat in the joint by this reading, W: of the volts lost beyond the own resistance, of all while none is known."""
    if "r0" in known and at_us - known["at"] <= limits.light_age_us:
        drop_v -= known["d"] + known["r0"] * (current_a - known["i"])
    return drop_v * current_a


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
        if known.get("score", 0.0) > limits.evidence:
            learned |= {"a2": 0.0} if "a2" in known else {}
        elif "a2" in known and known["a2"] >= limits.step_a2 and len(known["ring"]) >= limits.ring:
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
    step = [round(median(learned["ring"]), 5), round(sqrt(learned["a2"]), 2)]
    learned["ring"] = []
    learned["a2"] = 0.0
    learned["steps"] = steps = [*learned.get("steps", ()), step]
    slopes = sorted(slope for slope, _ in steps)
    own_ohm = median(slopes)
    if len(steps) >= limits.early_steps:
        learned["r0"] = own_ohm
    if len(steps) >= limits.baseline_steps:
        scatter_ohm = _MAD_TO_SIGMA * median(abs(slope - own_ohm) for slope in slopes)
        unsure_ohm = limits.baseline_sigmas * _MEDIAN_TO_MEAN * scatter_ohm / sqrt(len(slopes))
        further_ohm = slopes[-1 - limits.odd_steps] - own_ohm
        learned["slack"] = max(limits.least_ohm, limits.wire_share * own_ohm, further_ohm, unsure_ohm)
        noise_v = _MAD_TO_SIGMA * median(abs(slope - own_ohm) * amps for slope, amps in steps)
        learned["noise"] = max(limits.noise_v, limits.noise_margin * noise_v)
        del learned["steps"], learned["a2"]


def _loaded(
    known: dict[str, Any], at_us: int, current_a: float, step_a: float, slope_ohm: float, limits: ContactLimits
) -> dict[str, Any]:
    """Add a slope against the light-load reference: to the baseline while it is learned, and to the evidence."""
    if "slack" not in known:
        slopes = [*known.get("ring", ()), slope_ohm][-limits.learning_ring :]
        most = limits.learning_ring * step_a * step_a
        learning = {**known, "ring": slopes, "a2": min(known.get("a2", 0.0) + step_a * step_a, most)}
        if "r0" in known:
            learning |= _weighed(known, at_us, step_a, slope_ohm, (limits.early_ohm, limits.noise_v), limits)
        return learning
    # Not below the slack, whatever the watts: at large currents the wire and the meters alone make 10 W.
    tolerated_ohm = limits.act_w / (current_a * current_a)
    if tolerated_ohm > limits.warn_ohm:
        tolerated_ohm = limits.warn_ohm
    if tolerated_ohm < known["slack"]:
        tolerated_ohm = known["slack"]
    weighed = _weighed(known, at_us, step_a, slope_ohm, (tolerated_ohm, known["noise"]), limits)
    return {**known, "ring": [*known["ring"], slope_ohm][-limits.ring :], **weighed}


def _weighed(
    known: dict[str, Any], at_us: int, step_a: float, slope_ohm: float, tolerated: tuple[float, float],
    limits: ContactLimits,
) -> dict[str, Any]:  # fmt: skip
    """The evidence with this reading; `tolerated` are ohms over the own resistance and the noise in volts."""
    tolerated_ohm, noise_v = tolerated
    beyond_v = (slope_ohm - known["r0"] - tolerated_ohm) * step_a
    gain = _within(2 * tolerated_ohm * step_a * beyond_v / (noise_v * noise_v), limits.evidence)
    before = known.get("score", 0.0)
    score = before + gain
    score = 0.0 if score < 0.0 else limits.most_evidence if score > limits.most_evidence else score
    return {"score": score, "since": at_us if before <= 0.0 else known.get("since", at_us)}


def _judge(
    memory: Memory, known: dict[str, Any], at_us: int, current_a: float, terminal_c: float | None, stepped: bool,
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
    score = known.get("score", 0.0)
    if stepped and (score > limits.evidence or _POWER in memory or _WARN in memory):
        excess_ohm = _middle(known["ring"]) - known["r0"]
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
    score = known["score"]
    above = score > limits.evidence and at_us - known["since"] >= limits.least_us
    calm = score <= 0.0
    power_edge = turn(
        memory, _POWER, limits.hold, at_us, above=above and current_a * current_a * excess_ohm > limits.act_w, calm=calm
    )
    warn_edge = turn(memory, _WARN, limits.hold, at_us, above=above, calm=calm, blocked=_acts(memory))
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
