"""From an enriched fleet to real homes: what one finding counts.

A finding is raised at one moment of one appliance, so it counts by how much more or less frequent such moments are in
real homes than in the fleet: moments at which the fault is there, at which another one is, at which none is. So the
moments of a fleet add up to as many as there were (docs/decisions/0059).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import prod
from typing import Final

from domain.signals import Kind
from models.evaluation.calibration import Counts
from models.evaluation.matching import Judged, Outcome, there_from_to
from models.evaluation.truth import Truth, Weight

Weights = Mapping[tuple[str, str], Weight]
Watch = tuple[Kind, datetime, datetime]
"""An appliance's kind, and from when to when it was watched."""
MOST_RUNS: Final = 0.95
"""Share of the time: a fault that is always there leaves no moment to tell the others from (E)."""


def with_runs(weights: Weights, truth: Iterable[Truth], watched: Mapping[str, Watch]) -> Weights:
    """The chances with the share of watched time in which each fault was there, over all appliances of its kind."""
    total: dict[str, timedelta] = {}
    there: dict[tuple[str, str], timedelta] = {}
    for kind, first, last in watched.values():
        total[str(kind)] = total.get(str(kind), timedelta()) + (last - first)
    for one in truth:
        if one.appliance_id not in watched:
            continue
        kind, first, last = watched[one.appliance_id]
        began, ended = there_from_to(one, kind)
        if began is not None:
            key = (str(kind), one.fault)
            there[key] = there.get(key, timedelta()) + max(timedelta(), min(ended, last) - max(began, first))
    return {
        key: weight._replace(runs=there.get(key, timedelta()) / total[key[0]] if total.get(key[0]) else 0.0)
        for key, weight in weights.items()
    }


def counted(weights: Weights, truth: Sequence[Truth]) -> Callable[[Kind, Judged], float]:
    """What a finding on an appliance of a kind counts: the chance of what was there, real over drawn.

    A true finding counts by its fault, one that is not true by what else was there (a broken sensor, too), or else by
    the time in which nothing is. Without `weights` each counts one.
    """
    counts = counts_of(weights, truth)

    def count(kind: Kind, one: Judged) -> float:
        both = counts(kind, one)
        return both.true if one.outcome in (Outcome.TRUE, Outcome.REPEAT) else both.false

    return count


def counts_of(weights: Weights, truth: Sequence[Truth]) -> Callable[[Kind, Judged], Counts]:
    """As `counted`, and besides what the finding would have counted had it turned out the other way."""
    sound = {kind: _nothing_there(one for (k, _), one in weights.items() if k == kind) for kind, _ in weights}

    def of_fault(kind: Kind, fault: str) -> float:
        chance = weights.get((str(kind), fault))
        return chance.real / chance.drawn if chance and chance.drawn else 1.0

    def both(kind: Kind, one: Judged) -> Counts:
        false = sound.get(str(kind), 1.0)
        if one.outcome in (Outcome.WRONG_FAULT, Outcome.FALSE) and one.truth is not None:
            false = of_fault(kind, truth[one.truth].fault)
        return Counts(true=of_fault(kind, one.finding.fault), false=false)

    return both


def _nothing_there(chances: Iterable[Weight]) -> float:
    """Share of the time in which no fault of a kind is there, real over drawn. A fault is there in real homes as long,
    but as much more seldom as its chance is smaller; faults come by themselves, so shares multiply."""
    known = [(min(one.runs, MOST_RUNS), one.real / one.drawn) for one in chances if one.drawn]
    return prod((1.0 - min(runs * times, MOST_RUNS)) / (1.0 - runs) for runs, times in known)
