"""From an enriched fleet to real homes: what one finding counts."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from domain.signals import Kind
from models.evaluation.calibration import Counts
from models.evaluation.matching import Judged, Outcome
from models.evaluation.truth import Truth, Weight

Weights = Mapping[tuple[str, str], Weight]


def counted(weights: Weights, truth: Sequence[Truth]) -> Callable[[Kind, Judged], float]:
    """What a finding on an appliance of a kind counts: the chance of what was there, real over drawn.

    A true finding counts by its fault, one on another fault by that one, a false one by the chance of an appliance of
    its kind to have no fault at all. Without `weights` each counts one.
    """
    counts = counts_of(weights, truth)

    def count(kind: Kind, one: Judged) -> float:
        both = counts(kind, one)
        return both.true if one.outcome in (Outcome.TRUE, Outcome.REPEAT) else both.false

    return count


def counts_of(weights: Weights, truth: Sequence[Truth]) -> Callable[[Kind, Judged], Counts]:
    """As `counted`, and besides what the finding would have counted had it turned out the other way."""
    healthy = {}
    for kind in {kind for kind, _ in weights}:
        chances = [weight for (k, _), weight in weights.items() if k == kind]
        healthy[kind] = prod(1 - one.real for one in chances) / prod(max(0.05, 1 - one.drawn) for one in chances)

    def of_fault(kind: Kind, fault: str) -> float:
        chance = weights.get((str(kind), fault))
        return chance.real / chance.drawn if chance and chance.drawn else 1.0

    def both(kind: Kind, one: Judged) -> Counts:
        false = healthy.get(str(kind), 1.0)
        if one.outcome is Outcome.WRONG_FAULT and one.truth is not None:
            false = of_fault(kind, truth[one.truth].fault)
        return Counts(true=of_fault(kind, one.finding.fault), false=false)

    return both
