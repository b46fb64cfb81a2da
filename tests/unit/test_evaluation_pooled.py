"""Several cases as one fleet: names stay apart, places in the truth move along, base rates are weighed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.readings import to_us
from domain.signals import Kind
from models.evaluation.case import Case, CaseAppliance
from models.evaluation.pooled import Evaluated, pooled
from models.evaluation.runner import CaseRun
from models.evaluation.truth import Truth, Weight
from models.evaluation.walk import Seen

AT = datetime(2026, 5, 1, tzinfo=UTC)
DUST = ("refrigerator", "condenser_dust")


def _fridge(name: str) -> CaseAppliance:
    return CaseAppliance(
        id=name, household_id="home", kind=Kind.REFRIGERATOR, model="", firmware="", installed_on=None, facts={}
    )


def _seen(name: str) -> Seen:
    first_us, last_us = to_us(AT), to_us(AT + timedelta(days=30))
    return Seen(appliance_id=name, rows=1, first_us=first_us, last_us=last_us, data_days=30, longest_gap_days=0.0,
                outdoor_c={})  # fmt: skip


def _evaluated(name: str, fridges: int, *, truth: bool = True, real: float | None = None) -> Evaluated:
    names = [f"fridge-{number}" for number in range(fridges)]
    rows = [Truth(appliance_id=one, fault="food_at_risk", onset=AT, detectable=AT, failure=AT, end=None, abrupt=True)
            for one in names]  # fmt: skip
    return Evaluated(
        case=Case(
            folder=Path(name),
            appliances={one: _fridge(one) for one in names},
            tables={}, cycles={}, services={},
        ),
        run=CaseRun(findings=(), baselines={}, seen={one: _seen(one) for one in names}, rows=100),
        truth=rows if truth else None,
        weights={} if real is None else {DUST: Weight(drawn=0.5, real=real)},
        shown={fridges - 1: AT},
    )  # fmt: skip


def test_one_case_with_a_truth_is_not_pooled() -> None:
    assert pooled([_evaluated("a", 2), _evaluated("b", 2, truth=False)]) is None


def test_places_and_names_go_along() -> None:
    both = pooled([_evaluated("a", 2), _evaluated("field", 1, truth=False), _evaluated("b", 3)])
    assert both is not None
    assert both.truth is not None
    assert [both.truth[place].appliance_id for place in both.shown] == ["a/fridge-1", "b/fridge-2"]
    assert set(both.case.appliances) == {row.appliance_id for row in both.truth}
    assert both.run.rows == 200


def test_base_rates_are_weighed_by_appliance_time_and_unknown_if_one_is() -> None:
    both = pooled([_evaluated("a", 1, real=0.1), _evaluated("b", 3, real=0.3)])
    assert both is not None
    assert both.weights[DUST].real == pytest.approx(0.25)  # (1 * 0.1 + 3 * 0.3) / 4
    half = pooled([_evaluated("a", 1, real=0.1), _evaluated("b", 3)])
    assert half is not None
    assert half.weights == {}


def test_a_fleet_without_faults_draws_none_and_its_months_count() -> None:
    sound = replace(_evaluated("b", 3), truth=[], shown={})
    both = pooled([_evaluated("a", 1, real=0.1), sound])
    assert both is not None
    assert both.weights[DUST].drawn == pytest.approx(0.125)  # 0.5 in one of four appliances
    assert both.weights[DUST].real == pytest.approx(0.1)
