"""What a whole fleet may say: the same decision, visit budget and patience with owners as live."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.decision import Option
from domain.decision_params import DecisionParams
from domain.faults import Urgency, fault_of
from domain.findings import Evidence, Verdict
from domain.readings import to_us
from domain.signals import Kind
from models.evaluation.budget import let_out
from models.evaluation.ledger import Finding, Ledger

T0 = datetime(2026, 3, 1, 1, tzinfo=UTC)
TIGHT = DecisionParams(least_visits=1, visits_per_1000_months=0, day_share=1)


def day(number: float) -> datetime:
    return T0 + timedelta(days=number)


def finding(
    name: str, raised: float, option: Option | None, *, saving: float = 1.0, cleared: float | None = None
) -> Finding:
    return Finding(
        appliance_id=name,
        fault="refrigerant_leak",
        raised_at=day(raised),
        cleared_at=None if cleared is None else day(cleared),
        probability=0.9,
        urgency=Urgency.VISIT,
        fails=None,
        action="",
        parts=(),
        evidence=(),
        option=option,
        saving=saving,
    )


VISIT, ASK = Option.VISIT_NOW, Option.SELF_CARE


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        # one visit in 30 days: the better of the first day; the other when 30 days are over
        ([finding("a", 0, VISIT), finding("b", 0, VISIT, saving=9)], [("b", 0), ("a", 30)]),
        # what ended meanwhile is never raised
        ([finding("a", 0, VISIT, cleared=20), finding("b", 0, VISIT, saving=9)], [("b", 0)]),
        # a better one of tomorrow does not take back what was said today
        ([finding("a", 0, VISIT), finding("b", 1, VISIT, saving=9)], [("a", 0), ("b", 30)]),
        # hazards (nothing weighed) are said whatever the budget
        ([finding("a", 0, None), finding("b", 0, None), finding("c", 0, VISIT)], [("a", 0), ("b", 0), ("c", 0)]),
        # one home: a day between two questions, two in seven days
        ([finding("a", 0, ASK), finding("b", 0, ASK), finding("c", 0, ASK)], [("a", 0), ("b", 1), ("c", 7)]),
        # the second asked four days later
        ([finding("a", 0, ASK), finding("b", 4, ASK), finding("c", 5, ASK)], [("a", 0), ("b", 4), ("c", 7)]),
    ],
)
def test_what_finds_no_room_waits_for_another_day(findings: list[Finding], told: list[tuple[str, float]]) -> None:
    homes = dict.fromkeys(["a", "b", "c"], "home")
    assert [(one.appliance_id, one.raised_at) for one in let_out(findings, homes, TIGHT)] == [
        (name, day(at)) for name, at in told
    ]


def test_who_is_asked_a_day_later_is_waited_for_a_day_longer() -> None:
    asked = [replace(finding("b", 0, ASK, cleared=end), sent_at=day(7)) for end in (20.0, 7.5)]
    sent = [let_out([finding("a", 0, ASK), one], dict.fromkeys("ab", "home"), TIGHT)[1].sent_at for one in asked]
    assert sent == [day(8), None]  # what went after seven and a half days was over before anybody was sent


def test_another_home_is_not_bothered_by_its_neighbour() -> None:
    findings = [finding("a", 0, ASK), finding("b", 0, ASK)]
    assert let_out(findings, {"a": "home-1", "b": "home-2"}, TIGHT) == findings


def test_what_is_not_worth_acting_upon_is_not_raised_until_it_is() -> None:
    ledger = Ledger(appliance_id="a", kind=Kind.AIR_CONDITIONER, weigh=DecisionParams())
    fault = fault_of(Kind.AIR_CONDITIONER, "refrigerant_leak")
    evidence = (Evidence(signal="room_c", expected=9.0, observed=7.0, unit="K", since=T0),)
    verdict = Verdict(
        fault=fault.code, present=True, at=day(0), probability=0.3, urgency=fault.urgency, evidence=evidence
    )
    for number, probability in enumerate((0.3, 0.9, 0.2)):
        ledger.hear(replace(verdict, at=day(number), probability=probability), to_us(day(number)))
    assert [(one.raised_at, one.probability, one.option) for one in ledger.findings()] == [(day(1), 0.9, VISIT)]
