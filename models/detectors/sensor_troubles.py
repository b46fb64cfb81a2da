"""What is wrong with a sensor: five ways, each against what it did before or against another sensor. Pure."""

from collections.abc import Iterator
from datetime import date
from math import inf
from types import MappingProxyType
from typing import Final

import numpy as np

from domain.signals import Kind
from models.detectors.sensor_contradicted import contradicted
from models.detectors.sensor_units import flipped, tenfold
from models.detectors.trouble import BEFORE, DAYS, LEAST_BEFORE, RECENT_DAYS, Trouble, again, aligned, lasting
from models.features.plausible import WATCHED
from models.features.sensors import MISSING, ODD, STUCK, USUAL
from models.history import DaySeries, FeatureHistory

STANDS: Final = 0.9
"""Share of a day in one run of exactly the same value that is standing still (E)."""
MOVED: Final = 0.5
"""A sensor that moves stays below this share on its usual day (E)."""
LEAST_STANDING: Final = 12.0
"""Rows of a day that can tell standing still from chance (E)."""
MAY_STAND: Final = MappingProxyType({"pm25_ugm3": 3.0, "flow_lpm": inf})
"""Up to this, standing still is no fault: clean air rightly reads the same small whole number for days, and nobody
draws water on holiday."""
STANDS_DAYS: Final = MappingProxyType({"pm25_ugm3": 5})
"""Days of standing still where two may be chance (E): no home's air is the same for so long."""
GONE: Final = 0.1
"""Share of rows without it from which a sensor is failing (E)."""
MISSES: Final = 0.02
"""A sound sensor is missing less often than this (E)."""


def troubles(kind: Kind, history: FeatureHistory) -> Iterator[Trouble]:
    """Everything that is wrong with the sensors of an appliance of `kind` now; nothing if they are sound."""
    absent = [signal for signal in WATCHED.get(kind, {}) if _absent_days(kind, signal, history)]
    usual = [signal for signal in WATCHED.get(kind, {}) if history.complete(f"{USUAL}.{signal}").days]
    for signal in usual:
        series = history.complete(f"{USUAL}.{signal}")
        if len(absent) * 2 <= len(usual) and signal in absent:  # all of them: it reports in another way now
            days = _absent_days(kind, signal, history)
            yield Trouble(signal, days[0], 0.0, 1.0, "share of rows", "is not said any more, or is out of its range,")
            continue
        if len(series) < DAYS or (history.today - series.days[-1]).days > RECENT_DAYS:
            continue
        for look in (_odd, _missing, _stands, tenfold, flipped):
            trouble = look(signal, series, history)
            if trouble is not None:
                yield trouble
                break
    yield from contradicted(kind, history)


def _absent_days(kind: Kind, signal: str, history: FeatureHistory) -> list[date]:
    """The last days on which others of its signals were said and this one was not, though it always had been."""
    own = history.complete(f"{USUAL}.{signal}")
    others: set[date] = set()
    for other in WATCHED[kind]:
        if other != signal:
            others |= set(history.complete(f"{USUAL}.{other}").days[-BEFORE:])
    days = sorted(others)
    if len(own) < LEAST_BEFORE or not days:
        return []
    since = [day for day in days if day > own.days[-1]]
    before = [day for day in days if own.days[0] <= day <= own.days[-1]][-BEFORE:]
    always = len(set(before) & set(own.days)) >= 0.9 * len(before) and len(before) >= LEAST_BEFORE
    fresh = bool(since) and (history.today - since[-1]).days <= RECENT_DAYS
    return since if len(since) >= DAYS and always and fresh else []


def _odd(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    """Impossible values again and again."""
    shares = aligned(history.complete(f"{ODD}.{signal}"), usual)
    return again(signal, usual, shares, "jumps to values that it cannot reach and back,")


def _missing(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    told = history.complete(f"{MISSING}.{signal}")
    if len(told) < DAYS or told.days[-1] != usual.days[-1]:
        return None
    shares = aligned(told, usual)
    others = [
        name for name in history.series
        if name.startswith(f"{MISSING}.") and name != f"{MISSING}.{signal}"
        and len(history.complete(name).since(usual.days[-DAYS])) >= DAYS
    ]  # fmt: skip
    if others:  # several at once: it reports in another way now
        return None
    return lasting(signal, usual, shares, GONE, MISSES, "is missing or out of its range again and again,")


def _stands(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    told = history.complete(f"{STUCK}.{signal}")
    if len(told) < DAYS or told.days[-1] != usual.days[-1]:
        return None
    moves = (usual.weights >= LEAST_STANDING) & (usual.values > MAY_STAND.get(signal, -inf))
    days = STANDS_DAYS.get(signal, DAYS)
    shares = np.where(moves, aligned(told, usual), 0.0)
    return lasting(signal, usual, shares, STANDS, MOVED, "stands still although it always moved,", days=days)
