"""A two-compartment refrigerator: one evaporator, damper to the fridge, frost and defrost, door use."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import STEP_S

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]

DOOR_FRIDGE_W: Final = 340.0  # (E) while open: about 5 kJ of warm, moist air in 15 s
DOOR_FREEZER_W: Final = 60.0
HEATER_W: Final = 180.0  # (E) defrost heater
DEFROST_MINUTES: Final = 20.0
SWITCH_BAND_K: Final = 1.4  # (E) thermostat half band
SEAL_FRIDGE_W_K: Final = 1.1  # seal fully perished: the cabinet loses about twice as much
SEAL_FREEZER_W_K: Final = 0.35
DUST_POWER: Final = 0.30  # power while on at condenser_dust severity 1
DUST_CAPACITY: Final = 0.25
WORN_POWER: Final = 0.16  # compressor_failing severity 1: more power while on ...
WORN_CAPACITY: Final = 0.36  # ... for less cold
RETRIES_FROM: Final = 0.25  # (E) severity where starts begin to fail
RETRY_REST_MIN: Final = 5.0  # (E) overload protector cools down
ICE_BLOCKS: Final = 0.9  # defrost_failure severity 1: share of the damper's air that ice keeps away
EVAPORATOR_W_K: Final = 15.0  # (E)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefrigeratorUnits:
    """Per-unit constants; `inverter` units modulate the compressor, the others switch it."""

    fridge_set_c: Floats
    freezer_set_c: Floats
    fridge_ua_w_k: Floats
    freezer_ua_w_k: Floats
    fridge_j_k: Floats
    freezer_j_k: Floats
    capacity_w: Floats
    rated_cop: Floats
    defrost_after_min: Floats
    inverter: Bools
    ambient_power: Floats
    damper_gain: Floats


@dataclass(slots=True, kw_only=True)
class RefrigeratorState:
    """What carries over from minute to minute."""

    fridge_c: Floats
    freezer_c: Floats
    evap_c: Floats
    frost: Floats
    run_min: Floats
    defrost_left: Floats
    on: Bools
    energy_kwh: Floats
    door_opens: Floats
    rest_min: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class RefrigeratorDrivers:
    """Per minute and home: kitchen air, seconds of open door, heat of shopping, 1.0 while the compressor is dead."""

    ambient_c: Floats
    door_s: Floats
    food_w: Floats
    dead: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetAir:
    """Air temperature per minute and home as it is, free of the sensors' noise."""

    fridge_c: Floats
    freezer_c: Floats


def draw_unit(rng: np.random.Generator, *, variant_b: bool = False) -> dict[str, float | bool]:
    """Draw one refrigerator, keyed like `RefrigeratorUnits` (class: 300 l, about 0.8 kWh a day).

    Variant b is bigger and stronger, feels the kitchen more, and drives its damper harder.
    """
    size = 1.25 if variant_b else 1.0
    return {
        "fridge_set_c": rng.uniform(2.8, 4.4),
        "freezer_set_c": rng.uniform(-20.0, -17.5),
        "fridge_ua_w_k": size * rng.normal(0.95, 0.09),
        "freezer_ua_w_k": size * rng.normal(0.62, 0.06),
        "fridge_j_k": size * rng.uniform(60e3, 95e3),
        "freezer_j_k": size * rng.uniform(30e3, 48e3),
        "capacity_w": size * rng.normal(145.0, 9.0),
        "rated_cop": rng.normal(1.55, 0.1),
        "defrost_after_min": rng.uniform(480.0, 780.0),
        "inverter": bool(rng.random() < 0.5),
        "ambient_power": rng.uniform(0.014, 0.022) if variant_b else 0.012,
        "damper_gain": rng.uniform(0.26, 0.34) if variant_b else 0.22,
    }


def start_state(units: RefrigeratorUnits) -> RefrigeratorState:
    """Cabinets at their set points, a third of the way to the next defrost."""
    zero = np.zeros_like(units.fridge_set_c)
    return RefrigeratorState(
        fridge_c=units.fridge_set_c.copy(), freezer_c=units.freezer_set_c.copy(), evap_c=units.freezer_set_c.copy(),
        frost=zero.copy(), run_min=0.3 * units.defrost_after_min, defrost_left=zero.copy(), on=zero > 0.0,
        energy_kwh=zero.copy(), door_opens=zero.copy(), rest_min=zero.copy(),
    )  # fmt: skip


def step_refrigerators(
    units: RefrigeratorUnits,
    state: RefrigeratorState,
    drivers: RefrigeratorDrivers,
    *,
    seal: Floats,
    dust: Floats,
    noise: Floats,
    worn: Floats | None = None,
    iced: Floats | None = None,
) -> tuple[Columns, CabinetAir]:
    """Advance all refrigerators minute by minute; their signals and the true air in them (minutes, homes).

    `seal` and `dust` are severities in [0, 1]. A leaking seal warms the cabinet and feeds frost, at unchanged power
    while on; a dusty condenser raises that power and takes capacity. `noise` holds three standard normal layers.
    `worn` (compressor_failing) costs capacity, makes starts fail and ends in a dead compressor; `iced`
    (defrost_failure) stops the heater's pulses, and ice keeps cold air from the fridge.
    """
    fridge_ua = units.fridge_ua_w_k + SEAL_FRIDGE_W_K * seal
    freezer_ua = units.freezer_ua_w_k + SEAL_FREEZER_W_K * seal
    worn = np.zeros_like(seal) if worn is None else worn
    iced = np.zeros_like(seal) if iced is None else iced
    alive = (1.0 - drivers.dead) * (worn < 1.0)
    fails_to_start = np.clip(0.9 * (worn - RETRIES_FROM) / (1.0 - RETRIES_FROM), 0.0, 0.9)
    unlucky = 0.5 + 0.5 * np.tanh(0.9 * noise[2])  # close to uniform in [0, 1]
    through = 1.0 - ICE_BLOCKS * np.clip(1.4 * iced - 0.2, 0.0, 1.0)
    door = drivers.door_s / 60.0
    # What does not depend on the compartments' temperatures is laid out before the loop, which is the costly part.
    fridge_in = fridge_ua * drivers.ambient_c + DOOR_FRIDGE_W * door + drivers.food_w
    freezer_in = freezer_ua * drivers.ambient_c + DOOR_FREEZER_W * door
    fridge_per_w, freezer_per_w = STEP_S / units.fridge_j_k, STEP_S / units.freezer_j_k
    frost_per_level = (1.0 + 1.5 * seal) / 1400.0
    capacity = units.capacity_w * (1.0 - DUST_CAPACITY * dust) * (1.0 - WORN_CAPACITY * worn)
    fixed_speed = ~units.inverter
    fridge, freezer, evap, frost, on = state.fridge_c, state.freezer_c, state.evap_c, state.frost, state.on
    out = {name: np.empty_like(door) for name in ("fridge_c", "freezer_c", "evap_c", "level", "defrost")}
    for i in range(door.shape[0]):
        over = freezer - units.freezer_set_c
        fridge_over = fridge - units.fridge_set_c
        warm = np.where(on, -SWITCH_BAND_K, SWITCH_BAND_K)
        was_on = on
        on = ((over > warm) | ((fridge_over > 2.0 + warm) & (over > -5.0))) & (state.rest_min <= 0.0)
        stalls = on & ~was_on & (unlucky[i] < fails_to_start)
        state.rest_min = np.where(stalls, RETRY_REST_MIN, state.rest_min - 1.0)
        defrosting = state.defrost_left > 0.0
        modulated = np.minimum(np.maximum(0.42 + 0.22 * np.maximum(over, fridge_over), 0.3), 1.0)
        level = np.maximum(modulated, fixed_speed) * (on & ~defrosting) * alive[i]
        cold = capacity * level * (1.0 - 0.2 * frost)
        through_damper = cold * through * np.minimum(np.maximum(0.38 + units.damper_gain * fridge_over, 0.0), 0.8)
        melt = 0.2 * HEATER_W * defrosting
        out["fridge_c"][i], out["freezer_c"][i], out["evap_c"][i] = fridge, freezer, evap
        out["level"][i], out["defrost"][i] = level, defrosting
        evap_goal = np.where(defrosting, 8.0, freezer - cold / (EVAPORATOR_W_K - 0.45 * EVAPORATOR_W_K * frost))
        evap = evap + np.where(level > 0.0, 0.3, 0.15) * (evap_goal - evap)
        fridge = fridge + fridge_per_w * (fridge_in[i] - fridge_ua * fridge - through_damper)
        freezer = freezer + freezer_per_w * (freezer_in[i] - freezer_ua * freezer - cold + through_damper + melt)
        frost = np.minimum(frost + frost_per_level * level + door[i] / 60.0, 1.0)
        state.run_min = state.run_min + level
        state.defrost_left = state.defrost_left - 1.0
        starts = (state.run_min > units.defrost_after_min) & (alive[i] > 0.0)
        if starts.any():
            frost = np.where(starts & (iced <= 0.0), 0.0, frost)
            state.run_min = np.where(starts, 0.0, state.run_min)
            # A burnt-out heater: the timer runs, no pulse comes.
            state.defrost_left = np.where(starts & (iced <= 0.0), DEFROST_MINUTES, state.defrost_left)
    state.fridge_c, state.freezer_c, state.evap_c, state.frost, state.on = fridge, freezer, evap, frost, on
    columns = _signals(units, state, drivers, out, dust=dust, noise=noise, worn=worn)
    return columns, CabinetAir(fridge_c=out["fridge_c"], freezer_c=out["freezer_c"])


def on_power_w(
    units: RefrigeratorUnits, level: Floats, ambient_c: Floats, dust: Floats, worn: Floats | float = 0.0
) -> Floats:
    """Compressor power in W: capacity over COP, 1.2 % more per K of ambient (E), 30 % more behind full dust."""
    warm = 1.0 + units.ambient_power * (ambient_c - 25.0)
    part_load = 0.85 + 0.15 * level  # inverter compressors gain at low speed
    return (
        units.capacity_w
        * level
        / units.rated_cop
        * warm
        * part_load
        * (1.0 + DUST_POWER * dust)
        * (1.0 + WORN_POWER * worn)
    )


def _signals(
    units: RefrigeratorUnits,
    state: RefrigeratorState,
    drivers: RefrigeratorDrivers,
    out: dict[str, Floats],
    *,
    dust: Floats,
    noise: Floats,
    worn: Floats,
) -> Columns:
    level, defrost = out["level"], out["defrost"] > 0.0
    power = (
        on_power_w(units, level, drivers.ambient_c, dust, worn)
        + HEATER_W * defrost
        + 15.0 * (drivers.door_s > 0.0)
        + 1.5
    )
    energy = state.energy_kwh + np.cumsum(power, axis=0) / 60_000.0
    opens = state.door_opens + np.cumsum((drivers.door_s > 0.0) & (drivers.door_s < 60.0), axis=0)
    state.energy_kwh, state.door_opens = energy[-1].copy(), opens[-1].copy()
    return {
        "fridge_c": np.round(out["fridge_c"] + 0.06 * noise[0], 1),
        "freezer_c": np.round(out["freezer_c"] + 0.1 * noise[1], 1),
        "evap_c": np.round(out["evap_c"] + 0.2 * noise[2], 1),
        "ambient_c": np.round(drivers.ambient_c + 0.1 * noise[2], 1),
        "compressor_hz": np.where(units.inverter, np.round(70.0 * level), np.nan),
        "compressor_on": level > 0.0,
        "door_open": drivers.door_s > 20.0,
        "door_opens": opens,
        "defrost": defrost,
        "power_w": np.round(power * (1.0 + 0.01 * noise[0]), 1),
        "energy_kwh": np.round(energy, 3),
    }
