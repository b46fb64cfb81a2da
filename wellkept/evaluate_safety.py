"""The safety rules of the hot path over recorded readings: the same functions as ingest, one reading at a time."""

from collections.abc import Iterable, Iterator
from typing import Any

from domain.findings import Verdict
from ingest.alarms import heard
from ingest.registry import Appliance
from ingest.safety import StaticFacts, judge, rules_for
from models.evaluation.case import CaseAppliance


def watch_safety(
    appliance: CaseAppliance, readings: Iterable[tuple[int, int, dict[str, Any]]]
) -> Iterator[tuple[int, Verdict]]:
    """The verdict of each alarm edge, with the arrival of the reading that shows it (microseconds).

    `readings` are `(at_us, received_us, values)` in order of arrival, values typed as ingest types them.
    """
    kind = appliance.kind
    if not rules_for(kind):
        return
    known = Appliance(key=0, id=appliance.id, kind=kind, facts=_facts(appliance))
    state: dict[str, Any] = {}
    for at_us, received_us, values in readings:
        state, alarms = judge(kind, known.facts, state, at_us, values)
        if alarms:
            state, raised = heard(known, state, alarms)
            yield from ((received_us, one.verdict) for one in raised)


def _facts(appliance: CaseAppliance) -> StaticFacts:
    """Ratings out of appliances.csv; what is no positive number is unknown."""
    return StaticFacts(
        breaker_rating_a=appliance.rating("breaker_rating_a"),
        rcd_ma=appliance.rating("rcd_ma"),
        rated_current_a=appliance.rating("rated_current_a"),
        rated_power_w=appliance.rating("rated_power_w"),
        nominal_v=appliance.rating("nominal_v") or 230.0,
    )
