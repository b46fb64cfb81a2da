"""What is strong needs less time than what is weak: how a valve's evidence adds up over days."""

from dataclasses import replace
from datetime import date, timedelta
from math import inf
from typing import Final

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.accumulate import Limits, follow
from models.detectors.amplitude import Amplitudes, amplitudes_of, limits_of
from models.detectors.known_faults import SIGNATURES
from models.detectors.signature import CautionParams, Signature
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import priors_of
from models.healthy.level import learn_level
from models.history import DatedIndex, history_of
from tests.unit.index_stories import signature_named
from tests.unit.synthetic_days import FIRST, evening

FILL: Final = "fill_s_per_l"
VALVE: Final = signature_named(Kind.WASHING_MACHINE, "inlet_valve_weak")
FAR: Final = next(one for one in SIGNATURES if one.fault == "inlet_valve_weak" and one.stage == "far")
LIMITS: Final = Limits(slack=0.05, decision=0.2, level=0.12, clear=0.04, steady_days=1, clear_days=3, strong=2.0)
QUIET: Final = [0.0] * 3


def dates(count: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(count)]


@pytest.mark.parametrize(
    ("days", "raised"),
    [
        (5, False),  # 5 x (0.11 - 0.05) = 0.3: beyond the limit, but no day is beyond the level
        (7, True),  # 0.42: twice the limit, and the middle of the last three days is beyond 0.8 x 0.12
    ],
)
def test_strong_evidence_makes_up_for_a_level_that_is_not_reached(*, days: int, raised: bool) -> None:
    each = np.array(QUIET + [0.11] * days)
    lowest = np.array(QUIET + [0.06] * days)  # 0.05 of it may be hidden
    assert follow(dates(len(each)), lowest, LIMITS, each, each).raised is raised


def test_what_lies_below_most_of_the_level_never_becomes_strong() -> None:
    each = np.array(QUIET + [0.09] * 60)
    assert not follow(dates(len(each)), each, LIMITS, each, each).raised


def test_days_that_are_up_by_themselves_are_not_near_normal_however_low_the_lowest_is() -> None:
    each = np.array([*QUIET, 0.2, 0.2, 0.11, 0.11, 0.11, 0.11])
    lowest = np.array([*QUIET, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    # 2 x 0.15 + 4 x 0.06 = 0.54; judged by the lowest, every day is back near normal and nothing is kept.
    assert follow(dates(len(each)), lowest, LIMITS, each, each).strength == pytest.approx(0.54 / 0.2)
    assert follow(dates(len(each)), lowest, LIMITS, each).strength == 0.0


def washed(signature: Signature, slow: dict[int, float], last: int, every: int = 1) -> Amplitudes:
    """Amplitudes where a litre took 7 s, or `slow` times that, on every so many days; nobody tells of the mains."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=day), FILL, 7.0 * slow.get(day, 1.0), 0.0, 1.0) for day in range(0, last + 1, every)
    ]
    history = history_of(rows, evening(last))
    reference = learn_level(priors_of(Kind.WASHING_MACHINE)[FILL], history)
    assert reference is not None
    found = amplitudes_of(signature, deviations_of(Kind.WASHING_MACHINE, history, {FILL: reference}))
    assert found is not None
    return found


def is_raised(signature: Signature, found: Amplitudes) -> bool:
    limits = limits_of(signature, found, CautionParams())
    return follow(found.days, found.values, limits, found.added, found.each).raised


@pytest.mark.parametrize(
    ("slower", "washes"),
    [
        (2.4, 3),  # log 0.88: 0.88 - 0.4 x 0.5 = 0.68, beyond 1.2 x 0.5 on the first day with two others before it
        (1.8, 4),  # log 0.59: 0.39 a day from the third on
        (1.4, None),  # log 0.34, below 0.5: may be the mains, waits for its week
    ],
)
def test_a_valve_that_hardly_opens_is_told_on_its_third_washing_day(slower: float, washes: int | None) -> None:
    told = [
        count for count in range(1, 7)
        if is_raised(FAR, washed(FAR, dict.fromkeys(range(20, 20 + count), slower), 20 + count))
    ]  # fmt: skip
    assert (told[0] if told else None) == washes


@pytest.mark.parametrize(
    ("every", "by_itself"),
    [
        (1, True),  # eight washing days within a week
        (3, False),  # three: they may all have met low pressure
    ],
)
def test_days_count_by_themselves_once_it_lasted_through_most_days_of_a_week(every: int, *, by_itself: bool) -> None:
    slow = {day: 1.2 if day % 2 == 0 else 1.5 for day in range(24, 40)}
    found = washed(VALVE, slow, 40, every)
    shown = np.flatnonzero(found.values >= VALVE.level)
    assert len(shown) > 0
    last = shown[found.each[shown] > 0.3][-1]  # log(1.5) = 0.41; the lowest of its week is log(1.2) = 0.18
    assert found.added[last] == pytest.approx(0.41 if by_itself else 0.18, abs=0.01)


def test_little_by_little_adds_up_to_nothing_on_a_level_that_goes_on_over_work() -> None:
    found = washed(VALVE, {}, 30)
    assert limits_of(VALVE, found, CautionParams()).strong == 2.0
    assert limits_of(VALVE, replace(found, carried=True), CautionParams()).strong == inf
