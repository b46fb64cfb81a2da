"""Outcomes become labels; limits follow a budget; champion and challenger are compared by what became of findings."""

from datetime import datetime, timedelta

import pytest

from domain.labels import Label, Told, label_of, was_there
from domain.services import Service
from domain.signals import Kind
from models.training.comparison import compare
from models.training.fleet import label_by_services
from models.training.limits import LEAST_WRONG, Budget, Tried, choose
from store.outcomes import SaidFinding
from store.quiet_findings import QuietFinding
from tests.unit.evaluation_cases import at


@pytest.mark.parametrize(
    ("told", "label", "there"),
    [
        (Told(finding="open"), None, None),
        (Told(finding="acknowledged", reminder="done"), None, None),
        (Told(finding="open", outcome="confirmed", order="completed"), Label.CONFIRMED, True),
        (Told(finding="resolved", outcome="other_fault", order="verified"), Label.OTHER_FAULT, False),
        (Told(finding="dismissed", outcome="no_fault_found", order="completed"), Label.NO_FAULT_FOUND, False),
        (Told(finding="resolved", reminder="verified"), Label.OWNER_FIXED, True),
        (Told(finding="resolved", reminder="verified", declined=True), Label.SILENT_RECOVERY, None),
        (Told(finding="resolved", reminder="escalated", order="verified"), None, None),
        (Told(finding="resolved", order="cancelled"), Label.SILENT_RECOVERY, None),
        (Told(finding="resolved"), Label.SILENT_RECOVERY, None),
        (Told(finding="dismissed"), None, None),
    ],
)
def test_a_label_is_what_became_of_a_finding(told: Told, label: Label | None, there: bool | None) -> None:
    assert label_of(told) is label
    assert was_there(label_of(told)) is there


@pytest.mark.parametrize(
    ("services", "label"),
    [
        ([], None),
        ([Service(at(9), "filter_cleaned")], None),  # before the finding
        ([Service(at(90), "filter_cleaned")], None),  # too late to say
        ([Service(at(12), "filter_cleaned")], Label.OWNER_FIXED),
        ([Service(at(12), "repaired", "filter_clog", "filter")], Label.CONFIRMED),
        ([Service(at(12), "repaired", "heater_failure")], Label.OTHER_FAULT),
        ([Service(at(12), "inspected")], Label.NO_FAULT_FOUND),
        ([Service(at(11), "firmware"), Service(at(12), "filter_cleaned")], Label.OWNER_FIXED),
    ],
)
def test_reported_services_tell_what_a_finding_was(services: list[Service], label: Label | None) -> None:
    assert label_by_services("filter_clog", at(10), services) is label


WASHER, DRYER = (Kind.WASHING_MACHINE, "w"), (Kind.DRYER, "d")


def test_a_limit_rises_where_the_most_false_is_lost_for_the_least_true() -> None:
    tried = {
        WASHER: [Tried(0.0, 10.0, 2.0, 4), Tried(0.8, 4.0, 0.0, 0)],  # loses six true findings for two false ones
        DRYER: [Tried(0.0, 5.0, 3.0, 5), Tried(0.7, 5.0, 1.0, 2), Tried(0.9, 3.0, 0.0, 0)],  # 0.7 costs nothing
    }
    # 3 false in 1000 months are allowed: the dryer's first step leaves 2 + 1.
    assert choose(tried, Budget(false_per_1000=3.0, precision=0.5), 1000.0) == {WASHER: 0.0, DRYER: 0.7}
    # 1.5 are: the dryer's second step loses 2 true for 1 false (0.49), the washer's 6 for 2 (0.33); then 2 are left.
    assert choose(tried, Budget(false_per_1000=1.5, precision=0.5), 1000.0) == {WASHER: 0.8, DRYER: 0.9}


def test_within_the_budget_nothing_is_held_back() -> None:
    tried = {WASHER: [Tried(0.0, 10.0, 1.0, 3), Tried(0.8, 4.0, 0.0, 0)]}
    assert choose(tried, Budget(false_per_1000=1.0, precision=0.8), 1000.0) == {WASHER: 0.0}
    # One false beside ten true is a precision of 0.91; 0.95 asks for more.
    assert choose(tried, Budget(false_per_1000=1.0, precision=0.95), 1000.0) == {WASHER: 0.8}
    assert choose({}, Budget(false_per_1000=1.0, precision=0.8), 0.0) == {}


def test_one_or_two_odd_appliances_draw_no_limit() -> None:
    odd = [Tried(0.0, 10.0, 2.0, LEAST_WRONG - 1), Tried(0.8, 10.0, 0.0, 0)]
    often = [Tried(0.0, 10.0, 2.0, LEAST_WRONG), Tried(0.8, 4.0, 0.0, 0)]
    budget = Budget(false_per_1000=1.0, precision=0.8)
    # 4 false where 1 is allowed. The washer's would cost nothing, but two appliances are chance: it keeps its 2.
    assert choose({WASHER: odd, DRYER: often}, budget, 1000.0) == {WASHER: 0.0, DRYER: 0.8}


def settled(key: int, raised: float, label: Label | None, fault: str = "bearing_wear") -> SaidFinding:
    return SaidFinding(
        appliance_key=key, kind="washing_machine", fault=fault, urgency="visit", raised_at=at(raised),
        judged_at=at(raised + 20), cleared_at=None, probability=0.9, score=0.8, detector="d/1", model_sha256=None,
        completed_at=at(raised + 20), label=label,
    )  # fmt: skip


def quiet(key: int, raised: float, fault: str = "bearing_wear", urgency: str = "visit") -> QuietFinding:
    moment: datetime = at(0) + timedelta(days=raised)
    return QuietFinding(appliance_key=key, fault=fault, urgency=urgency, raised_at=moment, probability=0.8)


def test_a_challenger_is_judged_by_what_the_champion_led_to() -> None:
    told = [
        settled(1, 30, Label.CONFIRMED), settled(2, 30, Label.NO_FAULT_FOUND), settled(3, 30, Label.CONFIRMED),
        settled(4, 30, Label.NO_FAULT_FOUND), settled(5, 30, None),
    ]  # fmt: skip
    found = compare(told, [quiet(1, 25), quiet(2, 30), quiet(9, 30), quiet(5, 30), quiet(1, 300)], 1000.0)
    assert (found.champion.true, found.champion.false, found.champion.not_known) == (2, 2, 1)
    # 1 is true and five days sooner: lead 25 days. 2 is false. 9, 5 and the late word on 1: nobody knows.
    assert (found.challenger.true, found.challenger.false, found.challenger.not_known) == (1, 1, 3)
    assert found.challenger.lead_days["p50"] == 25.0
    assert found.champion.lead_days["p50"] == 20.0
    assert (found.true_only_champion, found.false_spared) == (1, 1)
    assert found.challenger.false_visits["per_1000"] == 1.0
