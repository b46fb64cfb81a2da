"""What a safety rule is told about an appliance, and what it says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.findings import Evidence
from domain.readings import Value, from_us
from ingest.safety.latch import Edge, Memory
from ingest.safety.limits import Limits


class Level(StrEnum):
    """How grave."""

    ADVISORY = "advisory"  # worth a word today
    ACT = "act"  # act now


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFacts:
    """What is known of the appliance once and for all; None is unknown, and the rules then claim less."""

    breaker_rating_a: float | None = None
    rcd_ma: float | None = None
    rated_current_a: float | None = None
    rated_power_w: float | None = None
    nominal_v: float = 230.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An edge of a dangerous condition: it begins or escalates (`on`), or it has ended.

    Each fault and level alternates on and off. The condition is present while any of its levels is on, and as grave
    as the gravest of them.
    """

    fault: str
    """Code out of domain.faults."""
    level: Level
    on: bool
    at_us: int
    """Data time of the reading that shows it."""
    since_us: int
    """Data time at which the condition was first seen."""
    evidence: Evidence


Rule = Callable[[Memory, StaticFacts, int, Mapping[str, Value], Limits], Sequence[Alarm]]
"""A rule: memory (a fresh shallow copy, in which it replaces its own keys only), facts, data time of the reading,
its values, thresholds; it answers the alarms of this reading, mostly none."""


def alarm_of(
    edge: Edge,
    fault: str,
    level: Level,
    at_us: int,
    *,
    signal: str,
    expected: float | None,
    observed: float | None,
    unit: str,
    note: str,
) -> Alarm:
    """The alarm that an edge of a latch gives rise to."""
    evidence = Evidence(
        signal=signal, expected=expected, observed=observed, unit=unit, since=from_us(edge.since_us), note=note
    )
    return Alarm(fault=fault, level=level, on=edge.began, at_us=at_us, since_us=edge.since_us, evidence=evidence)
