"""Least scores for a budget of false findings, from what healthy appliances made the detectors say.

What counts is what the decision would act upon (domain/decision.py). Whole appliances are the blocks: the nights of one
appliance are far too alike to count as so many chances. Where a class of faults says too much that is false, the limit
is raised where it costs the fewest true findings, of detectors that were wrong often enough for that to be their way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from domain.decision_params import DecisionParams
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from models.trained.model import TrainedModel, group_of
from models.training.fleet import Fleet, labelled

Group = tuple[Kind, str]
WEIGH: Final = DecisionParams()
"""A finding that nobody would act upon costs nobody anything."""
STEPS: Final = (0.0, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95)
LEAST_WRONG = 3
"""Appliances on which a detector has to be wrong before it gets a limit. One or two are chance: limits drawn from them
held back true findings for weeks on fleets that were left out, and spared no false one (docs/decisions/0053)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a class of faults may cost people, at real base rates."""

    false_per_1000: float
    precision: float


BUDGETS: Final[Mapping[Urgency, Budget]] = {
    Urgency.VISIT: Budget(false_per_1000=0.5, precision=0.8),
    Urgency.SELF: Budget(false_per_1000=3.0, precision=0.6),
}


class Tried(NamedTuple):
    """What a limit would let through, by weight at real base rates."""

    limit: float
    true: float
    false: float
    wrong: int
    """Appliances on which it says something false."""


def fit_limits(fleets: Sequence[Fleet], unlimited: TrainedModel) -> dict[Group, float]:
    """The least score of each detector that needs one; `unlimited` is the model with probabilities, without limits."""
    months = sum(fleet.months for fleet in fleets)
    limits: dict[Group, float] = {}
    for urgency, budget in BUDGETS.items():
        tried = _try_all(fleets, unlimited, urgency)
        limits |= {group: limit for group, limit in choose(tried, budget, months).items() if limit > 0}
    return limits


def choose(tried: Mapping[Group, Sequence[Tried]], budget: Budget, months: float) -> dict[Group, float]:
    """The limit of every group, by steps: where the most false is lost for the least true, until the budget holds.

    `tried` is in order of limits and begins with none. A group that was wrong on fewer than `LEAST_WRONG` appliances
    gets none. What cannot be brought within the budget stays at its last step.
    """
    places = dict.fromkeys(tried, 0)
    movable = {group for group, steps in tried.items() if steps[0].wrong >= LEAST_WRONG}

    def within() -> bool:
        now = [tried[group][place] for group, place in places.items()]
        true, false = sum(one.true for one in now), sum(one.false for one in now)
        rate = 1000 * false / months if months else 0.0
        return rate <= budget.false_per_1000 and false <= (1 / budget.precision - 1) * true + 1e-9

    while not within():
        moves = [move for group in movable for move in _moves(tried[group], places[group], group)]
        if not moves:
            break
        _, group, place = max(moves)
        places[group] = place
    return {group: tried[group][place].limit for group, place in places.items()}


def _moves(tried: Sequence[Tried], place: int, group: Group) -> list[tuple[float, Group, int]]:
    """Steps from `place` that lose something false: how much per true finding lost, which group, where to."""
    here = tried[place]
    return [
        ((here.false - one.false) / (max(0.0, here.true - one.true) + 0.05), group, to)
        for to, one in enumerate(tried[place + 1 :], place + 1)
        if one.false < here.false
    ]


def _try_all(fleets: Sequence[Fleet], unlimited: TrainedModel, urgency: Urgency) -> dict[Group, list[Tried]]:
    speaks: dict[Group, set[str]] = {}
    for fleet in fleets:
        for one in fleet.recorded:
            for _, verdict in one.said:
                if verdict.present and fault_of(one.appliance.kind, verdict.fault).urgency is urgency:
                    group = (one.appliance.kind, group_of(verdict.detector))
                    speaks.setdefault(group, set()).add(f"{fleet.name}/{one.appliance.id}")
    found = {}
    for group, names in sorted(speaks.items()):
        own = [fleet.part(lambda one, f=fleet.name, n=names: f"{f}/{one.appliance.id}" in n) for fleet in fleets]  # type: ignore[misc]
        found[group] = [_try(own, unlimited, group, limit) for limit in STEPS]
    return found


def _try(fleets: Sequence[Fleet], unlimited: TrainedModel, group: Group, limit: float) -> Tried:
    model = replace(unlimited, limits={group: limit})
    true = false = 0.0
    wrong: set[str] = set()
    for fleet in fleets:
        for one in labelled(fleet, model, WEIGH):
            if (one.kind, group_of(one.finding.detector)) != group:
                continue
            true += one.weight * one.there
            false += one.weight * (not one.there)
            if not one.there:
                wrong.add(f"{fleet.name}/{one.finding.appliance_id}")
    return Tried(limit, true, false, len(wrong))
