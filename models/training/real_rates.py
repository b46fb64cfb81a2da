"""What a finding counts when several fleets are fitted on at once, so that together they stand for real homes."""

from collections.abc import Sequence
from dataclasses import replace

from domain.readings import from_us
from models.evaluation.base_rates import Watch, Weights, with_runs
from models.evaluation.matching import NO_APPLIANCE_FAULT
from models.evaluation.truth import Weight
from models.training.fleet import Fleet


def at_real_rates(fleets: Sequence[Fleet]) -> list[Fleet]:
    """The fleets, weighed by the chances of all of them as one.

    A fleet in which no fault was drawn adds healthy months: findings that are not true come from its months too, so the
    true ones of the others count for them. A fleet with faults whose chances nobody knows is left as it is: its homes
    are as real as any.
    """
    weights = _joined([one for one in fleets if _tells_chances(one)])
    return [replace(one, weights=weights) if _tells_chances(one) else one for one in fleets]


def _tells_chances(fleet: Fleet) -> bool:
    if fleet.weights:
        return True
    return fleet.truth is not None and all(one.fault in NO_APPLIANCE_FAULT for one in fleet.truth)


def _joined(fleets: Sequence[Fleet]) -> Weights:
    watched: dict[str, Watch] = {
        f"{fleet.name}/{one.appliance.id}": (one.appliance.kind, from_us(one.first_us), from_us(one.last_us))
        for fleet in fleets
        for one in fleet.recorded
    }
    truth = [
        replace(row, appliance_id=f"{fleet.name}/{row.appliance_id}") for fleet in fleets for row in fleet.truth or ()
    ]
    keys = {key for fleet in fleets for key in fleet.weights}
    return with_runs({key: _chance(key, fleets) for key in sorted(keys)}, truth, watched)


def _chance(key: tuple[str, str], fleets: Sequence[Fleet]) -> Weight:
    """Averages over the appliance-time of the kind: as drawn over all fleets, real over those that tell."""
    times = [sum(one.last_us - one.first_us for one in f.recorded if str(one.appliance.kind) == key[0]) for f in fleets]
    known = [(time, fleet.weights[key]) for time, fleet in zip(times, fleets, strict=True) if key in fleet.weights]
    drawn, of_known = sum(time * one.drawn for time, one in known), sum(time for time, _ in known)
    if not of_known:
        return known[0][1]
    return Weight(drawn=drawn / sum(times), real=sum(time * one.real for time, one in known) / of_known)
