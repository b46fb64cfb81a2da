"""What an air conditioner reports: sensors and power derived from the room trace, with measurement noise."""

import numpy as np
from numpy.typing import NDArray

from device_sim import coil
from device_sim.air_conditioner import (
    FAN_SPEEDS,
    FOULED_AT_FULL,
    FULL_FAN_RPM,
    AirConditionerDrivers,
    AirConditionerState,
    AirConditionerTrace,
    AirConditionerUnits,
    charge_effects,
)

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[np.generic]]

STANDBY_W = 3.0  # (E)
CARNOT_SHARE = 0.5  # (E) of the ideal efficiency that such a machine reaches; scaled per unit to its rated COP


def sense(
    units: AirConditionerUnits,
    state: AirConditionerState,
    drivers: AirConditionerDrivers,
    trace: AirConditionerTrace,
    *,
    clog: Floats,
    leak: Floats,
    noise: Floats,
    fouled: Floats | float = 0.0,
) -> Columns:
    """Signals per minute and home, canonical names; `noise` holds six standard normal layers (6, minutes, homes),
    `fouled` the severity of outdoor_coil_fouled.

    Advances the energy counter and the filter hours of `state`.
    """
    noise = noise * units.noisy
    flow = coil.flow_share(clog, units.steep_fan)
    _, efficiency, lost = charge_effects(leak)
    starved = 1.0 - 0.5 * (1.0 - charge_effects(leak)[0])
    fan = FAN_SPEEDS[trace.level] * trace.running
    speed = np.maximum(fan, FAN_SPEEDS[0])
    conductance = coil.conductance_w_per_k(units.rated_w, speed, flow, units.air_exponent) * starved
    air = coil.air_w_per_k(units.rated_w, speed, flow)
    share = np.where(trace.heat_w > 0.0, coil.SENSIBLE_SHARE, 1.0)
    coil_in = trace.room_c - share * trace.heat_w / conductance
    power, coil_out = _outdoor_side(units, drivers, trace, coil_in, efficiency, fouled)
    fan_w = 34.0 * fan**3 * (0.45 + 0.55 * flow)
    power = power + fan_w + STANDBY_W
    cooling = trace.heat_w > 0.0
    hot_side = np.where(cooling, coil_out, coil_in)
    superheat = 14.0 + 0.22 * trace.hz + 60.0 * np.maximum(lost - 0.08, 0.0) * trace.running
    opening = 90.0 + 3.2 * trace.hz * (1.0 + 1.6 * lost) + 2.0 * noise[4]
    mode = np.where(drivers.want > 0.0, "cool", np.where(drivers.want < 0.0, "heat", "off"))
    state_energy = state.energy_kwh + np.cumsum(power, axis=0) / 60_000.0
    hours = state.filter_h + np.cumsum(trace.running, axis=0) / 60.0
    state.energy_kwh, state.filter_h = state_energy[-1].copy(), hours[-1].copy()
    return {
        "mode": mode,
        "setpoint_c": np.where(drivers.want == 0.0, np.nan, drivers.setpoint_c),
        "room_c": np.round(trace.room_c + units.sensor_offset_c + 0.06 * noise[0], 1),
        "coil_in_c": np.round(coil_in + 0.15 * noise[1], 1),
        "coil_out_c": np.round(coil_out + 0.2 * noise[2], 1),
        "outdoor_c": np.round(drivers.outdoor_c + 0.2 * noise[3] + 0.4, 1),
        "supply_c": np.round(trace.room_c - share * trace.heat_w / air + 0.15 * noise[4], 1),
        "discharge_c": np.round(np.where(trace.running, hot_side + superheat, coil_out) + 0.4 * noise[5], 1),
        "compressor_hz": np.round(trace.hz),
        "fan_rpm": np.round(fan * FULL_FAN_RPM * (1.0 + 0.05 * (1.0 - flow)) * (1.0 + 0.004 * noise[2]), -1),
        "fan_level": np.where(trace.running, trace.level + 1.0, 0.0),
        "eev_steps": np.round(np.where(trace.running, np.clip(opening, 60.0, 480.0), 60.0)),
        "humidity_pct": np.round(_indoor_humidity(drivers, trace) + 0.8 * noise[3]),
        "power_w": np.round(power * (1.0 + 0.006 * noise[0]), 1),
        "energy_kwh": np.round(state_energy, 3),
        "filter_h": np.floor(hours),
    }


def _outdoor_side(
    units: AirConditionerUnits,
    drivers: AirConditionerDrivers,
    trace: AirConditionerTrace,
    coil_in: Floats,
    efficiency: Floats,
    fouled: Floats | float,
) -> tuple[Floats, Floats]:
    """Compressor power in W and outdoor coil temperature in degC, by the lift between the two coils.

    COP = share of the reversed Carnot cycle (10 K added for the exchangers' approach), scaled to the unit's rated
    COP at coil 10 degC, outdoor coil 48 degC.
    """
    moved = np.abs(trace.heat_w)
    rejects = np.where(trace.heat_w > 0.0, 1.27, -0.74)  # about 1 + 1/COP out, 1 - 1/COP in
    coil_out = drivers.outdoor_c + rejects * moved / (units.condenser_w_k * (1.0 - FOULED_AT_FULL * fouled))
    cold = np.minimum(coil_in, coil_out)
    lift = np.maximum(np.abs(coil_out - coil_in), 8.0) + 10.0
    rated_lift = 48.0 - coil.RATED_COIL_C + 10.0
    cop = units.rated_cop * efficiency * (cold + 273.0) / (coil.RATED_COIL_C + 273.0) * rated_lift / lift
    power = np.where(trace.running, moved / np.clip(cop, 1.2, 9.0), 0.0)
    return power, coil_out


def _indoor_humidity(drivers: AirConditionerDrivers, trace: AirConditionerTrace) -> Floats:
    """Relative humidity indoors in percent: outdoor moisture at room temperature, less what the coil takes (E)."""
    outdoor_to_room = np.exp(0.06 * (drivers.outdoor_c - trace.room_c))  # saturation pressure: about 6 % per K
    dried = np.clip(np.maximum(trace.heat_w, 0.0) / 3000.0, 0.0, 1.0)
    return np.clip(drivers.humidity_pct * outdoor_to_room * (0.92 - 0.35 * dried), 20.0, 95.0)
