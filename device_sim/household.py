"""What people do with the wet and airy appliances on a day: taps, drying, dishes, cooking smells, clean air."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_sim.dishwasher import Dishes
from device_sim.params import DAY_MIN
from device_sim.people import HomeTraits, Presence, Wash

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDay:
    """Arrays of 1440 minutes; names carry units. `purifier` and `hood_level` are what people set."""

    tap_lpm: Floats
    dry_load_kg: Floats
    dry_water_kg: Floats
    hood_level: Floats
    smoke_ug_min: Floats
    purifier: Floats


def household_day(
    traits: HomeTraits, rng: np.random.Generator, presence: Presence, washes: tuple[Wash, ...], *, damp: bool
) -> tuple[HouseholdDay, tuple[Dishes, ...]]:
    """Draw one day; `damp` weather sends more laundry into the dryer."""
    zero = np.zeros(DAY_MIN)
    day = HouseholdDay(
        tap_lpm=zero.copy(), dry_load_kg=zero.copy(), dry_water_kg=zero.copy(), hood_level=zero.copy(),
        smoke_ug_min=zero.copy(), purifier=_clean_air(rng, presence),
    )  # fmt: skip
    up = np.flatnonzero(presence.awake)
    if up.size == 0:
        return day, ()
    _taps(day.tap_lpm, rng, up, traits.occupants)
    _drying(day, rng, washes, damp=damp)
    _stove(day, rng, up, traits)
    return day, _dishes(rng, up, traits)


def _taps(tap: Floats, rng: np.random.Generator, up: NDArray[np.int64], occupants: int) -> None:
    for _ in range(int(rng.binomial(occupants, 0.85))):
        early = rng.random() < 0.55
        start = int(up[0] + rng.integers(5, 60)) if early else int(up[-1] - rng.integers(30, 150))
        tap[max(start, 0) : max(start, 0) + int(rng.integers(4, 11))] += rng.uniform(5.5, 9.0)
    for start in rng.choice(up, size=int(rng.poisson(6.0 + 4.0 * occupants))):
        tap[start : start + int(rng.integers(1, 4))] += rng.uniform(1.5, 4.0)


def _drying(day: HouseholdDay, rng: np.random.Generator, washes: tuple[Wash, ...], *, damp: bool) -> None:
    for wash in washes:
        at = wash.start_min + int(rng.integers(95, 170))
        share = float(rng.uniform(0.6, 1.0))
        moist = float(np.clip(0.72 - 0.0003 * (wash.spin_rpm - 800.0) + rng.normal(0.0, 0.05), 0.3, 0.9))
        if rng.random() < (0.85 if damp else 0.55) and at < DAY_MIN - 30:
            day.dry_load_kg[at] = wash.load_kg * share
            day.dry_water_kg[at] = wash.load_kg * share * moist


def _stove(day: HouseholdDay, rng: np.random.Generator, up: NDArray[np.int64], traits: HomeTraits) -> None:
    """Meals cooked: the hood runs at a level of taste, and fine dust spreads; now and then something burns."""
    for meal, chance in ((450, 0.25), (750, 0.35), (1140, 1.0)):
        near = up[np.abs(up - meal) < 90]
        if near.size == 0 or rng.random() > chance * traits.cooks_at_home:
            continue
        start, length = int(rng.choice(near)), int(rng.integers(8, 50))
        day.hood_level[start : start + length + 5] = float(rng.choice([0, 1, 2, 3, 4], p=[0.1, 0.2, 0.3, 0.3, 0.1]))
        strength = rng.lognormal(np.log(120.0), 0.7) * (6.0 if rng.random() < 0.03 else 1.0)
        day.smoke_ug_min[start : start + length] += strength


def _dishes(rng: np.random.Generator, up: NDArray[np.int64], traits: HomeTraits) -> tuple[Dishes, ...]:
    if rng.random() > min(0.95, 0.3 + 0.16 * traits.occupants):
        return ()
    late = up[up > 1080]
    start = int(rng.choice(late if late.size else up))
    return (
        Dishes(
            start_min=min(start, DAY_MIN - 240),
            wash_c=float(rng.choice([45.0, 50.0, 55.0, 65.0], p=[0.3, 0.35, 0.2, 0.15])),
            soil=float(rng.gamma(6.0, 1.0 / 6.0)),
            foam=bool(rng.random() < 0.05),
        ),
    )


def _clean_air(rng: np.random.Generator, presence: Presence) -> Floats:
    """The purifier is on while somebody is there, most nights, and sometimes all day."""
    if rng.random() < 0.12:
        return np.ones(DAY_MIN)
    nights = rng.random() < 0.8
    return np.where(presence.at_home > 0.0, 1.0 if nights else presence.awake.astype(np.float64), 0.0)
