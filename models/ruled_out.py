"""What else it could have been, and why it is not: the explanations that lost, in plain words. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from domain.faults import fault_of
from domain.findings import Verdict
from domain.signals import Kind
from models.detectors.contract import References
from models.detectors.naming import likelihoods, rivals_among
from models.detectors.rivals import rivals_of
from models.detectors.signature import CautionParams, Signature
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.fleet_prior import priors_for
from models.healthy.learners import RATIO
from models.history import FeatureHistory

LOST: Final = 0.2
"""An explanation less than this share as likely as the fault counts as ruled out (E)."""
_SENSORS: Final = MappingProxyType(
    {
        "power_meter": "a power meter that drifts",
        "fridge_thermometer": "a thermometer that drifts",
        "vibration_sensor": "a vibration sensor that drifts",
    }
)
_USE: Final = MappingProxyType({"frequent_draws": "a household that draws little and often",
                                "demand": "more or less demand than usual"})  # fmt: skip
_CONTEXT: Final = MappingProxyType(
    {
        "ambient_c": ("weather", "the temperature of the room"),
        "inlet_c": ("weather", "the temperature of the incoming water"),
        "mains_s_per_l": ("peers", "filling of the home's dishwasher, which has the same mains pressure"),
        "doors_per_h": ("use", "how often the door is opened"),
        "load_kg": ("use", "the load"),
        "spin_rpm": ("use", "the spin speed"),
        "heated_min": ("use", "the length of heating"),
        "compressor_hz": ("use", "the speed of the compressor"),
        "heater_on_w": ("use", "the power of the heater"),
        "peak_a": ("use", "the current that is drawn"),
    }
)


def with_ruled_out(verdict: Verdict, kind: Kind, history: FeatureHistory, references: References) -> Verdict:
    """The verdict with what was ruled out: weather, use, sensors, other faults; as it is if no pattern is known."""
    signature = next((one for one in rivals_of(kind) if one.fault == verdict.fault), None)
    if not verdict.present or signature is None:
        return verdict
    deviations = deviations_of(kind, history, references)
    shown = [deviation for effect in signature.effects if (deviation := deviations.get(effect.index)) is not None]
    if not shown:
        return verdict
    last = max(deviation.days[-1] for deviation in shown)
    chances = likelihoods(rivals_among(rivals_of(kind), signature), deviations, last, CautionParams())
    told = (*_alike(signature, history, deviations), *_lost(kind, verdict.fault, chances))
    return replace(verdict, ruled_out=told)


def _alike(signature: Signature, history: FeatureHistory, deviations: Mapping[str, Deviation]) -> Iterator[str]:
    """Weather and use, as far as like was compared with like."""
    found: dict[str, list[str]] = {}
    for effect in signature.effects:
        if effect.index not in deviations or effect.size == 0:
            continue
        if effect.index in RATIO:
            found.setdefault("weather", []).append("room and outdoor air")
            found.setdefault("use", []).append("fan level and compressor speed")
        prior = priors_for(signature.kind, history.priors).get(effect.index)
        for slope in prior.slopes if prior else ():
            if slope.context in _CONTEXT and len(history.all_days(slope.context)):
                group, words = _CONTEXT[slope.context]
                found.setdefault(group, []).append(words)
    for group, alike in found.items():
        yield f"{group.capitalize()}: compared with days alike in {_and(list(dict.fromkeys(alike)))}"


def _lost(kind: Kind, fault: str, chances: Mapping[str, float]) -> Iterator[str]:
    own = max(chances.get(fault, 0.0), 1e-9)
    groups: dict[str, list[str]] = {}
    for name, chance in sorted(chances.items(), key=lambda pair: -pair[1]):
        if name == fault or chance > LOST * own:
            continue
        group, words = _called(kind, name)
        if words not in (said := groups.setdefault(group, [])):
            said.append(words)
    for group in ("sensor", "use", "other faults", "chance"):
        if group in groups:
            yield f"{group.capitalize()}: the readings fit {_and(groups[group][:3])} less than a fifth as well"


def _called(kind: Kind, name: str) -> tuple[str, str]:
    """Group and words for an explanation."""
    family = name.partition(":")[0]
    if family in _USE:
        return "use", _USE[family]
    if family == "thermometer":
        return "sensor", "a thermometer that drifts"
    if name in _SENSORS:
        return "sensor", _SENSORS[name]
    if name in ("healthy", "unknown"):
        return "chance", "a healthy unit" if name == "healthy" else "something that moves everything at once"
    try:
        title = fault_of(kind, name).title
    except KeyError:
        return "sensor" if "meter" in name else "use", name.replace("_", " ").replace(":", " ")
    return "other faults", f"“{title}”"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
