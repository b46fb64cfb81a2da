"""Washing machines: filters that their owners clean unasked, and what a light load does to the motor."""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.accumulate import Limits, follow
from models.detectors.pattern import judge
from models.features.day import median_of
from models.healthy.deviations import deviations_of
from models.healthy.fleet_prior import priors_of
from models.healthy.learners import learn_missing
from models.healthy.level import learn_level
from models.healthy.reference import Reference
from models.history import DatedIndex, FeatureHistory, history_of
from tests.unit.index_stories import signature_named
from tests.unit.synthetic_days import FIRST, evening

DRAIN: Final = "drain_s_per_l"
FILTER: Final = signature_named(Kind.WASHING_MACHINE, "drain_filter_clog")
BEARING: Final = signature_named(Kind.WASHING_MACHINE, "bearing_wear")
LIMITS: Final = Limits(slack=0.04, decision=0.16, level=0.1, clear=0.04, clear_days=3, fallen=0.65, fall=0.04)


def dates(count: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(count)]


@pytest.mark.parametrize(
    ("left", "put_right"),
    [
        (0.09, True),  # 0.09 of 0.15: below 0.65, 0.06 lower
        (0.11, False),  # 0.73 of it
        (0.2, False),
    ],
)
def test_what_only_grows_and_has_fallen_was_put_right(*, left: float, put_right: bool) -> None:
    values = np.array([0.0] * 3 + [0.15] * 6 + [left] * 2)  # the second wash makes it the middle of three
    before, after = (follow(dates(count), values[:count], LIMITS) for count in (9, 11))
    assert before.raised
    assert after.raised is not put_right
    assert (after.cleared_on == dates(11)[-1]) is put_right
    assert after.strength == 0.0 if put_right else after.strength > before.strength


@pytest.mark.parametrize(
    ("after", "put_right"),
    [
        ([0.08, 0.09, 0.3], True),  # foam in the third wash
        ([0.08, 0.3, 0.3], False),  # one good wash
        ([0.12, 0.12, 0.12], False),
    ],
)
def test_a_sieve_was_cleaned_if_two_washes_of_three_show_less(*, after: list[float], put_right: bool) -> None:
    each = np.array([0.0] * 3 + [0.15, 0.3] * 4 + after)  # foam in every second wash, the best of three tells
    best = np.array([min(each[max(0, place - 2) : place + 1]) for place in range(len(each))])
    assert follow(dates(11), best[:11], LIMITS, each=each[:11]).raised
    assert follow(dates(14), best, LIMITS, each=each).raised is not put_right


def test_the_fall_of_a_small_clog_may_be_its_scatter() -> None:
    limits = Limits(slack=0.04, decision=0.16, level=0.1, clear=0.04, clear_days=3, fallen=0.65, fall=0.05)
    values = np.array([0.0] * 3 + [0.11] * 6 + [0.065] * 3)  # 0.59 of it, but only 0.045 lower
    assert follow(dates(12), values, limits).raised


def test_what_was_cleaned_and_clogs_again_is_told_again() -> None:
    values = np.array([0.0] * 3 + [0.2] * 6 + [0.06] * 3 + [0.15] * 4)
    raised = [follow(dates(count), values[:count], LIMITS).raised for count in range(1, len(values) + 1)]
    told = [place for place in range(1, len(raised)) if raised[place] and not raised[place - 1]]
    # First: 3 x (0.2 - 0.04) = 0.48; the middle of three is beyond the level on the second day. Again: 0.02
    # of the third low day and 0.11 a day are 0.24 on the second, which is 0.15 in the middle of three.
    assert told == [4, 13]


def drained(values: list[float]) -> tuple[float, float]:
    """The noise of a day as learned, and as judged, of a washing machine that drained so slowly day by day."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=day), DRAIN, float(np.exp(1.3 + value)), 0.0, 1.0) for day, value in enumerate(values)
    ]
    history = history_of(rows, evening(len(values)))
    reference = learn_level(priors_of(Kind.WASHING_MACHINE)[DRAIN], history)
    assert reference is not None
    found = deviations_of(Kind.WASHING_MACHINE, history, {DRAIN: reference})[DRAIN]
    return reference.model["noise"], float(found.noise[-1])


def test_a_clog_that_grew_while_it_was_learned_is_no_scatter() -> None:
    scatter = np.random.default_rng(3).normal(0.0, 0.02, 60)
    learned, judged = drained((scatter + np.minimum(0.02 * np.arange(60), 0.2)).tolist())
    assert learned > 0.04  # 0.02 a day over eight days
    assert judged == pytest.approx(0.02, abs=0.01)


def test_few_washes_tell_nothing_of_their_scatter_yet() -> None:
    scatter = np.random.default_rng(3).normal(0.0, 0.02, 20)  # eight learn, eleven complete ones are left
    learned, judged = drained((scatter + 0.02 * np.arange(20)).tolist())
    assert judged == learned


def motor_w(load_kg: float, drag: float) -> float:
    """Tumbling takes so much empty and so much more for every kg."""
    return 150.0 * (0.7 + 0.08 * load_kg) * drag


def lighter(usual: tuple[float, float], drag: float) -> tuple[FeatureHistory, dict[str, Reference]]:
    """A washing machine of `usual` loads in kg, from day 30 on of light ones and with another drag of its bearings."""
    rng = np.random.default_rng(5)
    rows: list[DatedIndex] = []
    for number in range(60):
        load, now = (rng.uniform(0.8, 1.6), drag) if number >= 30 else (rng.uniform(*usual), 1.0)
        for index, value in (("load_kg", load), ("spin_rpm", 1200.0), ("wash_power_w", motor_w(load, now)),
                             ("spin_power_w", 370.0 * now)):  # fmt: skip
            rows.append((FIRST + timedelta(days=number), index, value * float(rng.normal(1.0, 0.02)), 0.0, 10.0))
    history = history_of(rows, evening(60))
    return history, {one.index: one for one in learn_missing(Kind.WASHING_MACHINE, history, {}, lambda first, last: [])}


@pytest.mark.parametrize("usual", [(4.6, 5.4), (3.5, 6.5)])
def test_light_loads_do_not_look_like_wear(usual: tuple[float, float]) -> None:
    found = deviations_of(Kind.WASHING_MACHINE, *lighter(usual, 1.0))
    # Log of load against log of power would expect too little of a load below all that were learned: +0.22 of a spin.
    assert {index: median_of(found[index].values[-20:]) < BEARING.level for index in found} == {
        "wash_power_w": True, "spin_power_w": True,
    }  # fmt: skip


def test_worn_bearings_are_found_under_light_loads_too() -> None:
    verdict = judge(*lighter((3.5, 6.5), 1.3), evening(60), signature=BEARING, detector="bearing/2")
    assert verdict is not None
    assert verdict.present
