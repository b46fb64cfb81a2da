"""Which fault sits in which home: nothing, the demo's story, a few by name, or a fleet with stated rates."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from device_sim.description import HomeSpec, draw_home, parts_of
from device_sim.fault_catalogue import FAULT_ORDER, FAULTS, FaultKind
from device_sim.faults import FaultPlan
from device_sim.params import SimParams
from device_sim.streams import Purpose, stream

ENRICHED_SHARE: Final = 0.42  # (E) of appliances that get a fault in an enriched fleet, and a fifth of them a second
ANY_PART_CHANCE: Final = 0.04  # (E) so that faults of any appliance do not crowd out the others
HAZARDS: Final = ("overload", "earth_leakage", "loose_contact", "neutral_loss", "flood", "food_at_risk",
                  "overheat_trips", "element_failing")  # fmt: skip
HAZARD_SHARE: Final = 0.35  # of the period, from onset to the worst
HOME_SILENT: Final = 0.4  # (E) share of silences that take the whole home
DAYS_OF_YEAR: Final = 365.0
SENSORS: Final = {
    "ac": ("room_c", "coil_in_c", "coil_out_c", "outdoor_c", "supply_c", "humidity_pct"),
    "fridge": ("fridge_c", "freezer_c", "evap_c", "ambient_c"),
    "washer": ("water_c", "vibration_mm_s"),
    "dryer": ("inlet_c", "exhaust_c", "moisture_pct"),
    "dishwasher": ("water_c", "turbidity_ntu"),
    "heater": ("top_c", "bottom_c", "inlet_c", "flow_lpm"),
    "purifier": ("pm25_ugm3", "fan_rpm"),
    "hood": ("fan_rpm",),
    "kitchen": ("terminal_c",),
    "main": ("terminal_c",),
    "utility": ("terminal_c",),
}
MANNERS: Final = ("stuck", "sentinel", "spike", "drift", "flip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How often a fault was drawn and how often it happens: rates per appliance of its kind over the period."""

    fault: str
    drawn: float
    real: float


def plan_faults(params: SimParams) -> tuple[FaultPlan, ...]:
    """Read `params.faults`: `none`, `demo`, `mixed`, `hazards`, or fault names separated by commas.

    ValueError if unknown. With `params.prevalence` the fleet's rates decide instead.
    """
    if params.prevalence:
        return _plan_fleet(params)
    if params.faults == "none":
        return ()
    if params.faults == "demo":
        return _demo(params)
    if params.faults == "mixed":
        return _mixed(params)
    if params.faults == "hazards":
        return _hazards(params)
    names = [name.strip() for name in params.faults.split(",")]
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        known = ", ".join(FAULT_ORDER)
        raise ValueError(f"unknown fault {unknown[0]!r}; choose none, demo, mixed, hazards or some of: {known}")
    pairs = {(i % params.homes, names[i % len(names)]): None for i in range(max(params.homes, len(names)))}
    return tuple(_draw_plan(params, home, name) for home, name in pairs)


def _draw_plan(params: SimParams, home: int, name: str) -> FaultPlan:
    kind = FAULTS[name]
    rng = stream(params.seed, Purpose.FAULT_PLAN, home, FAULT_ORDER.index(name))
    share = rng.uniform(0.3, 0.9) if kind.abrupt else rng.uniform(0.15, 0.5)
    onset_day = max(1.0, float(np.floor(params.horizon_days * share)))
    days_to_full = kind.days_to_full * float(rng.lognormal(0.0, 0.3))
    if kind.part == "*":
        part, detail = _where(draw_home(params, home), kind, rng)
        return FaultPlan(
            home=home, fault=name, onset_day=onset_day, days_to_full=days_to_full, part=part, detail=detail
        )
    return FaultPlan(home=home, fault=name, onset_day=onset_day, days_to_full=days_to_full)


def _demo(params: SimParams) -> tuple[FaultPlan, ...]:
    """One story per home, stretched to the horizon: clogged air filter, clogged drain, overload and a leak, healthy."""
    story = (
        (0, "filter_clog", 0.20, 0.90),
        (1, "drain_filter_clog", 0.20, 0.75),
        (2, "refrigerant_leak", 0.10, 0.95),
        (2, "overload", 0.90, 1.0),
    )
    return tuple(
        FaultPlan(
            home=home, fault=fault, onset_day=float(np.floor(params.horizon_days * onset)),
            days_to_full=params.horizon_days * full,
        )
        for home, fault, onset, full in story
        if home < params.homes
    )  # fmt: skip


def _mixed(params: SimParams) -> tuple[FaultPlan, ...]:
    """About half the homes stay healthy; the others get one fault, a few get two (enriched against base rates)."""
    plans: list[FaultPlan] = []
    for home in range(params.homes):
        rng = stream(params.seed, Purpose.FAULT_PLAN, home)
        count = int(rng.choice([0, 1, 2], p=[0.5, 0.4, 0.1]))
        owned = parts_of(params, home)
        here = [name for name in FAULT_ORDER if FAULTS[name].part in owned]
        names = rng.choice(here, size=count, replace=False)
        plans.extend(_draw_plan(params, home, str(name)) for name in names)
    return tuple(plans)


def _hazards(params: SimParams) -> tuple[FaultPlan, ...]:
    """Three hazards per home, each kind in turn, that all come within the period; one home in six has none."""
    plans: list[FaultPlan] = []
    turn = 0
    for home in range(params.homes):
        owned = parts_of(params, home)
        here = [name for name in HAZARDS if FAULTS[name].part in owned]
        for number in range(0 if home % 6 == 5 else min(3, len(here))):
            kind = FAULTS[here[(turn + number) % len(here)]]
            rng = stream(params.seed, Purpose.FAULT_PLAN, home, FAULT_ORDER.index(kind.key), 1)
            share = rng.uniform(0.4, 0.9) if kind.abrupt else rng.uniform(0.3, 0.45)
            plans.append(FaultPlan(
                home=home, fault=kind.key, onset_day=float(np.floor(params.horizon_days * share)),
                days_to_full=HAZARD_SHARE * params.horizon_days, repair_days=2.0,
            ))  # fmt: skip
        turn += 3
    return tuple(plans)


def _plan_fleet(params: SimParams) -> tuple[FaultPlan, ...]:
    plans: list[FaultPlan] = []
    for home in range(params.homes):
        spec = draw_home(params, home)
        for number, part in enumerate(parts_of(params, home)):
            rng = stream(params.seed, Purpose.FLEET_PLAN, home, number)
            chances = fault_chances(params, part)
            for kind, chance in chances.items():
                if rng.random() < chance:
                    plans.append(_fleet_plan(params, spec, FAULTS[kind], part, rng))
    return tuple(plans)


def fault_chances(params: SimParams, part: str) -> dict[str, float]:
    """Chance over the period of each fault in one appliance with suffix `part`."""
    kinds = [kind for kind in FAULTS.values() if kind.part in (part, "*")]
    years = params.horizon_days / DAYS_OF_YEAR
    if params.prevalence == "real":
        return {kind.key: float(1.0 - np.exp(-kind.per_year * years)) for kind in kinds}
    total = sum(kind.fleet_weight for kind in kinds)
    share = ENRICHED_SHARE * min(1.0, params.horizon_days / 90.0)
    chances = {kind.key: share * kind.fleet_weight / max(total, 2.0) for kind in kinds}
    return {key: min(chance, ANY_PART_CHANCE) if FAULTS[key].part == "*" else chance for key, chance in chances.items()}


def fleet_weights(params: SimParams, part: str) -> list[Weight]:
    """Drawn against real chances for one kind of appliance; their ratio re-weights an enriched fleet."""
    years = params.horizon_days / DAYS_OF_YEAR
    return [
        Weight(fault=key, drawn=round(chance, 5), real=round(float(1.0 - np.exp(-FAULTS[key].per_year * years)), 5))
        for key, chance in fault_chances(params, part).items()
    ]


def _fleet_plan(params: SimParams, spec: HomeSpec, kind: FaultKind, part: str, rng: np.random.Generator) -> FaultPlan:
    days = params.horizon_days
    sudden = bool(rng.random() < kind.sudden)
    late = kind.abrupt or sudden or kind.days_to_full * kind.slower < 15.0
    onset = rng.uniform(0.15, 0.92) if late else rng.uniform(0.0, 0.7)
    fails_at = min(1.0, kind.fails * float(np.clip(rng.normal(1.0, 0.12), 0.7, 1.3)))
    pace = kind.days_to_full * kind.slower * float(rng.lognormal(0.0, 0.4))
    cleans = kind.self_care and not kind.abrupt and rng.random() < 0.45
    visited = not kind.self_care and rng.random() < 0.12
    _, detail = _where(spec, kind, rng, part=part)
    part = "main" if detail == "home" else part
    return FaultPlan(
        home=spec.index,
        fault=kind.key,
        onset_day=float(np.floor(days * onset)) + (0.0 if kind.abrupt else float(rng.integers(0, 1440)) / 1440.0),
        days_to_full=pace,
        fails_at=fails_at,
        sudden=sudden,
        clean_at=fails_at * float(rng.uniform(0.5, 2.2)) if cleans else None,
        repair_days=float(rng.uniform(2.0, 20.0)) if kind.self_care or kind.key == "silent"
        else float(rng.uniform(0.5, 9.0)),
        repair_at=fails_at * float(rng.uniform(0.5, 0.9)) if visited else None,
        part=part if kind.part == "*" else "",
        detail=detail,
    )  # fmt: skip


def _where(spec: HomeSpec, kind: FaultKind, rng: np.random.Generator, *, part: str = "") -> tuple[str, str]:
    """Appliance and detail of a fault that any appliance may have."""
    if kind.part != "*":
        return "", ""
    if not part:
        part = str(rng.choice(["ac", "fridge", "washer"]))
    if kind.key == "silent":
        return part, "home" if rng.random() < HOME_SILENT else ""
    lacks = spec.models[part].lacks
    signals = [name for name in SENSORS[part] if name not in lacks] or ["power_w"]
    return part, f"{rng.choice(signals)}:{rng.choice(MANNERS)}"
