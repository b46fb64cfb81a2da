"""Safety rules of the hot path: plain, pure, one reading at a time, over a small state that survives a restart.

They are never learned, never throttled and never behind a visit budget. The guide is docs/guides/safety-rules.md.

    state, alarms = judge(kind, facts, state, at_us, values)

Store `state` (a dict fit for JSON, below 2 kB) with the readings it has seen, in the same transaction; begin with {}.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.readings import Value
from domain.signals import Kind
from ingest.safety.alarms import Alarm, Level, Rule, StaticFacts
from ingest.safety.contact import loose_contact
from ingest.safety.dryer_trips import overheat_trips
from ingest.safety.flood import flood
from ingest.safety.food import food_at_risk
from ingest.safety.leakage import circuit_leakage, heater_leakage
from ingest.safety.limits import LIMITS, Limits
from ingest.safety.overload import overload

__all__ = ["LIMITS", "STATE_VERSION", "Alarm", "Level", "Limits", "Rule", "StaticFacts", "judge", "rules_for"]

STATE_VERSION: Final = 2
"""Raised when the shape of the state changes: an older one is then forgotten, and running alarms begin anew."""

_RULES: Final[dict[Kind, tuple[Rule, ...]]] = {
    Kind.CIRCUIT: (overload, circuit_leakage, loose_contact),
    Kind.WATER_HEATER: (heater_leakage,),
    Kind.WASHING_MACHINE: (flood,),
    Kind.DRYER: (overheat_trips,),
    Kind.REFRIGERATOR: (food_at_risk,),
}


def rules_for(kind: Kind) -> tuple[Rule, ...]:
    """The rules that judge each reading of this kind; empty where there are none."""
    return _RULES.get(kind, ())


def judge(
    kind: Kind,
    facts: StaticFacts,
    state: dict[str, Any],
    at_us: int,
    values: Mapping[str, Value],
    limits: Limits = LIMITS,
) -> tuple[dict[str, Any], list[Alarm]]:
    """Judge one reading; the state after it and the alarms that begin, escalate or end with it.

    `at_us` is data time. A reading not newer than the last one judged (a duplicate, a late one) changes nothing and
    gives back `state` itself, so redelivery is harmless. `state` is never changed. Nothing raises on values that
    are missing, out of range or of a wrong type: they are no evidence either way.
    """
    rules = _RULES.get(kind)
    if rules is None:
        return state, []
    if state.get("v") != STATE_VERSION:
        state = {}
    elif at_us <= state["t"]:
        return state, []
    memory = {**state, "v": STATE_VERSION, "t": at_us}
    alarms: list[Alarm] = []
    for rule in rules:
        said = rule(memory, facts, at_us, values, limits)
        if said:
            alarms.extend(said)
    return memory, alarms
