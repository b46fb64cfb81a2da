"""Water heater, dryer and dishwasher against calculations that a reader can redo by hand."""

import numpy as np
import pytest

from device_sim import dishwasher, dryer, refrigerator, water_heater

MINUTES = 24 * 60


def tank(**changes: float) -> water_heater.WaterHeaterUnits:
    values: dict[str, float] = {
        "volume_l": 80.0, "top_share": 0.5, "element_ohm": 26.45, "setpoint_c": 62.0, "band_k": 6.0,
        "loss_w_k": 1.4, "mix_w_k": 10.0, "sheath_k_w": 0.0042, **changes,
    }  # fmt: skip
    return water_heater.WaterHeaterUnits(
        **{name: np.array([value]) for name, value in values.items()},
        senses_top=np.array([False]), powered_anode=np.array([True]),
    )  # fmt: skip


def run_tank(
    *, failing: float = 0.0, scale: float = 0.0, anode: float = 0.0, tap_lpm: float = 1.0, volts: float = 230.0
) -> dict[str, np.ndarray]:
    units = tank()
    state = water_heater.start_state(units)
    tap = np.zeros((MINUTES, 1))
    tap[::30] = 10.0 * tap_lpm
    drivers = water_heater.WaterHeaterDrivers(
        tap_lpm=tap, inlet_c=np.full(tap.shape, 15.0), room_c=np.full(tap.shape, 20.0),
        voltage_v=np.full(tap.shape, volts),
    )  # fmt: skip
    columns = water_heater.step_water_heaters(
        units, state, drivers, failing=np.array([failing]), scale=np.array([scale]), anode=np.array([anode]),
        noise=np.zeros((3, *tap.shape)),
    )  # fmt: skip
    return {name: np.asarray(column, dtype=np.float64)[:, 0] for name, column in columns.items()}


def test_the_element_draws_voltage_squared_over_its_resistance() -> None:
    # 230^2 / 26.45 = 2000 W; at 218.5 V (-5 %) 1805 W, and R as V^2/P is the same
    full, sagging = run_tank()["heater_w"].max(), run_tank(volts=218.5)["heater_w"].max()
    assert full == pytest.approx(2000.0, abs=1.0)
    assert sagging == pytest.approx(1805.0, abs=1.0)


def test_a_drifting_element_gains_five_percent_of_resistance_where_its_truth_says_so() -> None:
    # 1 + 0.24 * 0.22 = 1.053
    assert 2000.0 / run_tank(failing=0.22)["heater_w"].max() == pytest.approx(1.053, abs=0.002)


def test_an_open_element_leaves_the_water_cold() -> None:
    trace = run_tank(failing=1.0)
    assert trace["heater_w"].max() == 0.0
    assert trace["top_c"][-1] < 40.0


def test_limescale_trips_the_cut_out_and_holds_the_bottom_back_but_not_the_energy() -> None:
    sound, scaled = run_tank(), run_tank(scale=1.0)
    assert sound["cutout_trips"][-1] == 0.0
    assert scaled["cutout_trips"][-1] > 5.0
    heating = scaled["heater_w"] > 0.0
    lag = (scaled["top_c"] - scaled["bottom_c"])[heating].mean()
    assert lag > (sound["top_c"] - sound["bottom_c"])[sound["heater_w"] > 0.0].mean() + 2.0
    assert scaled["energy_kwh"][-1] == pytest.approx(sound["energy_kwh"][-1], rel=0.12)


def test_only_a_powered_anode_shows_that_it_is_spent() -> None:
    assert run_tank(anode=0.12)["anode_ma"][0] / run_tank()["anode_ma"][0] == pytest.approx(0.898, abs=0.01)


def run_dryer(*, vent: float = 0.0, thermostat: float = 0.0) -> tuple[dict[str, np.ndarray], list[dryer.DryerCycle]]:
    units = dryer.DryerUnits(
        heater_ohm=np.array([230.0**2 / 2200.0]), air_w_k=np.array([30.0]), surface_share=np.array([0.85]),
        drum_j_k=np.array([18e3]), lag=np.array([0.3]), dry_at_pct=np.array([4.0]),
    )  # fmt: skip
    load = np.zeros((300, 1))
    load[5] = 4.0
    drivers = dryer.DryerDrivers(
        load_kg=load, water_kg=0.5 * load, room_c=np.full(load.shape, 20.0), voltage_v=np.full(load.shape, 230.0)
    )
    columns, cycles = dryer.step_dryers(
        units, dryer.start_state(1), drivers, vent=np.array([vent]), thermostat=np.array([thermostat]),
        noise=np.zeros((3, *load.shape)),
    )  # fmt: skip
    numbers = {name: column[:, 0] for name, column in columns.items() if name != "phase"}
    return {name: np.asarray(column, dtype=np.float64) for name, column in numbers.items()}, cycles


def test_a_clogged_vent_heats_the_inlet_chops_the_heater_and_takes_longer() -> None:
    clean, (first,) = run_dryer()
    clogged, (second,) = run_dryer(vent=0.6)
    assert clogged["inlet_c"].max() > clean["inlet_c"].max() + 8.0
    duty = [
        (run["heater_w"] > 0.0).sum() / cycle.figures["minutes"] for run, cycle in ((clean, first), (clogged, second))
    ]
    assert duty[1] < 0.9 * duty[0]
    per_kg = [cycle.figures["minutes"] / cycle.figures["water_kg"] for cycle in (first, second)]
    assert 1.2 < per_kg[1] / per_kg[0] < 2.2


def test_a_quarter_less_air_is_where_the_vent_counts_as_failed() -> None:
    # 1 / sqrt(1 + 5 * 0.156) = 0.75
    assert float(dryer.flow_share(np.array([0.156]))[0]) == pytest.approx(0.75, abs=0.001)


def test_a_load_takes_the_time_its_water_needs() -> None:
    # 2 kg x 2.45 MJ/kg = 4.9 MJ; 2200 W x 0.85 of it on wet cloth: 44 min, plus warming, losses and the dry end
    _, (cycle,) = run_dryer()
    assert 50.0 < cycle.figures["minutes"] < 95.0


def test_a_stuck_thermostat_trips_the_limiter_again_and_again_and_a_sound_one_never() -> None:
    assert run_dryer()[0]["limit_trips"][-1] == 0.0
    assert run_dryer(vent=0.3)[0]["limit_trips"][-1] == 0.0
    assert run_dryer(thermostat=1.0)[0]["limit_trips"][-1] >= 3.0


def run_dishes(
    *, clog: float = 0.0, heater: float = 0.0, bars: float = 3.0, hot_fill: bool = False
) -> dishwasher.DishCycle:
    unit = dishwasher.DishwasherUnit(
        heater_ohm=26.45, fill_lpm=3.0, drain_lpm=16.0, pump_w=60.0, bath_l=3.5, loss_w_k=3.0, hot_fill=hot_fill
    )
    return dishwasher.run_cycle(
        unit, dishwasher.Dishes(start_min=0, wash_c=60.0, soil=1.0, foam=False), np.random.default_rng(3), clog=clog,
        heater=heater, pressure_bar=bars, voltage_v=230.0, inlet_c=15.0,
    )  # fmt: skip


def test_the_bath_warms_as_fast_as_power_over_heat_capacity_says() -> None:
    # (2000 W - losses) * 60 s / (3.5 l * 4186 + 7500) J/K = 5.4 K per minute at the start
    water = run_dishes().minutes["water_c"]
    heat = run_dishes().minutes["heater_w"] > 0.0
    first = int(np.argmax(heat))
    assert water[first + 1] - water[first] == pytest.approx(5.3, abs=0.7)


def test_a_dead_heater_leaves_no_plateau_even_with_hot_fill() -> None:
    assert run_dishes(heater=1.0).minutes["water_c"].max() < 25.0
    assert run_dishes(heater=1.0, hot_fill=True).minutes["heater_w"].max() == 0.0
    assert run_dishes().minutes["water_c"].max() > 59.0


def test_a_clogged_sieve_slows_the_drain_and_lets_the_pump_swing_and_pressure_does_neither() -> None:
    # sqrt(1 + 2.2 * 0.353) = 1.333: flow down by a quarter
    clean, clogged, weak = run_dishes(), run_dishes(clog=0.353), run_dishes(bars=1.5)
    slower = (
        clogged.summary["drain_s"] / clogged.summary["litres"] / (clean.summary["drain_s"] / clean.summary["litres"])
    )
    assert slower == pytest.approx(4.0 / 3.0, rel=0.08)
    pump = [np.std(run.minutes["circ_pump_w"][run.minutes["circ_pump_w"] > 10.0]) for run in (clean, clogged)]
    assert pump[1] > 3.0 * pump[0]
    assert weak.summary["fill_s"] / clean.summary["fill_s"] == pytest.approx(np.sqrt(2.0), rel=0.06)
    assert weak.summary["drain_s"] == pytest.approx(clean.summary["drain_s"], rel=0.15)


def run_fridge(*, worn: float = 0.0, iced: float = 0.0) -> dict[str, np.ndarray]:
    units = refrigerator.RefrigeratorUnits(
        **{name: np.array([value]) for name, value in refrigerator.draw_unit(np.random.default_rng(4)).items()}
    )
    state = refrigerator.RefrigeratorState(
        fridge_c=np.array([4.0]), freezer_c=np.array([-18.0]), evap_c=np.array([-18.0]), frost=np.zeros(1),
        run_min=np.zeros(1), defrost_left=np.zeros(1), on=np.array([False]), energy_kwh=np.zeros(1),
        door_opens=np.zeros(1), rest_min=np.zeros(1),
    )  # fmt: skip
    shape = (2880, 1)
    drivers = refrigerator.RefrigeratorDrivers(
        ambient_c=np.full(shape, 25.0), door_s=np.zeros(shape), food_w=np.zeros(shape), dead=np.zeros(shape)
    )
    columns, _ = refrigerator.step_refrigerators(
        units, state, drivers, seal=np.zeros(1), dust=np.zeros(1),
        noise=np.random.default_rng(5).normal(size=(3, *shape)), worn=np.array([worn]), iced=np.array([iced]),
    )  # fmt: skip
    return {name: np.asarray(column, dtype=np.float64)[:, 0] for name, column in columns.items()}


def test_without_defrosting_no_pulse_comes_and_the_fridge_warms_while_the_freezer_holds() -> None:
    sound, iced = run_fridge(), run_fridge(iced=1.0)
    assert sound["defrost"].sum() > 0.0
    assert iced["defrost"].sum() == 0.0
    assert iced["fridge_c"][-600:].mean() > sound["fridge_c"][-600:].mean() + 3.0
    assert iced["freezer_c"][-600:].mean() < -15.0


def test_a_failing_compressor_starts_more_often_draws_more_and_at_last_stands_still() -> None:
    sound, worn, dead = run_fridge(), run_fridge(worn=0.8), run_fridge(worn=1.0)
    starts = [np.sum(np.diff(run["compressor_on"]) > 0.0) for run in (sound, worn)]
    on = [np.median(run["power_w"][(run["compressor_on"] > 0.0) & (run["defrost"] == 0.0)]) for run in (sound, worn)]
    assert worn["compressor_on"].mean() > sound["compressor_on"].mean()
    assert on[1] > 1.05 * on[0]
    assert starts[0] > 0
    assert dead["compressor_on"].sum() == 0.0
