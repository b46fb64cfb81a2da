"""The benchmarks' own arithmetic: scores by hand, a step noticed after it came, intervals that held."""

import numpy as np

from bench.detection import Watch, alarms
from bench.detection_score import Points, events_found, score_points


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
