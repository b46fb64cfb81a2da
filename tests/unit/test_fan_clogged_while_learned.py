"""A fan whose filter clogs within days is never steady: its days with most air are what is normal for it."""

from datetime import timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.pattern import DETECTORS
from models.features.fan import FAN_LAW, WATTS
from models.healthy.fleet_prior import priors_of
from models.healthy.learners import learn_missing
from models.healthy.level import learn_level
from models.history import DatedIndex, FeatureHistory, history_of
from tests.unit.synthetic_days import FIRST, evening

KIND = Kind.RANGE_HOOD
LAW, POWER = f"{FAN_LAW}_2", f"{WATTS}_2"
CLEAN_W = 38.0


def used(clogged: list[float]) -> FeatureHistory:
    """A hood that runs every day; `clogged` is the share of its watts that the filter has taken on each day."""
    rng = np.random.default_rng(1)
    rows: list[DatedIndex] = []
    for number, share in enumerate(clogged):
        day = FIRST + timedelta(days=number)
        rows.append((day, LAW, 15.0 * (1.0 - share) ** 2 * float(rng.normal(1.0, 0.005)), 0.1, 8.0))
        rows.append((day, POWER, CLEAN_W * (1.0 - share) * float(rng.normal(1.0, 0.002)), 0.1, 8.0))
    return history_of(rows, evening(len(clogged)))


CLOGS_EVERY_MONTH = [0.01 * (number % 28) for number in range(56)]


def test_the_days_with_most_air_are_normal_for_a_fan_that_never_ran_alike() -> None:
    reference = learn_level(priors_of(KIND)[POWER], used(CLOGS_EVERY_MONTH))
    assert reference is not None
    assert float(np.exp(reference.model["level"])) == pytest.approx(CLEAN_W, rel=0.03)


def test_so_its_clog_is_told_when_it_comes_again() -> None:
    history = used(CLOGS_EVERY_MONTH)
    references = {one.index: one for one in learn_missing(KIND, history, {}, lambda _first, _last: [])}
    judge = next(one.judge for one in DETECTORS if one.name == "range_hood_filter_clog")
    verdict = judge(history, references, evening(56))
    assert verdict is not None
    assert verdict.present


def test_a_steady_fan_is_learned_from_all_of_its_first_days() -> None:
    reference = learn_level(priors_of(KIND)[POWER], used([0.0] * 8 + [0.02] * 8))
    assert reference is not None
    assert reference.model["days"] == 10


def test_what_has_no_such_best_is_not_learned_from_irregular_days() -> None:
    prior = priors_of(Kind.REFRIGERATOR)["on_power_w"]
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), prior.index, 80.0 * (1.5 if number % 2 else 1.0), 0.0, 10.0)
        for number in range(40)
    ]
    assert learn_level(prior, history_of(rows, evening(40))) is None
