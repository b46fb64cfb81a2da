"""A goal is reached or missed only where the whole interval says so."""

from typing import Any

import pytest

from models.evaluation.figures import rate_per_1000, share
from models.evaluation.goals import against_goals

NOTHING = share([], [])


def report(**parts: Any) -> dict[str, Any]:
    """Of a fleet in which nothing happened, but for `parts`."""
    early = {"n": 0, "found": 0, "p10": None, "p50": None, "p90": None}
    one = {"recall_before_failure": NOTHING, "recall_7_days_ahead": NOTHING, "recall_14_days_ahead": NOTHING,
           "lead_days_with_precursor": early}  # fmt: skip
    none = rate_per_1000(0, 0.0)
    return {
        "classes": {"visit": one, "self": one},
        **dict.fromkeys(("false_visits", "false_visits_as_raised", "false_nudges"), none),
        "right_fault_named": NOTHING,
        "right_part": NOTHING,
        "real_base_rates": None,
        "calibration": {"ece": None},
        "calibration_real": None,
        "interval_coverage": {"classes": {}},
        "seconds_to_alarm": {"shown": 0},
        "splits": [],
        **parts,
    }


def met(figure: str, **parts: Any) -> bool | None:
    (one,) = (one for one in against_goals(report(**parts)) if one.figure.startswith(figure))
    return one.met


def test_where_nothing_happened_nothing_can_be_told() -> None:
    assert {one.met for one in against_goals(report())} == {None}


@pytest.mark.parametrize(
    ("hits", "of", "expected"),
    [(2, 2, None), (1, 2, None), (0, 2, False), (40, 40, True), (20, 40, False)],  # 0.975 ** (1 / 40) = 0.91
)
def test_a_share_needs_its_interval(hits: int, of: int, expected: bool | None) -> None:
    found = share([float(place < hits) for place in range(of)], [1.0] * of)
    assert met("right part", right_part=found) is expected


@pytest.mark.parametrize(
    ("count", "months", "expected"),
    # Poisson, 95 %: 0 is up to 3.0; 1 is 0.05 to 4.74; 6 is 2.61 to 11.84
    [(0, 900.0, None), (0, 1100.0, True), (1, 900.0, None), (1, 1700.0, True), (6, 1000.0, None), (6, 800.0, False)],
)
def test_false_nudges_need_their_bounds(count: int, months: float, expected: bool | None) -> None:
    assert met("false nudges", false_nudges=rate_per_1000(count, months)) is expected


@pytest.mark.parametrize(
    ("ece", "mean", "high", "expected"),
    [
        (0.105, 0.09, 0.176, None),  # chance alone may show as much
        (0.02, 0.05, 0.14, None),  # so few that hitting the goal is luck
        (0.025, 0.02, 0.04, True),
        (0.05, 0.02, 0.04, False),
    ],
)
def test_a_calibration_error_needs_more_than_chance(
    ece: float, mean: float, high: float, expected: bool | None
) -> None:
    found = {"n": 20, "ece": ece, "perfect": {"ece": mean, "low": 0.0, "high": high}}
    assert met("calibration", calibration=found) is expected


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.16, 1.0, None), (0.86, 0.94, True), (0.5, 0.84, False), (0.96, 1.0, False)]
)
def test_prognoses_may_hold_too_much_as_well_as_too_little(low: float, high: float, expected: bool | None) -> None:
    days = {"p50": 1.0}
    one = {"n": 9, "inside": 0.9, "low": low, "high": high, "before_p10": 0, "after_p90": 0, "width_days": days,
           "width_over_days_left": days}  # fmt: skip
    assert met("failures within", interval_coverage={"classes": {"visit": one}}) is expected


@pytest.mark.parametrize(("true", "worth", "expected"), [(1.0, 5.0, None), (1.0, 40.0, True), (0.5, 40.0, False)])
def test_precision_at_real_base_rates_is_as_sure_as_its_findings_are_worth(
    true: float, worth: float, expected: bool | None
) -> None:
    real = {"visit": {"precision": true}, "visit_as_raised": {"precision": true}}
    classes = {"visit": {"effective": worth}}
    assert met("visit precision", real_base_rates=real, calibration_classes=classes) is expected


@pytest.mark.parametrize(("ahead", "expected"), [(3, None), (10, True), (0, False)])
def test_a_median_is_told_by_how_many_lie_beyond_the_goal(ahead: int, expected: bool | None) -> None:
    early = {"n": 10, "found": 10, "p10": 1.0, "p50": 15.0, "p90": 20.0}
    ten = share([float(place < ahead) for place in range(10)], [1.0] * 10)
    visit = report()["classes"]["visit"] | {"lead_days_with_precursor": early, "recall_14_days_ahead": ten}
    assert met("their median", classes={"visit": visit, "self": visit}) is expected
