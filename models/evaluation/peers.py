"""What was said of every appliance becomes findings once all have been walked: peers are asked, then the ledger hears.

No look-ahead: a peer testifies with what it had left in rounds before the one that asks.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.decision_params import DecisionParams
from domain.findings import Verdict
from domain.services import Service
from domain.signals import Kind
from models.evaluation.case import Case, CaseAppliance
from models.evaluation.ledger import Finding, Ledger
from models.homes.mains import region_of
from models.peers import MOST_ASKED, Left, Question, heed, moves_of


class Told(NamedTuple):
    """A verdict or a service, by when it was heard, and what peers are asked about it."""

    at_us: int
    what: Verdict | Service
    question: Question | None = None


class Testimony(NamedTuple):
    """All that was told of one appliance in order of arrival, and the standings that it left."""

    appliance_id: str
    told: Sequence[Told]
    left: Sequence[Left]


def findings_of(case: Case, every: Sequence[Testimony], weigh: DecisionParams | None) -> list[Finding]:
    """The findings of all appliances; with `weigh` only what the decision would act upon."""
    alike: dict[tuple[Kind, str], list[Testimony]] = {}
    for one in sorted(every, key=lambda one: one.appliance_id):
        alike.setdefault(_group(case.appliances[one.appliance_id]), []).append(one)
    return [
        finding
        for one in every
        for finding in _heard(case.appliances[one.appliance_id], one.told,
                              [peer.left for peer in alike[_group(case.appliances[one.appliance_id])]
                               if peer.appliance_id != one.appliance_id][:MOST_ASKED], weigh)
    ]  # fmt: skip


def _heard(
    appliance: CaseAppliance, told: Iterable[Told], peers: Sequence[Sequence[Left]], weigh: DecisionParams | None
) -> list[Finding]:
    ledger = Ledger(appliance_id=appliance.id, kind=appliance.kind, weigh=weigh)
    for at_us, what, question in told:
        if isinstance(what, Service):
            ledger.hear_service(what)
            continue
        verdict = what if question is None else heed(what, moves_of(peers, question, at_us))
        if verdict is not None:
            ledger.hear(verdict, at_us)
    return ledger.findings()


def _group(appliance: CaseAppliance) -> tuple[Kind, str]:
    """Appliances of a kind under the same weather."""
    return appliance.kind, region_of(appliance.number("latitude"), appliance.number("longitude"))
