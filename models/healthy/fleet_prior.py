"""What is believed of a healthy appliance before it has shown itself: slopes on context, noise, and known levels.

The file is JSON, never a pickle, and is used only if its SHA-256 is the expected one.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from domain.signals import Kind

SHIPPED: Final = Path(__file__).with_name("fleet_prior.json")
SHIPPED_SHA256: Final = "5a4fd192b9103eb8253c59f201f7d8742ec27e50351ea3cf99c3488fffd273b8"
FORMAT: Final = 1
USUAL_DAYS: Final = 8
"""Observed days that a level is learned from where the file says nothing else (E)."""


class UntrustedPriorError(ValueError):
    """The file is not the one that was registered, or not of this format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSlope:
    """Change of the index (in its scale) per unit of a context index, as believed: mean and deviation."""

    context: str
    log: bool
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPrior:
    """One index of one kind. `log` True: values are compared as logarithms, so that 0.1 is about 10 %."""

    index: str
    log: bool
    slopes: tuple[ContextSlope, ...]
    noise_floor: float
    """A day's deviation of a healthy unit is never believed to be smaller."""
    drift: float
    """Healthy units wander by this much over months, however many days are averaged."""
    least_weight: float
    """Observations that make a day count, or of whatever else the index gives as its weight."""
    calendar_days: int
    """How long is watched before a level is learned: finished cycles tell more than days of changing weather."""
    least_days: int
    """Observed days that a level is learned from at the least: steadier quantities need fewer."""
    level: tuple[float, float] | None
    """Mean and deviation of the level over the fleet, where physics says one; in the index's scale."""
    neighbours: int = 0
    """So many days tell by their neighbours what a day scatters, whatever grows meanwhile, better than the few that the
    level was learned from; 0: never, as what else moves the index lasts for days."""


Priors = Mapping[str, IndexPrior]


def priors_of(kind: Kind) -> Priors:
    """The shipped beliefs about `kind`; empty for a kind without any."""
    return _shipped().get(kind, {})


def priors_for(kind: Kind, learned: Priors | None) -> Priors:
    """What a trained model learned of `kind`, or else the shipped beliefs."""
    return priors_of(kind) if learned is None else learned


@cache
def _shipped() -> Mapping[Kind, Priors]:
    return read_priors(SHIPPED, SHIPPED_SHA256)


def read_priors(path: Path, sha256: str) -> Mapping[Kind, Priors]:
    """Read and verify a prior file; `UntrustedPriorError` if it is not what `sha256` says or makes no sense."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UntrustedPriorError(f"{path.name} is not the registered file")
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise UntrustedPriorError(f"{path.name} has format {document['format']}, not {FORMAT}")
        kinds = {
            Kind(kind): MappingProxyType({index: _prior(index, stored) for index, stored in indices.items()})
            for kind, indices in document["kinds"].items()
        }
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise UntrustedPriorError(f"{path.name} cannot be read: {error}") from error
    return MappingProxyType(kinds)


def _prior(index: str, stored: Mapping[str, Any]) -> IndexPrior:
    level = stored["level"]
    prior = IndexPrior(
        index=index,
        log=stored["scale"] == "log",
        slopes=tuple(
            ContextSlope(
                context=context,
                log=slope["transform"] == "log",
                mean=float(slope["mean"]),
                deviation=float(slope["deviation"]),
            )
            for context, slope in sorted(stored["slopes"].items())
        ),
        noise_floor=float(stored["noise_floor"]),
        drift=float(stored["drift"]),
        least_weight=float(stored["least_weight"]),
        calendar_days=int(stored["calendar_days"]),
        least_days=int(stored.get("least_days", USUAL_DAYS)),
        level=None if level is None else (float(level["mean"]), float(level["deviation"])),
        neighbours=int(stored.get("neighbours", 0)),
    )
    if not (isfinite(prior.noise_floor) and prior.noise_floor > 0 and prior.drift >= 0):
        raise UntrustedPriorError(f"{index}: noise must be a positive number")
    return prior
