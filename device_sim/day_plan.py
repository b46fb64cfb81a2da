"""One local day of a block of homes, drawn ahead: weather, people, loads, mains, noise, abrupt faults."""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from device_sim import habits, loads, mains, people, weather
from device_sim.description import HomeSpec
from device_sim.dishwasher import Dishes
from device_sim.faults import PRECURSOR_DAYS, FaultBook
from device_sim.household import HouseholdDay, household_day
from device_sim.params import DAY_MIN, DAY_S, SimParams
from device_sim.streams import Purpose, stream

Floats = NDArray[np.float64]

NOISE_LAYERS: Final = 14
EXTRA_LAYERS: Final = 12
FRESH_AIR_W_K: Final = 130.0  # (E) an open window
PERSON_W: Final = 95.0  # sensible heat of a person at rest
STEADY_GAIN_W: Final = 170.0  # (E) lights, screens, standby in the room
FOOD_RISK_FROM_MIN: Final = 9 * 60
FOOD_RISK_TO_MIN: Final = 22 * 60
FLOOD_FROM_MIN: Final = 4 * 60
FLOOD_MINUTES: Final = 120
FLOOD_MM_PER_MIN: Final = 3.0
NEUTRAL_MINUTES: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDay:
    """One home's day, arrays of 1440 minutes; names carry their units."""

    want: Floats
    setpoint_c: Floats
    gains_w: Floats
    window_w_k: Floats
    door_s: Floats
    food_w: Floats
    kitchen_w: Floats
    kitchen_var: Floats
    main_w: Floats
    main_var: Floats
    upstream_v: Floats
    pressure_bar: Floats
    dead: Floats
    flood_mm: Floats
    outdoor_pm25_ugm3: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """The block's day: fields of `HomeDay` and `HouseholdDay` stacked to (1440, homes), shared weather, noise, laundry.

    `inlet_c` is the mains water's temperature of the day at this site.
    """

    first_s: int
    weather: weather.WeatherDay
    fields: dict[str, Floats]
    noise: Floats
    washes: tuple[tuple[people.Wash, ...], ...]
    dishes: tuple[tuple[Dishes, ...], ...]
    inlet_c: float


def plan_day(params: SimParams, *, specs: list[HomeSpec], local_day: int, day: int, faults: FaultBook) -> DayPlan:
    """Draw a day for homes that share a site; `local_day` counts from 1970-01-01, `day` from the start."""
    site, seed = specs[0].site, params.seed
    full = params.outfit == "full"
    sky = weather.make_day(seed, site, local_day)
    stages = faults.ongoing("overload", day), faults.strikes("overload", day, lead_days=PRECURSOR_DAYS)
    flood, food = faults.strikes("flood", day), faults.strikes("food_at_risk", day)
    neutral = faults.strikes("neutral_loss", day)
    days: list[HomeDay] = []
    houses: list[HouseholdDay] = []
    dishes: list[tuple[Dishes, ...]] = []
    washes: list[tuple[people.Wash, ...]] = []
    # Single precision holds sensor noise and halves the largest array of the day.
    noise = np.empty((NOISE_LAYERS + (EXTRA_LAYERS if full else 0), DAY_MIN, len(specs)), dtype=np.float32)
    for i, spec in enumerate(specs):
        rng = stream(seed, Purpose.LIFE, spec.index, local_day)
        stage = 2 if stages[0][i] else int(stages[1][i])
        now = habits.today(params, spec.index, site.index, spec.traits, local_day, day)
        home, presence, loads_of_laundry = _plan_home(
            spec, now, rng, sky, week_day=(local_day + 3) % 7, overload=stage, flood=bool(flood[i]), food=bool(food[i]),
            neutral=bool(neutral[i]),
        )  # fmt: skip
        days.append(home)
        washes.append(loads_of_laundry)
        if full:
            more = stream(seed, Purpose.MORE_LIFE, spec.index, local_day)
            house, tonight = household_day(now.traits, more, presence, loads_of_laundry, damp=sky.mean_c < 15.0)
            houses.append(house)
            dishes.append(tonight)
        quiet = stream(seed, Purpose.NOISE, spec.index, local_day)
        noise[:, :, i] = quiet.standard_normal((noise.shape[0], DAY_MIN), dtype=np.float32)
    fields = {name: np.stack([getattr(home, name) for home in days], axis=1) for name in HomeDay.__slots__}
    fields |= {name: np.stack([getattr(h, name) for h in houses], axis=1) for name in HouseholdDay.__slots__ if houses}
    return DayPlan(
        first_s=local_day * DAY_S - site.utc_offset_s, weather=sky, fields=fields, noise=cast(Floats, noise),
        washes=tuple(washes), dishes=tuple(dishes), inlet_c=float(np.clip(0.6 * sky.mean_c + 6.0, 5.0, 28.0)),
    )  # fmt: skip


def _plan_home(
    spec: HomeSpec,
    now: habits.Today,
    rng: np.random.Generator,
    sky: weather.WeatherDay,
    *,
    week_day: int,
    overload: int,
    flood: bool,
    food: bool,
    neutral: bool,
) -> tuple[HomeDay, people.Presence, tuple[people.Wash, ...]]:
    traits = now.traits
    presence = people.presence_day(traits, rng, week_day, holiday=now.away)
    washes = people.washes_day(traits, rng, presence, shift_kg=now.load_shift_kg)
    want, setpoint = _comfort(traits, presence, sky)
    other = loads.loads_day(traits, rng, presence)
    gains = (
        float(spec.ac["window_m2"]) * sky.sun_w_m2
        + PERSON_W * traits.occupants * presence.at_home * 0.6
        + STEADY_GAIN_W
    )
    windows = _open_windows(rng, presence)
    if now.airing:
        windows[12 * 60 : 19 * 60] = 0.7 * FRESH_AIR_W_K
    door_s = people.door_seconds_day(traits, rng, presence)
    food_w = people.shopping_w_day(rng, presence)
    volts = stream(0, Purpose.MAINS, int(rng.integers(0, 2**31)))
    heavy = loads.heavy_evening_w(volts, with_heater=overload == 2) if overload else np.zeros(DAY_MIN)
    minutes = np.arange(DAY_MIN)
    day = HomeDay(
        want=want,
        setpoint_c=setpoint,
        gains_w=gains,
        window_w_k=windows,
        door_s=door_s,
        food_w=food_w,
        kitchen_w=other.kitchen_w,
        kitchen_var=other.kitchen_var,
        main_w=other.main_w + heavy,
        main_var=other.main_var,
        upstream_v=_mains(volts, traits.usual_v * now.volts, neutral=neutral),
        pressure_bar=mains.pressure_day(volts, usual_bar=traits.usual_bar * now.bars),
        dead=((minutes >= FOOD_RISK_FROM_MIN) & (minutes < FOOD_RISK_TO_MIN) & food).astype(np.float64),
        flood_mm=_flood(minutes) if flood else np.zeros(DAY_MIN),
        outdoor_pm25_ugm3=now.outdoor_pm25_ugm3 * (1.0 + 0.25 * np.cos(2.0 * np.pi * (minutes - 480) / 720.0)),
    )
    return day, presence, washes


def _mains(rng: np.random.Generator, usual_v: float, *, neutral: bool) -> Floats:
    """Voltage of the day; without a neutral it swings with what the neighbours on the other phases draw."""
    volts = mains.voltage_day(rng, usual_v=usual_v)
    if neutral:
        start = int(rng.integers(360, 1200))
        swing = 22.0 + 16.0 * rng.random() + 6.0 * np.sin(np.arange(NEUTRAL_MINUTES) / 5.0)
        volts[start : start + NEUTRAL_MINUTES] += (1.0 if rng.random() < 0.6 else -2.0) * (swing + 8.0)
    return volts


def _comfort(traits: people.HomeTraits, presence: people.Presence, sky: weather.WeatherDay) -> tuple[Floats, Floats]:
    """Wanted mode and setpoint: cool on warm days, heat on cold ones, off when nobody is there (unless kept on)."""
    mode: float = 1.0 if sky.mean_c > 22.0 else (-1.0 if sky.mean_c < 13.0 else 0.0)
    there = np.ones(DAY_MIN, dtype=np.bool_) if traits.keeps_ac_on else presence.at_home > 0.0
    night = (~presence.awake).astype(np.float64)
    setpoint = traits.setpoint_cool_c + night if mode >= 0.0 else traits.setpoint_heat_c - 2.0 * night
    return np.where(there, mode, 0.0), np.asarray(setpoint, dtype=np.float64)


def _open_windows(rng: np.random.Generator, presence: people.Presence) -> Floats:
    """Extra heat loss in W/K of airing: now and then, 5 to 40 minutes (E)."""
    extra = np.zeros(DAY_MIN)
    up = np.flatnonzero(presence.awake)
    if up.size:
        for start in rng.choice(up, size=int(rng.poisson(0.8))):
            extra[start : start + int(rng.integers(5, 40))] = FRESH_AIR_W_K
    return extra


def _flood(minutes: NDArray[np.int64]) -> Floats:
    """Level in mm of a machine whose valve leaks while off: rises, stands, and is emptied after two hours."""
    since = np.clip(minutes - FLOOD_FROM_MIN, 0, None)
    return np.where(since < FLOOD_MINUTES, np.minimum(FLOOD_MM_PER_MIN * since, 180.0), 0.0)
