"""What changes around a home over the months: holidays, tenants, tastes, street voltage and pressure, dirty air."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from device_sim.params import SimParams
from device_sim.people import HomeTraits, draw_traits
from device_sim.streams import Purpose, stream

HOLIDAY_WINDOW_DAYS: Final = 75  # (E) at most one holiday in such a window
TASTE_WINDOW_DAYS: Final = 24  # (E) setpoints and loads of laundry stay for so long
STREET_WINDOW_DAYS: Final = 35
STREET_HOMES: Final = 6  # (E) homes that share a transformer feeder and a water main
TENANT_CHANCE_PER_YEAR: Final = 0.25
FIRMWARE_CHANCE_PER_YEAR: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A home's circumstances on one day.

    `volts` and `bars` are factors on the mains' usual values, `airing` says that a window stays open, `load_shift_kg`
    moves the usual load of laundry, `outdoor_pm25_ugm3` is the day's fine dust outdoors.
    """

    traits: HomeTraits
    away: bool = False
    volts: float = 1.0
    bars: float = 1.0
    airing: bool = False
    load_shift_kg: float = 0.0
    outdoor_pm25_ugm3: float = 18.0


def today(params: SimParams, home: int, site: int, traits: HomeTraits, local_day: int, day: int) -> Today:
    """Circumstances of home index `home` on `local_day`; `day` counts from the start. A pure function."""
    dust = outdoor_dust(params.seed, site, local_day)
    if not params.confounders:
        return Today(traits=traits, outdoor_pm25_ugm3=dust)
    moved = tenant_day(params, home)
    if moved is not None and day >= moved:
        traits = replace(
            draw_traits(stream(params.seed, Purpose.HABITS, home, 1)),
            usual_v=traits.usual_v, usual_bar=traits.usual_bar, has_ev=traits.has_ev,
        )  # fmt: skip
    shift_k, shift_kg = _taste(params.seed, home, (local_day + 7 * home) // TASTE_WINDOW_DAYS)
    volts, bars = _street(params.seed, home // STREET_HOMES, local_day)
    return Today(
        traits=replace(
            traits, setpoint_cool_c=traits.setpoint_cool_c + shift_k, setpoint_heat_c=traits.setpoint_heat_c + shift_k
        ),
        away=_on_holiday(params.seed, home, local_day),
        volts=volts,
        bars=bars,
        airing=bool(stream(params.seed, Purpose.HABITS, home, 3, local_day).random() < 0.03),
        load_shift_kg=shift_kg,
        outdoor_pm25_ugm3=dust,
    )


# Seeding a generator costs more than drawing from it: what holds for a window of days is drawn once.
@lru_cache(maxsize=4096)
def _taste(seed: int, home: int, window: int) -> tuple[float, float]:
    """Shift of the setpoints in K and of the usual load of laundry in kg."""
    rng = stream(seed, Purpose.HABITS, home, 2, window)
    return float(rng.choice([0.0, 0.0, -1.5, -1.0, 1.0, 1.5])), float(rng.normal(0.0, 0.7))


@lru_cache(maxsize=4096)
def tenant_day(params: SimParams, home: int) -> int | None:
    """Day after the start on which other people move in; None: they stay."""
    rng = stream(params.seed, Purpose.HABITS, home, 4)
    if rng.random() >= TENANT_CHANCE_PER_YEAR * params.horizon_days / 365.0:
        return None
    return int(rng.integers(10, max(11, int(params.horizon_days))))


def firmware_day(params: SimParams, home: int, number: int) -> int | None:
    """Day after the start on which the appliance with that number in its home gets new firmware; None: never."""
    if not params.confounders:
        return None
    rng = stream(params.seed, Purpose.FIRMWARE, home, number)
    if rng.random() >= FIRMWARE_CHANCE_PER_YEAR * params.horizon_days / 365.0:
        return None
    return int(rng.integers(8, max(9, int(params.horizon_days))))


def _on_holiday(seed: int, home: int, local_day: int) -> bool:
    window, offset = divmod(local_day + 11 * home, HOLIDAY_WINDOW_DAYS)
    first, length = _holiday(seed, home, window)
    return first <= offset < first + length


@lru_cache(maxsize=4096)
def _holiday(seed: int, home: int, window: int) -> tuple[int, int]:
    rng = stream(seed, Purpose.HOLIDAY, home, window)
    length = int(rng.integers(3, 15))
    first = int(rng.integers(0, HOLIDAY_WINDOW_DAYS - length))
    return first, length if rng.random() < 0.55 else 0


@lru_cache(maxsize=4096)
def _street(seed: int, street: int, local_day: int) -> tuple[float, float]:
    """Days of low or high voltage, and of low water pressure, shared by a street (EN 50160 still holds)."""
    window, offset = divmod(local_day + 5 * street, STREET_WINDOW_DAYS)
    rng = stream(seed, Purpose.STREET, street, window)
    volts_from, volts_days = int(rng.integers(0, 28)), int(rng.integers(2, 10))
    bars_from, bars_days = int(rng.integers(0, 28)), int(rng.integers(2, 7))
    volts = float(rng.choice([0.95, 0.965, 1.025, 1.0, 1.0]))
    bars = float(rng.choice([0.45, 0.6, 0.75, 1.0, 1.0]))
    return (
        volts if volts_from <= offset < volts_from + volts_days else 1.0,
        bars if bars_from <= offset < bars_from + bars_days else 1.0,
    )


@lru_cache(maxsize=256)
def outdoor_dust(seed: int, site: int, local_day: int) -> float:
    """Fine dust outdoors in ug/m3: a usual level of the day, and episodes of some days at several times that (E)."""
    usual = float(stream(seed, Purpose.STREET, 900, site, local_day).lognormal(np.log(16.0), 0.35))
    window, offset = divmod(local_day, 30)
    rng = stream(seed, Purpose.STREET, 901, site, window)
    first, length = int(rng.integers(0, 24)), int(rng.integers(2, 7))
    episode = rng.random() < 0.6 and first <= offset < first + length
    return usual * (float(rng.uniform(3.0, 8.0)) if episode else 1.0)
