"""Purifier and hood: fan laws with filter resistance, and the fine dust of a room."""

import numpy as np
import pytest

from device_sim import air_mover


def purifiers(*, auto: bool = False) -> air_mover.PurifierUnits:
    return air_mover.PurifierUnits(
        cadr_m3_h=np.array([300.0]), full_rpm=np.array([1100.0]), full_w=np.array([50.0]),
        filter_share=np.array([0.65]), room_m3=np.array([50.0]), air_changes_1_h=np.array([0.5]),
        auto=np.array([auto]), fixed_level=np.array([3]), dust_offset=np.array([0.0]),
    )  # fmt: skip


def run(*, clog: float = 0.0, auto: bool = False, start_ugm3: float = 200.0) -> dict[str, np.ndarray]:
    state = air_mover.start_state(1, np.zeros(1))
    state.pm25_ugm3[:] = start_ugm3
    shape = (120, 1)
    columns = air_mover.step_purifiers(
        purifiers(auto=auto), state, wanted=np.ones(shape, dtype=np.bool_), outdoor_ugm3=np.full(shape, 15.0),
        source_ug_min=np.zeros(shape), window=np.zeros(shape), clog=np.array([clog]), noise=np.zeros((3, *shape)),
    )  # fmt: skip
    return {name: np.asarray(column, dtype=np.float64)[:, 0] for name, column in columns.items()}


def test_dust_decays_at_the_rate_of_delivery_leakage_and_settling() -> None:
    # level 3 drives 0.8: 300 * 0.8 / 50 = 4.8 per hour, + 0.5 + 0.2 = 5.5 per hour; outdoors keeps 0.75*0.5*15/5.5 = 1
    dust = run()["pm25_ugm3"]
    expected = 1.02 + (200.0 - 1.02) * np.exp(-5.5 * 0.5)
    assert dust[30] == pytest.approx(expected, abs=1.0)


def test_a_clogged_filter_speeds_the_wheel_saves_watts_and_cleans_slower() -> None:
    clean, clogged = run(), run(clog=0.2)
    # flow 1 / sqrt(1 + 0.65 * 6 * 0.2) = 0.750: rpm + 0.35 * 0.25 = 8.7 %, watts - 0.9 * 0.25 = 22.5 %
    assert clogged["fan_rpm"][0] / clean["fan_rpm"][0] == pytest.approx(1.087, abs=0.002)
    assert (clogged["power_w"][0] - 1.0) / (clean["power_w"][0] - 1.0) == pytest.approx(0.775, abs=0.005)
    assert clogged["pm25_ugm3"][30] > 1.3 * clean["pm25_ugm3"][30]
    assert clogged["filter_h"][-1] == clean["filter_h"][-1]


def test_an_automatic_unit_steps_down_once_the_air_is_clean() -> None:
    level = run(auto=True)["fan_level"]
    assert level[1] == 4.0
    assert level[-1] == 1.0


def test_a_hood_shows_grease_at_the_level_people_chose() -> None:
    units = air_mover.HoodUnits(full_rpm=np.array([1300.0]), full_w=np.array([200.0]), filter_share=np.array([0.48]))
    level = np.full((10, 1), 2, dtype=np.int64)
    noise = np.zeros((3, 10, 1))
    seen = [
        air_mover.run_hoods(
            units, air_mover.start_state(1, np.zeros(1)), level=level, clog=np.array([clog]), noise=noise
        )
        for clog in (0.0, 0.4)
    ]
    rpm = [float(np.asarray(columns["fan_rpm"], dtype=np.float64)[0, 0]) for columns in seen]
    watts = [float(np.asarray(columns["power_w"], dtype=np.float64)[0, 0]) for columns in seen]
    assert rpm[0] == pytest.approx(780.0)  # 1300 * 0.6
    assert rpm[1] > rpm[0]
    assert watts[1] < watts[0]
