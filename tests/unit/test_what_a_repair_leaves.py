"""A mended relay may miss a few minutes of heating for good, and on few rows chance makes much of that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.services import Service
from domain.signals import Kind
from models.healthy.deviations import Deviation, deviations_of
from models.healthy.learners import learn_missing
from models.healthy.reference import Reference
from models.history import FeatureHistory, history_of
from models.judge import judge_appliance
from models.normal import normal_of, renew
from tests.unit.synthetic_days import FIRST, evening

DUTY = "heat_duty"
FAILURE = "heater_failure"
MENDED = 20
"""The day of the repair; on the days before a sound relay gives all the heat."""
ROWS = 12.0
REPAIRS = [("part_replaced", FAILURE), ("repaired", "")]


def judged(
    after: Sequence[float], *works: tuple[str, str], rows: float = ROWS
) -> tuple[FeatureHistory, dict[str, Reference]]:
    """A dishwasher of which the relay gives all, until the `works` of day 20, and then these shares of the heat."""
    shares = [1.0] * (MENDED + 1) + list(after)
    days = [(FIRST + timedelta(days=number), DUTY, share, 0.0, rows) for number, share in enumerate(shares)]
    learned = learn_missing(Kind.DISHWASHER, history_of(days[:MENDED], evening(MENDED)), {}, lambda first, last: [])
    services = [Service(at=evening(MENDED), action=action, fault=fault) for action, fault in works]
    normal = normal_of(Kind.DISHWASHER, {one.index: one for one in learned}, services, None)
    history = history_of(days, evening(len(shares)))
    history = replace(history, series=normal.cut(history.series))
    known = renew(normal, history).known
    new = {one.index: one for one in learn_missing(Kind.DISHWASHER, history, known, lambda first, last: [])}
    # the next night: what was learned anew is known by then
    normal = normal_of(Kind.DISHWASHER, {**known, **new}, services, None)
    return history, renew(normal, history).judged()


def said(history: FeatureHistory, references: dict[str, Reference]) -> bool:
    now = evening((history.today - FIRST).days)
    verdicts = judge_appliance(Kind.DISHWASHER, history, references, now)
    return any(verdict.present and verdict.fault == FAILURE for verdict in verdicts)


def duty(after: Sequence[float], *works: tuple[str, str], rows: float = ROWS) -> Deviation:
    return deviations_of(Kind.DISHWASHER, *judged(after, *works, rows=rows))[DUTY]


def missing_minutes(missed: float, count: int, rows: int, seed: int) -> list[float]:
    """Shares of days on each of which so many minutes are asked for, and each is missed by chance."""
    given = np.random.default_rng(seed).binomial(rows, 1.0 - missed, count) / rows
    return [float(share) for share in given]


@pytest.mark.parametrize("repair", REPAIRS, ids=["by name", "unnamed"])
@pytest.mark.parametrize("rows", [5, 12, 20])
def test_a_mended_relay_that_misses_a_few_minutes_is_not_said_to_fail_again(repair: tuple[str, str], rows: int) -> None:
    shares = missing_minutes(0.1, 60, rows, seed=rows)
    assert not any(said(*judged(shares[:days], repair, rows=float(rows))) for days in range(6, 61))


@pytest.mark.parametrize("repair", REPAIRS, ids=["by name", "unnamed"])
def test_a_mended_heater_that_fails_for_good_is_said_within_three_days(repair: tuple[str, str]) -> None:
    assert said(*judged([0.9, 1.0] * 10 + [0.0] * 3, repair))


@pytest.mark.parametrize("repair", REPAIRS, ids=["by name", "unnamed"])
def test_a_mended_relay_that_gives_half_of_the_heat_is_said(repair: tuple[str, str]) -> None:
    assert said(*judged([0.9, 1.0] * 10 + [0.5] * 4, repair))


@pytest.mark.parametrize("work", [(), (("firmware", ""),), (("part_replaced", "filter_clog"),)])
def test_a_relay_that_nobody_mended_gives_all_the_heat_or_fails(work: tuple[tuple[str, str], ...]) -> None:
    assert said(*judged([1.0] * 10 + [0.8] * 4, *work))


@pytest.mark.parametrize(("share", "expected"), [(0.4, True), (0.8, True), (0.9, False)])
def test_one_wash_that_is_given_four_fifths_of_its_heat_is_enough(share: float, expected: bool) -> None:
    assert said(*judged([1.0] * 10 + [share])) is expected


def test_single_minutes_that_a_relay_misses_in_wash_after_wash_add_up() -> None:
    assert not said(*judged([1.0] * 10 + [0.9]))
    assert said(*judged([1.0] * 10 + [0.9] * 4))


def test_what_a_repair_may_leave_is_no_deviation_and_what_is_beyond_it_counts_from_there() -> None:
    found = duty([1.0] * 10 + [0.9, 0.85, 0.6], ("repaired", ""))
    assert found.values[-3:] == pytest.approx([0.0, 0.0, -0.25], abs=0.01)


def test_chance_is_that_of_counting_so_many_rows() -> None:
    few, many = (duty([1.0] * 10, ("repaired", ""), rows=rows).noise[-1] for rows in (5.0, 500.0))
    assert few**2 - many**2 == pytest.approx(0.85 * 0.15 * (1 / 5 - 1 / 500), rel=0.05)
    assert duty([1.0] * 10, rows=5.0).noise[-1] == pytest.approx(0.03)
