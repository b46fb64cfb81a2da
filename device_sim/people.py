"""Who lives in a home and what they do on a day: at home, awake, laundry, doors, cooking, comfort."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_sim.params import DAY_MIN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTraits:
    """Habits of one household; minutes count from local midnight."""

    occupants: int
    works_away: bool
    wake_min: float
    leave_min: float
    return_min: float
    sleep_min: float
    setpoint_cool_c: float
    setpoint_heat_c: float
    keeps_ac_on: bool
    washes_per_week: float
    opens_per_person: float
    cooks_at_home: float
    has_ev: bool
    dustiness: float
    usual_v: float
    usual_bar: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wash:
    """One load of laundry: start minute, load in kg, washing temperature in degC, wanted spin speed in rpm."""

    start_min: int
    load_kg: float
    water_c: float
    spin_rpm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Share of people at home [0, 1], and whether anybody is up, per minute."""

    at_home: Floats
    awake: Bools


def draw_traits(rng: np.random.Generator) -> HomeTraits:
    """Draw one household's habits (E: spread chosen so that no two homes look alike)."""
    wake = rng.normal(400.0, 35.0)
    return HomeTraits(
        occupants=int(rng.choice([1, 2, 3, 4, 5], p=[0.2, 0.3, 0.22, 0.2, 0.08])),
        works_away=bool(rng.random() < 0.65),
        wake_min=wake,
        leave_min=wake + rng.uniform(60.0, 110.0),
        return_min=rng.normal(1065.0, 50.0),
        sleep_min=rng.normal(1375.0, 25.0),
        setpoint_cool_c=float(rng.choice([23.0, 24.0, 24.5, 25.0, 25.5, 26.0])),
        setpoint_heat_c=float(rng.choice([19.0, 20.0, 21.0, 22.0])),
        keeps_ac_on=bool(rng.random() < 0.25),
        washes_per_week=float(rng.uniform(3.0, 8.0)),
        opens_per_person=float(rng.uniform(7.0, 14.0)),
        cooks_at_home=float(rng.uniform(0.3, 0.9)),
        has_ev=bool(rng.random() < 0.2),
        dustiness=float(rng.lognormal(0.0, 0.25)),
        usual_v=float(rng.normal(231.0, 2.5)),
        usual_bar=float(rng.uniform(2.2, 4.2)),
    )


def is_away(rng: np.random.Generator, week_day: int) -> bool:
    """Whether the whole home is out for the day: a Saturday trip now and then (E)."""
    return bool(rng.random() < (0.12 if week_day == 5 else 0.015))


def presence_day(traits: HomeTraits, rng: np.random.Generator, week_day: int, *, holiday: bool = False) -> Presence:
    """Presence of one day; `week_day` 0 is Monday. Somebody who works away is out on weekdays, one day in eight not.

    On `holiday` nobody is there at all.
    """
    minutes = np.arange(DAY_MIN)
    weekend = week_day >= 5
    wake = traits.wake_min + rng.normal(0.0, 18.0) + (70.0 if weekend else 0.0)
    sleep = min(1435.0, traits.sleep_min + rng.normal(0.0, 18.0))
    awake = (minutes >= wake) & (minutes < sleep)
    at_home = np.ones(DAY_MIN)
    if is_away(rng, week_day):
        out_from, out_to, stay = wake + 60.0, rng.uniform(1140.0, 1380.0), 0.0
    elif traits.works_away and not weekend and rng.random() > 0.125:
        out_from, out_to = traits.leave_min + rng.normal(0.0, 12.0), traits.return_min + rng.normal(0.0, 30.0)
        stay = 0.0 if traits.occupants < 3 else 0.34
    else:
        out_from = rng.uniform(560.0, 900.0)
        out_to, stay = out_from + rng.uniform(45.0, 200.0), 0.3
    at_home[(minutes >= out_from) & (minutes < out_to)] = stay
    if holiday:
        at_home[:] = 0.0
    return Presence(at_home=at_home, awake=awake & (at_home > 0.0))


def washes_day(
    traits: HomeTraits, rng: np.random.Generator, presence: Presence, *, shift_kg: float = 0.0
) -> tuple[Wash, ...]:
    """Loads of the day, started while somebody is up and finished before midnight, never two at once.

    `shift_kg` moves the usual load.
    """
    wanted = int(rng.poisson(traits.washes_per_week / 7.0))
    free = np.flatnonzero(presence.awake[:1260])
    washes: list[Wash] = []
    for _ in range(min(wanted, 3)):
        if free.size == 0:
            break
        start = int(rng.choice(free))
        washes.append(
            Wash(
                start_min=start,
                load_kg=float(np.clip(rng.normal(4.2, 1.4) + shift_kg, 1.0, 8.0)),
                water_c=float(rng.choice([30.0, 40.0, 60.0], p=[0.35, 0.5, 0.15])),
                spin_rpm=float(rng.choice([800.0, 1000.0, 1200.0, 1400.0], p=[0.15, 0.25, 0.4, 0.2])),
            )
        )
        free = free[np.abs(free - start) > 170]
    return tuple(sorted(washes, key=lambda wash: wash.start_min))


def door_seconds_day(traits: HomeTraits, rng: np.random.Generator, presence: Presence) -> Floats:
    """Seconds per minute that a refrigerator door stands open; meals draw more openings than the rest of the day."""
    seconds = np.zeros(DAY_MIN)
    minutes = np.arange(DAY_MIN)
    meals = sum(np.exp(-(((minutes - at) / 40.0) ** 2)) for at in (450.0, 750.0, 1140.0))
    weight = presence.awake * (0.25 + 2.0 * np.asarray(meals)) * np.maximum(presence.at_home, 0.2)
    total = float(weight.sum())
    if total <= 0.0:
        return seconds
    count = int(rng.poisson(traits.opens_per_person * traits.occupants**0.7))
    at = rng.choice(DAY_MIN, size=count, p=weight / total)
    np.add.at(seconds, at, rng.gamma(2.0, 8.0, count) + 4.0)
    return np.minimum(seconds, 60.0)


def shopping_w_day(rng: np.random.Generator, presence: Presence) -> Floats:
    """Heat in W that warm shopping gives off in the fridge: 100-300 kJ on two days a week, over two hours (E)."""
    heat = np.zeros(DAY_MIN)
    up = np.flatnonzero(presence.awake)
    if up.size and rng.random() < 2.0 / 7.0:
        start = min(int(rng.choice(up)), DAY_MIN - 120)
        fading = np.exp(-np.arange(120) / 45.0)
        heat[start : start + 120] = rng.uniform(100e3, 300e3) * fading / (fading.sum() * 60.0)
    return heat
