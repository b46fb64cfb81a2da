"""From an enriched fleet to real homes: what one finding counts."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from domain.signals import Kind
from models.evaluation.matching import Judged, Outcome
from models.evaluation.truth import Truth, Weight

Weights = Mapping[tuple[str, str], Weight]


def counted(weights: Weights, truth: Sequence[Truth]) -> Callable[[Kind, Judged], float]:
    """What a finding on an appliance of a kind counts: the chance of what was there, real over drawn.

    A true finding counts by its fault, one on another fault by that one, a false one by the chance of an appliance of
    its kind to have no fault at all. Without `weights` each counts one.
    """
    healthy = {}
    for kind in {kind for kind, _ in weights}:
        chances = [weight for (k, _), weight in weights.items() if k == kind]
        healthy[kind] = prod(1 - one.real for one in chances) / prod(max(0.05, 1 - one.drawn) for one in chances)

    def count(kind: Kind, one: Judged) -> float:
        if one.outcome is Outcome.FALSE or one.truth is None:
            return healthy.get(str(kind), 1.0)
        chance = weights.get((str(kind), truth[one.truth].fault))
        return chance.real / chance.drawn if chance and chance.drawn else 1.0

    return count
