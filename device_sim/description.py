"""The homes as a registry would know them: households, appliances, models and ratings."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from device_sim import (
    air_conditioner,
    air_mover,
    circuit,
    dishwasher,
    dryer,
    refrigerator,
    washing_machine,
    water_heater,
)
from device_sim.catalogue import CATALOGUE, Model
from device_sim.params import SimParams
from device_sim.people import HomeTraits, draw_traits
from device_sim.streams import Purpose, stream
from device_sim.tables import UNITS_PER_HOME
from device_sim.weather import CLIMATES, SITES, Site

KITCHEN_RATING_A: Final = 32.0
MAIN_RATING_A: Final = 25.0
UTILITY_RATING_A: Final = 40.0
RATING_A: Final = {"kitchen": KITCHEN_RATING_A, "main": MAIN_RATING_A, "utility": UTILITY_RATING_A}
RCD_MA: Final = 30.0
BASIC_PARTS: Final = ("ac", "fridge", "washer", "kitchen", "main")
KIND_OF_PART: Final = {
    "ac": "air_conditioner",
    "fridge": "refrigerator",
    "washer": "washing_machine",
    "kitchen": "circuit",
    "main": "circuit",
    "utility": "circuit",
    "dryer": "dryer",
    "dishwasher": "dishwasher",
    "heater": "water_heater",
    "purifier": "air_purifier",
    "hood": "range_hood",
}
PARTS: Final = tuple(KIND_OF_PART)
CIRCUITS: Final = ("kitchen", "main", "utility")
# Circuit that a part hangs on, and its room.
ON_CIRCUIT: Final = {"ac": "main", "fridge": "kitchen", "washer": "kitchen", "dishwasher": "utility", "hood": "kitchen",
                     "purifier": "main", "dryer": "utility", "heater": "utility"}  # fmt: skip
ROOMS: Final = {"ac": "living room", "main": "hall", "utility": "hall", "purifier": "living room", "dryer": "bathroom",
                "heater": "bathroom"}  # fmt: skip
OWNED: Final = {"ac": 0.92, "dryer": 0.5, "dishwasher": 0.6, "heater": 0.6, "purifier": 0.45, "hood": 0.6}  # (E)


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
    water_hardness_dh: float | None = None
    volume_l: float | None = None
    warranty_months: int | None = None


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
    utility: dict[str, float]
    dryer: dict[str, float | bool]
    dishwasher: dishwasher.DishwasherUnit
    heater: dict[str, float | bool]
    purifier: dict[str, float | bool | int]
    hood: dict[str, float | bool]
    parts: tuple[str, ...]
    models: dict[str, Model]
    first_filter_h: float
    hardness_dh: float


def draw_home(params: SimParams, index: int) -> HomeSpec:
    """Draw home `index` (from 0); it depends on the seed, the climate choice and the index only."""
    rng = stream(params.seed, Purpose.TRAITS, index)
    if params.climate not in CLIMATES:
        raise ValueError(f"unknown climate {params.climate!r}; choose one of: {', '.join(CLIMATES)}")
    choices = CLIMATES[params.climate]
    site = SITES[choices[index % len(choices)]]
    traits = draw_traits(rng)
    demo = params.faults == "demo" and not params.prevalence
    if demo:  # the story must show within the horizon: enough washing, and no overload without the fault
        traits = replace(traits, washes_per_week=max(traits.washes_per_week, 6.5), has_ev=False)
    unit = stream(params.seed, Purpose.UNITS, index)
    b = params.physics == "b"
    more = stream(params.seed, Purpose.UNITS, index, 2)
    models = {part: _pick_model(rng, part, params, full=demo) for part in PARTS}
    heater = water_heater.draw_unit(more, variant_b=b)
    heater["powered_anode"] = "anode_ma" not in models["heater"].lacks
    return HomeSpec(
        index=index,
        site=site,
        traits=traits,
        ac=air_conditioner.draw_unit(unit, hot=site.mean_c > 20.0, variant_b=b),
        fridge=refrigerator.draw_unit(unit, variant_b=b),
        washer=washing_machine.draw_unit(unit, variant_b=b),
        kitchen=circuit.draw_unit(unit, rating_a=KITCHEN_RATING_A, variant_b=b),
        main=circuit.draw_unit(unit, rating_a=MAIN_RATING_A, variant_b=b),
        utility=circuit.draw_unit(more, rating_a=UTILITY_RATING_A, variant_b=b),
        dryer=dryer.draw_unit(more, variant_b=b),
        dishwasher=dishwasher.draw_unit(more, variant_b=b),
        heater=heater,
        purifier=air_mover.draw_purifier(more, variant_b=b),
        hood=air_mover.draw_hood(more, variant_b=b),
        parts=parts_of(params, index),
        models=models,
        first_filter_h=float(np.floor(rng.uniform(0.0, 120.0))),
        hardness_dh=round(float(more.uniform(3.0, 26.0)), 1),
    )


def parts_of(params: SimParams, index: int) -> tuple[str, ...]:
    """Suffixes of the appliances that home `index` (from 0) has, in the order of `PARTS`."""
    if params.outfit == "basic":
        return BASIC_PARTS
    draws = stream(params.seed, Purpose.TRAITS, index, 2).random(len(PARTS))
    owned = [part for part, draw in zip(PARTS, draws, strict=True) if draw < OWNED.get(part, 1.0)]
    return tuple(part for part in owned if part != "utility" or {"dryer", "heater", "dishwasher"} & set(owned))


def _pick_model(rng: np.random.Generator, part: str, params: SimParams, *, full: bool) -> Model:
    models = CATALOGUE[params.physics][KIND_OF_PART[part]]
    if params.outfit == "basic":  # live homes are equipped to show something
        models = tuple(model for model in models if model.model != "GW-Plug")
    chosen = int(rng.integers(0, len(models)))
    return models[0 if full else chosen]


def household_id(index: int) -> str:
    """Household id of home `index` counted from 0: home-0001 is the first."""
    return f"home-{index + 1:04d}"


def appliance_id(index: int, part: str) -> str:
    """Appliance id, also its MQTT user name; `part` is one of `PARTS`."""
    return f"{household_id(index)}-{part}"


def unit_number(index: int, part: str) -> int:
    """Number of the appliance `part` of home `index`, unique in a fleet."""
    return UNITS_PER_HOME * index + PARTS.index(part)


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
        appliances=tuple(
            _describe_appliance(params, spec, part, rng)
            for part in sorted(spec.parts, key=lambda part: (part not in CIRCUITS, PARTS.index(part)))
        ),
    )


def _describe_appliance(params: SimParams, spec: HomeSpec, part: str, rng: np.random.Generator) -> ApplianceDescription:
    model = spec.models[part]
    is_circuit = KIND_OF_PART[part] == "circuit"
    installed = params.start.date() - timedelta(days=int(rng.integers(60, 2200)))
    rating = RATING_A.get(part)
    power = {
        "dryer": round(230.0**2 / float(spec.dryer["heater_ohm"]) + 210.0, -1),
        "dishwasher": round(230.0**2 / spec.dishwasher.heater_ohm + 60.0, -1),
        "heater": float(water_heater.rated_power_w(np.asarray(spec.heater["element_ohm"]))),
        "purifier": round(float(spec.purifier["full_w"])),
        "hood": round(float(spec.hood["full_w"])),
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
        room=ROOMS.get(part, "kitchen"),
        circuit_id=appliance_id(spec.index, ON_CIRCUIT[part]) if part in ON_CIRCUIT else None,
        rated_power_w=rated_w,
        rated_current_a=round(rated_w / 230.0, 1) if rated_w else None,
        breaker_rating_a=rating,
        rcd_ma=RCD_MA if is_circuit else None,
        lacks=model.lacks,
        water_hardness_dh=spec.hardness_dh if part in ("heater", "dishwasher", "washer") else None,
        volume_l=float(spec.heater["volume_l"]) if part == "heater" else None,
        warranty_months=None if is_circuit else 24,
    )
