"""Travel times from a road-time service that speaks OSRM's table format (OSRM itself, and services that copy it).

`GET {url}/table/v1/driving/{lon},{lat};…?annotations=duration,distance&sources=…&destinations=…` answers
`{"code": "Ok", "durations": [[s]], "distances": [[m]]}`; a pair without a road is null. osrm-routed takes 100 places
per request unless it was started with another --max-table-size, so larger tables are asked for in blocks.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import structlog
from numpy.typing import NDArray

from dispatch.travel import BY_DISTANCE, NO_WAY_S, Travel, TravelTimes
from domain.care_orders import Place
from domain.errors import BadInput, Unavailable

log = structlog.get_logger(__name__)
BLOCK: Final = 50
"""Places from and to in one request: together OSRM's usual limit of 100."""
ANSWER_MOST: Final = 10_000_000
"""Bytes of an answer; 50 by 50 pairs need some 50 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTimes:
    """A road-time service at `url`, http or https, that answers within `timeout_s`; `arrive_s` as in SpeedModel."""

    url: str
    timeout_s: float = 10.0
    arrive_s: int = 300

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise BadInput(f"the road-time service {self.url!r} needs an address that begins with http:// or https://")

    def between(self, places: Sequence[Place]) -> Travel:
        """Times and distances between all pairs; Unavailable if the service does not answer as it should."""
        count = len(places)
        seconds, metres = np.zeros((count, count), np.int64), np.zeros((count, count), np.int64)
        for top in range(0, count, BLOCK):
            for left in range(0, count, BLOCK):
                from_, to = places[top : top + BLOCK], places[left : left + BLOCK]
                took, far = self._block(from_, to)
                seconds[top : top + BLOCK, left : left + BLOCK] = took
                metres[top : top + BLOCK, left : left + BLOCK] = far
        same = np.array([[a == b for b in places] for a in places])
        seconds = np.where(same, 0, np.minimum(seconds + self.arrive_s, NO_WAY_S))
        return Travel(seconds=seconds, metres=np.where(same, 0, metres))

    def _block(self, from_: Sequence[Place], to: Sequence[Place]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        way_points = ";".join(f"{place.longitude:.6f},{place.latitude:.6f}" for place in (*from_, *to))
        sources = ";".join(map(str, range(len(from_))))
        destinations = ";".join(map(str, range(len(from_), len(from_) + len(to))))
        answer = self._ask(
            f"{self.url.rstrip('/')}/table/v1/driving/{way_points}"
            f"?annotations=duration,distance&sources={sources}&destinations={destinations}"
        )
        shape = (len(from_), len(to))
        return _table(answer, "durations", shape), _table(answer, "distances", shape)

    def _ask(self, address: str) -> Any:
        try:
            with urlopen(address, timeout=self.timeout_s) as response:
                answer = json.loads(response.read(ANSWER_MOST))
        except (URLError, OSError, ValueError) as error:
            raise Unavailable(f"the road-time service does not answer: {error}") from error
        if not isinstance(answer, dict) or answer.get("code") != "Ok":
            code = answer.get("code") if isinstance(answer, dict) else None
            raise Unavailable(f"the road-time service answers {code!r} instead of a table")
        return answer


def _table(answer: dict[str, Any], name: str, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Whole numbers of a table in an answer; a pair without a road is out of reach."""
    try:
        table = np.array(answer[name], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"the road-time service sends no {name}") from error
    if table.shape != shape:
        raise Unavailable(f"the road-time service sends {table.shape} {name} instead of {shape}")
    return np.ceil(np.where(np.isfinite(table) & (table >= 0), table, NO_WAY_S)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrByDistance:
    """Asks `source`, and goes by distance where it does not answer: an owner is offered times all the same."""

    source: TravelTimes

    def between(self, places: Sequence[Place]) -> Travel:
        """Times and distances between all pairs."""
        try:
            return self.source.between(places)
        except Unavailable as error:
            log.warning("road_times_away", text="travel is by distance instead", why=str(error))
            return BY_DISTANCE.between(places)


def travel_times(url: str | None) -> TravelTimes:
    """By a road-time service if there is an address, else by distance."""
    return RoadTimes(url=url) if url else BY_DISTANCE
