"""For which findings somebody is sent, and what of that was for nothing (docs/decisions/0067).

A finding that a technician's fault is there is not a visit yet: where the owner is led through a step first, or a visit
waits for company, it may be over before anybody goes. Both readings are told, always side by side.
"""

from collections.abc import Sequence
from typing import Any

from domain.faults import Urgency
from models.evaluation.base_rates import Weights, counted
from models.evaluation.figures import rate_per_1000
from models.evaluation.ledger import Finding
from models.evaluation.matching import Judged, Outcome
from models.evaluation.tally import Scene


def acted_upon(finding: Finding) -> bool:
    """Whether people were troubled as its urgency says: a visit is one if somebody is sent."""
    return finding.urgency is not Urgency.VISIT or finding.sent_at is not None


def asked_of_people(of: Scene, watched_months: float) -> list[dict[str, Any]]:
    """What the findings asked of whom, how often it was right, and how often per 1000 appliance-months."""
    of_whom: dict[str, list[Judged]] = {
        "technician sent at once": [],
        "technician sent after the owner's step or a wait": [],
        "technician not needed after that": [],
        "owner reminded": [],
        "owner alarmed": [],
    }
    for one in of.matched.judged:
        of_whom[_asked(one.finding)].append(one)
    return [
        {
            "asked": name,
            "findings": len(some),
            **{str(outcome): sum(one.outcome is outcome for one in some) for outcome in Outcome},
            "per_1000": 1000 * len(some) / watched_months if watched_months else None,
        }
        for name, some in of_whom.items()
    ]


def _asked(finding: Finding) -> str:
    if finding.urgency is not Urgency.VISIT:
        return "owner reminded" if finding.urgency is Urgency.SELF else "owner alarmed"
    if finding.sent_at is None:
        return "technician not needed after that"
    late = finding.sent_at > finding.raised_at
    return "technician sent after the owner's step or a wait" if late else "technician sent at once"


def false_findings(of: Scene, watched_months: float) -> dict[str, Any]:
    """Rates of what was for nothing. `false_visits_as_raised` counts every false finding of a technician's fault,
    `visits_after_needless_self_care` what an owner was asked for, could not mend and somebody came for."""
    bad = {Outcome.FALSE, Outcome.WRONG_FAULT}

    def rate(urgency: Urgency, outcomes: set[Outcome], sent: bool) -> dict[str, Any]:
        own = [one for one in of.matched.judged if one.outcome in outcomes and one.finding.urgency is urgency]
        return rate_per_1000(sum(one.finding.sent_at is not None or not sent for one in own), watched_months)

    return {
        "false_visits": rate(Urgency.VISIT, {Outcome.FALSE}, sent=True),
        "false_visits_as_raised": rate(Urgency.VISIT, {Outcome.FALSE}, sent=False),
        "false_or_wrong_visits": rate(Urgency.VISIT, bad, sent=True),
        "visits_after_needless_self_care": rate(Urgency.SELF, bad, sent=True),
        "false_nudges": rate(Urgency.SELF, {Outcome.FALSE}, sent=False),
        "false_alarms": rate(Urgency.URGENT, {Outcome.FALSE}, sent=False),
    }


def reweighted(of: Scene, weights: Weights, watched_months: float) -> dict[str, Any] | None:
    """Precision and false rates as they would be with real chances of faults (base_rates.counted); None if the case
    does not tell them."""
    if not weights:
        return None
    count = counted(weights, of.truth)

    def row(found: Sequence[Judged]) -> dict[str, Any]:
        weighed = [(one.outcome is Outcome.TRUE, count(of.kind(one.finding.appliance_id), one)) for one in found]
        true, false = (sum(weight for is_true, weight in weighed if is_true is side) for side in (True, False))
        return {
            "precision": true / (true + false) if true + false else None,
            "false_per_1000": 1000 * false / watched_months if watched_months else None,
        }

    found = [one for one in of.matched.judged if one.outcome is not Outcome.REPEAT]
    own = {urgency: [one for one in found if one.finding.urgency is urgency] for urgency in Urgency}
    rows = {str(urgency): row([one for one in some if acted_upon(one.finding)]) for urgency, some in own.items()}
    return rows | {"visit_as_raised": row(own[Urgency.VISIT])}
