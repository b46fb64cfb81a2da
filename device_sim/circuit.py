"""A circuit behind its breaker: sums loads, drops voltage over line and joint, leaks, warms its terminal."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOMINAL_V: Final = 230.0
TERMINAL_K_PER_W: Final = 1.6  # (E) a joint that dissipates 30 W runs about 48 K above the room
TERMINAL_LAG: Final = 0.10  # (E) share of the way per minute: ten minutes to settle
CONTACT_OHM_AT_FULL: Final = 0.9  # loose_contact severity 1
LEAK_MA_PER_A: Final = 0.02  # (E) filters and heaters of what is switched on leak too
LEAK_MA_AT_FULL: Final = 17.0  # earth_leakage severity 1: well past half of a 30 mA device
CHANGE_A: Final = 2.0
CHANGE_SHARE: Final = 0.15
CHANGE_FLOOR_A: Final = 0.5  # (E) below this a 15 % change is only the refrigerator
FINE_ABOVE_SHARE: Final = 0.8  # of the rating: reports every ten seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitUnits:
    """Per-circuit constants: breaker rating in A, line and joint resistance in ohm, standing leakage in mA."""

    breaker_rating_a: Floats
    line_ohm: Floats
    joint_ohm: Floats
    leakage_ma: Floats


@dataclass(slots=True, kw_only=True)
class CircuitState:
    """What carries over: terminal rise above the room in K, the energy counter, and the last current for change."""

    rise_k: Floats
    energy_kwh: Floats
    current_a: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitTrace:
    """Per minute and circuit, noise-free: current, voltages, powers, leakage, terminal, energy."""

    current_a: Floats
    voltage_v: Floats
    upstream_v: Floats
    power_w: Floats
    power_factor: Floats
    leakage_ma: Floats
    terminal_c: Floats
    energy_kwh: Floats
    joint_w: Floats
    """Heat in the joint beyond that of a sound one."""


def draw_unit(rng: np.random.Generator, *, rating_a: float, variant_b: bool = False) -> dict[str, float]:
    """Draw one circuit, keyed like `CircuitUnits`: 10-25 m of 2.5-4 mm2 copper, a sound joint of a few milliohm.

    Variant b: longer and older wiring, more standing leakage.
    """
    return {
        "breaker_rating_a": rating_a,
        "line_ohm": rng.uniform(0.18, 0.42) if variant_b else rng.uniform(0.10, 0.24),
        "joint_ohm": rng.uniform(0.002, 0.008),
        "leakage_ma": rng.uniform(0.6, 2.6) if variant_b else rng.uniform(0.25, 1.3),
    }


def moisture(noise: Floats) -> Floats:
    """How damp it is through a day of standard normal `noise` (..., 1440, homes): from one drawn value to the next six
    hours later, and as usual (0) at midnight, so that one day leads into the next.
    """
    minutes, places = np.arange(noise.shape[-2]), np.arange(0, 1441, 360)
    drawn = np.eye(places.size)[1:-1]
    share = np.stack([np.interp(minutes, places, one) for one in drawn], axis=1)
    return np.asarray(share @ noise[..., places[1:-1], :])


def run_circuits(
    units: CircuitUnits,
    state: CircuitState,
    *,
    load_w: Floats,
    load_var: Floats,
    upstream_v: Floats,
    room_c: Floats,
    contact: Floats,
    leak: Floats,
    leak_noise: Floats,
    damp: Floats,
) -> CircuitTrace:
    """Solve the circuits for each minute (minutes, circuits); `contact` and `leak` are severities in [0, 1].

    `leak_noise` is standard normal per minute, `damp` how moist a faulty insulation is, of the same spread.
    Loads are taken as constant power. One correction of the voltage is enough: the drop is a few percent.
    """
    joint = units.joint_ohm + CONTACT_OHM_AT_FULL * contact
    apparent = np.hypot(load_w, load_var)
    factor = np.where(apparent > 0.5, load_w / np.maximum(apparent, 0.5), 1.0)
    current = apparent / upstream_v
    for _ in range(2):
        current = apparent / np.maximum(upstream_v - current * (units.line_ohm + joint), 150.0)
    voltage = upstream_v - current * (units.line_ohm + joint)
    goal = TERMINAL_K_PER_W * joint * current**2
    rise = np.empty_like(goal)
    warm = state.rise_k
    for i in range(goal.shape[0]):
        warm = warm + TERMINAL_LAG * (goal[i] - warm)
        rise[i] = warm
    energy = state.energy_kwh + np.cumsum(load_w, axis=0) / 60_000.0
    state.rise_k, state.energy_kwh = warm, energy[-1].copy()
    # Moisture makes an insulation fault come and go, but never below the standing part.
    faulty = LEAK_MA_AT_FULL * leak * np.clip(1.0 + 0.15 * damp, 0.6, 1.5)
    standing = units.leakage_ma * (upstream_v / 230.0) * (1.0 + 0.05 * leak_noise) + LEAK_MA_PER_A * current
    return CircuitTrace(
        current_a=current,
        voltage_v=voltage,
        upstream_v=upstream_v,
        power_w=load_w,
        power_factor=factor,
        leakage_ma=np.maximum(standing + faulty, 0.0),
        terminal_c=room_c + 2.0 + rise,
        energy_kwh=energy,
        joint_w=CONTACT_OHM_AT_FULL * contact * current**2,
    )


def choose_reports(
    current_a: Floats, before_a: Floats, rating_a: Floats, regular: Bools, *, always: bool = False
) -> tuple[Bools, Bools]:
    """Which minutes a meter reports: (one report, several within the minute), for currents (minutes, circuits).

    `before_a` is the current of the minute before the first. One report on the regular beat and on a change of more
    than 15 % or 2 A; several while more than 0.8 of the rating flows, or `always`.
    """
    if always:
        return np.zeros_like(regular), np.ones_like(regular)
    earlier = np.concatenate([before_a[None, :], current_a[:-1]])
    step = np.abs(current_a - earlier)
    changed = (step > CHANGE_A) | ((step > CHANGE_SHARE * earlier) & (step > CHANGE_FLOOR_A))
    fine = current_a > FINE_ABOVE_SHARE * rating_a
    return (regular | changed) & ~fine, fine
