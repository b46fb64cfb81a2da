"""Spells of low mains pressure: what the dishwasher tells of them, and what it may hide."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.amplitude import Amplitudes, amplitudes_of
from models.features.mains import MAINS
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import priors_of
from models.healthy.level import densest, learn_level
from models.healthy.reference import Reference
from models.healthy.spells import in_spell, usual_of
from models.history import DatedIndex, FeatureHistory, history_of
from models.judge import judge_appliance
from tests.unit.index_stories import signature_named
from tests.unit.synthetic_days import FIRST, evening

FILL: Final = "fill_s_per_l"
VALVE: Final = signature_named(Kind.WASHING_MACHINE, "inlet_valve_weak")
PRIOR: Final = priors_of(Kind.WASHING_MACHINE)[FILL]


def home(last: int, *, slow: Mapping[int, float], mains: Mapping[int, float]) -> FeatureHistory:
    """Filling takes 7 s/l on every day, `slow` times that on some; the dishwasher 20 s/l times `mains` where it ran."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=day), FILL, 7.0 * slow.get(day, 1.0), 0.0, 1.0) for day in range(last + 1)
    ]
    rows += [(FIRST + timedelta(days=day), MAINS, 20.0 * slower, 0.0, 1.0) for day, slower in mains.items()]
    return history_of(rows, evening(last))


def valve(history: FeatureHistory) -> Amplitudes:
    reference = learned(history)
    found = amplitudes_of(VALVE, deviations_of(Kind.WASHING_MACHINE, history, {FILL: reference}))
    assert found is not None
    return found


def learned(history: FeatureHistory) -> Reference:
    reference = learn_level(PRIOR, history)
    assert reference is not None
    return reference


TOLD_EARLY: Final = {0: 1.0, 3: 1.0, 6: 1.0}


def test_days_of_low_pressure_are_not_compared_whether_told_on_the_day_or_nearby() -> None:
    mains = {**TOLD_EARLY, 20: 1.3, 25: 1.0}
    history = home(30, slow={}, mains=mains)
    days = np.array([(FIRST + timedelta(days=day)).toordinal() for day in range(30)])
    usual = np.array([usual_of(PRIOR.slopes[0], history, days[:8])])
    assert usual[0] == pytest.approx(np.log(20.0))
    # Told on day 20, so that it holds from 17 to 23; day 25 tells that it is over.
    assert np.flatnonzero(in_spell(PRIOR, history, usual, days)).tolist() == [17, 18, 19, 20, 21, 22, 23]


def test_what_is_usual_takes_three_days_that_tell_it() -> None:
    history = home(30, slow={}, mains={0: 1.0, 3: 1.0})
    days = np.array([(FIRST + timedelta(days=day)).toordinal() for day in range(8)])
    assert np.isnan(usual_of(PRIOR.slopes[0], history, days))
    assert not in_spell(PRIOR, history, np.array([np.nan]), days).any()


def test_nine_days_of_low_pressure_are_no_weak_valve_where_two_of_them_are_told() -> None:
    slow = dict.fromkeys(range(20, 29), 1.5)
    untold = home(29, slow=slow, mains=TOLD_EARLY)
    assert valve(untold).values[-1] == pytest.approx(0.41, abs=0.01)  # log(1.5)
    told = home(29, slow=slow, mains={**TOLD_EARLY, 22: 1.35, 26: 1.35})
    assert valve(told).values[-1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("slower", "shown"),
    [
        (1.5, 0.41 - 0.05),  # two days on which the dishwasher filled as ever: no week has to pass
        (1.04, 0.0),  # no more than a dishwasher that holds its flow may have hidden
    ],
)
def test_a_valve_is_weak_at_once_where_the_dishwasher_fills_as_ever(slower: float, shown: float) -> None:
    slow = dict.fromkeys(range(20, 23), slower)
    found = valve(home(23, slow=slow, mains={**TOLD_EARLY, 20: 1.0, 22: 1.0}))
    assert max(found.values[-1], 0.0) == pytest.approx(shown, abs=0.01)
    # The days that told count by themselves in what adds up, the one between as the lowest until then.
    assert found.added[-1] == pytest.approx(np.log(slower), abs=0.01)


@pytest.mark.parametrize(("number", "weak"), [(1, False), (2, True)])
def test_one_slow_wash_is_no_weak_valve_whatever_the_dishwasher_tells(number: int, weak: bool) -> None:
    slow = {18: 1.11, **dict.fromkeys(range(20, 20 + number), 2.0)}  # the pressure may fall within the day
    history = home(20 + number, slow=slow, mains={**TOLD_EARLY, 18: 1.0, 20: 1.0, 21: 1.0})
    told = {verdict.fault for verdict in judge_appliance(Kind.WASHING_MACHINE, history, {FILL: learned(history)},
                                                         evening(20 + number)) if verdict.present}  # fmt: skip
    assert told == ({"inlet_valve_weak"} if weak else set())


def test_what_a_dishwasher_may_hide_is_asked_of_the_level_and_not_of_what_adds_up() -> None:
    slow = dict.fromkeys(range(20, 24), 1.2)  # log(1.2) = 0.18; nobody tells of the last day
    found = valve(home(24, slow=slow, mains={**TOLD_EARLY, 20: 1.0, 22: 1.0}))
    assert found.values[-1] == pytest.approx(0.18 - 0.05, abs=0.01)
    assert found.added[-1] == pytest.approx(0.18, abs=0.01)


@pytest.mark.parametrize(("number", "weak"), [(3, False), (4, True)])
def test_what_no_pressure_explains_needs_four_washing_days_and_no_week(number: int, weak: bool) -> None:
    # log(1.8) = 0.59: filling at 1 / 1.8 takes a third of the pressure.
    history = home(20 + number, slow=dict.fromkeys(range(20, 20 + number), 1.8), mains={})
    told = {verdict.fault for verdict in judge_appliance(Kind.WASHING_MACHINE, history, {FILL: learned(history)},
                                                         evening(20 + number)) if verdict.present}  # fmt: skip
    assert told == ({"inlet_valve_weak"} if weak else set())


def test_what_is_normal_is_learned_without_the_days_that_were_pushed_up() -> None:
    quiet, pushed = learned(home(12, slow={}, mains={})), learned(home(12, slow={2: 1.4, 3: 1.4}, mains={}))
    assert pushed.model["level"] == pytest.approx(quiet.model["level"], abs=0.005)
    assert pushed.model["noise"] == PRIOR.noise_floor


def test_a_valve_that_weakens_while_it_is_learned_is_compared_with_its_quickest_days() -> None:
    slow = {4: 1.2, 5: 1.3, 6: 1.3, 7: 1.4, 8: 1.15} | dict.fromkeys(range(9, 24), 1.5)
    history = home(24, slow=slow, mains={})
    assert float(np.exp(learned(history).model["level"])) == pytest.approx(7.0, rel=0.03)
    told = judge_appliance(Kind.WASHING_MACHINE, history, {FILL: learned(history)}, evening(24))
    assert {verdict.fault for verdict in told if verdict.present} == {"inlet_valve_weak"}


def test_a_dishwasher_that_was_first_told_in_a_spell_makes_no_weak_valve_once_that_is_over() -> None:
    first = {0: 1.4, 2: 1.4, 4: 1.4}  # of three washes without a day of the dishwasher nobody knows the pressure
    history = home(30, slow={2: 1.4}, mains=first | dict.fromkeys(range(12, 30, 2), 1.0))
    deviation = deviations_of(Kind.WASHING_MACHINE, history, {FILL: learned(history)})[FILL]
    assert deviation.expected[-2:] == pytest.approx([7.0, 7.0], rel=0.03)
    assert not any(one.present for one in judge_appliance(
        Kind.WASHING_MACHINE, history, {FILL: learned(history)}, evening(30)))  # fmt: skip


def test_the_middle_of_the_shortest_half() -> None:
    # Three of five: 1.0 to 2.1 is 1.1 wide, 2.0 to 2.2 is 0.2, 2.1 to 9.0 is 6.9.
    assert densest(np.array([9.0, 2.0, 1.0, 2.2, 2.1])) == 2.1
