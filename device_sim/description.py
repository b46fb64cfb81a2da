"""The homes as a registry would know them: households, appliances, models and ratings."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from device_sim import air_conditioner, circuit, refrigerator, washing_machine
from device_sim.params import SimParams
from device_sim.people import HomeTraits, draw_traits
from device_sim.streams import Purpose, stream
from device_sim.weather import CLIMATES, SITES, Site

KITCHEN_RATING_A: Final = 32.0
MAIN_RATING_A: Final = 25.0
RCD_MA: Final = 30.0
PARTS: Final = ("ac", "fridge", "washer", "kitchen", "main")
KIND_OF_PART: Final = {
    "ac": "air_conditioner",
    "fridge": "refrigerator",
    "washer": "washing_machine",
    "kitchen": "circuit",
    "main": "circuit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A catalogue entry; `lacks` are the canonical signals this model does not report."""

    maker: str
    model: str
    firmware: str
    lacks: frozenset[str] = frozenset()


CATALOGUE: Final = {
    "air_conditioner": (
        Model(maker="Northpeak", model="NP-35 Inverter", firmware="2.4.1"),
        Model(maker="Northpeak", model="NP-26 Basic", firmware="1.9.0", lacks=frozenset({"discharge_c", "eev_steps"})),
        Model(maker="Clearbrook", model="CB Air 9", firmware="5.0.3", lacks=frozenset({"humidity_pct", "filter_h"})),
    ),
    "refrigerator": (
        Model(maker="Northpeak", model="NP-Cool 300", firmware="3.1.0"),
        Model(maker="Clearbrook", model="CB Frost 28", firmware="1.2.7", lacks=frozenset({"ambient_c", "evap_c"})),
    ),
    "washing_machine": (
        Model(maker="Northpeak", model="NP-Wash 8", firmware="4.0.2"),
        Model(maker="Clearbrook", model="CB Drum 7", firmware="2.2.5", lacks=frozenset({"vibration_mm_s"})),
    ),
    "circuit": (
        Model(maker="Gridwell", model="GW-63 Meter", firmware="1.5.0"),
        Model(maker="Gridwell", model="GW-40 Meter", firmware="1.1.4", lacks=frozenset({"terminal_c"})),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceDescription:
    """One appliance to register; ratings in W and A, the residual-current device in mA, None where it has none."""

    id: str
    household_id: str
    kind: str
    maker: str
    model: str
    serial: str
    batch: str
    firmware: str
    installed_on: date
    room: str
    circuit_id: str | None
    rated_power_w: float | None
    rated_current_a: float | None
    breaker_rating_a: float | None
    rcd_ma: float | None
    lacks: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDescription:
    """One household to register, with its appliances."""

    id: str
    name: str
    latitude: float
    longitude: float
    timezone: str
    appliances: tuple[ApplianceDescription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSpec:
    """Everything drawn once for a home: site, habits, unit constants, models."""

    index: int
    site: Site
    traits: HomeTraits
    ac: dict[str, float | bool | int]
    fridge: dict[str, float | bool]
    washer: washing_machine.WashingMachineUnit
    kitchen: dict[str, float]
    main: dict[str, float]
    models: dict[str, Model]
    first_filter_h: float


def draw_home(params: SimParams, index: int) -> HomeSpec:
    """Draw home `index` (from 0); it depends on the seed, the climate choice and the index only."""
    rng = stream(params.seed, Purpose.TRAITS, index)
    if params.climate not in CLIMATES:
        raise ValueError(f"unknown climate {params.climate!r}; choose one of: {', '.join(CLIMATES)}")
    choices = CLIMATES[params.climate]
    site = SITES[choices[index % len(choices)]]
    traits = draw_traits(rng)
    demo = params.faults == "demo"
    if demo:  # the story must show within the horizon: enough washing, and no overload without the fault
        traits = replace(traits, washes_per_week=max(traits.washes_per_week, 6.5), has_ev=False)
    unit = stream(params.seed, Purpose.UNITS, index)
    return HomeSpec(
        index=index,
        site=site,
        traits=traits,
        ac=air_conditioner.draw_unit(unit, hot=site.mean_c > 20.0),
        fridge=refrigerator.draw_unit(unit),
        washer=washing_machine.draw_unit(unit),
        kitchen=circuit.draw_unit(unit, rating_a=KITCHEN_RATING_A),
        main=circuit.draw_unit(unit, rating_a=MAIN_RATING_A),
        models={part: _pick_model(rng, part, full=demo) for part in PARTS},
        first_filter_h=float(np.floor(rng.uniform(0.0, 120.0))),
    )


def _pick_model(rng: np.random.Generator, part: str, *, full: bool) -> Model:
    models = CATALOGUE[KIND_OF_PART[part]]
    chosen = int(rng.integers(0, len(models)))
    return models[0 if full else chosen]


def household_id(index: int) -> str:
    """Household id of home `index` counted from 0: home-0001 is the first."""
    return f"home-{index + 1:04d}"


def appliance_id(index: int, part: str) -> str:
    """Appliance id, also its MQTT user name; `part` is one of `PARTS`."""
    return f"{household_id(index)}-{part}"


def describe_homes(params: SimParams) -> list[HomeDescription]:
    """Describe all homes for registration, in order."""
    return [_describe(params, draw_home(params, index)) for index in range(params.homes)]


def _describe(params: SimParams, spec: HomeSpec) -> HomeDescription:
    rng = stream(params.seed, Purpose.TRAITS, spec.index, 1)
    site = spec.site
    return HomeDescription(
        id=household_id(spec.index),
        name=f"Home {spec.index + 1}",
        latitude=round(site.latitude + float(rng.uniform(-0.05, 0.05)), 4),
        longitude=round(site.longitude + float(rng.uniform(-0.05, 0.05)), 4),
        timezone=site.timezone,
        appliances=tuple(_describe_appliance(params, spec, part, rng) for part in ("kitchen", "main", *PARTS[:3])),
    )


def _describe_appliance(params: SimParams, spec: HomeSpec, part: str, rng: np.random.Generator) -> ApplianceDescription:
    model = spec.models[part]
    is_circuit = KIND_OF_PART[part] == "circuit"
    installed = params.start.date() - timedelta(days=int(rng.integers(60, 2200)))
    rating = {"kitchen": KITCHEN_RATING_A, "main": MAIN_RATING_A}.get(part)
    power = {
        "ac": round(float(spec.ac["rated_w"]) / float(spec.ac["rated_cop"]), -1),
        "fridge": 150.0,
        "washer": 2200.0,
    }
    rated_w = power.get(part)
    return ApplianceDescription(
        id=appliance_id(spec.index, part),
        household_id=household_id(spec.index),
        kind=KIND_OF_PART[part],
        maker=model.maker,
        model=model.model,
        serial=f"{model.model[:2].upper()}{params.seed % 1000:03d}{spec.index:05d}{PARTS.index(part)}",
        batch=f"{installed.year}-{(installed.month - 1) // 3 + 1}",
        firmware=model.firmware,
        installed_on=installed,
        room={"ac": "living room", "main": "hall"}.get(part, "kitchen"),
        circuit_id=None if is_circuit else appliance_id(spec.index, "main" if part == "ac" else "kitchen"),
        rated_power_w=rated_w,
        rated_current_a=round(rated_w / 230.0, 1) if rated_w else None,
        breaker_rating_a=rating,
        rcd_ma=RCD_MA if is_circuit else None,
        lacks=model.lacks,
    )
