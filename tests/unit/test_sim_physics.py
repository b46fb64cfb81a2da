"""The simulator's physics against calculations that a reader can redo by hand."""

import numpy as np
import pytest

from device_sim import circuit, coil, refrigerator, washing_machine
from device_sim.air_conditioner import (
    AirConditionerDrivers,
    AirConditionerState,
    AirConditionerUnits,
    charge_effects,
    step_rooms,
)
from device_sim.people import Wash


def clog_for_flow(share: float) -> np.ndarray:
    """Invert share = sqrt(2 / (2 + 6 clog))."""
    return np.array([(2.0 / share**2 - 2.0) / 6.0])


def full_load(flow_share: float, *, room_c: float = 24.0) -> tuple[float, float]:
    """Capacity in W and air-side temperature difference in K of a 3.5 kW unit at 60 Hz and full fan."""
    rated, speed = np.array([3500.0]), np.array([1.0])
    flow = coil.flow_share(clog_for_flow(flow_share))
    conductance = coil.conductance_w_per_k(rated, speed, flow)
    capacity, _ = coil.cooling_w(rated, conductance / coil.SENSIBLE_SHARE, np.array([room_c]))
    air = coil.air_w_per_k(rated, speed, flow)
    return float(capacity[0]), float(coil.SENSIBLE_SHARE * capacity[0] / air[0])


def test_a_clean_unit_meets_its_rating_at_the_rating_point() -> None:
    # 0.75 * 3500 W / (0.165 m3/s * 1.17 kg/m3 * 1006 J/kgK = 194.2 W/K) = 13.5 K
    capacity, difference = full_load(1.0, room_c=coil.RATED_ROOM_C)
    assert capacity == pytest.approx(3500.0, rel=1e-6)
    assert difference == pytest.approx(13.52, abs=0.02)


def test_a_quarter_less_flow_widens_the_air_temperature_difference_by_about_a_quarter() -> None:
    clean, clogged = full_load(1.0)[1], full_load(0.75)[1]
    assert 1.18 < clogged / clean < 1.30


def test_a_third_less_flow_costs_about_a_fifth_of_the_capacity() -> None:
    clean, clogged = full_load(1.0)[0], full_load(2.0 / 3.0)[0]
    assert 0.76 < clogged / clean < 0.86


def test_full_clog_halves_the_flow_and_clean_leaves_it() -> None:
    assert coil.flow_share(np.array([0.0, 1.0])) == pytest.approx([1.0, 0.5])


def test_the_coil_never_gets_colder_than_the_freeze_guard() -> None:
    rated, room = np.array([3500.0]), np.array([22.0])
    conductance = coil.conductance_w_per_k(rated, np.array([0.55]), np.array([0.5])) / coil.SENSIBLE_SHARE
    capacity, left = coil.cooling_w(1.5 * rated, conductance, room)
    assert room - capacity / conductance == pytest.approx(coil.FREEZE_GUARD_C)
    assert left[0] < 0.7


@pytest.mark.parametrize(
    ("leak", "capacity", "efficiency"),
    [(0.0, 1.0, 1.0), (0.20 / 0.45, 1.0, 1.0), (0.25 / 0.45, 0.80, 0.85)],
    ids=["full charge", "masked by the valve", "a quarter lost"],
)
def test_charge_loss_is_masked_first_and_then_costs_capacity(leak: float, capacity: float, efficiency: float) -> None:
    got = charge_effects(np.array([leak]))
    assert got[0] == pytest.approx([capacity])
    assert got[1] == pytest.approx([efficiency])


def one_room() -> tuple[AirConditionerUnits, AirConditionerState]:
    units = AirConditionerUnits(
        rated_w=np.array([3000.0]), rated_cop=np.array([3.5]), room_ua_w_k=np.array([100.0]),
        mass_ua_w_k=np.array([280.0]), air_j_k=np.array([450e3]), mass_j_k=np.array([6e6]),
        window_m2=np.array([1.5]), condenser_w_k=np.array([345.0]), hz_min=np.array([16.0]), hz_max=np.array([90.0]),
        auto_fan=np.array([False]), fan_level=np.array([3]), sensor_offset_c=np.array([0.0]),
        fixed_speed=np.array([False]), steep_fan=np.array([0.0]), air_exponent=np.array([coil.AIR_SIDE_EXPONENT]),
        noisy=np.array([1.0]),
    )  # fmt: skip
    state = AirConditionerState(
        room_c=np.array([28.0]), mass_c=np.array([28.0]), integral=np.zeros(1), running=np.array([False]),
        heat_w=np.zeros(1), energy_kwh=np.zeros(1), filter_h=np.zeros(1),
    )  # fmt: skip
    return units, state


def hot_day(minutes: int) -> AirConditionerDrivers:
    ones = np.ones((minutes, 1))
    return AirConditionerDrivers(
        want=ones, setpoint_c=24.0 * ones, outdoor_c=33.0 * ones, gains_w=500.0 * ones, window_w_k=0.0 * ones,
        humidity_pct=70.0 * ones,
    )  # fmt: skip


def test_the_room_reaches_its_setpoint_and_the_energy_balance_closes() -> None:
    units, state = one_room()
    stored_before = 450e3 * 28.0 + 6e6 * 28.0
    trace = step_rooms(units, state, hot_day(600), clog=np.zeros(1), leak=np.zeros(1))
    through = 100.0 * (33.0 - trace.room_c)
    moved_j = 60.0 * float((through + 500.0 - coil.SENSIBLE_SHARE * trace.heat_w).sum())
    stored_after = 450e3 * float(state.room_c[0]) + 6e6 * float(state.mass_c[0])
    assert stored_after - stored_before == pytest.approx(moved_j, rel=1e-9)
    assert float(trace.room_c[-60:].mean()) == pytest.approx(24.0, abs=0.4)


def test_the_same_load_through_a_clogged_filter_needs_more_hertz() -> None:
    hertz = {}
    for clog in (0.0, 0.4):
        units, state = one_room()
        trace = step_rooms(units, state, hot_day(900), clog=np.array([clog]), leak=np.zeros(1))
        hertz[clog] = float(trace.hz[-120:].mean())
    assert hertz[0.4] > 1.03 * hertz[0.0]


def run_fridge(*, seal: float = 0.0, dust: float = 0.0, dead: bool = False) -> dict[str, np.ndarray]:
    units = refrigerator.RefrigeratorUnits(
        fridge_set_c=np.array([4.0]), freezer_set_c=np.array([-18.0]), fridge_ua_w_k=np.array([0.95]),
        freezer_ua_w_k=np.array([0.62]), fridge_j_k=np.array([75e3]), freezer_j_k=np.array([40e3]),
        capacity_w=np.array([145.0]), rated_cop=np.array([1.55]), defrost_after_min=np.array([600.0]),
        inverter=np.array([False]), ambient_power=np.array([0.012]), damper_gain=np.array([0.22]),
    )  # fmt: skip
    state = refrigerator.RefrigeratorState(
        fridge_c=np.array([4.0]), freezer_c=np.array([-18.0]), evap_c=np.array([-18.0]), frost=np.zeros(1),
        run_min=np.zeros(1), defrost_left=np.zeros(1), on=np.array([False]), energy_kwh=np.zeros(1),
        door_opens=np.zeros(1), rest_min=np.zeros(1),
    )  # fmt: skip
    shape = (2880, 1)
    drivers = refrigerator.RefrigeratorDrivers(
        ambient_c=np.full(shape, 25.0), door_s=np.zeros(shape), food_w=np.zeros(shape), dead=np.full(shape, float(dead))
    )
    columns, _ = refrigerator.step_refrigerators(
        units, state, drivers, seal=np.array([seal]), dust=np.array([dust]), noise=np.zeros((3, *shape))
    )
    return {name: np.asarray(column, dtype=np.float64)[:, 0] for name, column in columns.items()}


def on_power_w(trace: dict[str, np.ndarray]) -> float:
    return float(np.median(trace["power_w"][(trace["compressor_on"] > 0) & (trace["defrost"] == 0)]))


def test_a_closed_refrigerator_uses_what_its_walls_let_in() -> None:
    # Walls: 0.95 * 21 + 0.62 * 43 = 46.6 W; at COP 1.55 about 30 W, with frost and defrost up to 0.95 kWh a day.
    trace = run_fridge()
    assert 0.65 < trace["energy_kwh"][-1] / 2.0 < 0.95
    assert 2.0 < trace["fridge_c"].mean() < 5.0
    assert -20.5 < trace["freezer_c"].mean() < -16.5


def test_a_leaking_seal_raises_duty_but_not_power_while_on() -> None:
    sound, leaking = run_fridge(), run_fridge(seal=0.5)
    assert leaking["compressor_on"].mean() > 1.15 * sound["compressor_on"].mean()
    assert on_power_w(leaking) == pytest.approx(on_power_w(sound), rel=0.01)


def test_condenser_dust_raises_power_while_on_and_duty() -> None:
    clean, dusty = run_fridge(), run_fridge(dust=1.0)
    assert on_power_w(dusty) == pytest.approx(1.3 * on_power_w(clean), rel=0.02)
    assert dusty["compressor_on"].mean() > 1.1 * clean["compressor_on"].mean()


def test_a_dead_compressor_puts_food_at_risk_within_a_day() -> None:
    trace = run_fridge(dead=True)
    assert trace["freezer_c"][:1440].max() > -12.0
    assert trace["fridge_c"][:1440].max() > 8.0


def cycle(*, clog: float = 0.0, bearing: float = 0.0, pressure_bar: float = 3.0) -> dict[str, float]:
    unit = washing_machine.WashingMachineUnit(
        drain_lpm=17.0, fill_lpm=8.0, heater_ohm=26.5, vibration_mm_s=4.2, motor_w=150.0
    )
    return washing_machine.run_cycle(
        unit, Wash(start_min=0, load_kg=4.0, water_c=40.0, spin_rpm=1200.0), np.random.default_rng(7),
        clog=clog, bearing=bearing, pressure_bar=pressure_bar, voltage_v=230.0, inlet_c=18.0,
    ).summary  # fmt: skip


@pytest.mark.parametrize(
    ("clog", "longer"),
    # Q ~ 1 / sqrt(1 + 5.76 clog): 0.12 -> x1.3, 0.52 -> x2, 1 -> x2.6
    [(0.12, 1.30), (0.52, 2.00), (1.0, 2.60)],
)
def test_a_clogged_drain_filter_lengthens_seconds_per_litre(clog: float, longer: float) -> None:
    clean, clogged = cycle(), cycle(clog=clog)
    ratio = (clogged["drain_s"] / clogged["litres"]) / (clean["drain_s"] / clean["litres"])
    assert ratio == pytest.approx(longer, rel=0.01)
    assert clogged["fill_s"] == clean["fill_s"]


def test_mains_pressure_is_for_filling_not_for_draining() -> None:
    strong, weak = cycle(pressure_bar=3.0), cycle(pressure_bar=1.2)
    assert weak["fill_s"] / strong["fill_s"] == pytest.approx(np.sqrt(3.0 / 1.2), rel=0.01)
    assert weak["drain_s"] == strong["drain_s"]


def test_worn_bearings_shake_over_the_same_load() -> None:
    assert cycle(bearing=0.5)["spin_vibration_mm_s"] == pytest.approx(2.1 * cycle()["spin_vibration_mm_s"], rel=0.01)


def run_circuit(*, load_w: float, contact: float = 0.0, leak: float = 0.0) -> circuit.CircuitTrace:
    units = circuit.CircuitUnits(
        breaker_rating_a=np.array([32.0]), line_ohm=np.array([0.2]), joint_ohm=np.array([0.005]),
        leakage_ma=np.array([0.5]),
    )  # fmt: skip
    state = circuit.CircuitState(rise_k=np.zeros(1), energy_kwh=np.zeros(1), current_a=np.zeros(1))
    full = np.full((120, 1), load_w)
    return circuit.run_circuits(
        units, state, load_w=full, load_var=0.0 * full, upstream_v=np.full((120, 1), 230.0),
        room_c=np.full((120, 1), 25.0), contact=np.array([contact]), leak=np.array([leak]),
        leak_noise=np.zeros((120, 1)), damp=np.zeros((120, 1)),
    )  # fmt: skip


def test_a_circuit_drops_voltage_by_current_times_resistance_and_counts_energy() -> None:
    trace = run_circuit(load_w=2300.0)
    current = float(trace.current_a[-1, 0])
    assert float(trace.upstream_v[-1, 0] - trace.voltage_v[-1, 0]) == pytest.approx(current * 0.205)
    assert float(trace.voltage_v[-1, 0]) * current == pytest.approx(2300.0, rel=1e-3)
    assert float(trace.energy_kwh[-1, 0]) == pytest.approx(4.6)


def test_a_loose_joint_dissipates_and_warms_its_terminal() -> None:
    # severity 1/3: 0.305 ohm; about 10.3 A: 32 W, at 1.6 K/W about 52 K above the room
    trace = run_circuit(load_w=2300.0, contact=1.0 / 3.0)
    assert 45.0 < float(trace.terminal_c[-1, 0]) - 27.0 < 60.0


def test_leakage_adds_to_the_standing_leakage() -> None:
    trace = run_circuit(load_w=2300.0, leak=0.5)
    assert float(trace.leakage_ma[-1, 0]) == pytest.approx(0.5 + 0.02 * 10.0 + 8.5, abs=0.03)


def test_a_meter_speaks_on_change_and_every_ten_seconds_near_the_rating() -> None:
    current = np.array([[1.0], [1.02], [9.0], [26.0], [26.0]])
    once, fine = circuit.choose_reports(
        current, np.array([1.0]), np.array([32.0]), np.array([[False], [False], [False], [False], [True]])
    )
    assert once[:, 0].tolist() == [False, False, True, False, False]
    assert fine[:, 0].tolist() == [False, False, False, True, True]
