"""Outdoor temperature, sun and humidity: annual and daily waves, correlated noise, heat waves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_sim.params import DAY_MIN
from device_sim.streams import Purpose, stream

Floats = NDArray[np.float64]

DAY_TO_DAY_CORRELATION: Final = 0.7  # (E) weather persists about three days
HEAT_WAVE_WINDOW_DAYS: Final = 24  # (E) at most one heat wave in such a window
HEAT_WAVE_CHANCE: Final = 0.35  # (E)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with its climate; temperatures in degrees Celsius, monthly normals rounded from public tables.

    All sites keep one offset from UTC the whole year, so a simulated day is always 1440 minutes.
    """

    index: int
    name: str
    latitude: float
    longitude: float
    timezone: str
    utc_offset_s: int
    mean_c: float
    annual_swing_c: float
    daily_swing_c: float
    noise_c: float
    warmest_day: int
    humidity_pct: float


SITES: Final = (
    Site(index=0, name="Singapore", latitude=1.35, longitude=103.82, timezone="Asia/Singapore", utc_offset_s=28_800,
         mean_c=28.4, annual_swing_c=0.9, daily_swing_c=3.2, noise_c=0.8, warmest_day=140, humidity_pct=80.0),
    Site(index=1, name="Qingdao", latitude=36.07, longitude=120.38, timezone="Asia/Shanghai", utc_offset_s=28_800,
         mean_c=13.0, annual_swing_c=13.0, daily_swing_c=3.5, noise_c=2.6, warmest_day=215, humidity_pct=70.0),
    Site(index=2, name="Nagpur", latitude=21.15, longitude=79.09, timezone="Asia/Kolkata", utc_offset_s=19_800,
         mean_c=27.0, annual_swing_c=6.5, daily_swing_c=6.0, noise_c=1.6, warmest_day=140, humidity_pct=55.0),
    Site(index=3, name="Dubai", latitude=25.20, longitude=55.27, timezone="Asia/Dubai", utc_offset_s=14_400,
         mean_c=28.5, annual_swing_c=8.0, daily_swing_c=5.0, noise_c=1.4, warmest_day=212, humidity_pct=58.0),
    Site(index=4, name="Bogota", latitude=4.71, longitude=-74.07, timezone="America/Bogota", utc_offset_s=-18_000,
         mean_c=14.0, annual_swing_c=0.6, daily_swing_c=5.5, noise_c=1.0, warmest_day=90, humidity_pct=77.0),
    Site(index=5, name="Brisbane", latitude=-27.47, longitude=153.03, timezone="Australia/Brisbane",
         utc_offset_s=36_000, mean_c=20.8, annual_swing_c=5.0, daily_swing_c=5.0, noise_c=1.6, warmest_day=20,
         humidity_pct=65.0),
    Site(index=6, name="Phoenix", latitude=33.45, longitude=-112.07, timezone="America/Phoenix", utc_offset_s=-25_200,
         mean_c=24.0, annual_swing_c=10.5, daily_swing_c=7.5, noise_c=2.0, warmest_day=200, humidity_pct=32.0),
)  # fmt: skip
CLIMATES: Final = {
    "hot": (0,),
    "temperate": (1,),
    "mixed": (0, 1, 2, 3),
    "two": (0, 1),
    "other": (4, 5, 6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherDay:
    """One local day at one-minute steps: outdoor_c, sun on a vertical window in W/m2, relative humidity in percent."""

    outdoor_c: Floats
    sun_w_m2: Floats
    humidity_pct: Floats
    mean_c: float


def day_anomaly_c(seed: int, site: Site, day: int) -> float:
    """Deviation of a day from its normal in K: correlated noise plus a heat wave, a pure function of seed and day."""
    weights = DAY_TO_DAY_CORRELATION ** np.arange(6)
    draws = [stream(seed, Purpose.WEATHER, site.index, day - lag).standard_normal() for lag in range(6)]
    noise = float(np.dot(weights, draws) * np.sqrt(1.0 - DAY_TO_DAY_CORRELATION**2))
    return site.noise_c * noise + heat_wave_c(seed, site, day)


def heat_wave_c(seed: int, site: Site, day: int) -> float:
    """Extra warmth of a heat wave in K: 3 to 7 days of 4 to 7 K, rarely in the cool half of the year (E)."""
    window, offset = divmod(day, HEAT_WAVE_WINDOW_DAYS)
    rng = stream(seed, Purpose.HEAT_WAVE, site.index, window)
    happens = rng.random() < HEAT_WAVE_CHANCE
    length = int(rng.integers(3, 8))
    first = int(rng.integers(0, HEAT_WAVE_WINDOW_DAYS - length))
    strength = rng.uniform(4.0, 7.0) * min(1.0, site.daily_swing_c / 4.0)
    if not happens or not first <= offset < first + length or _annual(site, day) < -0.2:
        return 0.0
    return float(strength)


def _annual(site: Site, day: int) -> float:
    return float(np.cos(2.0 * np.pi * (day % 365.25 - site.warmest_day) / 365.25))


def make_day(seed: int, site: Site, day: int) -> WeatherDay:
    """Weather of local day number `day` (days since 1970-01-01, local)."""
    minutes = np.arange(DAY_MIN)
    share = minutes / DAY_MIN
    anomaly = (1.0 - share) * day_anomaly_c(seed, site, day) + share * day_anomaly_c(seed, site, day + 1)
    rng = stream(seed, Purpose.WEATHER, site.index, day, 1)
    clear = float(rng.beta(3.0, 1.6))
    # Warmest about three in the afternoon; a clouded day swings less.
    daily = site.daily_swing_c * (0.5 + 0.6 * clear) * np.cos(2.0 * np.pi * (minutes - 900) / DAY_MIN)
    outdoor = site.mean_c + site.annual_swing_c * _annual(site, day) + anomaly + daily
    height = np.clip(np.sin(np.pi * (minutes - 360) / 720), 0.0, None)
    ripple = np.interp(minutes, np.arange(0, 1441, 60), rng.uniform(0.7, 1.1, 25))
    humidity = np.clip(site.humidity_pct - 2.2 * (daily + anomaly) + 8.0 * (0.6 - clear), 15.0, 99.0)
    return WeatherDay(
        outdoor_c=outdoor,
        sun_w_m2=520.0 * clear * height * ripple,
        humidity_pct=humidity,
        mean_c=float(outdoor.mean()),
    )
