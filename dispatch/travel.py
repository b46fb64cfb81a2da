"""How long it takes and how far it is from place to place: by distance and a speed model, or from a road service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.care_orders import EARTH_RADIUS_KM, Place

NO_WAY_S: Final = 10_000_000
"""Seconds that stand for a place which cannot be reached (over 100 days)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Between all pairs of places, from row to column: whole `seconds` and `metres`, shape (places, places)."""

    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]


class TravelTimes(Protocol):
    """Something that knows how far places are apart."""

    def between(self, places: Sequence[Place]) -> Travel:
        """Times and distances between all pairs; Unavailable if a service does not answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedModel:
    """Travel by great-circle distance, without any service.

    `detour` is road over crow-flies distance: country averages lie between 1.2 and 1.6, Germany 1.32 and the USA 1.20
    (Ballou, Rahardja, Sakai, Transportation Research Part A 36, 2002). The speeds (E) say how fast the first `town_km`
    on the road go (23 to 28 km/h is what city traffic studies report at daytime), how fast what follows up to
    `country_km`, and how fast the rest; a longer way is thus never faster than a shorter one and never slower per km.
    `arrive_s` (E) is finding the door and a place to park, once per leg.
    """

    detour: float = 1.35
    town_kmh: float = 25.0
    town_km: float = 6.0
    country_kmh: float = 50.0
    country_km: float = 30.0
    motorway_kmh: float = 80.0
    arrive_s: int = 300

    def between(self, places: Sequence[Place]) -> Travel:
        """Times and distances between all pairs of places."""
        km = crow_flies_km(places) * self.detour
        town = np.minimum(km, self.town_km)
        country = np.clip(km - self.town_km, 0, self.country_km - self.town_km)
        rest = np.maximum(km - self.country_km, 0)
        hours = town / self.town_kmh + country / self.country_kmh + rest / self.motorway_kmh
        seconds = np.where(km > SAME_PLACE_KM, np.ceil(hours * 3600) + self.arrive_s, 0)
        return Travel(seconds=seconds.astype(np.int64), metres=np.rint(km * 1000).astype(np.int64))


SAME_PLACE_KM: Final = 0.02
"""Nearer than this it is the same house (E)."""
BY_DISTANCE: Final = SpeedModel()


def crow_flies_km(places: Sequence[Place]) -> NDArray[np.float64]:
    """Great-circle distances between all pairs of places by the haversine formula, km."""
    latitude = np.radians([place.latitude for place in places])[:, None]
    longitude = np.radians([place.longitude for place in places])[:, None]
    half = (
        np.sin((latitude - latitude.T) / 2) ** 2
        + np.cos(latitude) * np.cos(latitude.T) * np.sin((longitude - longitude.T) / 2) ** 2
    )
    km: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return km
