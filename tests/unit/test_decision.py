"""What is done about a finding: prices by hand, the order of things, no flip-flop, the visit budget."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decision import ASKS, VISITS, Decision, Ending, Option, Situation, decide
from domain.decision_params import DecisionParams
from domain.errors import BadInput
from domain.faults import FAULTS, Urgency, fault_of
from domain.signals import Kind
from domain.visit_budget import Spent, Wanted, within_budget
from wellkept.decision_settings import read_decision

AT = datetime(2026, 3, 1, tzinfo=UTC)
PARAMS = DecisionParams()


def seen(code: str, kind: Kind, probability: float = 0.9, *, ending: Ending | None = None) -> Situation:
    fault = fault_of(kind, code)
    return Situation(fault=fault, urgency=fault.urgency, probability=probability, at=AT, ending=ending)


LEAK = seen("refrigerant_leak", Kind.AIR_CONDITIONER)
CLOG = seen("filter_clog", Kind.AIR_CONDITIONER)
VALVE = seen("inlet_valve_weak", Kind.WASHING_MACHINE)
SLOW, SOON = Ending(p10=30, p50=60, p90=120), Ending(p10=2, p50=5, p90=12)


def cost(decision: Decision, option: Option) -> float:
    return next(one.cost for one in decision.weighed if one.option is option)


@pytest.mark.parametrize(
    ("days", "probability"),
    # Straight lines through (2, 0), (32, 0.1), (62, 0.5), (92, 0.9), (122, 1)
    [(0, 0), (2, 0), (17, 0.05), (32, 0.1), (47, 0.3), (62, 0.5), (92, 0.9), (107, 0.95), (122, 1), (999, 1)],
)
def test_chance_of_failing_by_a_day(days: float, probability: float) -> None:
    assert Ending(p10=32, p50=62, p90=92).within(days) == pytest.approx(probability)


def test_what_has_not_failed_by_now_is_reckoned_with_from_now() -> None:
    # (-30, 0), (-10, 0.1), (10, 0.5), (30, 0.9): 0.3 would have failed by now; 0.2 of the other 0.7 do in ten days.
    due = Ending(p10=-10, p50=10, p90=30)
    assert due.within(0) == pytest.approx(0.0)
    assert due.within(10) == pytest.approx(0.2 / 0.7)
    assert due.within(999) == pytest.approx(1.0)


def test_nobody_is_sent_unasked_for_what_went_by_itself_not_long_ago() -> None:
    back = replace(LEAK, went_days=30.0)
    assert decide(LEAK, PARAMS).option is Option.VISIT_NOW
    assert decide(back, PARAMS).option is Option.NOTHING
    assert "went by itself" in decide(back, PARAMS).reason
    assert decide(replace(back, went_days=180.0), PARAMS).option is Option.VISIT_NOW
    assert decide(back, replace(PARAMS, relapse_days=0.0)).option is Option.VISIT_NOW
    # What was promised stands, somebody who comes anyway looks at it too, and the owner can be asked.
    assert decide(replace(back, asked=True), PARAMS).option in VISITS
    assert decide(replace(back, before=Option.VISIT_NOW), PARAMS).option is Option.VISIT_NOW
    assert decide(replace(back, shared_visit_days=2.0), PARAMS).option is Option.VISIT_BUNDLED
    assert decide(replace(VALVE, went_days=30.0), PARAMS).option is Option.REMOTE_STEP


def test_a_broken_sensor_may_come_and_go() -> None:
    sensor = seen("sensor_fault", Kind.REFRIGERATOR, 0.95)
    assert decide(replace(sensor, went_days=3.0), PARAMS).option is decide(sensor, PARAMS).option
    assert decide(sensor, PARAMS).option is not Option.NOTHING


def test_nobody_is_sent_for_what_is_hardly_likely_unless_somebody_comes_anyway_or_it_was_promised() -> None:
    doubtful = replace(LEAK, probability=0.79, ending=SOON)  # by prices alone a visit: 0.79 * 320 left alone
    assert decide(doubtful, replace(PARAMS, send_from=0.0)).option is Option.VISIT_NOW
    found = decide(doubtful, PARAMS)
    assert found.option is Option.NOTHING
    assert found.reason.endswith("The fault is 79 % likely. That is too little to send somebody for.")
    assert [one.option for one in found.weighed] == [Option.NOTHING]
    assert decide(replace(doubtful, probability=0.8), PARAMS).option is Option.VISIT_NOW
    assert decide(replace(doubtful, shared_visit_days=2.0), PARAMS).option is Option.VISIT_BUNDLED
    assert decide(replace(doubtful, asked=True), PARAMS).option is Option.VISIT_NOW
    assert decide(replace(doubtful, before=Option.VISIT_NOW), PARAMS).option is Option.VISIT_NOW
    assert decide(replace(VALVE, probability=0.6), PARAMS).option is Option.REMOTE_STEP  # the owner can look first


def test_somebody_is_sent_to_what_is_due_already() -> None:
    due = replace(LEAK, probability=0.82, ending=Ending(p10=-15, p50=-1, p90=11))
    assert decide(due, PARAMS).option is Option.VISIT_NOW


def test_what_has_outlived_its_trend_fails_by_the_time_scale_of_the_fault() -> None:
    outlived = replace(LEAK, ending=Ending(p10=-30, p50=-16, p90=-4))
    assert outlived.fails_within(45) == pytest.approx(LEAK.fails_within(45))


def test_without_a_trend_half_fail_by_the_time_scale_of_the_fault() -> None:
    assert LEAK.fails_within(45) == pytest.approx(0.5)
    assert LEAK.fails_within(90) == pytest.approx(0.75)


def test_prices_by_hand() -> None:
    found = decide(replace(LEAK, ending=SLOW), PARAMS)
    # SLOW has 0 at day 0, 0.1 at 30: 0.01 at day 3, 17/300 at day 17; a loss of 320, a visit in it, half
    # of the rest spared where somebody is coming at once
    assert cost(found, Option.VISIT_NOW) == pytest.approx(120 + 0.1 * 60 + 0.9 * 0.01 * 0.5 * (320 - 120))
    assert cost(found, Option.NOTHING) == pytest.approx(0.9 * 1.0 * 320)
    journey = 0.2 * 50 + 0.8 * 120
    assert cost(found, Option.VISIT_BUNDLED) == pytest.approx(
        journey + 0.1 * 60 - 0.1 * 0.3 * (journey + 60) + 0.9 * 17 / 300 * (320 - 120)
    )
    assert found.option is Option.VISIT_BUNDLED
    assert found.saving == pytest.approx(cost(found, Option.NOTHING) - cost(found, Option.VISIT_BUNDLED))
    assert found.waits_until == AT + timedelta(days=14)


def test_what_fails_soon_does_not_wait_for_company() -> None:
    assert decide(replace(LEAK, ending=SOON), PARAMS).option is Option.VISIT_NOW


def test_what_may_fail_before_anybody_arrives_is_not_left_alone() -> None:
    # 0.73 within the 3 days: a visit costs 120 + 20 + 0.66 * 0.73 * 0.5 * 200 = 188, waiting for the failure 0.66 * 320
    soon = Ending(p10=-11.0, p50=-1.0, p90=6.0)
    found = decide(replace(LEAK, probability=0.66, ending=soon), replace(PARAMS, send_from=0.0))
    assert cost(found, Option.VISIT_NOW) == pytest.approx(120 + 0.34 * 60 + 0.66 * soon.within(3) * 0.5 * 200)
    assert found.option in VISITS


def test_what_is_hardly_likely_is_watched() -> None:
    assert decide(replace(LEAK, probability=0.3), PARAMS).option is Option.NOTHING


def test_a_visit_to_the_home_that_comes_anyway_is_shared() -> None:
    assert decide(replace(LEAK, shared_visit_days=5.0, probability=0.5), PARAMS).option is Option.VISIT_BUNDLED


def test_the_owner_is_asked_before_anybody_is_sent() -> None:
    assert decide(CLOG, PARAMS).option is Option.SELF_CARE
    assert decide(VALVE, PARAMS).option is Option.REMOTE_STEP


@pytest.mark.parametrize("situation", [CLOG, VALVE])
def test_what_did_not_help_becomes_a_visit_however_dear(situation: Situation) -> None:
    found = decide(replace(situation, asked=True, probability=0.4), replace(PARAMS, visit=10_000))
    assert found.option in VISITS
    assert Option.NOTHING not in {one.option for one in found.weighed}


def test_a_wait_for_company_ends_and_is_not_begun_anew() -> None:
    first = decide(replace(LEAK, ending=SLOW), PARAMS)
    later = replace(LEAK, ending=SLOW, before=first.option, waits_until=first.waits_until)
    assert decide(replace(later, at=AT + timedelta(days=13.9)), PARAMS).waits_until == first.waits_until
    assert decide(replace(later, at=AT + timedelta(days=14)), PARAMS).option is Option.VISIT_NOW


def test_an_owner_who_said_no_is_left_alone() -> None:
    assert decide(replace(CLOG, refused=True), PARAMS).option is Option.NOTHING


def test_hazards_are_not_weighed() -> None:
    hazard = seen("overload", Kind.CIRCUIT, 0.01)
    assert decide(hazard, replace(PARAMS, visit=1e6)).option is Option.VISIT_NOW
    assert decide(replace(hazard, urgency=Urgency.SELF), replace(PARAMS, nudge=1e6)).option is Option.SELF_CARE


def test_small_changes_do_not_flip_a_decision_and_large_ones_do() -> None:
    priced = replace(PARAMS, send_from=0.0)
    edge = next(p / 100 for p in range(20, 80) if decide(replace(LEAK, probability=p / 100), priced).option in VISITS)
    below = replace(LEAK, probability=edge - 0.02)
    acting = decide(replace(LEAK, probability=edge), priced).option
    assert decide(below, priced).option is Option.NOTHING
    kept = decide(replace(below, before=acting), PARAMS)
    assert kept.option is acting
    assert "Kept" in kept.reason
    assert decide(replace(LEAK, probability=0.15, before=acting), PARAMS).option is Option.NOTHING


@given(
    fault=st.sampled_from(sorted(FAULTS.values(), key=lambda fault: (fault.kind or "", fault.code))),
    probability=st.floats(0, 1),
    days=st.lists(st.floats(-100, 1000), min_size=3, max_size=3),
    known=st.booleans(),
    asked=st.booleans(),
    shared=st.none() | st.floats(0, 60),
    before=st.none() | st.sampled_from(list(Option)),
)
def test_every_situation_is_decided_and_explained(
    fault: object, probability: float, days: list[float], known: bool, asked: bool, shared: float | None,
    before: Option | None,
) -> None:  # fmt: skip
    p10, p50, p90 = sorted(days)
    ending = Ending(p10=p10, p50=p50, p90=p90) if known else None
    situation = Situation(
        fault=fault, urgency=fault.urgency, probability=probability, at=AT, ending=ending, asked=asked,  # type: ignore[arg-type, attr-defined]
        shared_visit_days=shared, before=before,
    )  # fmt: skip
    found = decide(situation, PARAMS)
    assert found.reason
    again = decide(replace(situation, before=found.option, waits_until=found.waits_until), PARAMS)
    assert again.option is found.option  # deciding twice changes nothing
    if situation.urgency is Urgency.URGENT:
        assert found.option is Option.VISIT_NOW
    if found.option in ASKS:
        assert fault.urgency is Urgency.SELF or fault.remote_step  # type: ignore[attr-defined]
    costs = [one.cost for one in found.weighed]
    assert costs == sorted(costs)
    assert all(0 <= one <= 2000 for one in costs)


WANTED = [Wanted(key=key, saving=saving, doubt=doubt)
          for key, saving, doubt in (("a", 10, 0.1), ("b", 90, 0.2), ("c", 50, 0.9), ("d", 40, 0.1))]  # fmt: skip


@pytest.mark.parametrize(
    ("spent", "appliances", "params", "allowed"),
    [
        (Spent(), 10_000, PARAMS, ["b", "c", "d", "a"]),
        # 1000 appliances and 2 visits per 1000 months: the two that save most
        (Spent(), 1000, replace(PARAMS, visits_per_1000_months=2, least_visits=0, day_share=1), ["b", "c"]),
        (Spent(visits=1), 1000, replace(PARAMS, visits_per_1000_months=2, least_visits=0, day_share=1), ["b"]),
        # half a wrong visit is left: c is too doubtful, those behind it are not
        (Spent(doubt=9.5), 1000, PARAMS, ["b", "d", "a"]),
        # 60 a month, a fifth of them in a day
        (Spent(today=10), 1000, PARAMS, ["b", "c"]),
        (Spent(visits=60, today=12), 1000, PARAMS, []),
        # a home of its own is not held to a thousandth of a visit: ten a month, a quarter of them wrong
        (Spent(), 3, PARAMS, ["b", "c", "d", "a"]),
        (Spent(doubt=1.25), 3, PARAMS, ["b", "c", "d"]),
        (Spent(visits=9), 3, PARAMS, ["b"]),
    ],
)  # fmt: skip
def test_the_budget_goes_to_what_saves_most(
    spent: Spent, appliances: int, params: DecisionParams, allowed: list[str]
) -> None:
    assert within_budget(WANTED, spent, appliances, params) == allowed


def test_prices_come_from_the_environment() -> None:
    read = read_decision({"WELLKEPT_DECISION_VISIT": "150", "WELLKEPT_DECISION_NUDGE": "", "PATH": "/bin"})
    assert read == replace(PARAMS, visit=150)


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("WELLKEPT_DECISION_VIST", "1", "is not known; there are WELLKEPT_DECISION_BUNDLED_VISIT"),
        ("WELLKEPT_DECISION_VISIT", "dear", "write a number"),
        ("WELLKEPT_DECISION_VISIT", "nan", "a price from 0 to 1,000,000, not nan"),
        ("WELLKEPT_DECISION_VISIT", "1e308", "a price from 0 to 1,000,000"),
        ("WELLKEPT_DECISION_FAILURE", "-1", "a price from 0"),
        ("WELLKEPT_DECISION_SHARE_CHANCE", "1.5", "a share from 0 to 1"),
        ("WELLKEPT_DECISION_HORIZON_DAYS", "0", "a number of days from 1 to 3,660"),
        ("WELLKEPT_DECISION_LEAST_VISITS", "inf", "a number of visits from 0 to 1,000,000"),
    ],
)
def test_a_price_that_cannot_be_understood_is_named(variable: str, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_decision({variable: text})
    assert variable in str(error.value)
