"""Figures against hand calculations."""

import re
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.faults import Urgency
from models.evaluation.calibration import Counts, calibration
from models.evaluation.costs import CostParams, Course, costs
from models.evaluation.figures import rate_per_1000, recall_at_budget, recall_curve, share, spread, spread_of_all
from models.evaluation.intervals import Ended, coverage
from models.evaluation.page_plots import budget
from models.evaluation.plots import round_values


@pytest.mark.parametrize(
    ("values", "p10", "p50", "p90"),
    [
        ([30.0, None, 10.0], None, 10.0, 30.0),  # the middle of nothing, 10 and 30
        ([30.0, None, 10.0, None], None, None, 30.0),  # the lower of the two in the middle
        ([5.0, -2.0, 9.0], -2.0, 5.0, 9.0),
        ([], None, None, None),
    ],
)
def test_what_was_missed_is_below_every_number(
    values: list[float | None], p10: float | None, p50: float | None, p90: float | None
) -> None:
    found = sum(value is not None for value in values)
    assert spread_of_all(values) == {"n": len(values), "found": found, "p10": p10, "p50": p50, "p90": p90}


@pytest.mark.parametrize(
    ("count", "months", "upper"),
    [
        (0, 1000.0, 2.9957),  # -ln 0.05: the rule of three
        (1, 1000.0, 4.7439),  # the root of exp(-m) (1 + m) = 0.05
        (5, 2000.0, 10.5130 / 2),
    ],
)
def test_upper_bound_of_a_rate_is_exact(count: int, months: float, upper: float) -> None:
    rate = rate_per_1000(count, months)
    assert rate["per_1000"] == pytest.approx(1000 * count / months)
    assert rate["upper95"] == pytest.approx(upper, abs=1e-3)


def test_rate_without_months_is_unknown_not_zero() -> None:
    assert rate_per_1000(0, 0.0)["per_1000"] is None


def test_share_pools_events_and_resamples_appliances() -> None:
    # one appliance found 4 of 4, three found 0 of 1: 4/7 over events, and very uncertain over appliances
    found = share([4, 0, 0, 0], [4, 1, 1, 1])
    assert found["value"] == pytest.approx(4 / 7)
    assert found["low"] == 0.0  # resamples without the good one: (3/4)^4 = 32 %
    assert found["high"] > 0.85


def test_share_of_one_appliance_has_no_width_but_says_how_few() -> None:
    found = share([1], [1])
    assert (found["value"], found["low"], found["high"], found["of"]) == (1.0, 1.0, 1.0, 1.0)


def test_share_of_nothing_is_unknown() -> None:
    assert share([], [])["value"] is None
    assert share([0, 0], [0, 0])["value"] is None


def test_spread_interpolates() -> None:
    # 0..10: P10 is 1, P50 is 5, P90 is 9
    assert spread([float(n) for n in range(11)]) == {"n": 11, "p10": 1.0, "p50": 5.0, "p90": 9.0}
    assert spread([])["p50"] is None


def test_calibration_by_hand() -> None:
    # said 0.75 twice (one came true), 0.25 twice (none): Brier (0.0625 + 0.5625 + 2 * 0.0625) / 4 = 0.1875;
    # bins: |0.75 - 0.5| * 1/2 + |0.25 - 0| * 1/2 = 0.25
    found = calibration([0.75, 0.75, 0.25, 0.25], [True, False, False, False])
    assert isclose(found["brier"], 0.1875)
    assert isclose(found["ece"], 0.25)
    assert [one["n"] for one in found["bins"]] == [2, 2]


def test_probability_one_has_a_bin() -> None:
    assert calibration([1.0], [True])["ece"] == 0.0


def test_the_brier_score_falls_into_its_parts() -> None:
    # bins 0.75 (half true) and 0.25 (none): reliability 0.25^2, resolution (0.5 - 0.25)^2 and (0 - 0.25)^2 as often,
    # uncertainty 0.25 * 0.75; 0.0625 - 0.0625 + 0.1875 is the Brier score, so nothing was gained on saying 0.25
    found = calibration([0.75, 0.75, 0.25, 0.25], [True, False, False, False])
    assert found["parts"] == pytest.approx(
        {"reliability": 0.0625, "resolution": 0.0625, "uncertainty": 0.1875, "within_bins": 0.0, "skill": 0.0}
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0.01, 10), st.floats(0.01, 10)), min_size=1))
def test_the_parts_add_up_with_any_weights(rows: list[tuple[float, bool, float, float]]) -> None:
    said, was, true, false = (list(column) for column in zip(*rows, strict=True))
    found = calibration(said, was, [Counts(*both) for both in zip(true, false, strict=True)])
    parts = found["parts"]
    summed = parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within_bins"]
    assert summed == pytest.approx(found["brier"], abs=1e-9)
    assert 0 <= found["perfect"]["low"] <= found["perfect"]["high"] <= 1


def test_a_perfect_forecast_shows_an_error_too() -> None:
    # two findings of 0.5 in a bin: both or none come true half of the time, which looks like an error of 0.5
    perfect = calibration([0.5, 0.5], [True, False])["perfect"]
    assert perfect["ece"] == pytest.approx(0.25, abs=0.02)
    assert (perfect["low"], perfect["high"]) == (0.0, 0.5)


def test_a_perfect_forecast_at_real_base_rates_is_more_often_true_in_an_enriched_fleet() -> None:
    # A true one counts 0.1, a false one 1, both are as likely: so ten of eleven findings are true. Both true or both
    # false: error 0.5, (100 + 1) / 121 of the time; else |0.1 * -0.5 + 1 * 0.5| / 1.1 = 0.409. In the mean 0.485.
    found = calibration([0.5, 0.5], [True, False], [Counts(0.1, 1.0)] * 2)
    assert found["ece"] == pytest.approx(0.45 / 1.1)
    assert found["perfect"]["ece"] == pytest.approx(0.485, abs=0.005)
    assert found["effective"] == pytest.approx(1.1**2 / 1.01)


def test_coverage_with_its_width_and_its_exact_interval() -> None:
    # Of ten, one failed a day before P10 and one had failed before it was raised, within P10 to P90.
    ended = [Ended(2.0, 10.0, 22.0, 10.0)] * 8 + [Ended(2.0, 10.0, 22.0, 1.0), Ended(-4.0, 5.0, 16.0, -1.0)]
    found = coverage({"self": ended}, given=30)
    one = found["classes"]["self"]
    assert (one["n"], one["inside"], one["before_p10"], one["after_p90"], one["before_p50"]) == (10, 0.9, 1, 0, 2)
    # Clopper-Pearson, 9 of 10, as tabulated
    assert (one["low"], one["high"]) == (pytest.approx(0.5550, abs=1e-4), pytest.approx(0.9975, abs=1e-4))
    assert one["width_days"]["p50"] == 20.0
    assert one["width_over_days_left"]["p50"] == 2.0  # 20 days wide, failing after 10; the one that had failed has none
    assert one["score_days"] == pytest.approx(20.0 + 20.0 * 1.0 / 10)  # twenty times the one day missed, of ten
    assert coverage({}, given=0)["classes"] == {}


def test_recall_at_a_budget() -> None:
    # 4 faults, one missed; false ones at 0.7 and 0.5; 500 months, so each false one is 2 per 1000
    curve = recall_curve([0.9, 0.6, 0.5, None], [0.7, 0.5], 500.0)
    assert [(one["recall"], one["false_per_1000"]) for one in curve] == [
        (0.25, 0.0), (0.25, 2.0), (0.5, 2.0), (0.75, 4.0),
    ]  # fmt: skip
    assert recall_at_budget(curve, 0.5) == 0.25
    assert recall_at_budget(curve, 3.0) == 0.5
    assert recall_at_budget(curve, 10.0) == 0.75


def test_budget_that_no_limit_keeps_gives_nothing() -> None:
    assert recall_at_budget(recall_curve([0.5], [0.9], 100.0), 0.5) == 0.0
    assert recall_at_budget(recall_curve([], [0.9], 100.0), 0.5) is None


def test_costs_by_hand() -> None:
    params = CostParams(visit=100, nudge=1, failure=400, urgent_failure=1000, calendar_visit=50, calendar_days=365.25)
    # 1000 appliance-months; three faults: found in time, missed with a window of a fifth of the interval, never fails
    courses = [
        Course(urgency=Urgency.VISIT, window_days=36.525, in_time=True),
        Course(urgency=Urgency.URGENT, window_days=0.0, in_time=False),
        Course(urgency=Urgency.VISIT, window_days=None, in_time=False),
    ]
    found = costs(courses, visits=2, nudges=3, appliance_days=1000 * 365.25 / 12, params=params)
    assert found["reactive"] == pytest.approx(1400)
    assert found["predicted"] == pytest.approx(2 * 100 + 3 + 1000)
    # rounds: 1000 / 12 visits of 50; the first fault escapes with 0.9, the second for sure
    assert found["calendar"] == pytest.approx(1000 / 12 * 50 + 0.9 * 400 + 1000)


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [
        (0.0, 3.75, [0.0, 1.0, 2.0, 3.0]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-7.0, 42.0, [0.0, 10.0, 20.0, 30.0, 40.0]),
        (0.0, 0.0, [0.0]),
    ],
)
def test_axes_are_numbered_at_round_values(low: float, high: float, values: list[float]) -> None:
    assert round_values(low, high) == values


def test_each_trivial_way_has_a_style_of_its_own_beside_the_models() -> None:
    rows = [
        {"name": name, "recall": {"self": 0.1}, "false_nudges": {"per_1000": 2.0}}
        for name in ("models", "hours_counter", "plain_threshold", "random")
    ]
    curves = {"visit": [], "self": [{"false_per_1000": 1.0, "recall": 0.5}]}
    styles = re.findall(r'class="(\w+) dot"', budget({"curves": curves, "baselines": rows}))
    assert len(styles) == len(set(styles)) == 4
