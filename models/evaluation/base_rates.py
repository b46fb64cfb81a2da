"""From an enriched fleet to real homes: what one finding counts.

A finding is raised at one moment of one appliance, so it counts by how much more or less frequent such moments are in
real homes than in the fleet: moments at which the fault is there, at which another one is, at which none is. So the
moments of a fleet add up to as many as there were (docs/decisions/0059).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod
from typing import Final

from domain.signals import Kind
from models.evaluation.calibration import Counts
from models.evaluation.matching import NO_APPLIANCE_FAULT, Judged, Outcome, there_from_to
from models.evaluation.truth import Truth, Weight

Weights = Mapping[tuple[str, str], Weight]
Watch = tuple[Kind, datetime, datetime]
"""An appliance's kind, and from when to when it was watched."""
_DAY: Final = timedelta(days=1)
MOST_RUNS: Final = 0.95
"""Share of the time: a fault that is always there leaves no moment to tell the others from (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The chances by which the faults of a fleet were drawn, and how long it was watched."""

    weights: Weights
    truth: Sequence[Truth] | None
    watched: Mapping[str, Watch]

    def time_of(self, kind: str) -> timedelta:
        """Appliance-time of a kind."""
        return sum((last - first for one, first, last in self.watched.values() if str(one) == kind), timedelta())


def tells_chances(fleet: Drawn) -> bool:
    """Whether its chances are known: they are told, or it is one in which no fault of an appliance was drawn."""
    if fleet.weights:
        return True
    return fleet.truth is not None and all(one.fault in NO_APPLIANCE_FAULT for one in fleet.truth)


def joined(fleets: Sequence[Drawn]) -> dict[tuple[str, str], Weight]:
    """The chances of several fleets as one, which all tell theirs: averages over the appliance-time of the kind, as
    drawn over all fleets, in real homes over those that say a number. A fleet without faults draws none, and its months
    count: what is false comes from them too."""
    chances = {}
    for key in sorted({key for fleet in fleets for key in fleet.weights}):
        times = [fleet.time_of(key[0]) / _DAY for fleet in fleets]
        known = [(time, fleet.weights[key]) for time, fleet in zip(times, fleets, strict=True) if key in fleet.weights]
        of_known = sum(time for time, _ in known)
        drawn, real = (sum(time * getattr(one, name) for time, one in known) for name in ("drawn", "real"))
        chances[key] = Weight(drawn=drawn / sum(times), real=real / of_known) if of_known else known[0][1]
    return chances


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
