"""Fans behind filters: the air purifier with the fine dust of its room, and the range hood over a stove."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[np.generic]]

DRIVE: Final = np.array([0.0, 0.40, 0.60, 0.80, 1.0])  # (E) shares of full drive per level
PURIFIER_CLOG: Final = 6.0  # filter_clog severity 1: resistance seven times the filter's own when new
HOOD_CLOG: Final = 4.0
UNLOADS_RPM: Final = 0.35  # rpm gained when no air flows, at fixed drive (E: shaded-pole and open-loop DC motors)
UNLOADS_W: Final = 0.9  # watts lost then
DEPOSITS_1_H: Final = 0.2  # fine dust settling


@dataclass(frozen=True, slots=True, kw_only=True)
class PurifierUnits:
    """Per-unit constants: full clean air delivery in m3/h, full rpm and watts, room in m3, leak of the house in 1/h."""

    cadr_m3_h: Floats
    full_rpm: Floats
    full_w: Floats
    filter_share: Floats
    room_m3: Floats
    air_changes_1_h: Floats
    auto: Bools
    fixed_level: NDArray[np.int64]
    dust_offset: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class HoodUnits:
    """Per-unit constants: full rpm and watts, share of the grease filter in the clean resistance."""

    full_rpm: Floats
    full_w: Floats
    filter_share: Floats


@dataclass(slots=True, kw_only=True)
class MoverState:
    """What carries over: dust indoors in ug/m3, chosen level, hours since the counter was reset, energy."""

    pm25_ugm3: Floats
    level: NDArray[np.int64]
    filter_h: Floats
    energy_kwh: Floats


def draw_purifier(rng: np.random.Generator, *, variant_b: bool) -> dict[str, float | bool | int]:
    """Draw one purifier and its room, keyed like `PurifierUnits`; in variant b the filter weighs less."""
    room = rng.uniform(35.0, 75.0)
    return {
        "cadr_m3_h": room * rng.uniform(4.0, 7.5),
        "full_rpm": rng.uniform(1500.0, 1900.0) if variant_b else rng.uniform(900.0, 1300.0),
        "full_w": rng.uniform(28.0, 40.0) if variant_b else rng.uniform(42.0, 65.0),
        "filter_share": rng.uniform(0.4, 0.55) if variant_b else rng.uniform(0.55, 0.75),
        "room_m3": room,
        "air_changes_1_h": rng.uniform(0.3, 0.9),
        "auto": bool(rng.random() < (0.75 if variant_b else 0.5)),
        "fixed_level": int(rng.choice([1, 2, 3])),
        "dust_offset": rng.normal(0.0, 1.0),
    }


def draw_hood(rng: np.random.Generator, *, variant_b: bool) -> dict[str, float | bool]:
    """Draw one hood, keyed like `HoodUnits`."""
    return {
        "full_rpm": rng.uniform(1900.0, 2300.0) if variant_b else rng.uniform(1150.0, 1450.0),
        "full_w": rng.uniform(110.0, 150.0) if variant_b else rng.uniform(160.0, 230.0),
        "filter_share": rng.uniform(0.35, 0.6),
    }


def start_state(count: int, filter_h: Floats) -> MoverState:
    """Clean-ish air, everything off."""
    zero = np.zeros(count)
    return MoverState(
        pm25_ugm3=zero + 12.0, level=zero.astype(np.int64), filter_h=filter_h.copy(), energy_kwh=zero.copy()
    )


def flow_share(filter_share: Floats, growth: float, clog: Floats) -> Floats:
    """Air flow as a share of the clean one at the same drive: the filter's part of the resistance grows."""
    return np.asarray(1.0 / np.sqrt(1.0 + filter_share * growth * clog))


def fan(full: Floats, watts: Floats, drive: Floats, flow: Floats) -> tuple[Floats, Floats]:
    """Speed in rpm and power in W at `drive` with flow share `flow`: less air, faster wheel, fewer watts."""
    missing = 1.0 - flow
    rpm = full * drive * (1.0 + UNLOADS_RPM * missing)
    return rpm, watts * drive**2.6 * (1.0 - UNLOADS_W * missing)


def step_purifiers(
    units: PurifierUnits,
    state: MoverState,
    *,
    wanted: Bools,
    outdoor_ugm3: Floats,
    source_ug_min: Floats,
    window: Floats,
    clog: Floats,
    noise: Floats,
) -> Columns:
    """Advance all purifiers; per minute and home: switched on, dust outdoors, dust made indoors, extra air changes."""
    flow = flow_share(units.filter_share, PURIFIER_CLOG, clog)
    delivered = units.cadr_m3_h * flow / units.room_m3 / 60.0
    dust, level = state.pm25_ugm3, state.level
    out_dust, out_level = np.empty(wanted.shape), np.empty(wanted.shape, dtype=np.int64)
    source = source_ug_min / units.room_m3
    changes = (units.air_changes_1_h + window) / 60.0
    settling = DEPOSITS_1_H / 60.0
    for i in range(wanted.shape[0]):
        # Automatic units step up at 12, 35, 75 ug/m3 and step down only well below.
        up = 1 + (dust > 12.0) + (dust > 35.0).astype(np.int64) + (dust > 75.0)
        down = 1 + (dust > 8.0) + (dust > 25.0).astype(np.int64) + (dust > 55.0)
        chosen = np.where(units.auto, np.minimum(np.maximum(level, up), np.maximum(down, up)), units.fixed_level)
        level = np.where(wanted[i], chosen, 0)
        out_dust[i], out_level[i] = dust, level
        loss = changes[i] + settling + delivered * DRIVE[level]
        gain = 0.75 * changes[i] * outdoor_ugm3[i] + source[i]
        dust = dust + (gain / loss - dust) * (1.0 - np.exp(-loss))
    state.pm25_ugm3, state.level = dust, level
    drive = DRIVE[out_level]
    rpm, watts = fan(units.full_rpm, units.full_w, drive, flow)
    columns = _signals(state, out_level, rpm, watts, noise)
    read = np.maximum(out_dust * (1.0 + 0.05 * noise[2]) + units.dust_offset, 0.0)
    columns["pm25_ugm3"] = np.round(read, 0)
    return columns


def run_hoods(units: HoodUnits, state: MoverState, *, level: NDArray[np.int64], clog: Floats, noise: Floats) -> Columns:
    """Signals of all hoods for the levels people choose (minutes, homes)."""
    rpm, watts = fan(units.full_rpm, units.full_w, DRIVE[level], flow_share(units.filter_share, HOOD_CLOG, clog))
    return _signals(state, level, rpm, watts + 0.0, noise)


def _signals(state: MoverState, level: NDArray[np.int64], rpm: Floats, watts: Floats, noise: Floats) -> Columns:
    on = level > 0
    power = watts * (1.0 + 0.008 * noise[1]) + 1.0
    energy = state.energy_kwh + np.cumsum(power, axis=0) / 60_000.0
    hours = state.filter_h + np.cumsum(on, axis=0) / 60.0
    state.energy_kwh, state.filter_h = energy[-1].copy(), hours[-1].copy()
    return {
        "fan_level": level.astype(np.float64),
        "fan_rpm": np.round(rpm * (1.0 + 0.006 * noise[0])),
        "filter_h": np.floor(hours),
        "power_w": np.round(power, 1),
        "energy_kwh": np.round(energy, 3),
    }
