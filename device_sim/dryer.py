"""A tumble dryer: heater and fan against lint and duct, drum balance of water, thermostat and limiter."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]

EVAPORATION_J_KG: Final = 2.45e6
VENT_AT_FULL: Final = 5.0  # vent_clog severity 1: resistance six times, air flow 0.41
INLET_LIMIT_C: Final = 112.0  # (E) self-resetting thermostat at the heater
INLET_RESET_K: Final = 10.0
TRIP_C: Final = 138.0  # (E) limiter
BAD_THERMOSTAT_K: Final = 45.0  # overheat_trips severity 1: the thermostat opens that much too late
BLOCKED_SHARE: Final = 0.55  # and lint has got past the filter into the fan: that share of the air is missing
IDLE_W: Final = 1.0
MOTOR_W: Final = 210.0
LONGEST_MIN: Final = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DryerUnits:
    """Per-unit constants: heater in ohm, air flow as heat capacity in W/K, wet-surface conductance, drum capacity."""

    heater_ohm: Floats
    air_w_k: Floats
    surface_share: Floats
    drum_j_k: Floats
    lag: Floats
    dry_at_pct: Floats


@dataclass(slots=True, kw_only=True)
class DryerState:
    """What carries over; `water_kg` counts down, zero load means idle."""

    running: Bools
    load_kg: Floats
    water_kg: Floats
    first_kg: Floats
    minutes: Floats
    inlet_c: Floats
    drum_c: Floats
    heating: Bools
    energy_kwh: Floats
    limit_trips: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DryerDrivers:
    """Per minute and home: load started (kg, else 0) with its water (kg), room and voltage."""

    load_kg: Floats
    water_kg: Floats
    room_c: Floats
    voltage_v: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DryerCycle:
    """A finished load: home in the block, minute within the stretch, figures of the summary."""

    who: int
    minute: int
    figures: dict[str, float]


def draw_unit(rng: np.random.Generator, *, variant_b: bool) -> dict[str, float | bool]:
    """Draw one dryer, keyed like `DryerUnits`; variant b is gentler, with a stronger fan and a heavier drum."""
    watts = rng.uniform(1500.0, 1900.0) if variant_b else rng.uniform(2000.0, 2500.0)
    return {
        "heater_ohm": 230.0**2 / watts,
        "air_w_k": watts / (rng.uniform(52.0, 66.0) if variant_b else rng.uniform(66.0, 80.0)),
        "surface_share": rng.uniform(0.78, 0.9),
        "drum_j_k": rng.uniform(22e3, 34e3) if variant_b else rng.uniform(14e3, 22e3),
        "lag": rng.uniform(0.25, 0.4),
        "dry_at_pct": rng.uniform(2.0, 8.0),
    }


def start_state(count: int) -> DryerState:
    """All drums empty and at room temperature."""
    zero = np.zeros(count)
    return DryerState(
        running=zero > 0.0, load_kg=zero.copy(), water_kg=zero.copy(), first_kg=zero.copy(), minutes=zero.copy(),
        inlet_c=zero + 22.0, drum_c=zero + 22.0, heating=zero > 0.0, energy_kwh=zero.copy(), limit_trips=zero.copy(),
    )  # fmt: skip


def flow_share(vent: Floats) -> Floats:
    """Air flow as a share of the clean one for vent_clog severity [0, 1]: fan head over R V^2."""
    return 1.0 / np.sqrt(1.0 + VENT_AT_FULL * vent)


def step_dryers(
    units: DryerUnits, state: DryerState, drivers: DryerDrivers, *, vent: Floats, thermostat: Floats, noise: Floats
) -> tuple[Columns, list[DryerCycle]]:
    """Advance all dryers minute by minute; `vent` and `thermostat` are severities of vent_clog and overheat_trips.

    Less air makes the inlet hotter until the thermostat chops the heater: duty falls and the load takes longer.
    """
    steps, count = drivers.load_kg.shape
    air = units.air_w_k * flow_share(vent) * (1.0 - BLOCKED_SHARE * thermostat)
    limit = INLET_LIMIT_C + BAD_THERMOSTAT_K * thermostat
    names = ("running", "inlet", "exhaust", "moisture", "heater", "trips")
    out = {name: np.zeros((steps, count)) for name in names}
    finished: list[DryerCycle] = []
    busy = state.running.any() | (drivers.load_kg > 0.0).any(axis=1)
    for i in range(steps):
        if not (busy if isinstance(busy, np.bool_) else busy[i]) and not state.running.any():
            out["inlet"][i], out["exhaust"][i], out["trips"][i] = state.inlet_c, state.drum_c, state.limit_trips
            state.inlet_c = state.inlet_c + 0.05 * (drivers.room_c[i] - state.inlet_c)
            state.drum_c = state.drum_c + 0.03 * (drivers.room_c[i] - state.drum_c)
            continue
        _start(state, drivers, i)
        ending = _step(units, state, drivers, i, out, air=air, limit=limit)
        finished.extend(_finish(state, int(who), i, noise) for who in np.flatnonzero(ending))
        state.running = state.running & ~ending
    return _signals(state, out, drivers, noise), finished


def _start(state: DryerState, drivers: DryerDrivers, i: int) -> None:
    begins = (drivers.load_kg[i] > 0.0) & ~state.running
    if begins.any():
        state.load_kg = np.where(begins, drivers.load_kg[i], state.load_kg)
        state.water_kg = np.where(begins, drivers.water_kg[i], state.water_kg)
        state.first_kg = np.where(begins, drivers.water_kg[i], state.first_kg)
        state.minutes = np.where(begins, 0.0, state.minutes)
        state.running = state.running | begins


def _step(
    units: DryerUnits,
    state: DryerState,
    drivers: DryerDrivers,
    i: int,
    out: dict[str, Floats],
    *,
    air: Floats,
    limit: Floats,
) -> Bools:
    room, running = drivers.room_c[i], state.running
    state.heating = running & (
        state.inlet_c < np.where(state.heating, limit, np.minimum(limit, TRIP_C) - INLET_RESET_K)
    )
    tripped = running & (state.inlet_c > TRIP_C)
    state.limit_trips = state.limit_trips + tripped
    state.heating = state.heating & ~tripped
    moisture = state.water_kg / np.maximum(state.load_kg, 0.5)
    cooling = moisture * 100.0 <= units.dry_at_pct
    state.heating = state.heating & ~cooling
    heater = drivers.voltage_v[i] ** 2 / units.heater_ohm * state.heating
    goal = room + heater / air
    state.inlet_c = state.inlet_c + np.where(running, units.lag, 0.05) * (goal - state.inlet_c)
    # Wet cloth takes the heat as vapour; as it dries, less of it is wet and the exhaust warms up.
    wet = np.minimum(moisture / 0.12, 1.0)
    brought = air * np.maximum(state.inlet_c - state.drum_c, 0.0) * running
    steam = brought * units.surface_share * wet
    state.water_kg = np.maximum(state.water_kg - steam * 60.0 / EVAPORATION_J_KG, 0.0)
    warm = brought - steam - (3.0 + 0.5 * air) * (state.drum_c - room)
    state.drum_c = state.drum_c + 60.0 / (units.drum_j_k + 2500.0 * state.load_kg) * warm
    state.minutes = state.minutes + running
    for name, value in (("running", running), ("inlet", state.inlet_c), ("exhaust", state.drum_c),
                        ("moisture", 100.0 * moisture), ("heater", heater), ("trips", state.limit_trips)):  # fmt: skip
        out[name][i] = value
    done = (cooling & (state.drum_c < room + 18.0)) | (state.minutes >= LONGEST_MIN)
    return np.asarray(running & done)


def _finish(state: DryerState, who: int, minute: int, noise: Floats) -> DryerCycle:
    removed = float(state.first_kg[who] - state.water_kg[who])
    return DryerCycle(
        who=who,
        minute=minute,
        figures={
            "minutes": float(round(state.minutes[who])),
            "load_kg": round(float(state.load_kg[who]) * (1.0 + 0.06 * float(noise[0, minute, who])), 1),
            "water_kg": round(removed * (1.0 + 0.05 * float(noise[1, minute, who])), 2),
        },
    )


def _signals(state: DryerState, out: dict[str, Floats], drivers: DryerDrivers, noise: Floats) -> Columns:
    running = out["running"] > 0.0
    power = out["heater"] + MOTOR_W * running * (1.0 + 0.03 * noise[2]) + IDLE_W
    energy = state.energy_kwh + np.cumsum(power, axis=0) / 60_000.0
    state.energy_kwh = energy[-1].copy()
    return {
        "phase": np.where(running, "dry", "idle"),
        "inlet_c": np.round(out["inlet"] + 0.8 * noise[0], 1),
        "exhaust_c": np.round(out["exhaust"] + 0.4 * noise[1], 1),
        "moisture_pct": np.where(running, np.round(np.maximum(out["moisture"] + 0.8 * noise[2], 0.0), 1), np.nan),
        "heater_w": np.round(out["heater"]),
        "limit_trips": out["trips"],
        "power_w": np.round(np.maximum(power * (1.0 + 0.004 * noise[1]), 0.0), 1),
        "energy_kwh": np.round(energy, 3),
        "voltage_v": np.round(drivers.voltage_v, 1),
    }
