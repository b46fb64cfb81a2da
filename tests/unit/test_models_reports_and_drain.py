"""Washing machine drain, the appliance's own counters and alarms, and how several voices become one verdict."""

from dataclasses import replace

import numpy as np
import pytest

from domain.findings import Verdict
from domain.signals import Kind
from models.detectors import detectors_of
from models.detectors.agree import agree
from models.features import daily_indices
from models.features.day import Day, Rows
from models.judge import judge_appliance
from tests.unit.synthetic_days import evening, remember, reported_day, washing_day


def washer(pace: list[float], cycles: int = 1) -> Verdict | None:
    days = [washing_day(number, seconds, cycles) for number, seconds in enumerate(pace)]
    now = evening(len(pace) - 1)
    verdicts = judge_appliance(Kind.WASHING_MACHINE, *remember(Kind.WASHING_MACHINE, days, now), now)
    return verdicts[0] if verdicts else None


@pytest.mark.parametrize(
    ("pace", "present"),
    [
        ([2.0] * 30, False),
        ([2.0] * 12 + [2.8] * 4, True),  # x1.4 over three complete days
        ([2.0] * 12 + [2.12] * 12, None),  # x1.06: neither clean nor clogged
        ([2.0] * 12 + [2.0, 6.0, 2.0, 2.0], None),  # one slow cycle is no clog
        ([2.0] * 12 + [4.4] * 4 + [2.0] * 4, False),  # cleaned
        ([3.5] * 7, False),  # no reference yet, but well within what pumps do
        ([14.0] * 7, True),  # far beyond what any pump does, from the first days on
        ([3.0] * 30, False),  # slow from the first cycle, yet not beyond the fleet: cannot be seen, documented
    ],
)
def test_drain_against_its_own_first_cycles(pace: list[float], present: bool | None) -> None:
    verdict = washer(pace)
    assert (verdict.present if verdict else None) is present


def test_drain_evidence_and_recovery() -> None:
    raised = washer([2.0] * 12 + [4.4] * 5)
    assert raised is not None
    evidence = raised.evidence[0]
    assert evidence.expected == pytest.approx(2.0, rel=0.05)
    assert evidence.observed == pytest.approx(4.4, rel=0.06)
    assert evidence.since.date() == washing_day(12, 2.0).day
    assert "mains pressure" in evidence.note
    cleaned = washer([2.0] * 12 + [4.4] * 4 + [2.0] * 4)
    assert cleaned is not None
    assert [found.since.date() for found in cleaned.evidence] == [washing_day(17, 2.0).day]  # the second clean day


def test_cycles_without_enough_water_are_left_out() -> None:
    rows = Rows(
        time_s=np.array([0.0, 1.0]), numbers={"drain_s": np.array([40.0, 40.0]), "litres": np.array([2.0, 20.0])}
    )
    every = daily_indices(Kind.WASHING_MACHINE, Day(day=washing_day(0, 1).day, cycles=rows))
    (found,) = (one for one in every if one.index == "drain_s_per_l")
    assert (found.value, found.weight) == (2.0, 1.0)


def reports(kind: Kind, *said: dict[str, float]) -> Verdict | None:
    days = [reported_day(number, **values) for number, values in enumerate(said)]
    now = evening(len(said) - 1)
    verdicts = judge_appliance(kind, *remember(kind, days, now), now)
    return verdicts[0] if verdicts else None


USED, ALARM = "filter_used_pct", "filter_clean_alarm"


@pytest.mark.parametrize(
    ("kind", "said", "present"),
    [
        (Kind.AIR_CONDITIONER, [{USED: 99.9}], None),
        (Kind.AIR_CONDITIONER, [{USED: 100.0}], True),
        (Kind.AIR_CONDITIONER, [{USED: 213.0}, {USED: 4.0}], False),  # reset
        (Kind.AIR_CONDITIONER, [{"filter_h": 510.0, "filter_capacity_h": 500.0}], True),
        (Kind.AIR_CONDITIONER, [{"filter_h": 510.0}], None),  # hours without a capacity say nothing
        (Kind.WASHING_MACHINE, [{ALARM: 1.0}], True),
        (Kind.WASHING_MACHINE, [{ALARM: 1.0}, {ALARM: 0.0}], False),
        (Kind.WASHING_MACHINE, [{ALARM: 1.0}, {}, {}], True),  # not said again: still on
        (Kind.AIR_PURIFIER, [{USED: 130.0}], None),  # never hours alone
        (Kind.RANGE_HOOD, [{USED: 130.0, ALARM: 1.0}], True),  # but its own alarm
        (Kind.REFRIGERATOR, [{ALARM: 1.0}], None),  # no detector for this kind
    ],
)
def test_what_the_appliance_reports(kind: Kind, said: list[dict[str, float]], present: bool | None) -> None:
    verdict = reports(kind, *said)
    assert (verdict.present if verdict else None) is present


def test_the_last_edge_of_the_day_counts() -> None:
    def events(*edges: tuple[float, float]) -> list[float]:
        rows = Rows(
            time_s=np.array([at for at, _ in edges]),
            numbers={"active": np.array([active for _, active in edges])},
            texts={"code": np.array([ALARM] * len(edges))},
        )
        return [found.value for found in daily_indices(Kind.DISHWASHER, Day(day=evening(0).date(), events=rows))]

    assert events((10.0, 1.0), (20.0, 0.0)) == [0.0]
    assert events((10.0, 0.0), (20.0, 1.0)) == [1.0]


def test_measured_recovery_outdates_a_counter_that_was_full_before_it() -> None:
    of_drain = [found for found in detectors_of(Kind.WASHING_MACHINE) if found.fault == "drain_filter_clog"]
    measured, reported = sorted(of_drain, key=lambda detector: not detector.measures)
    gone = washer([2.0] * 12 + [4.4] * 4 + [2.0] * 4)
    full = reports(Kind.WASHING_MACHINE, {USED: 100.0})
    assert gone is not None
    assert full is not None
    assert [found.present for found in agree([(reported, full), (measured, gone)])] == [False]
    later = replace(full, evidence=(replace(full.evidence[0], since=evening(19)),))
    assert [found.present for found in agree([(reported, later), (measured, gone)])] == [True]
    healthy = replace(gone, evidence=())  # never seen, so nothing to outdate: the report stands
    assert [found.present for found in agree([(measured, healthy), (reported, full)])] == [True]


def test_two_who_see_it_give_one_verdict_with_both_evidences() -> None:
    of_drain = [found for found in detectors_of(Kind.WASHING_MACHINE) if found.fault == "drain_filter_clog"]
    measured, reported = sorted(of_drain, key=lambda detector: not detector.measures)
    slow = washer([2.0] * 12 + [4.4] * 4)
    full = reports(Kind.WASHING_MACHINE, {USED: 100.0})
    assert slow is not None
    assert full is not None
    (verdict,) = agree([(reported, full), (measured, slow)])
    assert [evidence.signal for evidence in verdict.evidence] == ["drain_s / litres", USED]
    assert verdict.probability == slow.probability
