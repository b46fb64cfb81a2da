"""The other things people switch on: kettle, oven, microwave, lights, television, car charger, water heater."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import DAY_MIN
from device_sim.people import HomeTraits, Presence

Floats = NDArray[np.float64]

CAR_CHARGER_W: Final = 2300.0  # 10 A portable charger (IEC 61851 mode 2, lowest common setting)
NEW_CAR_CHARGER_W: Final = 3680.0  # 16 A wall charger: what an overloaded home plugged in
NEW_HEATER_W: Final = 2000.0  # portable heater on the same circuit


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLoads:
    """Active power in W and reactive power in var per minute, of the kitchen and of the main circuit."""

    kitchen_w: Floats
    kitchen_var: Floats
    main_w: Floats
    main_var: Floats


def loads_day(traits: HomeTraits, rng: np.random.Generator, presence: Presence) -> OtherLoads:
    """Draw one day of other loads from who is at home and awake."""
    kitchen = np.full(DAY_MIN, rng.uniform(8.0, 25.0))
    up = np.flatnonzero(presence.awake)
    if up.size:
        _kettle(kitchen, rng, up, traits)
        _cooking(kitchen, rng, up, traits)
    minutes = np.arange(DAY_MIN)
    dark = (minutes < 420) | (minutes > 1110)
    lights = presence.awake * dark * rng.uniform(60.0, 220.0) + presence.awake * 20.0
    screens = presence.awake * (minutes > 1080) * rng.uniform(80.0, 200.0)
    standby = rng.uniform(40.0, 110.0)
    electronics = standby + (lights + screens) * np.maximum(presence.at_home, 0.3)
    main = electronics.copy()
    if traits.has_ev and rng.random() < 0.4:
        start = int(rng.integers(1260, 1320))
        main[start:] += CAR_CHARGER_W * rng.uniform(0.95, 1.0)
    return OtherLoads(
        kitchen_w=kitchen,
        kitchen_var=np.full(DAY_MIN, 0.4 * kitchen[0]),
        main_w=main,
        main_var=0.45 * electronics,  # (E) small switched supplies and drivers
    )


def _kettle(kitchen: Floats, rng: np.random.Generator, up: NDArray[np.int64], traits: HomeTraits) -> None:
    for start in rng.choice(up, size=int(rng.poisson(1.2 + traits.occupants))):
        kitchen[start : start + int(rng.integers(2, 5))] += rng.uniform(1800.0, 2200.0)


def _cooking(kitchen: Floats, rng: np.random.Generator, up: NDArray[np.int64], traits: HomeTraits) -> None:
    for start in rng.choice(up, size=int(rng.poisson(1.5))):
        kitchen[start : start + int(rng.integers(2, 7))] += rng.uniform(1100.0, 1400.0)  # microwave
    if rng.random() < traits.cooks_at_home:
        evening = up[(up > 1020) & (up < 1200)]
        if evening.size:
            start = int(rng.choice(evening))
            length = int(rng.integers(25, 70))
            on = rng.random(length) < np.where(np.arange(length) < 10, 1.0, 0.45)  # thermostat after heating up
            kitchen[start : start + length][: DAY_MIN - start] += (rng.uniform(1800.0, 2300.0) * on)[: DAY_MIN - start]


def heavy_evening_w(rng: np.random.Generator, *, with_heater: bool) -> Floats:
    """Extra load in W on the main circuit of a home that plugs in too much: new car charger, then also a heater.

    The charger alone lifts a 25 A circuit above 0.8 of its rating; charger, heater and air conditioner together
    land in the band of 1.13 to 1.45 that a breaker may hold for an hour (IEC 60898-1).
    """
    extra = np.zeros(DAY_MIN)
    start = int(rng.integers(1095, 1130))
    extra[start : start + int(rng.integers(230, 290))] += NEW_CAR_CHARGER_W
    if with_heater:
        later = start + int(rng.integers(10, 35))
        extra[later : later + int(rng.integers(55, 130))] += NEW_HEATER_W
    return extra
