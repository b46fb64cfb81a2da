"""Bounds, survival and emerging issues against hand-worked examples and a reference library."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, binomtest, ecdf, poisson

from quality.bounds import higher_by_chance, parts_per_million, rate, rate_ratio, share
from quality.emerging import EmergingParams, Group, Issue, emerging_issues, without_echoes
from quality.survival import Life, failure_rate, kaplan_meier


@given(of=st.integers(1, 5_000), part=st.floats(0, 1))
def test_a_share_has_the_bounds_of_the_reference_library(of: int, part: float) -> None:
    count = round(part * of)
    expected = binomtest(count, of).proportion_ci(0.95, method="exact")
    found = share(count, of)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_no_complaint_among_three_hundred_visits_still_allows_twelve_thousand_per_million() -> None:
    found = parts_per_million(0, 300)
    assert found.value == 0
    assert found.high == pytest.approx((1 - 0.025 ** (1 / 300)) * 1e6)  # by hand: (1 - p)^300 = 0.025
    assert found.high == pytest.approx(12_221, abs=1)


def test_nothing_to_divide_by_gives_no_figure() -> None:
    assert share(0, 0).value is None
    assert rate(0, 0.0).high is None
    assert rate_ratio(1, 10.0, 0, 0.0).value is None
    assert rate_ratio(0, 10.0, 0, 10.0).value is None


@pytest.mark.parametrize(("count", "of"), [(-1, 3), (4, 3)])
def test_an_impossible_share_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(count, of)


@given(count=st.integers(0, 200), exposure=st.floats(0.1, 1e6))
def test_the_bounds_of_a_rate_leave_two_and_a_half_percent_on_each_side(count: int, exposure: float) -> None:
    found = rate(count, exposure)
    assert found.low is not None
    assert found.high is not None
    assert poisson.cdf(count, found.high * exposure) == pytest.approx(0.025, abs=1e-6)
    if count:
        assert poisson.sf(count - 1, found.low * exposure) == pytest.approx(0.025, abs=1e-6)
    else:
        assert found.low == 0


def test_a_rate_ratio_by_hand() -> None:
    found = rate_ratio(8, 100.0, 2, 100.0)
    assert found.value == pytest.approx(4.0)
    # Given ten events, this side's share is 0.8 with Clopper-Pearson bounds 0.4439 and 0.9748: odds 0.798 and 38.67.
    assert found.low == pytest.approx(0.798, abs=0.001)
    assert found.high == pytest.approx(38.67, abs=0.05)
    assert higher_by_chance(8, 100.0, 2, 100.0).tolist() == pytest.approx([56 / 1024])  # (45 + 10 + 1) of 2^10


def test_survival_by_hand_with_late_entry_and_censoring() -> None:
    lives = [
        Life(from_d=0, to_d=10, failed=True),
        Life(from_d=0, to_d=15, failed=False),
        Life(from_d=0, to_d=20, failed=True),
        Life(from_d=12, to_d=30, failed=False),  # not at risk on day 10
        Life(from_d=0, to_d=30, failed=True),
    ]
    curve = kaplan_meier(lives, min_at_risk=1)
    assert curve.ages_d.tolist() == [10, 20, 30]
    assert curve.at_risk.tolist() == [4, 3, 2]
    assert curve.survival.tolist() == pytest.approx([3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3 / 2])
    assert curve.at(5) == (1.0, 1.0, 1.0)
    middle = curve.at(25)
    assert middle is not None
    assert middle[0] == pytest.approx(0.5)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=60).filter(
        lambda lives: any(failed for _, failed in lives)
    )
)
def test_without_late_entry_the_curve_is_that_of_the_reference_library(lives: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier([Life(from_d=0, to_d=age, failed=failed) for age, failed in lives], min_at_risk=1)
    data = CensoredData(
        uncensored=[age for age, failed in lives if failed], right=[age for age, failed in lives if not failed]
    )
    reference = ecdf(data).sf
    assert curve.survival == pytest.approx(np.asarray(reference.evaluate(curve.ages_d)))
    inside = (curve.survival > 0) & (curve.survival < 1)
    with warnings.catch_warnings(action="ignore"):  # of its own infinities where nobody or everybody is left
        expected = reference.confidence_interval(0.95, method="log-log")
    assert curve.low[inside] == pytest.approx(np.asarray(expected.low.evaluate(curve.ages_d[inside])))
    assert curve.high[inside] == pytest.approx(np.asarray(expected.high.evaluate(curve.ages_d[inside])))


def test_a_single_early_unit_does_not_decide_the_curve() -> None:
    lives = [Life(from_d=0, to_d=3, failed=True), *(Life(from_d=100, to_d=400, failed=i == 0) for i in range(20))]
    curve = kaplan_meier(lives)
    assert curve.ages_d.tolist() == [400]


def test_units_that_joined_late_do_not_make_a_model_look_better() -> None:
    """Constant hazard: failure per 1000 months is the same whether a unit is watched from day 0 or from day 300."""
    rng = np.random.default_rng(7)
    fails = rng.exponential(1000, size=4000)
    enters = rng.uniform(0, 600, size=4000)
    lives = [
        Life(from_d=float(a), to_d=float(min(b, 900)), failed=bool(b < 900))
        for a, b in zip(enters, fails, strict=True)
        if b > a and a < 900
    ]
    at_900 = kaplan_meier(lives).at(899)
    assert at_900 is not None
    assert at_900[1] < np.exp(-0.9) < at_900[2]
    found = failure_rate(lives)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1000 * 365.25 / 12 / 1000 < found.high


def batches(rates: list[float], rng: np.random.Generator, months: float = 500.0) -> list[Group]:
    counts = [int(rng.poisson(rate * months)) for rate in rates]
    return [
        Group(
            kind="refrigerator",
            fault="compressor_failing",
            dimension="batch",
            value=f"b{number:03}",
            events=events,
            failed=events,
            months=months,
        )
        for number, events in enumerate(counts)
    ]


def test_one_bad_batch_among_fifty_is_named_with_its_ratio() -> None:
    rng = np.random.default_rng(1)
    found = emerging_issues(batches([0.002] * 49 + [0.03], rng))
    assert [issue.group.value for issue in found] == ["b049"]
    assert found[0].ratio.low is not None
    assert found[0].ratio.low > 3
    assert found[0].q_value < 0.001


def test_among_equal_batches_nothing_is_found_in_nineteen_of_twenty_weeks() -> None:
    rng = np.random.default_rng(2)
    weeks = [emerging_issues(batches([0.004] * 60, rng)) for _ in range(300)]
    false = sum(bool(week) for week in weeks)
    assert share(false, len(weeks)).low is not None
    assert false / len(weeks) <= 0.05


def test_two_appliances_are_no_case_however_often_they_fail_and_a_group_without_others_is_not_judged() -> None:
    few = [
        Group(
            kind="dryer",
            fault="vent_clog",
            dimension="model",
            value=value,
            events=events,
            failed=min(events, 2),
            months=months,
        )
        for value, events, months in (("a", 5, 1.0), ("b", 0, 100_000.0))
    ]
    assert emerging_issues(few) == []
    assert [i.group.value for i in emerging_issues(few, EmergingParams(min_failed=2))] == ["a"]
    alone = Group(kind="dryer", fault="vent_clog", dimension="model", value="a", events=9, failed=9, months=1.0)
    assert emerging_issues([alone]) == []


def test_a_few_owners_whose_filters_clog_again_and_again_are_no_bad_batch() -> None:
    def batch(name: str, events: int, failed: int) -> Group:
        return Group(
            kind="dryer", fault="vent_clog", dimension="batch", value=name, events=events, failed=failed, months=100.0
        )

    others = [batch(f"b{number:02}", 4, 4) for number in range(20)]
    assert emerging_issues([*others, batch("again", 40, 4)]) == []
    (issue,) = emerging_issues([*others, batch("bad", 40, 20)])
    assert (issue.group.value, issue.per_1000.value, issue.rest_per_1000.value) == ("bad", 200.0, 40.0)
    assert issue.ratio.value == pytest.approx(5.0)


def test_a_part_is_a_case_only_where_no_fault_of_its_group_is_one() -> None:
    def issue(fault: str, value: str) -> Issue:
        group = Group(kind="dryer", fault=fault, dimension="batch", value=value, events=9, failed=9, months=90.0)
        some = rate(9, 90.0)
        return Issue(group=group, per_1000=some, rest_per_1000=some, ratio=some, q_value=0.01)

    both, alone = [issue("vent_clog", "b1"), issue("part:belt", "b1")], issue("part:belt", "b2")
    assert without_echoes([*both, alone]) == [both[0], alone]
