"""A trained model: plain numbers and where they come from. Pure values; `file.py` reads and writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import Any

from domain.faults import Urgency
from domain.signals import Kind
from models.prognosis import Edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a model was trained on, by which code, and how good it was on homes it was not fitted on."""

    name: str
    simulated: bool
    """True if any of the data came out of a simulator: its figures say nothing about the field."""
    labels: tuple[str, ...]
    """Where the labels came from: `truth.csv` (simulators only), `services.csv`, `outcomes`."""
    cases: tuple[str, ...]
    appliances: int
    appliance_months: float
    data_from: str
    data_to: str
    """UTC dates of the first and last reading."""
    appliance_models: tuple[str, ...]
    code_version: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What a fleet showed of one daily index of healthy units, in the index's scale."""

    noise_floor: float
    drift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Platt:
    """Probability that the fault is there, given the detector's score (Platt 1999): a + b * logit(score)."""

    intercept: float
    slope: float

    def probability(self, score: float) -> float:
        """Of a score within 0 to 1; never below 0.01 or above 0.99, as no training set is large enough for that."""
        bounded = min(max(score, 1e-3), 1.0 - 1e-3)
        linear = self.intercept + self.slope * log(bounded / (1.0 - bounded))
        return min(max(1.0 / (1.0 + exp(-max(min(linear, 30.0), -30.0))), 0.01), 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One finding as it was raised, and whether the fault really was there. `weight` brings it to real base rates."""

    kind: Kind
    group: str
    """The detector's name without its version."""
    urgency: Urgency
    score: float
    there: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One isolation tree as arrays; `left` and `right` are -1 in a leaf, `depth` is its expected path length there."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    depth: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The watch for the unknown of one kind: isolation trees over how far each index is from healthy."""

    indices: tuple[str, ...]
    trees: tuple[Tree, ...]
    usual_depth: float
    """Mean path length of an unsuccessful search among as many samples as a tree saw (Liu et al. 2008)."""
    limit: float
    """Score from which a unit is shown to a reviewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """All that is learned. A model without any of it says what the detectors say."""

    provenance: Provenance
    beliefs: Mapping[Kind, Mapping[str, Belief]] = field(default_factory=dict)
    limits: Mapping[tuple[Kind, str], float] = field(default_factory=dict)
    """Least score by kind and detector: below it nothing is said, for the budget of false alarms."""
    calibration: Mapping[tuple[Kind, str], Platt] = field(default_factory=dict)
    watch: Mapping[Kind, Forest] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    """What the probabilities were fitted on, so that outcomes can be added to it later."""
    ranges: Mapping[Kind, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    """What values of each daily index the model was trained on."""
    spread: Mapping[Urgency, Edges] = field(default_factory=dict)
    """By class of fault: the edges of a prognosis that held nine failures in ten; without them those of the code."""


def group_of(detector: str) -> str:
    """The name of a detector without its version: models outlive small changes of a detector."""
    return detector.partition("/")[0]
