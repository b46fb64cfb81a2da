"""Thermometers at rest: what one has moved by itself is taken off, and one that is right there explains nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import log

import numpy as np
import pytest

from domain.services import Service
from domain.signals import Kind
from models.detectors.rivals import explanations_of
from models.features.air_conditioner import AIR_DROP, DISCHARGE_LIFT
from models.healthy.at_rest import LATE, REST_K, gap_at_rest, moved_k, rested_late
from models.healthy.deviations import Deviation, deviation_for, deviations_of
from models.healthy.reference import Reference
from models.history import DaySeries, FeatureHistory
from models.normal import normal_of, renew

FIRST = date(2026, 6, 1)
LEARNED = 14
"""Days of learning; the rest is watched."""
DAYS = 40


def series(values: list[float], weight: float = 8.0) -> DaySeries:
    days = tuple(FIRST + timedelta(days=place) for place in range(len(values)))
    return DaySeries(
        days=days, values=np.array(values), spreads=np.zeros(len(values)), weights=np.full(len(values), weight)
    )


def since(day: int, value: float, before: float = 0.0, days: int = DAYS) -> list[float]:
    return [before if place < day else value for place in range(days)]


def history(**indices: DaySeries) -> FeatureHistory:
    return FeatureHistory(
        series={name.replace("__", "."): one for name, one in indices.items()}, today=FIRST + timedelta(days=DAYS)
    )


def reference(index: str, rest_k: float | None) -> Reference:
    kept = {} if rest_k is None else {REST_K: rest_k}
    last = FIRST + timedelta(days=LEARNED - 1)
    return Reference(index=index, learned_from=FIRST, learned_to=last, model={"noise": 0.02, **kept})


def air(ratio: float, rest: list[float] | None) -> FeatureHistory:
    """A unit whose supply air is 8 K colder than its room when it works and 0.5 K when it rests."""
    indices = {"air_drop_ratio": series(since(20, ratio, 1.0)), "air_drop_expected_k": series([8.0] * DAYS)}
    return history(**indices, **({} if rest is None else {"gap__room_c__supply_c": series(rest)}))


def seen(ratio: float, rest: list[float] | None, rest_k: float | None = 0.5) -> Deviation:
    found = deviation_for(Kind.AIR_CONDITIONER, AIR_DROP, air(ratio, rest), reference(AIR_DROP, rest_k))
    assert found is not None
    return found


def test_what_a_thermometer_moved_by_itself_is_taken_off() -> None:
    # 2 K more at work (8 to 10 K, a quarter) and 2 K more at rest: nothing happened to the machine.
    assert seen(1.25, since(20, 2.5, 0.5)).values[-1] == pytest.approx(0.0)


def test_what_happens_at_work_only_stays() -> None:
    found = seen(1.25, [0.5] * DAYS)
    assert found.values[-1] == pytest.approx(log(1.25))
    assert found.observed[-1] == pytest.approx(10.0)


def rested_from(day: int) -> FeatureHistory:
    gaps = series([0.5] * DAYS).since(FIRST + timedelta(days=day))
    return history(gap__room_c__supply_c=gaps)


def test_a_unit_that_ran_through_its_first_weeks_tells_its_gap_when_it_rests() -> None:
    learned = reference(AIR_DROP, None)
    found = rested_late(learned, rested_from(20))
    assert found is not None
    assert found.model[REST_K] == pytest.approx(0.5)
    # Learned until day 13: five days at rest have to come within 28 days of it.
    assert LATE.days == 28
    assert rested_late(learned, rested_from(35)) is not None
    assert rested_late(learned, rested_from(36)) is None


@pytest.mark.parametrize("known", [{REST_K: 0.3}, {"watched_from": "2026-06-10"}])
def test_what_is_known_or_lies_before_work_is_not_learned_late(known: dict[str, object]) -> None:
    learned = reference(AIR_DROP, None)
    assert rested_late(replace(learned, model={**learned.model, **known}), rested_from(20)) is None


def test_the_gap_learned_late_is_remembered() -> None:
    normal = normal_of(Kind.AIR_CONDITIONER, {AIR_DROP: reference(AIR_DROP, None)}, (), None)
    assert renew(normal, rested_from(20)).known[AIR_DROP].model[REST_K] == pytest.approx(0.5)


def test_thermometers_that_agree_at_rest_are_believed_more() -> None:
    # 2 % besides 0.1 K of 8 K, or 0.3 K of 8 K.
    assert seen(1.25, [0.5] * DAYS).drift == pytest.approx((0.02**2 + (0.1 / 8) ** 2) ** 0.5)
    for unknown in (seen(1.25, None), seen(1.25, [0.5] * DAYS, rest_k=None)):
        assert not unknown.rested
        assert unknown.drift == pytest.approx((0.02**2 + (0.3 / 8) ** 2) ** 0.5)
        assert unknown.values[-1] == pytest.approx(log(1.25))


def test_a_thermometer_that_has_not_rested_for_long_tells_nothing() -> None:
    assert not seen(1.25, [0.5] * 15).rested
    assert seen(1.25, [0.5] * 25).rested


def test_a_single_odd_day_at_rest_moves_nothing() -> None:
    assert seen(1.25, [0.5] * (DAYS - 2) + [9.0, 0.5]).values[-1] == pytest.approx(log(1.25))


def test_the_gap_is_kept_from_the_days_of_learning() -> None:
    unit = air(1.0, since(LEARNED, 3.0, 0.5))
    last = FIRST + timedelta(days=LEARNED - 1)
    assert gap_at_rest(AIR_DROP, unit, FIRST, last) == {REST_K: 0.5}
    assert gap_at_rest(AIR_DROP, unit, FIRST, FIRST + timedelta(days=2)) == {}
    assert gap_at_rest("steady_power_w", unit, FIRST, last) == {}


def test_new_software_that_reads_a_thermometer_another_way_is_no_fault() -> None:
    # 2 K more since the update, at work (a quarter of 8 K) and at rest: the new level has it, rest takes off no more.
    software = Service(at=datetime(2026, 6, 20, 12, tzinfo=UTC), action="firmware")
    unit = air(1.25, since(20, 2.5, 0.5))
    normal = normal_of(Kind.AIR_CONDITIONER, {AIR_DROP: reference(AIR_DROP, 0.5)}, [software], None)
    unit = replace(unit, series=normal.cut(unit.series))
    judged = renew(normal, unit).judged()[AIR_DROP]
    found = deviation_for(Kind.AIR_CONDITIONER, AIR_DROP, unit, judged)
    assert found is not None
    assert (judged.model["steps"], judged.model[REST_K]) == ([["2026-06-21", pytest.approx(log(1.25))]], 2.5)
    assert found.values[-1] == pytest.approx(0.0)
    assert found.rested


def test_the_outdoor_side_counts_the_other_way() -> None:
    # Outdoor air less discharge falls by 3 K: the discharge reads 3 K more by itself.
    unit = history(gap__outdoor_c__discharge_c=series(since(20, -3.4, -0.4)))
    moved = moved_k(DISCHARGE_LIFT, unit, {REST_K: -0.4}, unit.series["gap.outdoor_c.discharge_c"].ordinals)
    assert np.isnan(moved[3])
    assert moved[10] == pytest.approx(0.0)
    assert moved[-1] == pytest.approx(3.0)


@pytest.mark.parametrize(("rest_k", "blamed"), [(0.5, False), (None, True)])
def test_a_thermometer_is_blamed_only_where_rest_does_not_clear_it(rest_k: float | None, blamed: bool) -> None:
    unit = air(1.25, [0.5] * DAYS)
    deviations = deviations_of(Kind.AIR_CONDITIONER, unit, {AIR_DROP: reference(AIR_DROP, rest_k)})
    names = {one.fault for one in explanations_of(Kind.AIR_CONDITIONER, deviations)}
    assert (f"thermometer:{AIR_DROP}" in names) is blamed
    assert f"thermometer:{DISCHARGE_LIFT}" in names  # nothing is known of it
