"""A dishwasher: fill, wash, heat, rinse, drain; circulation pump against its sieve; a summary per cycle."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WATER_J_KG_K: Final = 4186.0
DISHES_J_K: Final = 7500.0  # (E) a full rack and the tub
DRAIN_AT_FULL: Final = 2.2  # filter_clog severity 1: drain seconds per litre x1.8
PUMP_SWING_AT_FULL: Final = 0.30  # the pump draws air: its power swings by that share
IDLE_W: Final = 0.8
DRAIN_W: Final = 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DishwasherUnit:
    """Constants of one machine; `hot_fill` ones take water from the tank and hardly heat."""

    heater_ohm: float
    fill_lpm: float
    drain_lpm: float
    pump_w: float
    bath_l: float
    loss_w_k: float
    hot_fill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dishes:
    """One load: start minute, main wash temperature (45 eco to 65 intensive), soil 0.3 to 2, foam or not."""

    start_min: int
    wash_c: float
    soil: float
    foam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DishCycle:
    """A finished cycle: its minutes, its phases, its summary."""

    minutes: dict[str, Floats]
    phase: list[str]
    summary: dict[str, float]


def draw_unit(rng: np.random.Generator, *, variant_b: bool) -> DishwasherUnit:
    """Draw one machine 5-15 % around its class; variant b has a smaller bath and a variable-speed pump."""
    return DishwasherUnit(
        heater_ohm=230.0**2 / (rng.uniform(1500.0, 1700.0) if variant_b else rng.uniform(1750.0, 2100.0)),
        fill_lpm=float(rng.normal(3.1, 0.3)),
        drain_lpm=float(rng.normal(13.0 if variant_b else 16.0, 1.0)),
        pump_w=float(rng.normal(42.0 if variant_b else 65.0, 5.0)),
        bath_l=float(rng.normal(2.9 if variant_b else 3.5, 0.2)),
        loss_w_k=float(rng.uniform(2.5, 4.5)),
        hot_fill=bool(rng.random() < (0.3 if variant_b else 0.12)),
    )


def drain_flow_lpm(clean_lpm: float, clog: float) -> float:
    """Drain flow in l/min for filter_clog severity [0, 1], with the root of the resistance."""
    return clean_lpm / float(np.sqrt(1.0 + DRAIN_AT_FULL * clog))


def run_cycle(
    unit: DishwasherUnit,
    dishes: Dishes,
    rng: np.random.Generator,
    *,
    clog: float,
    heater: float,
    pressure_bar: float,
    voltage_v: float,
    inlet_c: float,
) -> DishCycle:
    """Run one cycle; `clog` and `heater` are severities in [0, 1] of filter_clog and heater_failure."""
    enters_c = 48.0 if unit.hot_fill else inlet_c
    fill_lpm = unit.fill_lpm * float(np.sqrt(np.clip(pressure_bar, 0.2, 3.0) / 3.0))  # a flow limiter from 3 bar on
    drain_lpm = drain_flow_lpm(unit.drain_lpm, clog)
    bath_l = unit.bath_l * float(rng.normal(1.0, 0.03))
    plan = (("wash", dishes.wash_c, rng.uniform(20.0, 35.0), 1.0), ("rinse", 0.0, rng.uniform(4.0, 7.0), 0.35),
            ("rinse", min(dishes.wash_c + 5.0, 65.0), rng.uniform(6.0, 9.0), 0.1))  # fmt: skip
    rows: list[tuple[str, float, float, float, float]] = []  # phase, water, heater, pump, turbidity per minute
    water_c, soil = enters_c, dishes.soil * (1.0 + 0.9 * clog)
    working_w = voltage_v**2 / unit.heater_ohm
    for phase, goal_c, turns, dirt in plan:
        water_c = 0.55 * enters_c + 0.45 * water_c if rows else enters_c
        rows.extend([("fill", water_c, 0.0, 0.0, 8.0)] * max(1, round(bath_l / fill_lpm)))
        left, stuck = turns, 0
        while left > 0.0:
            heating = goal_c > water_c + 0.5 and stuck < 70
            # A worn relay closes now and then only; near the end not at all.
            heat_w = working_w * heating * (rng.random() > heater) if heater < 1.0 else 0.0
            water_c += 60.0 * (heat_w - unit.loss_w_k * (water_c - 22.0)) / (bath_l * WATER_J_KG_K + DISHES_J_K)
            swing = rng.normal(0.0, 0.015 + PUMP_SWING_AT_FULL * clog + 0.12 * dishes.foam)
            pump_w = unit.pump_w * (1.0 - 0.12 * clog) * (1.0 + float(np.clip(swing, -0.8, 0.6)))
            rows.append(("heat" if heating else phase, water_c, heat_w, pump_w, dirt * soil * 90.0))
            stuck += heating
            left -= not heating
        rows.extend([("drain", water_c, 0.0, 0.0, dirt * soil * 90.0)] * max(1, round(bath_l / drain_lpm)))
    rows.extend([("dry", max(water_c - 0.9 * i, 24.0), 0.0, 0.0, 0.0) for i in range(int(rng.integers(12, 30)))])
    litres = 3.0 * bath_l
    summary = {
        "fill_s": round(litres / fill_lpm * 60.0 * rng.normal(1.0, 0.015), 1),
        "drain_s": round(litres / drain_lpm * 60.0 * rng.normal(1.0, 0.02) * (1.0 + 0.15 * dishes.foam), 1),
        "litres": round(litres * rng.normal(1.0, 0.01), 1),
        "minutes": float(len(rows)),
    }
    return DishCycle(minutes=_minutes(rows, rng), phase=[row[0] for row in rows], summary=summary)


def _minutes(rows: list[tuple[str, float, float, float, float]], rng: np.random.Generator) -> dict[str, Floats]:
    water, heat, pump, dirt = np.array([row[1:] for row in rows], dtype=np.float64).T
    noise = rng.standard_normal((2, water.size))
    draining = np.array([row[0] == "drain" for row in rows])
    return {
        "water_c": np.round(water + 0.2 * noise[0], 1),
        "heater_w": np.round(heat * (1.0 + 0.004 * noise[1])),
        "circ_pump_w": np.round(np.maximum(pump, 0.0), 1),
        "turbidity_ntu": np.round(np.maximum(dirt * (1.0 + 0.12 * noise[0]), 0.0)),
        "power_w": np.round((heat + pump + DRAIN_W * draining + 6.0) * (1.0 + 0.006 * noise[1]), 1),
    }
