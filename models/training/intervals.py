"""The edges of a prognosis that hold so many failures, from findings as a model raises them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from domain.faults import Urgency, fault_of
from models.prognosis import LATEST_DAYS, SPREAD, Edges
from models.training.fleet import Labelled

SHARE: Final = 0.75
"""Of the failures of the fleets fitted on: the least that is asked for. On fleets of other physics the same edges hold
more than nine in ten (docs/decisions/0094); those that held nine in ten here held 0.97 there."""
NOTICED_LATE: Final = -0.05
"""The low edge is never above this: what is noticed may have failed already. On fleets of other physics three to eight
times as many failures came before a low edge of 0.08 as after the high one (docs/decisions/0067)."""
LEAST_FAILURES: Final = 40
"""Of a class; the edges of fewer are their extremes, and those of the code stay (E). Eleven of physics a held 25 of
45 on five fleets of the other physics, where those of the code held 43."""


def fit_spread(found: Sequence[Labelled]) -> dict[Urgency, Edges]:
    """By class of fault with enough failures: edges from the first finding of each fault whose failure is known."""
    return {
        urgency: _not_before_noticed(fit_edges([left / centre for left, centre in entries]))
        for urgency, entries in _entries(found).items()
        if len(entries) >= LEAST_FAILURES
    }


def fit_edges(left_over_centre: Sequence[float], share: float = SHARE) -> Edges:
    """The edges that hold `share` of as many more, and the middle (split conformal prediction, Lei et al. 2018)."""
    beside = max(0.0, (1.0 - share) / 2 - 1.0 / (len(left_over_centre) + 1))
    low, middle, high = np.quantile(np.asarray(left_over_centre, dtype=np.float64), [beside, 0.5, 1.0 - beside])
    return round(float(low), 4), round(float(middle), 4), round(float(high), 4)


def _not_before_noticed(edges: Edges) -> Edges:
    low, middle, high = edges
    return min(low, NOTICED_LATE), middle, high


def held(found: Sequence[Labelled], spread: Mapping[Urgency, Edges]) -> list[tuple[Urgency, bool]]:
    """Of each failure with a prognosis, its class and whether it came within P10 to P90 of these edges."""
    return [
        (urgency, max(low * centre, -LATEST_DAYS) <= left <= high * centre)
        for urgency, entries in _entries(found).items()
        for low, _, high in [spread.get(urgency, SPREAD[urgency])]
        for left, centre in entries
    ]


def coverage(of: Sequence[tuple[Urgency, bool]]) -> dict[str, Any]:
    """By class: how many failures, and the share of them that was held."""
    by_class: dict[str, list[bool]] = {}
    for urgency, inside in of:
        by_class.setdefault(str(urgency), []).append(inside)
    return {name: {"n": len(some), "inside": round(sum(some) / len(some), 4)} for name, some in by_class.items()}


def _entries(found: Sequence[Labelled]) -> dict[Urgency, list[tuple[float, float]]]:
    by_class: dict[Urgency, list[tuple[float, float]]] = {}
    for one in found:
        if one.ending is not None:
            by_class.setdefault(fault_of(one.kind, one.finding.fault).urgency, []).append(one.ending)
    return dict(sorted(by_class.items()))
