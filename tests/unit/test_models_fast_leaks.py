"""A leak's last weeks are fast, and still no step: what comes in a day is a valve that lost its place, or a sensor. It
never asks for more power, and what adds up to enough need not wait for more."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.accumulate import follow
from models.detectors.amplitude import Amplitudes, grows_too_fast, limits_of
from models.detectors.known_faults import SIGNATURES
from models.detectors.naming import likelihoods
from models.detectors.rivals import explanations_of
from models.detectors.signature import CautionParams, Signature
from models.features.air_conditioner import AIR_DROP, COIL_DROP, DISCHARGE_LIFT, EEV, GUARD_LOAD, OUTDOOR_RISE, POWER
from models.healthy.deviations import deviations_of
from models.healthy.learners import RATIO
from models.judge import judge_appliance
from tests.unit.index_stories import story
from tests.unit.synthetic_days import FIRST, evening

LEAST_TOLD = frozenset({OUTDOOR_RISE, EEV, GUARD_LOAD})
"""What units do not measure that tell a leak by nothing but their discharge."""
EARLY = next(one for one in SIGNATURES if (one.fault, one.stage) == ("refrigerant_leak", "early"))
CLOG = next(one for one in SIGNATURES if one.fault == "filter_clog" and one.kind == EARLY.kind)
FAST = [0.02, 0.04, 0.06, 0.09, 0.12, 0.16, 0.20, 0.24, 0.28]
"""The last half week's median is 0.22, that of the one before 0.075: two thirds of it came between them."""


def amplitudes(last: list[float]) -> Amplitudes:
    values = np.array([*[0.0] * 20, *last])
    days = tuple(date(2026, 7, 1) + timedelta(days=place) for place in range(len(values)))
    return Amplitudes(days=days, values=values, each=values, added=values, carried=False, noise=0.02, drift=0.02)


def test_a_leak_may_come_within_nine_days_and_a_clog_may_not() -> None:
    assert not grows_too_fast(EARLY, amplitudes(FAST))
    assert grows_too_fast(CLOG, amplitudes(FAST))


@pytest.mark.parametrize("signature", [EARLY, CLOG])
def test_what_comes_in_a_day_is_neither(signature: Signature) -> None:
    assert grows_too_fast(signature, amplitudes([0.2] * 7))


@pytest.mark.parametrize(("still", "steps"), [(0, True), (6, True), (7, False), (60, False)])
def test_what_came_while_the_unit_stood_still_is_no_step(still: int, *, steps: bool) -> None:
    # Four days at 0.2 after `still` days without one; eight days in a row take seven, fourteen are too many.
    at_once = amplitudes([0.2] * 4)
    days = (*at_once.days[:-4], *(day + timedelta(days=still) for day in at_once.days[-4:]))
    assert grows_too_fast(EARLY, replace(at_once, days=days)) is steps


@pytest.mark.parametrize(("share", "days"), [(-0.1, 0), (-2.0, 2)], ids=["no cold", "a coil in Fahrenheit"])
def test_a_coil_warmer_than_the_room_that_it_cools_is_its_thermometer(share: float, days: int) -> None:
    # Of the last three days two are over.
    history, references = story(Kind.AIR_CONDITIONER, {}, 40)
    usual = deviations_of(Kind.AIR_CONDITIONER, history, references)[COIL_DROP]
    told = history.series[RATIO[COIL_DROP]]
    turned = replace(told, values=np.where(told.ordinals > told.ordinals[-4], share, told.values))
    history = replace(history, series={**history.series, RATIO[COIL_DROP]: turned}, memo={})
    found = deviations_of(Kind.AIR_CONDITIONER, history, references)[COIL_DROP]
    assert len(usual) - len(found) == days


@pytest.mark.parametrize(("power", "leaks"), [(0.0, True), (0.04, True), (0.06, False), (0.15, False)])
def test_no_leak_takes_more_power(power: float, *, leaks: bool) -> None:
    # 2 x sqrt((1.3 x 0.02)^2 / 5 + 0.02^2) = 0.046 is beyond chance.
    history, references = story(Kind.AIR_CONDITIONER, {DISCHARGE_LIFT: 0.15, POWER: power}, 40, missing=LEAST_TOLD)
    moved = deviations_of(Kind.AIR_CONDITIONER, history, references)
    named = likelihoods(explanations_of(EARLY.kind, moved), moved, FIRST + timedelta(days=39), CautionParams())
    assert (named["refrigerant_leak"] > 1e-9) is leaks


@pytest.mark.parametrize(("opening", "raised"), [(0.06, True), (0.05, False)])
def test_a_valve_that_stands_a_little_wider_for_days_is_enough(opening: float, *, raised: bool) -> None:
    # 0.06 is beyond 0.8 of 0.07; three days of it less 0.028 make more than the 0.084 that suffice.
    creeping = amplitudes([opening] * 3)
    limits = limits_of(EARLY, replace(creeping, noise=0.01, drift=0.01), CautionParams())
    assert follow(creeping.days, creeping.values, limits).raised is raised


def test_a_leak_that_is_fast_is_named_by_three_days() -> None:
    # An eighth a day of the air side: of five days the middle one still looks like less that is asked for.
    moves = {AIR_DROP: -1.2, COIL_DROP: -0.8, OUTDOOR_RISE: -0.9, POWER: -0.6}
    missing = frozenset({DISCHARGE_LIFT, EEV, GUARD_LOAD})
    told = {number: judge_appliance(Kind.AIR_CONDITIONER, *story(Kind.AIR_CONDITIONER, moves, number, missing=missing),
                                    evening(number)) for number in (23, 25)}  # fmt: skip
    assert [[one.fault for one in told[number] if one.present] for number in (23, 25)] == [[], ["refrigerant_leak"]]
