"""A storage water heater: two layers with mixing, one immersed element, its thermostat and its thermal cut-out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import STEP_S

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]

WATER_J_KG_K: Final = 4186.0
WANTED_C: Final = 40.0  # mixed at the tap
ELEMENT_DRIFT: Final = 0.24  # rise of the element's resistance at element_failing severity 1, before it opens
OPEN_AT: Final = 1.0  # severity where the element opens and the water stays cold
SCALE_TO_TOP: Final = 0.55  # share of the heat that rises past the silted bottom at limescale severity 1
SCALE_SHEATH: Final = 5.0  # thermal resistance of the sheath grows to 6 times at severity 1 (E: a 3-5 mm crust)
CUT_OUT_C: Final = 96.0  # (E) bimetal cut-out on the element flange
CUT_OUT_MIN: Final = 9.0  # (E) until it has cooled
STANDING_MA: Final = 0.35  # (E) of a sound sheathed element
LEAK_MA_AT_FULL: Final = 3.2  # element_failing severity 1: water in the filling, past the limit of a small one
ANODE_PER_K: Final = 0.006  # (E) warm water conducts better and corrodes faster: it takes more protective current
ANODE_MA: Final = 7.0  # (E) protective current of a powered anode in fresh condition


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterHeaterUnits:
    """Per-unit constants; `top_share` of the volume is the upper layer, `senses_top` says where the thermostat sits."""

    volume_l: Floats
    top_share: Floats
    element_ohm: Floats
    setpoint_c: Floats
    band_k: Floats
    loss_w_k: Floats
    mix_w_k: Floats
    sheath_k_w: Floats
    senses_top: Bools
    powered_anode: Bools


@dataclass(slots=True, kw_only=True)
class WaterHeaterState:
    """What carries over from minute to minute."""

    top_c: Floats
    bottom_c: Floats
    on: Bools
    cut_left_min: Floats
    energy_kwh: Floats
    cutout_trips: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterHeaterDrivers:
    """Per minute and home: mixed water wanted in l/min, mains water and room in degC, voltage at the tank."""

    tap_lpm: Floats
    inlet_c: Floats
    room_c: Floats
    voltage_v: Floats


def draw_unit(rng: np.random.Generator, *, variant_b: bool) -> dict[str, float | bool]:
    """Draw one tank, keyed like `WaterHeaterUnits`; variant b is smaller, quicker, badly layered, sensed at the top."""
    volume = float(rng.choice([30.0, 50.0, 80.0] if variant_b else [60.0, 80.0, 100.0, 150.0]))
    watts = float(rng.choice([2500.0, 3000.0] if variant_b else [1500.0, 2000.0]))
    return {
        "volume_l": volume,
        "top_share": rng.uniform(0.3, 0.45) if variant_b else rng.uniform(0.45, 0.6),
        "element_ohm": 230.0**2 / watts * rng.normal(1.0, 0.02),
        "setpoint_c": rng.uniform(55.0, 68.0),
        "band_k": rng.uniform(3.0, 5.0) if variant_b else rng.uniform(5.0, 9.0),
        "loss_w_k": (0.7 + 0.009 * volume) * rng.normal(1.0, 0.08),
        "mix_w_k": rng.uniform(18.0, 40.0) if variant_b else rng.uniform(6.0, 16.0),
        "sheath_k_w": rng.normal(0.0042, 0.0003) * 2000.0 / watts,
        "senses_top": bool(variant_b and rng.random() < 0.3),
        "powered_anode": bool(rng.random() < 0.3),
    }


def start_state(units: WaterHeaterUnits) -> WaterHeaterState:
    """A tank that was heated up some time ago."""
    zero = np.zeros_like(units.volume_l)
    return WaterHeaterState(
        top_c=units.setpoint_c - 2.0,
        bottom_c=units.setpoint_c - 6.0,
        on=zero > 0.0,
        cut_left_min=zero.copy(),
        energy_kwh=zero.copy(),
        cutout_trips=zero.copy(),
    )


def element_ohm(units: WaterHeaterUnits, failing: Floats) -> Floats:
    """Resistance of the element in ohm for element_failing severity [0, 1]; at 1 it is open."""
    return units.element_ohm * (1.0 + ELEMENT_DRIFT * failing)


def rated_power_w(cold_ohm: Floats) -> Floats:
    """What the type plate says, W, of an element of `cold_ohm` when new."""
    return np.asarray(np.round(230.0**2 / cold_ohm, -2))


def step_water_heaters(
    units: WaterHeaterUnits,
    state: WaterHeaterState,
    drivers: WaterHeaterDrivers,
    *,
    failing: Floats,
    scale: Floats,
    anode: Floats,
    noise: Floats,
) -> Columns:
    """Advance all tanks minute by minute and return their signals (minutes, homes).

    `failing`, `scale` and `anode` are severities in [0, 1] of element_failing, limescale and anode_spent; `noise`
    holds three standard normal layers. Scale hides in no energy balance: heat still enters the water, only elsewhere.
    """
    steps = drivers.tap_lpm.shape[0]
    heat_w = drivers.voltage_v**2 / element_ohm(units, failing) * (failing < OPEN_AT)
    top_j_k = WATER_J_KG_K * units.volume_l * units.top_share
    bottom_j_k = WATER_J_KG_K * units.volume_l * (1.0 - units.top_share)
    past = SCALE_TO_TOP * scale
    sheath_k_w = units.sheath_k_w * (1.0 + SCALE_SHEATH * scale)
    top, bottom, on, cut = state.top_c, state.bottom_c, state.on, state.cut_left_min
    out = {name: np.empty_like(drivers.tap_lpm) for name in ("top", "bottom", "heat", "flow", "trips")}
    trips = state.cutout_trips
    for i in range(steps):
        sensed = np.where(units.senses_top, top, bottom)
        on = sensed < np.where(on, units.setpoint_c, units.setpoint_c - units.band_k)
        heat = heat_w[i] * (on & (cut <= 0.0))
        inlet = drivers.inlet_c[i]
        # The tap mixes: the hotter the tank, the less is drawn from it.
        flow = drivers.tap_lpm[i] * np.minimum((WANTED_C - inlet) / np.maximum(top - inlet, 5.0), 1.0)
        stream_w_k = flow / 60.0 * WATER_J_KG_K
        out["top"][i], out["bottom"][i], out["heat"][i], out["flow"][i] = top, bottom, heat, flow
        over = bottom + heat * sheath_k_w > CUT_OUT_C
        trips = trips + over
        out["trips"][i] = trips
        cut = np.where(over, CUT_OUT_MIN, cut - 1.0)
        between = units.mix_w_k * (top - bottom)
        room = drivers.room_c[i]
        gain_bottom = (1.0 - past) * heat + stream_w_k * (inlet - bottom) + between
        gain_top = past * heat + stream_w_k * (bottom - top) - between - units.loss_w_k * units.top_share * (top - room)
        gain_bottom = gain_bottom - units.loss_w_k * (1.0 - units.top_share) * (bottom - room)
        top = top + STEP_S / top_j_k * gain_top
        bottom = bottom + STEP_S / bottom_j_k * gain_bottom
        # Warm water below cold does not stay there.
        mean = units.top_share * top + (1.0 - units.top_share) * bottom
        turned = bottom > top
        top, bottom = np.where(turned, mean, top), np.where(turned, mean, bottom)
    state.top_c, state.bottom_c, state.on, state.cut_left_min, state.cutout_trips = top, bottom, on, cut, trips
    return _signals(units, state, drivers, out, failing=failing, anode=anode, noise=noise)


def _signals(
    units: WaterHeaterUnits,
    state: WaterHeaterState,
    drivers: WaterHeaterDrivers,
    out: dict[str, Floats],
    *,
    failing: Floats,
    anode: Floats,
    noise: Floats,
) -> Columns:
    power = out["heat"] + 1.2
    energy = state.energy_kwh + np.cumsum(power, axis=0) / 60_000.0
    state.energy_kwh = energy[-1].copy()
    leak = (STANDING_MA + LEAK_MA_AT_FULL * np.minimum(failing, 1.0) ** 2) * (out["heat"] > 0.0) + 0.05
    fresh = ANODE_MA * (1.0 + ANODE_PER_K * (0.5 * (out["top"] + out["bottom"]) - 55.0))
    protective = np.where(units.powered_anode, fresh * (1.0 - 0.85 * anode) * (1.0 + 0.04 * noise[2]), np.nan)
    measured = 1.0 + 0.004 * noise[1]
    return {
        "top_c": np.round(out["top"] + 0.15 * noise[0], 1),
        "bottom_c": np.round(out["bottom"] + 0.2 * noise[2], 1),
        "inlet_c": np.round(drivers.inlet_c + 0.2 * noise[1], 1),
        "flow_lpm": np.round(out["flow"] * (1.0 + 0.02 * noise[0]), 2),
        "heater_w": np.round(out["heat"] * measured),
        "leakage_ma": np.round(leak * (1.0 + 0.05 * noise[0]), 2),  # it flickers; the meter only rounds
        "cutout_trips": out["trips"],
        "anode_ma": np.round(protective, 2),
        "power_w": np.round(power * measured, 1),
        "voltage_v": np.round(drivers.voltage_v + 0.15 * noise[2], 1),
        "energy_kwh": np.round(energy, 3),
    }
