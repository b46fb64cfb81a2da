"""A washing machine: fill, wash, drain, rinse, spin; drain pump against its filter; a summary per cycle."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.people import Wash

Floats = NDArray[np.float64]

PHASES: Final = ("idle", "fill", "wash", "rinse", "drain", "spin")
WATER_J_KG_K: Final = 4186.0
PUMP_HEAD_M: Final = 1.6  # (E) shut-off head of a drain pump of the class
LIFT_M: Final = 0.75  # height of the stand pipe
CLEAN_LPM: Final = 17.0  # (E) drain flow through a clean filter
FULL_CLOG: Final = 5.76  # hydraulic resistance grows to 6.76 at severity 1: seconds per litre x2.6
HEATER_OHM: Final = 26.5  # about 2 kW at 230 V
IDLE_W: Final = 1.2
MM_PER_LITRE: Final = 6.0
WEAK_VALVE: Final = 0.6  # inlet_valve_weak severity 1: share of the inlet flow that is lost
DRAIN_LIMIT_FACTOR: Final = 2.2  # the machine's own drain alarm, far later than a watcher needs


@dataclass(frozen=True, slots=True, kw_only=True)
class WashingMachineUnit:
    """Constants of one machine: clean drain flow and fill flow at 3 bar in l/min, heater, vibration, motor power."""

    drain_lpm: float
    fill_lpm: float
    heater_ohm: float
    vibration_mm_s: float
    motor_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a cycle; `level_l` is the water held at its end."""

    phase: str
    seconds: float
    level_l: float
    rpm: float = 0.0
    power_w: float = 0.0
    vibration_mm_s: float = 0.0
    water_c: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A finished cycle: its minutes as the sensors saw them, the summary, and how long it took in seconds."""

    minutes: dict[str, Floats]
    phase: list[str]
    summary: dict[str, float]
    seconds: float
    energy_kwh: float


def draw_unit(rng: np.random.Generator, *, variant_b: bool = False) -> WashingMachineUnit:
    """Draw one machine 5-15 % around the class; variant b drains slower and rides rougher."""
    return WashingMachineUnit(
        drain_lpm=(13.0 if variant_b else CLEAN_LPM) * rng.normal(1.0, 0.06),
        fill_lpm=rng.normal(8.0, 0.7),
        heater_ohm=HEATER_OHM * rng.normal(1.0, 0.03),
        vibration_mm_s=rng.normal(5.6, 0.9) if variant_b else rng.normal(4.2, 0.5),
        motor_w=rng.normal(150.0, 15.0),
    )


def drain_flow_lpm(clean_lpm: float, clog: float) -> float:
    """Drain flow in l/min for filter severity [0, 1]: pump head left over the lift equals R Q^2, so Q ~ 1/sqrt(R)."""
    head = PUMP_HEAD_M - LIFT_M
    resistance = head / clean_lpm**2 * (1.0 + FULL_CLOG * clog)
    return float(np.sqrt(head / resistance))


def fill_flow_lpm(at_3_bar_lpm: float, pressure_bar: float) -> float:
    """Fill flow in l/min: an orifice, so with the square root of mains pressure."""
    return at_3_bar_lpm * float(np.sqrt(max(pressure_bar, 0.2) / 3.0))


def run_cycle(
    unit: WashingMachineUnit,
    wash: Wash,
    rng: np.random.Generator,
    *,
    clog: float,
    bearing: float,
    pressure_bar: float,
    voltage_v: float,
    inlet_c: float,
    valve: float = 0.0,
) -> Cycle:
    """Run one cycle; `clog` is drain_filter_clog severity, `bearing` bearing_wear, `valve` inlet_valve_weak.

    Draining takes longer with a clogged filter and does not depend on mains pressure; filling depends on pressure
    and not on the filter. Worn bearings shake and draw more over all loads.
    """
    unbalance = float(rng.gamma(2.0, 0.22)) * (1.0 + 0.3 * abs(wash.load_kg - 4.5) / 3.0)
    rebalances = int(rng.poisson(0.25 + 0.5 * unbalance))
    spin_rpm = wash.spin_rpm if rebalances < 4 else wash.spin_rpm - 200.0
    spin_vibration = unit.vibration_mm_s * (spin_rpm / 1200.0) * (0.75 + 0.5 * unbalance) * (1.0 + 2.2 * bearing)
    inlet_lpm = unit.fill_lpm * (1.0 - WEAK_VALVE * valve)
    flows = fill_flow_lpm(inlet_lpm, pressure_bar), drain_flow_lpm(unit.drain_lpm, clog)
    segments, litres, fill_s, drain_s = _segments(
        unit, wash, rng, clog=clog, bearing=bearing, spin_rpm=spin_rpm, spin_vibration=spin_vibration,
        rebalances=rebalances, flows=flows,
        voltage_v=voltage_v, inlet_c=inlet_c,
    )  # fmt: skip
    # Drawn before the minutes: their number depends on the fault, and must not change the rest of the story.
    summary = {
        "fill_s": round(fill_s * rng.normal(1.0, 0.01), 1),
        "drain_s": round(drain_s * rng.normal(1.0, 0.015), 1),
        "litres": round(litres * rng.normal(1.0, 0.008), 1),
        "load_kg": round(wash.load_kg * rng.normal(1.0, 0.06), 1),
        "spin_rpm": float(round(spin_rpm)),
        "spin_vibration_mm_s": round(spin_vibration * rng.normal(1.0, 0.05), 2),
        "rebalances": float(rebalances),
        "minutes": float(round(sum(part.seconds for part in segments) / 60.0)),
    }
    minutes, phase = _sample(segments, rng)
    return Cycle(
        minutes=minutes,
        phase=phase,
        summary=summary,
        seconds=sum(part.seconds for part in segments),
        energy_kwh=sum(part.seconds * part.power_w for part in segments) / 3.6e6,
    )


def _segments(
    unit: WashingMachineUnit,
    wash: Wash,
    rng: np.random.Generator,
    *,
    clog: float,
    bearing: float,
    spin_rpm: float,
    spin_vibration: float,
    rebalances: int,
    flows: tuple[float, float],
    voltage_v: float,
    inlet_c: float,
) -> tuple[list[Segment], float, float, float]:
    """Build the cycle's stretches; returns them with total litres, fill seconds and drain seconds."""
    fill_lpm, drain_lpm = flows
    drag = 1.0 + 0.35 * bearing
    turn_w = unit.motor_w * (0.7 + 0.08 * wash.load_kg) * drag
    wash_l = 8.0 + 1.1 * wash.load_kg
    rinse_l = 9.5 + 1.3 * wash.load_kg
    heater_w = voltage_v**2 / unit.heater_ohm
    heat_s = wash_l * WATER_J_KG_K * max(wash.water_c - inlet_c, 0.0) / heater_w
    parts: list[Segment] = []
    litres = fill_s = drain_s = 0.0
    baths = [(wash_l, "wash", rng.uniform(1500.0, 2100.0))] + [(rinse_l, "rinse", rng.uniform(330.0, 460.0))] * 2
    for index, (bath_l, phase, turn_s) in enumerate(baths):
        warm_c = wash.water_c if index == 0 else inlet_c + 2.0
        filling, draining = bath_l / fill_lpm * 60.0, bath_l / drain_lpm * 60.0
        parts.append(Segment(phase="fill", seconds=filling, level_l=bath_l, power_w=9.0, water_c=inlet_c))
        if index == 0 and heat_s > 0.0:
            parts.append(Segment(phase="wash", seconds=heat_s, level_l=bath_l, rpm=45.0, power_w=heater_w + turn_w,
                                 vibration_mm_s=0.6 * drag, water_c=warm_c))  # fmt: skip
        parts.append(Segment(phase=phase, seconds=turn_s, level_l=bath_l, rpm=48.0, power_w=turn_w,
                             vibration_mm_s=0.7 * (1.0 + bearing), water_c=warm_c))  # fmt: skip
        parts.append(Segment(phase="drain", seconds=draining, level_l=0.0, power_w=31.0, water_c=warm_c))
        litres, fill_s, drain_s = litres + bath_l, fill_s + filling, drain_s + draining
    parts.extend([Segment(phase="spin", seconds=75.0, level_l=0.0, rpm=95.0, power_w=turn_w)] * (1 + rebalances))
    share = spin_rpm / 1200.0
    parts.append(Segment(phase="spin", seconds=rng.uniform(420.0, 620.0), level_l=0.0, rpm=spin_rpm,
                         power_w=(180.0 + 190.0 * share**2) * drag, vibration_mm_s=spin_vibration))  # fmt: skip
    return parts, litres, fill_s, drain_s


def _sample(segments: list[Segment], rng: np.random.Generator) -> tuple[dict[str, Floats], list[str]]:
    """Look at the cycle once a minute, as its board would report it."""
    ends = np.cumsum([part.seconds for part in segments])
    at = np.arange(0.0, ends[-1], 60.0)
    index = np.minimum(np.searchsorted(ends, at, side="right"), len(segments) - 1)
    held = np.interp(at, np.concatenate([[0.0], ends]), [0.0] + [part.level_l for part in segments])

    def pick(name: str) -> Floats:
        return np.array([getattr(part, name) for part in segments], dtype=np.float64)[index]

    noise = rng.standard_normal((3, at.size))
    rpm = pick("rpm")
    return {
        "level_mm": np.round(np.maximum(held * MM_PER_LITRE + 1.5 * noise[0] * (held > 0.5), 0.0)),
        "drum_rpm": np.round(rpm * (1.0 + 0.01 * noise[1])),
        "vibration_mm_s": np.round(np.maximum(pick("vibration_mm_s") * (1.0 + 0.08 * noise[2]), 0.0), 2),
        "water_c": np.round(pick("water_c") + 0.2 * noise[0], 1),
        "power_w": np.round(np.maximum(pick("power_w") * (1.0 + 0.03 * noise[1]), 1.0), 1),
    }, [segments[int(i)].phase for i in index]
