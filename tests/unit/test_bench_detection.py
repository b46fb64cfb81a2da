"""The benchmarks' own arithmetic: scores by hand, a step noticed after it came, intervals that held."""

import numpy as np
import pytest

from bench.detection import Watch, alarms
from bench.detection_score import Points, events_found, score_points
from bench.prognosis import fit_edges, measure
from domain.faults import Urgency
from models.evaluation.truth import Truth
from tests.unit.evaluation_cases import at


def _flags(text: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([mark == "1" for mark in text])


def test_points_are_counted_one_by_one() -> None:
    points = Points(_flags("0011100000"), _flags("0001111000"))
    # 2 hits, 1 false of 6 healthy, 2 missed of 4
    assert score_points([points]) == {"f1": round(4 / 7, 3), "false_alarms_pct": 16.7, "missed_pct": 50.0}


def test_an_alarm_that_was_up_already_found_nothing() -> None:
    truth = _flags("0011001100")
    assert events_found(_flags("0111000100"), truth) == (1, 2)
    assert events_found(_flags("0000000000"), truth) == (0, 2)


def test_a_step_is_noticed_after_it_came() -> None:
    values = np.random.default_rng(1).normal(10.0, 0.1, 120)
    assert not alarms(Watch(values), 40).any()
    values[80:] += 1.0
    raised = alarms(Watch(values), 40)
    assert not raised[:81].any()
    assert raised[84:].all()


def test_edges_hold_their_share_of_as_many_more() -> None:
    ratios = [float(number) for number in range(1, 100)]
    # 0.05 - 1 / 100 = 0.04 to either side of 1 to 99
    assert fit_edges(ratios) == pytest.approx((1 + 0.04 * 98, 50.0, 99 - 0.04 * 98))
    assert fit_edges([1.0, 2.0, 3.0]) == (1.0, 2.0, 3.0)


def test_an_interval_is_judged_by_the_first_finding_of_its_fault() -> None:
    def line(raised: float, p50: float) -> dict[str, object]:
        days = {"raised_at": raised, "fails_p10": p50 - 5, "fails_p50": p50, "fails_p90": p50 + 5}
        texts = {name: at(day).isoformat() for name, day in days.items()}
        return {"appliance_id": "a", "fault": "filter_clog", "urgency": "self", **texts}

    truth = Truth(appliance_id="a", fault="filter_clog", onset=at(10), detectable=at(12), failure=at(33), end=None,
                  abrupt=False)  # fmt: skip
    before, first, later = line(3, 40), line(20, 33), line(25, 60)
    # raised 13 days before P50, the middle is 0.65 of the centre: 20 days; 13 of them were left
    found = measure([before, first, later], [truth])
    assert [(held, round(ratio, 9)) for held, ratio in found[Urgency.SELF]] == [(True, 0.65)]
