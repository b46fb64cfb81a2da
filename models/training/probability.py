"""From scores to probabilities: logistic regression (Platt 1999) with one slope per class of fault.

Each detector has an intercept of its own, drawn towards that of its class as far as it has few examples, so that a
fault with three examples does not claim to be certain, and one without any is believed as its class is. Sensors are a
class of their own: how often a circuit's meter is wrongly blamed says nothing of heating elements.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from sklearn.linear_model import LogisticRegression

from domain.faults import Urgency, fault_of
from domain.signals import Kind
from models.detectors import DETECTORS
from models.features.day import Floats
from models.trained.model import Example, Platt

PULL = 1.0
"""Standard deviation, in logits, by which detectors of a class may differ before the data must insist. Fleets that were
left out chose it (docs/decisions/0042): at 0.5 a seal that is true in four of ten was said with 0.87."""

DOUBT = 5.0
"""Findings of each sort that are added to every class, as of a detector of its own: fleets that a model is fitted on
are not the world, and a detector with few examples is believed less. Fleets of other physics chose it (0059)."""
CLAIMS = 80.0
"""Of technician's faults instead: so many findings, spread over the scores as the class's own and true as often as the
detectors themselves say. Of those that a model is fitted on hardly one is not true, which does not tell how much less
weak evidence is worth than strong evidence; the detectors' own score does (docs/decisions/0067)."""
SENSORS = "sensor_fault"


def fit_probabilities(examples: Sequence[Example]) -> Mapping[tuple[Kind, str], Platt]:
    """A Platt curve by kind and detector; a detector without examples gets that of its class, if that has any."""
    found: dict[tuple[Kind, str], Platt] = {}
    for urgency, sensors in product(Urgency, (False, True)):
        own = [one for one in examples if one.urgency == urgency and one.group.startswith(SENSORS) == sensors]
        if own:
            found |= _fit_class(own, _known(urgency, sensors))
    return found


def _known(urgency: Urgency, sensors: bool) -> set[tuple[Kind, str]]:
    """All detectors of a class that measure, by kind and name; what an appliance reports of itself stands as it is."""
    return {
        (kind, detector.name)
        for detector in DETECTORS
        for kind in detector.kinds
        if detector.measures
        and fault_of(kind, detector.fault).urgency is urgency
        and detector.name.startswith(SENSORS) == sensors
    }


def _counted(examples: Sequence[Example]) -> Floats:
    """The weights, in all as many as the examples are worth (Kish 1965): those that bring an enriched fleet to real
    base rates are small numbers, which the doubt and the pull would outweigh however many examples there were."""
    weights = np.array([example.weight for example in examples])
    counted: Floats = weights * weights.sum() / (weights**2).sum()
    return counted


def _fit_class(examples: Sequence[Example], known: set[tuple[Kind, str]]) -> dict[tuple[Kind, str], Platt]:
    groups = sorted({(example.kind, example.group) for example in examples} | known)
    scores, true, false = _doubt(examples)
    extra = len(scores)
    x = np.zeros((len(examples) + 2 * extra, 1 + len(groups)))
    x[:, 0] = [_logit(score) for score in (*(example.score for example in examples), *scores, *scores)]
    middle = float(np.median(x[: len(examples), 0]))
    x[:, 0] -= middle
    for row, example in enumerate(examples):
        x[row, 1 + groups.index((example.kind, example.group))] = PULL
    there = np.array([*(example.there for example in examples), *[True] * extra, *[False] * extra])
    weights = np.array([*_counted(examples), *true, *false])
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(x, there, sample_weight=weights)
    intercept, (slope, *offsets) = float(fitted.intercept_[0]), fitted.coef_[0].tolist()
    if slope < 0:  # more evidence must not mean less probability: then the score tells nothing
        fitted = LogisticRegression(C=1.0, max_iter=1000).fit(x[:, 1:], there, sample_weight=weights)
        intercept, slope, offsets = float(fitted.intercept_[0]), 0.0, fitted.coef_[0].tolist()
    return {
        group: Platt(intercept=round(intercept - slope * middle + PULL * offset, 5), slope=round(slope, 5))
        for group, offset in zip(groups, offsets, strict=True)
    }


def _doubt(examples: Sequence[Example]) -> tuple[Floats, Floats, Floats]:
    """The findings that are added to a class: their scores, and how many of each are true and are not."""
    own = np.array([example.score for example in examples])
    first = examples[0]
    if first.urgency is not Urgency.VISIT or first.group.startswith(SENSORS):
        return np.array([np.median(own)]), np.array([DOUBT]), np.array([DOUBT])
    scores: Floats = np.quantile(own, np.linspace(0.05, 0.95, 10))
    each = CLAIMS / len(scores)
    return scores, each * scores, each * (1.0 - scores)


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-3), 1 - 1e-3)
    return float(np.log(bounded / (1 - bounded)))
