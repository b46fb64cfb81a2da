"""Which parts a fault will need, with what probability: a prior per fault, refined by what visits really used. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from domain.faults import fault_of
from domain.signals import Kind

PRIOR_JOBS: Final = 6.0
"""The prior counts as much as so many visits (E): a dozen reports outweigh it."""
BRING_FROM: Final = 0.2
"""A part that is needed in one visit of five is brought along (E): a second journey costs more than a week on hold."""
DEFAULT: Final = 0.5

PRIORS: Final[Mapping[tuple[str | None, str], Mapping[str, float]]] = MappingProxyType(
    {
        ("air_conditioner", "refrigerant_leak"): {"leak_kit": 0.9, "refrigerant": 0.9},
        ("refrigerator", "door_seal_leak"): {"gasket": 0.6},
        ("refrigerator", "compressor_failing"): {"start_relay": 0.6, "compressor": 0.35},
        ("refrigerator", "defrost_failure"): {"defrost_heater": 0.6, "defrost_sensor": 0.45},
        ("washing_machine", "bearing_wear"): {"bearing_kit": 0.9},
        ("washing_machine", "inlet_valve_weak"): {"inlet_valve": 0.7},
        ("washing_machine", "flood"): {"inlet_valve": 0.5},
        ("dryer", "vent_clog"): {"duct": 0.3},
        ("dryer", "overheat_trips"): {"thermal_limiter": 0.5},
        ("dishwasher", "heater_failure"): {"heating_element": 0.6, "heater_relay": 0.35},
        ("water_heater", "element_failing"): {"heating_element": 0.9},
        ("water_heater", "limescale"): {"descaler": 0.95, "tank_gasket": 0.8},
        ("water_heater", "anode_spent"): {"anode": 0.95, "tank_gasket": 0.8},
        ("air_purifier", "filter_clog"): {"filter": 0.8},
        ("range_hood", "filter_clog"): {"filter": 0.4},
        ("circuit", "loose_contact"): {"terminal": 0.6, "socket_outlet": 0.5},
        (None, "sensor_fault"): {"sensor": 0.6},
    }
)
"""By fault: how often a visit for it, when the fault is there, uses the part. All (E), until visits tell better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What visits for one fault have used: `jobs` where the fault was there, `used` in how many of them, by role."""

    jobs: int = 0
    used: Mapping[str, int] = field(default_factory=dict)


def prior(kind: str, code: str) -> dict[str, float]:
    """The roles that the fault may need before any visit has told; a fault that nobody knows needs nothing known."""
    try:
        fault = fault_of(Kind(kind), code)
    except (KeyError, ValueError):
        return {}
    known = PRIORS.get((fault.kind, fault.code), {})
    return {role: known.get(role, DEFAULT) for role in fault.parts}


def predict_parts(kind: str, code: str, usage: Usage, *, extra: Iterable[str] = ()) -> dict[str, float]:
    """Probability of each role when the fault is there: the mean of a beta posterior, most likely first.

    `extra` are roles that somebody entered by hand: they are needed for certain.
    """
    before = prior(kind, code)
    weight = PRIOR_JOBS + usage.jobs
    found = {
        role: (before.get(role, 0.0) * PRIOR_JOBS + usage.used.get(role, 0)) / weight for role in {*before, *usage.used}
    }
    found |= {role: 1.0 for role in extra if role not in before}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def parts_to_bring(probability: float, needs: Mapping[str, float]) -> dict[str, float]:
    """What to hold ready for a finding of that probability, with the chance that it is used."""
    chances = {role: probability * chance for role, chance in needs.items()}
    return {role: chance for role, chance in chances.items() if chance >= BRING_FROM or needs[role] == 1.0}
