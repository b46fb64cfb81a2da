"""A room with an inverter split air conditioner: heat balance, control, and what its sensors would say."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim import coil
from device_sim.params import STEP_S

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FAN_SPEEDS: Final = np.array([0.55, 0.70, 0.85, 1.0])  # (E) shares of full fan speed per level 1 to 4
FULL_FAN_RPM: Final = 1250.0  # (E) cross-flow fan of the class
START_ABOVE_K: Final = 0.3  # (E) thermostat: starts this far beyond the setpoint
STOP_BELOW_K: Final = 0.8  # (E) and stops this far past it
REFRIGERANT_LAG: Final = 0.35  # (E) share of the way per minute: about two minutes to settle
CHARGE_LOST_AT_FULL: Final = 0.45  # refrigerant_leak severity 1: 45 % of the charge is gone
FOULED_AT_FULL: Final = 0.5  # outdoor_coil_fouled severity 1: half of the condenser's conductance is lost
FIXED_HZ: Final = 55.0  # (E) what a fixed-speed machine amounts to
FIXED_STOP_K: Final = 1.1  # (E) and how far past the setpoint it runs
VALVE_MASKS: Final = 0.20  # the expansion valve hides the first 20 % (field studies of undercharge)


@dataclass(frozen=True, slots=True, kw_only=True)
class AirConditionerUnits:
    """Per-unit constants, one entry per home; drawn 5-20 % around the class."""

    rated_w: Floats
    rated_cop: Floats
    room_ua_w_k: Floats
    mass_ua_w_k: Floats
    air_j_k: Floats
    mass_j_k: Floats
    window_m2: Floats
    condenser_w_k: Floats
    hz_min: Floats
    hz_max: Floats
    auto_fan: Bools
    fan_level: NDArray[np.int64]
    sensor_offset_c: Floats
    fixed_speed: Bools
    steep_fan: Floats
    air_exponent: Floats
    noisy: Floats


@dataclass(slots=True, kw_only=True)
class AirConditionerState:
    """What carries over from minute to minute."""

    room_c: Floats
    mass_c: Floats
    integral: Floats
    running: Bools
    heat_w: Floats
    energy_kwh: Floats
    filter_h: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AirConditionerDrivers:
    """Per minute and home: wanted mode (+1 cool, -1 heat, 0 off), setpoint, outdoor, heat gains, open windows."""

    want: Floats
    setpoint_c: Floats
    outdoor_c: Floats
    gains_w: Floats
    window_w_k: Floats
    humidity_pct: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AirConditionerTrace:
    """State at the start of each minute, and the heat the unit moves during it (positive: out of the room)."""

    room_c: Floats
    mass_c: Floats
    heat_w: Floats
    hz: Floats
    level: NDArray[np.int64]
    running: Bools


def draw_unit(rng: np.random.Generator, *, hot: bool, variant_b: bool = False) -> dict[str, float | bool | int]:
    """Draw one unit with the room it serves, keyed like `AirConditionerUnits`.

    Variant b: one in three switches a fixed-speed compressor, fans are steeper, coils react otherwise to less air.
    """
    area_m2 = rng.uniform(18.0, 34.0)
    rated_w = area_m2 * rng.uniform(100.0, 125.0)
    return {
        "rated_w": rated_w,
        "rated_cop": rng.normal(3.5, 0.2),
        "room_ua_w_k": area_m2 * rng.uniform(3.2, 4.6) * (1.0 if hot else 0.8),
        "mass_ua_w_k": area_m2 * rng.uniform(9.0, 13.0),
        "air_j_k": area_m2 * rng.uniform(14e3, 22e3),  # air plus light furniture
        "mass_j_k": area_m2 * rng.uniform(180e3, 320e3),  # walls and heavy furniture
        "window_m2": rng.uniform(1.2, 2.4),  # area x shading
        "condenser_w_k": rated_w * rng.normal(0.115, 0.008),
        "hz_min": rng.uniform(14.0, 19.0),
        "hz_max": rng.uniform(80.0, 98.0),
        "auto_fan": bool(rng.random() < 0.4),
        "fan_level": int(rng.choice([1, 2, 3])),
        "sensor_offset_c": rng.normal(0.0, 0.4 if variant_b else 0.25),
        "fixed_speed": bool(variant_b and rng.random() < 0.33),
        "steep_fan": rng.uniform(0.4, 1.0) if variant_b else 0.0,
        "air_exponent": rng.uniform(0.48, 0.62) if variant_b else coil.AIR_SIDE_EXPONENT,
        "noisy": rng.uniform(1.0, 2.2) if variant_b else 1.0,
    }


def charge_effects(leak: Floats) -> tuple[Floats, Floats, Floats]:
    """Capacity factor, efficiency factor and lost charge share for refrigerant_leak severity in [0, 1].

    Charge -25 % costs 20 % of capacity and 15 % of efficiency, the first 20 % being masked by the valve.
    """
    lost = CHARGE_LOST_AT_FULL * leak
    beyond = np.maximum(lost - VALVE_MASKS, 0.0)
    return np.maximum(1.0 - 4.0 * beyond, 0.25), np.maximum(1.0 - 3.0 * beyond, 0.4), lost


def step_rooms(
    units: AirConditionerUnits,
    state: AirConditionerState,
    drivers: AirConditionerDrivers,
    *,
    clog: Floats,
    leak: Floats,
) -> AirConditionerTrace:
    """Advance all rooms through the minutes of `drivers` (explicit Euler, 60 s) and return what happened.

    `clog` and `leak` are severities in [0, 1] per home, constant over the call. `state` is advanced in place.
    """
    steps, count = drivers.want.shape
    flow = coil.flow_share(clog, units.steep_fan)
    capacity = charge_effects(leak)[0]
    starved = 1.0 - 0.5 * (1.0 - capacity)  # part of the coil runs dry
    sensible = (
        np.array(
            [coil.conductance_w_per_k(units.rated_w, np.full(count, s), flow, units.air_exponent) for s in FAN_SPEEDS]
        )
        * starved
    )
    trace = _empty_trace(steps, count)
    who = np.arange(count)
    room, mass, integral, running, heat = (
        state.room_c, state.mass_c, state.integral, state.running, state.heat_w)  # fmt: skip
    watts_per_hz = units.rated_w * capacity / 60.0
    hz_span = units.hz_max - units.hz_min
    stop_below = np.where(units.fixed_speed, FIXED_STOP_K, STOP_BELOW_K)
    any_heating = bool((drivers.want < 0).any())
    for i in range(steps):
        want = drivers.want[i]
        error = want * (room - drivers.setpoint_c[i])
        running = (want != 0.0) & (error > np.where(running, -stop_below, START_ABOVE_K))
        integral = np.minimum(np.maximum(integral + 0.012 * error, 0.0), 1.0) * running
        share = np.minimum(np.maximum(0.45 * error + integral, 0.0), 1.0)
        hz = running * np.where(units.fixed_speed, FIXED_HZ, units.hz_min + hz_span * share)
        wanted = np.minimum(np.maximum(1.4 + 1.5 * error, 0.0), 3.0).astype(np.int64)
        level = np.where(units.auto_fan, wanted, units.fan_level)
        drive = watts_per_hz * hz
        conductance = sensible[level, who]
        target, left = coil.cooling_w(drive, conductance / coil.SENSIBLE_SHARE, room)
        sensible_share: Floats | float = coil.SENSIBLE_SHARE
        if any_heating:
            heating, left_heating = coil.heating_w(1.1 * drive, conductance, room)
            cools = want > 0.0
            target = np.where(cools, target, -heating)
            left = np.where(cools, left, left_heating)
            sensible_share = np.where(heat > 0.0, coil.SENSIBLE_SHARE, 1.0)
        heat = heat + REFRIGERANT_LAG * (target * running - heat)
        trace.room_c[i], trace.mass_c[i], trace.heat_w[i] = room, mass, heat
        trace.hz[i], trace.level[i], trace.running[i] = hz * left, level, running
        through = (units.room_ua_w_k + drivers.window_w_k[i]) * (drivers.outdoor_c[i] - room)
        stored = units.mass_ua_w_k * (mass - room)
        room = room + STEP_S / units.air_j_k * (through + stored + drivers.gains_w[i] - sensible_share * heat)
        mass = mass - STEP_S / units.mass_j_k * stored
    state.room_c, state.mass_c, state.integral, state.running, state.heat_w = room, mass, integral, running, heat
    return trace


def _empty_trace(steps: int, count: int) -> AirConditionerTrace:
    shape = (steps, count)
    return AirConditionerTrace(
        room_c=np.empty(shape),
        mass_c=np.empty(shape),
        heat_w=np.empty(shape),
        hz=np.empty(shape),
        level=np.empty(shape, dtype=np.int64),
        running=np.empty(shape, dtype=np.bool_),
    )
