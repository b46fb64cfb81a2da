"""What a finding counts when several fleets are fitted on at once, so that together they stand for real homes."""

from collections.abc import Sequence
from dataclasses import replace

from domain.readings import from_us
from models.evaluation.base_rates import Drawn, joined, tells_chances, with_runs
from models.training.fleet import Fleet


def at_real_rates(fleets: Sequence[Fleet]) -> list[Fleet]:
    """The fleets, weighed by the chances of all of them as one.

    A fleet with faults whose chances nobody knows is left as it is: its homes are as real as any.
    """
    drawn = [_drawn(fleet) for fleet in fleets]
    told = [one for one in drawn if tells_chances(one)]
    truth = [row for one in told for row in one.truth or ()]
    watched = {name: watch for one in told for name, watch in one.watched.items()}
    weights = with_runs(joined(told), truth, watched)
    return [
        replace(fleet, weights=weights) if tells_chances(one) else fleet
        for fleet, one in zip(fleets, drawn, strict=True)
    ]


def _drawn(fleet: Fleet) -> Drawn:
    """With appliances named FLEET/appliance."""
    return Drawn(
        weights=fleet.weights,
        truth=None
        if fleet.truth is None
        else [replace(row, appliance_id=f"{fleet.name}/{row.appliance_id}") for row in fleet.truth],
        watched={
            f"{fleet.name}/{one.appliance.id}": (one.appliance.kind, from_us(one.first_us), from_us(one.last_us))
            for one in fleet.recorded
        },
    )
