"""The regression of steady windows: a bend over the load is not taken for weather, and what the frost guard holds is a
level of its own."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.features.day import Floats
from models.features.steady import Windows
from models.healthy.air_side import (
    AirSideModel,
    expected_drop_k,
    learn_air_side,
    model_as_json,
    model_from_json,
    told_by_air,
)

DAYS = 14


def windows(load_hz: Floats, *, room_c: Floats | float, coil_in_c: float = 12.0, seed: int = 1) -> Windows:
    """Windows of a unit whose valve opens by 90 + 3.2 steps for each Hz, and moves with nothing else."""
    count = len(load_hz)
    rng, full = np.random.default_rng(seed), lambda value: np.full(count, value) + np.zeros(count)
    return Windows(
        starts_s=np.arange(count) * 1800.0,
        air_drop_k=full(10.0),
        coil_drop_k=full(12.0),
        room_c=full(room_c) + 0.05 * rng.standard_normal(count),
        coil_in_c=full(coil_in_c),
        discharge_c=full(60.0),
        outdoor_c=full(31.0) + rng.standard_normal(count),
        humidity_pct=full(70.0) + 5.0 * rng.standard_normal(count),
        eev_steps=90.0 + 3.2 * load_hz,
        fan_level=full(2.0),
        fan_rpm=full(1000.0),
        power_w=8.0 * load_hz,
        outdoor_rise_k=full(6.0),
        discharge_lift_k=full(30.0),
        load=load_hz,
        load_is_hz=True,
        unsettled=np.zeros(count),
    )


def weeks() -> list[Windows]:
    """Two weeks at 26 C: a hard day warms the room a little, so that room and load go together."""
    found = []
    for day in range(DAYS):
        load = np.random.default_rng(day).uniform(18.0, 80.0, 20)
        found.append(windows(load, room_c=25.8 + 0.6 * ((load - 45.0) / 35.0) ** 2, seed=day))
    return found


def learned(days: list[Windows]) -> AirSideModel:
    model = learn_air_side(days, "eev_steps")
    assert model is not None
    return model


@cache
def usual() -> AirSideModel:
    return learned(weeks())


@pytest.mark.parametrize("room_c", [22.5, 24.0, 26.0, 28.0])
@pytest.mark.parametrize("load_hz", [20.0, 45.0, 75.0])
def test_another_setpoint_moves_no_valve(room_c: float, load_hz: float) -> None:
    # 90 + 3.2 * 45 = 234 steps in any room; a straight line in logarithms would take the room for what the bend does.
    expected = expected_drop_k(usual(), windows(np.full(3, load_hz), room_c=room_c), "eev_steps")
    assert expected == pytest.approx(np.full(3, 90.0 + 3.2 * load_hz), rel=0.03)


def test_windows_at_the_frost_guard_are_compared_only_where_it_was_seen() -> None:
    held = windows(np.full(3, 45.0), room_c=24.0, coil_in_c=6.1)
    assert np.isnan(expected_drop_k(usual(), held, "eev_steps")).all()
    seen = [*weeks(), *(windows(np.full(4, 60.0), room_c=26.0, coil_in_c=6.0, seed=day) for day in range(3))]
    assert np.isfinite(expected_drop_k(learned(seen), held, "eev_steps")).all()


def test_air_at_a_guard_never_met_before_is_compared_with_how_the_unit_ran_free() -> None:
    held = windows(np.full(3, 45.0), room_c=26.0, coil_in_c=6.1)
    assert np.isfinite(expected_drop_k(usual(), held, "coil_drop_k")).all()


@pytest.mark.parametrize(("ratio", "coil_in_c", "told"), [(1.1, 6.1, 4), (0.9, 6.1, 0), (1.0, 6.1, 4), (0.9, 12.0, 4)])
def test_a_coil_at_its_guard_tells_of_want_of_air_alone(ratio: float, coil_in_c: float, told: int) -> None:
    day = windows(np.full(4, 45.0), room_c=26.0, coil_in_c=coil_in_c)
    assert told_by_air("coil_drop_k", day, np.full(4, ratio), 0.015).sum() == told


def test_free_windows_speak_for_a_day_that_has_them_and_without_the_speed_they_alone() -> None:
    day = windows(np.full(5, 45.0), room_c=26.0)
    day = replace(day, coil_in_c=np.array([12.0, 12.0, 6.0, 6.0, 6.0]))
    assert told_by_air("air_drop_k", day, np.full(5, 1.1), 0.015).tolist() == [True, True, False, False, False]
    untold = replace(day, coil_in_c=np.full(5, 6.0), load_is_hz=False)
    assert not told_by_air("air_drop_k", untold, np.full(5, 1.1), 0.015).any()


def test_what_a_coil_does_at_its_guard_does_not_move_what_it_does_elsewhere() -> None:
    colder = windows(np.full(20, 60.0), room_c=26.0, coil_in_c=6.0)
    opened = replace(colder, eev_steps=1.2 * colder.eev_steps)
    model = learned([*weeks(), opened, opened])
    assert expected_drop_k(model, windows(np.array([60.0]), room_c=26.0), "eev_steps")[0] == pytest.approx(
        282.0, rel=0.02
    )
    assert expected_drop_k(model, colder, "eev_steps")[0] == pytest.approx(1.2 * 282.0, rel=0.02)


def test_what_was_learned_before_guarded_windows_were_told_apart_is_compared_as_then() -> None:
    kept = {name: value for name, value in model_as_json(usual()).items() if name != "held_apart"}
    held = windows(np.full(3, 45.0), room_c=26.0, coil_in_c=6.1)
    assert np.isfinite(expected_drop_k(model_from_json(kept), held, "eev_steps")).all()


def test_the_index_of_the_guard_itself_knows_no_other_level() -> None:
    days = [windows(np.full(6, 30.0) + day, room_c=26.0 + 0.1 * day, coil_in_c=6.1, seed=day) for day in range(DAYS)]
    days = [replace(day, coil_drop_k=day.load / 3.0) for day in days]
    model = learn_air_side(days, "guard_load")
    assert model is not None
    assert not model.held_apart
    assert list(model.levels) == ["2"]
