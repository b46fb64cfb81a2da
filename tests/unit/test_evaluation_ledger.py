"""From verdicts to findings: one open finding per appliance and fault."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import models.evaluation
from domain.decision_params import DecisionParams
from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.readings import to_us
from domain.services import Service
from domain.signals import Kind
from models.evaluation.ledger import Finding, Ledger, as_line
from tests.unit.evaluation_cases import at


def _verdict(days: float, fault: str, *, present: bool = True, urgency: Urgency = Urgency.URGENT) -> Verdict:
    evidence = (Evidence(signal="current_a", expected=10.0, observed=float("nan"), unit="A", since=at(days)),)
    return Verdict(fault=fault, present=present, at=at(days), probability=1.0, urgency=urgency, evidence=evidence)


def _heard(kind: Kind, *verdicts: Verdict) -> list[Finding]:
    ledger = Ledger(appliance_id="a", kind=kind)
    for verdict in verdicts:
        ledger.hear(verdict, to_us(verdict.at))
    return ledger.findings()


def test_urgent_events_within_a_day_are_one_finding() -> None:
    found = _heard(
        Kind.CIRCUIT,
        _verdict(0.0, "overload"),
        _verdict(0.1, "overload", present=False),
        _verdict(0.9, "overload"),  # 0.8 days after the end
        _verdict(1.0, "overload", present=False),
    )
    assert [(one.raised_at, one.cleared_at) for one in found] == [(at(0.0), at(1.0))]


def test_urgent_event_after_more_than_a_day_is_another_finding() -> None:
    found = _heard(
        Kind.CIRCUIT,
        _verdict(0.0, "overload"),
        _verdict(0.1, "overload", present=False),
        _verdict(1.2, "overload"),
    )
    assert [one.raised_at for one in found] == [at(0.0), at(1.2)]
    assert [one.cleared_at for one in found] == [at(0.1), None]


def test_slow_finding_closes_with_its_end() -> None:
    slow = Urgency.SELF
    found = _heard(
        Kind.AIR_CONDITIONER,
        _verdict(1, "filter_clog", urgency=slow),
        _verdict(2, "filter_clog", urgency=slow),
        _verdict(3, "filter_clog", present=False, urgency=slow),
        _verdict(4, "filter_clog", urgency=slow),
    )
    assert [(one.raised_at, one.cleared_at) for one in found] == [(at(1), at(3)), (at(4), None)]


def test_end_of_what_never_began_says_nothing() -> None:
    assert _heard(Kind.CIRCUIT, _verdict(1, "overload", present=False)) == []


def test_early_word_of_a_hazard_ends_when_it_becomes_urgent() -> None:
    found = _heard(
        Kind.CIRCUIT,
        _verdict(0.0, "overload", urgency=Urgency.SELF),
        _verdict(0.1, "overload"),
        _verdict(0.2, "overload"),
    )
    assert [(one.urgency, one.raised_at, one.cleared_at) for one in found] == [
        (Urgency.SELF, at(0.0), at(0.1)),
        (Urgency.URGENT, at(0.1), None),
    ]


def test_service_ends_its_fault_and_gives_it_time_to_show() -> None:
    ledger = Ledger(appliance_id="a", kind=Kind.AIR_CONDITIONER)
    clog = _verdict(1, "filter_clog", urgency=Urgency.SELF)
    ledger.hear(clog, to_us(clog.at))
    ledger.hear_service(Service(at(2), "filter_cleaned"))
    for days in (3.0, 8.9, 9.1):  # a filter answers within 7 days of use
        again = replace(clog, at=at(days))
        ledger.hear(again, to_us(again.at))
    assert [(one.raised_at, one.cleared_at) for one in ledger.findings()] == [(at(1), at(2)), (at(9.1), None)]


def test_what_went_by_itself_is_raised_again_only_after_work_or_a_long_time() -> None:
    def leaks(service: Service | None, *days: float) -> list[Finding]:
        ledger = Ledger(appliance_id="a", kind=Kind.AIR_CONDITIONER, weigh=DecisionParams())
        leak = replace(_verdict(1, "refrigerant_leak", urgency=Urgency.VISIT), probability=0.9)
        for one in (leak, replace(leak, present=False, at=at(6))):
            ledger.hear(one, to_us(one.at))
        if service is not None:
            ledger.hear_service(service)
        for day in days:
            ledger.hear(replace(leak, at=at(day)), to_us(at(day)))
        return ledger.findings()

    assert [one.raised_at for one in leaks(None, 40, 185)] == [at(1)]
    assert [one.raised_at for one in leaks(None, 40, 186)] == [at(1), at(186)]
    assert len(leaks(Service(at(20), "filter_cleaned"), 40)) == 1  # no work on a leak
    assert len(leaks(Service(at(20), "refrigerant_charged"), 40)) == 2


def _sent(kind: Kind, fault: str, urgency: Urgency, days: float) -> list[float | None]:
    """When somebody is sent, in days, for what is said once a day for `days` days from day 1 on and then gone."""
    ledger = Ledger(appliance_id="a", kind=kind, weigh=DecisionParams())
    for day in range(1, int(days) + 1):
        said = replace(_verdict(day, fault, urgency=urgency), probability=0.9)
        ledger.hear(said, to_us(said.at))
    gone = _verdict(days + 1, fault, present=False, urgency=urgency)
    ledger.hear(gone, to_us(gone.at))
    return [None if one.sent_at is None else (one.sent_at - at(0)) / timedelta(days=1) for one in ledger.findings()]


@pytest.mark.parametrize(
    ("kind", "fault", "urgency", "days", "sent"),
    [
        (Kind.CIRCUIT, "overload", Urgency.URGENT, 1, 1),  # a hazard: at once
        (Kind.AIR_CONDITIONER, "refrigerant_leak", Urgency.VISIT, 2, 1),  # no remote step: at once
        (Kind.WASHING_MACHINE, "sensor_fault", Urgency.VISIT, 7, None),  # a restart first, and gone within its 7 days
        (Kind.WASHING_MACHINE, "sensor_fault", Urgency.VISIT, 9, 8),  # still there a week after it was asked for
        (Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF, 7, None),
        (Kind.AIR_CONDITIONER, "filter_clog", Urgency.SELF, 60, 22),  # asked in vain for 7 days, then 14 for company
        (Kind.WATER_HEATER, "anode_spent", Urgency.VISIT, 13, None),  # waits 14 days for company, gone before
        (Kind.WATER_HEATER, "anode_spent", Urgency.VISIT, 15, 15),
        (Kind.CIRCUIT, "overload", Urgency.SELF, 60, None),  # early word of a hazard: told, nobody comes
    ],
)  # fmt: skip
def test_somebody_is_sent_when_the_scheduler_would(
    kind: Kind, fault: str, urgency: Urgency, days: float, sent: float | None
) -> None:
    assert _sent(kind, fault, urgency, days) == [sent]


def test_service_never_holds_back_a_hazard() -> None:
    ledger = Ledger(appliance_id="a", kind=Kind.CIRCUIT)
    ledger.hear_service(Service(at(2), "tightened", "loose_contact"))
    loose = _verdict(2.01, "loose_contact")
    ledger.hear(loose, to_us(loose.at))
    assert len(ledger.findings()) == 1


def test_line_has_the_shape_of_the_contract() -> None:
    line = as_line(_heard(Kind.CIRCUIT, _verdict(0.5, "overload"))[0])
    assert line == {
        "appliance_id": "a",
        "fault": "overload",
        "raised_at": "2025-03-01T12:00:00Z",
        "probability": 1.0,
        "urgency": "urgent",
        "fails_p10": None,
        "fails_p50": None,
        "fails_p90": None,
        "action": "shed_load",
        "parts": [],
        "evidence": [
            {"signal": "current_a", "expected": 10.0, "observed": None, "unit": "A", "since": "2025-03-01T12:00:00Z"}
        ],
    }


def test_what_runs_cannot_reach_the_truth() -> None:
    """By imports, followed inside models.evaluation: the walk and all it needs never touch truth or judging."""
    folder = Path(models.evaluation.__file__).parent
    forbidden = {"truth", "matching", "tally", "judged", "examples", "splits"}
    reached, waiting = set(), {"runner"}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= _imports(folder / f"{module}.py") - reached
    assert {"case", "arrivals", "engine", "walk", "ledger"} <= reached
    assert not reached & forbidden
    words = {module: (folder / f"{module}.py").read_text() for module in reached}
    assert not [module for module, text in words.items() if "truth.csv" in text or "fleet.json" in text]


def _imports(file: Path) -> set[str]:
    return {
        node.module.rsplit(".", 1)[1]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("models.evaluation.")
        and node.module is not None
    }
