"""Which finding speaks of which fault, and the counts that follow, worked out by hand."""

from dataclasses import replace

import pytest

from domain.faults import Urgency
from domain.signals import Kind
from models.evaluation.matching import Outcome, match
from models.evaluation.tally import scene, seconds_to_alarm, tally
from tests.unit.evaluation_cases import at, finding, fleet, truth, watched

AC = fleet({"ac-1": Kind.AIR_CONDITIONER, "ac-2": Kind.AIR_CONDITIONER, "ac-3": Kind.AIR_CONDITIONER})
LEAK = truth("ac-1", "refrigerant_leak", onset=10, detectable=20, failure=60, end=70)


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        (8.9, Outcome.FALSE),  # more than a day before the onset: no credit for prophecy
        (9.1, Outcome.TRUE),  # the onset is a day, not an instant
        (15.0, Outcome.TRUE),  # earlier than anybody could be blamed for missing it
        (65.0, Outcome.TRUE),  # after the failure it is still there: true, but late
        (71.9, Outcome.TRUE),
        (72.1, Outcome.FALSE),  # it was repaired on day 70
    ],
)
def test_window_of_a_slow_fault(days: float, outcome: Outcome) -> None:
    matched = match([finding("ac-1", "refrigerant_leak", days)], [LEAK], AC)
    assert [one.outcome for one in matched.judged] == [outcome]


def test_first_finding_counts_and_the_second_is_a_repeat() -> None:
    some = [finding("ac-1", "refrigerant_leak", 40), finding("ac-1", "refrigerant_leak", 30)]
    matched = match(some, [LEAK], AC)
    assert [one.outcome for one in matched.judged] == [Outcome.TRUE, Outcome.REPEAT]
    assert matched.found[0].raised_at == some[1].raised_at


def test_other_fault_of_the_same_appliance_is_wrong_not_false() -> None:
    matched = match([finding("ac-1", "filter_clog", 30), finding("ac-2", "filter_clog", 30)], [LEAK], AC)
    assert [one.outcome for one in matched.judged] == [Outcome.WRONG_FAULT, Outcome.FALSE]


def test_broken_sensor_excuses_no_appliance_verdict() -> None:
    broken = truth("ac-1", "sensor_fault", onset=10, detectable=10)
    matched = match([finding("ac-1", "refrigerant_leak", 30)], [broken], AC)
    assert matched.judged[0].outcome is Outcome.FALSE


def test_second_course_of_a_fault_is_another_event() -> None:
    again = truth("ac-1", "refrigerant_leak", onset=80, detectable=90)
    some = [finding("ac-1", "refrigerant_leak", 30), finding("ac-1", "refrigerant_leak", 95)]
    assert set(match(some, [LEAK, again], AC).found) == {0, 1}


def test_neutral_loss_is_found_on_any_circuit_of_the_home() -> None:
    circuits = fleet({"a": Kind.CIRCUIT, "b": Kind.CIRCUIT})
    same_home = {name: type(one)(**{**_fields(one), "household_id": "h"}) for name, one in circuits.items()}
    loss = truth("a", "neutral_loss", onset=1, detectable=1, end=2)
    assert match([finding("b", "neutral_loss", 1)], [loss], same_home).judged[0].outcome is Outcome.TRUE
    assert match([finding("b", "neutral_loss", 1)], [loss], circuits).judged[0].outcome is Outcome.FALSE


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined]


def test_counts_by_hand() -> None:
    """Two leaks: one found 30 days ahead, one missed; one unit that cannot show it; one false finding."""
    real = [LEAK, truth("ac-2", "refrigerant_leak", 10, 20, 60), truth("ac-3", "refrigerant_leak", 10, None, 60)]
    said = [finding("ac-1", "refrigerant_leak", 30), finding("ac-2", "refrigerant_leak", 5)]
    of = scene(AC, watched(AC), real, said)
    found = tally(of, has_fault=lambda kind, fault: fault == "refrigerant_leak")
    assert (found["events"], found["findings"], found["true"], found["false"]) == (2, 2, 1, 1)
    assert found["recall"]["value"] == 0.5
    assert found["recall_7_days_ahead"]["value"] == 0.5
    assert found["precision"]["value"] == 0.5
    assert found["lead_days"] == {"n": 1, "p10": 30.0, "p50": 30.0, "p90": 30.0}
    # Both could be seen 40 days before; the one that was missed is the lower half.
    assert found["lead_days_with_precursor"] == {"n": 2, "found": 1, "p10": None, "p50": None, "p90": 30.0}
    assert found["delay_days"]["p50"] == 10.0


def test_fault_that_shows_after_the_case_ends_is_nobodys_miss() -> None:
    of = scene(AC, watched(AC, days=15), [LEAK], [])
    assert tally(of, has_fault=lambda kind, fault: True)["events"] == 0


def test_found_four_days_ahead_is_not_a_week() -> None:
    of = scene(AC, watched(AC), [LEAK], [finding("ac-1", "refrigerant_leak", 56)])
    found = tally(of, has_fault=lambda kind, fault: True)
    assert found["recall_before_failure"]["value"] == 1.0
    assert found["recall_7_days_ahead"]["value"] == 0.0


def test_seconds_to_alarm() -> None:
    circuits = fleet({"c-1": Kind.CIRCUIT, "c-2": Kind.CIRCUIT})
    real = [truth("c-1", "overload", 1, 1, end=2, abrupt=True), truth("c-2", "overload", 1, 1, end=2, abrupt=True)]
    said = [finding("c-1", "overload", 1 + 40 / 86_400, urgency=Urgency.URGENT)]
    shown = {0: real[0].detectable or said[0].raised_at}
    found = seconds_to_alarm(scene(circuits, watched(circuits), real, said), shown)
    assert (found["events"], found["found"], found["within_60_s"]) == (2, 1, 1)
    assert found["p50"] == pytest.approx(40.0, abs=0.01)


@pytest.mark.parametrize(("cleared", "stood"), [(None, 1), (9.0, 1), (4.0, 0)])
def test_what_comes_while_an_earlier_finding_stands_is_counted_apart(cleared: float | None, stood: int) -> None:
    circuits = fleet({"c-1": Kind.CIRCUIT})
    real = [truth("c-1", "overload", 1, 1, end=2), truth("c-1", "overload", 5, 5, end=6)]
    said = [
        replace(
            finding("c-1", "overload", 1, urgency=Urgency.URGENT), cleared_at=None if cleared is None else at(cleared)
        )
    ]
    shown = {place: one.detectable for place, one in enumerate(real) if one.detectable}
    found = seconds_to_alarm(scene(circuits, watched(circuits), real, said), shown)
    assert (found["found"], found["shown"], found["within_of_reading"], found["stood"]) == (1, 2, 1, stood)


def test_what_was_there_for_an_hour_before_it_was_a_hazard_grew() -> None:
    circuits = fleet({"c-1": Kind.CIRCUIT})
    real = [truth("c-1", "loose_contact", 1, 9, end=12), truth("c-1", "loose_contact", 20, 20 + 1 / 30, end=21)]
    said = [finding("c-1", "loose_contact", 10, urgency=Urgency.URGENT)]
    found = seconds_to_alarm(scene(circuits, watched(circuits), real, said), {})
    assert [row["grew"] for row in found["conditions"]] == [True, False]
    assert [(one["grew"], one["grew_found"]) for one in found["faults"]] == [(1, 1)]
