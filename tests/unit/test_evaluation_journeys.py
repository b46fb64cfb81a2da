"""What counts as a visit: somebody was sent. Both readings, and what it asked of people."""

from dataclasses import replace

from domain.faults import Urgency
from domain.readings import to_us
from domain.signals import Kind
from models.evaluation.case import CaseAppliance
from models.evaluation.journeys import asked_of_people, false_findings, reweighted
from models.evaluation.tally import Scene, scene
from models.evaluation.truth import Weight
from models.evaluation.walk import Seen
from tests.unit.evaluation_cases import at, finding, truth

NAMES = ("sent", "asked", "stands", "true", "nudged")


def _scene() -> Scene:
    """A leak at once, a sensor that went and one that stayed, a true bearing, a filter that was clean; 1000 months."""
    washer = {
        name: CaseAppliance(id=name, household_id=name, kind=Kind.WASHING_MACHINE, model="", firmware="",
                            installed_on=None, facts={})
        for name in NAMES
    }  # fmt: skip
    seen = {
        name: Seen(appliance_id=name, rows=1, first_us=to_us(at(0)), last_us=to_us(at(100)), data_days=100,
                   longest_gap_days=0.0, outdoor_c={})
        for name in NAMES
    }  # fmt: skip
    found = [
        replace(finding("sent", "bearing_wear", 10), sent_at=at(10)),
        finding("asked", "sensor_fault", 10),
        replace(finding("stands", "sensor_fault", 10), sent_at=at(17)),
        replace(finding("true", "bearing_wear", 20), sent_at=at(20)),
        replace(finding("nudged", "drain_filter_clog", 5, urgency=Urgency.SELF), sent_at=at(26)),
    ]
    return scene(washer, seen, [truth("true", "bearing_wear", 15, 15)], found)


def test_a_visit_is_false_if_somebody_was_sent_and_both_readings_are_told() -> None:
    false = false_findings(_scene(), 1000.0)
    assert {name: one["count"] for name, one in false.items()} == {
        "false_visits": 2,
        "false_visits_as_raised": 3,
        "false_or_wrong_visits": 2,
        "visits_after_needless_self_care": 1,
        "false_nudges": 1,
        "false_alarms": 0,
    }


def test_precision_at_real_base_rates_is_of_journeys_beside_that_of_findings() -> None:
    weights = {("washing_machine", "bearing_wear"): Weight(drawn=0.2, real=0.1)}
    rows = reweighted(_scene(), weights, 1000.0)
    assert rows is not None
    # a true bearing counts 0.1 / 0.2, what is false one each (no share of time is known)
    assert rows["visit"]["precision"] == 0.5 / (0.5 + 2)
    assert rows["visit_as_raised"]["precision"] == 0.5 / (0.5 + 3)
    assert reweighted(_scene(), {}, 1000.0) is None


def test_every_finding_asked_somebody_for_something() -> None:
    rows = {one["asked"]: (one["findings"], one["true"], one["false"]) for one in asked_of_people(_scene(), 1000.0)}
    assert rows == {
        "technician sent at once": (2, 1, 1),
        "technician sent after the owner's step or a wait": (1, 0, 1),
        "technician not needed after that": (1, 0, 1),
        "owner reminded": (1, 0, 1),
        "owner alarmed": (0, 0, 0),
    }
