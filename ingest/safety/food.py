"""Food at risk: a compartment has been too warm for too long."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.readings import Value
from ingest.safety.alarms import Alarm, Level, StaticFacts, alarm_of
from ingest.safety.latch import Edge, Memory, is_on, turn
from ingest.safety.leap import without_leaps
from ingest.safety.limits import FoodLimits, Limits
from ingest.safety.measured import number, sensed
from ingest.safety.unit_flip import in_celsius

_LAST, _STUCK, _COLD, _TELLS = "food.last", "food.stuck", "food.cold", "food.tells"
_PACE, _RESTED, _HEATED = "food.pace", "food.rested", "food.heated"
_KEY = {"fridge_c": "food.fridge", "freezer_c": "food.freezer"}


def food_at_risk(
    memory: Memory, facts: StaticFacts, at_us: int, values: Mapping[str, Value], limits: Limits
) -> Sequence[Alarm]:
    """Act when the fridge is above 8 °C for two hours, or the freezer above -12 °C: at once where it creeps there, or
    where the unit tells that it neither defrosted nor stood open, else after an hour. A unit that does not tell its
    defrosts has that hour too if power is drawn beside a resting compressor, however slowly it warms.

    Memory: "food.last" the latest value and time by compartment, "food.stuck" a value that came by a jump and has
    not moved since (a sentinel until it does), "food.cold" the compartments that have been cold once, "food.tells" the
    time until which warm air is excused, of a unit that tells its defrosts, "food.pace" the freezer's temperature and
    time at its latest moments ten minutes apart, "food.heated" when such a heater last worked. Cannot see the food
    itself: air warms before it does.
    """
    del facts
    at = limits.food
    before = _any_on(memory)
    _hear_excuses(memory, at_us, values, at)
    shut = values.get("door_open") is False and at_us > memory.get(_TELLS, at_us)
    if values.get("compressor_on") is False:
        if shut:
            memory[_RESTED] = at_us
        if _TELLS not in memory and (number(values, "power_w") or 0.0) > at.heater_w:
            memory[_HEATED] = at_us
    freezer_c = sensed(values, "freezer_c")
    both_warm = freezer_c is not None and freezer_c > at.freezer_c and values.get("door_open") is not True
    turned: tuple[Edge, str, float] | None = None
    for name in _KEY:
        told_c = sensed(values, name)
        if told_c is None:
            continue
        warm_c = in_celsius(memory, name, at_us, told_c, limits.flip)
        without_c, since_us = without_leaps(memory, name, at_us, warm_c, at.leap_k, may_leap=shut)
        if memory.get(_RESTED, 0) >= since_us:
            warm_c = without_c
        last = (memory.get(_LAST) or {}).get(name, (warm_c, at_us))
        if _is_sentinel(memory, name, at_us, warm_c, at):
            continue
        edge = _turn(memory, name, at_us, last, warm_c, both_warm, at)
        if edge:
            turned = (edge, name, warm_c)
    if turned is None or _any_on(memory) == before:
        return ()
    return (_alarm(*turned, at_us, values.get("door_open") is True, at),)


def _any_on(memory: Memory) -> bool:
    return any(is_on(memory, key) for key in _KEY.values())


def _hear_excuses(memory: Memory, at_us: int, values: Mapping[str, Value], limits: FoodLimits) -> None:
    """Remember that the unit tells when it defrosts, and until when that or a door explains warm air."""
    defrost, until_us = values.get("defrost"), memory.get(_TELLS)
    if until_us is None and not isinstance(defrost, bool):
        return
    excused = [until_us or 0]
    if defrost is True:
        excused.append(at_us + limits.after_defrost_us)
    if values.get("door_open") is True:
        excused.append(at_us + limits.after_door_us)
    if until_us is None or max(excused) > until_us:
        memory[_TELLS] = max(excused)


def _turn(
    memory: Memory, name: str, at_us: int, last: tuple[float, int], warm_c: float, both_warm: bool, limits: FoodLimits
) -> Edge | None:
    before_c, before_us = last
    gap_us = at_us - before_us
    seen_soon_or_long_ago = gap_us <= limits.unseen_us or gap_us >= limits.fridge.hold_us
    unseen_us = gap_us if name == "fridge_c" and seen_soon_or_long_ago else 0
    limit_c, hold = (limits.fridge_c, limits.fridge) if name == "fridge_c" else (limits.freezer_c, limits.freezer)
    if both_warm and unseen_us >= hold.hold_us:
        hold = replace(hold, hold_us=0, readings=1)
    above = warm_c > limit_c
    creeps = name == "freezer_c" and _creeps(memory, at_us, warm_c, limits)
    if creeps and _HEATED in memory:
        creeps = at_us - memory[_HEATED] > limits.after_defrost_us
    met = memory.get(_COLD, ())
    if not above and name not in met:
        memory[_COLD] = met = [*met, name]
    if name not in met:
        hold = replace(hold, hold_us=max(hold.hold_us, limits.first_cold_us))
    elif creeps or (name == "freezer_c" and _TELLS in memory and at_us > memory[_TELLS]):
        hold = replace(limits.freezer_told, readings=2 if abs(warm_c - before_c) > limits.leap_k else 1)
    calm = warm_c <= limit_c - limits.calm_k
    return turn(memory, _KEY[name], hold, at_us, above=above, calm=calm, unseen_us=unseen_us)


def _creeps(memory: Memory, at_us: int, warm_c: float, limits: FoodLimits) -> bool:
    """Whether the freezer was below its limit half an hour ago or little more, and only a little colder than now."""
    past = memory.get(_PACE) or []
    if not past or at_us - past[-1] >= limits.moment_us:
        memory[_PACE] = [*past, warm_c, at_us][-8:]
    ages = ((past[place], at_us - past[place + 1]) for place in range(len(past) - 2, -1, -2))
    old_c, age_us = next(((old_c, age_us) for old_c, age_us in ages if age_us >= limits.pace_us), (warm_c, 0))
    return bool(
        limits.pace_us <= age_us <= 3 * limits.pace_us and old_c <= limits.freezer_c and warm_c - old_c <= limits.slow_k
    )


def _is_sentinel(memory: Memory, name: str, at_us: int, value_c: float, limits: FoodLimits) -> bool:
    """Whether the value came by an impossible jump and has been exactly the same ever since."""
    stuck = memory.get(_STUCK) or {}
    if stuck.get(name) == value_c:
        return True
    last = memory.get(_LAST) or {}
    before_c, seen_us = last.get(name, (value_c, at_us))
    jumped = abs(value_c - before_c) >= limits.jump_k and at_us - seen_us <= limits.fridge.gap_us
    if name in stuck:  # it moved: a measurement after all, or the sensor is back
        memory[_STUCK] = {other: value for other, value in stuck.items() if other != name}
    elif jumped:
        memory[_STUCK] = {**stuck, name: value_c}
        return True
    memory[_LAST] = {**last, name: [value_c, at_us]}
    return False


def _alarm(edge: Edge, name: str, warm_c: float, at_us: int, door_open: bool, limits: FoodLimits) -> Alarm:
    limit_c = limits.fridge_c if name == "fridge_c" else limits.freezer_c
    note = "cold again" if not edge.began else "a door stands open" if door_open else "no door is known to be open"
    return alarm_of(edge, "food_at_risk", Level.ACT, at_us, signal=name, expected=limit_c, observed=warm_c,
                    unit="°C", note=note)  # fmt: skip
