"""What is wrong with a sensor: five ways, each against what it did before or against another sensor. Pure."""

from collections.abc import Iterator
from datetime import date
from math import inf
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from domain.signals import SIGNALS, Kind
from models.detectors.accumulate import middle_of
from models.features.day import Floats
from models.features.plausible import WATCHED
from models.features.sensors import (
    ALL_TENS,
    GAP,
    MISSING,
    ODD,
    REST_PAIRS,
    STANDS_ON,
    STUCK,
    TENS,
    TURNS_OFF,
    USUAL,
)
from models.history import DaySeries, FeatureHistory

DAYS: Final = 2
"""So many observed days in a row (E): one day may be a holiday of the sensor's radio."""
LEAST_BEFORE: Final = 3
"""Days that tell what the sensor does when sound (E)."""
BEFORE: Final = 28
RECENT_DAYS: Final = 14
"""What is older than this is not the present state (E): what is said of an appliance may rest on a broken sensor for
as long (`Signature.old_days`)."""
STEP_DAYS: Final = 12
"""Observed days among which a step to another unit is looked for (E)."""
ODD_SHARE: Final = 0.025
"""Impossible values among the rows of a day; a sound sensor has hardly one in a thousand (E)."""
ODD_LEAST: Final = 4.0
"""And so many of them (E)."""
POOLED_DAYS: Final = 12
"""Observed days that are taken together where each has few rows (E)."""
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
SWINGS: Final = (1.34, 2.42)
"""In Fahrenheit everything swings 1.8 times as far: nearer to that than to as far as before, or to 3.2 times."""
GONE: Final = 0.1
"""Share of rows without it from which a sensor is failing (E)."""
MISSES: Final = 0.02
"""A sound sensor is missing less often than this (E)."""
FACTORS: Final = (10.0, 0.1, 1000.0, 0.001, 25.4, 1 / 25.4)
"""Between W and kW, mm and cm, m and inch."""
NO_FACTOR: Final = frozenset({"pm25_ugm3", "flow_lpm", "turbidity_ntu", "discharge_c"})
"""Days of bad air or of dirty dishes, a household that draws more, the first hot day: all come close to such a step."""
GAP_K: Final = 3.0
"""Two thermometers that rest in the same air and differ by so much more than they did (E)."""


class Trouble(NamedTuple):
    """One sensor and what it does since when; `expected` is None where nothing is known of before."""

    signal: str
    since: date
    expected: float | None
    observed: float
    unit: str
    what: str


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
        for look in (_odd, _missing, _stands, _tenfold, _flipped):
            trouble = look(signal, series, history)
            if trouble is not None:
                yield trouble
                break
    yield from _gaps(kind, history)
    yield from _speeds(history)


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
    """Impossible values again and again: over the last two days, or more where an appliance is seldom used."""
    shares = _aligned(history.complete(f"{ODD}.{signal}"), usual)
    return _again(signal, usual, shares, "jumps to values that it cannot reach and back,")


def _again(signal: str, usual: DaySeries, shares: Floats, what: str) -> Trouble | None:
    counts = shares * usual.weights
    hit = np.flatnonzero(counts)
    if len(hit) < DAYS or hit[-1] < len(usual) - DAYS:
        return None
    far = np.flatnonzero(np.diff(hit) > POOLED_DAYS // 2)
    start = int(hit[far[-1] + 1 if len(far) else 0])  # since then hardly a few days without
    quiet = _least_share(counts[:start], usual.weights[:start])
    for run in range(DAYS, min(len(usual) - start, POOLED_DAYS) + 1):
        odd, share = float(counts[-run:].sum()), float(counts[-run:].sum() / usual.weights[-run:].sum())
        least = ODD_SHARE if quiet is not None else 2.0 * ODD_SHARE
        enough = odd >= ODD_LEAST and share >= least and int((counts[-run:] > 0).sum()) >= DAYS
        if enough and (quiet is None or quiet < 0.3 * share):
            return Trouble(signal, usual.days[start], quiet, share, "share of rows", what)
    return None


def _least_share(counts: Floats, rows: Floats) -> float | None:
    """The quietest three days before; None if there are not so many. A few units do such things from the first day."""
    if len(counts) < LEAST_BEFORE:
        return None
    windows = [slice(first, first + LEAST_BEFORE) for first in range(0, len(counts) - LEAST_BEFORE + 1, LEAST_BEFORE)]
    return min(float(counts[window].sum() / max(rows[window].sum(), 1.0)) for window in windows)


def _missing(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    told = history.complete(f"{MISSING}.{signal}")
    if len(told) < DAYS or told.days[-1] != usual.days[-1]:
        return None
    shares = _aligned(told, usual)
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
    shares = np.where(moves, _aligned(told, usual), 0.0)
    return lasting(signal, usual, shares, STANDS, MOVED, "stands still although it always moved,", days=days)


def _tenfold(signal: str, usual: DaySeries, history: FeatureHistory) -> Trouble | None:
    told = history.complete(f"{TENS}.{signal}")
    if len(told) < DAYS or told.days[-1] != usual.days[-1]:
        return None
    return lasting(signal, usual, _aligned(told, usual), ALL_TENS, 0.5, "reads ten times: only multiples of ten,")


def lasting(
    signal: str,
    usual: DaySeries,
    shares: Floats,
    limit: float,
    before_limit: float,
    what: str,
    *,
    needs_before: bool = True,
    days: int = DAYS,
) -> Trouble | None:
    """A share that has been beyond its limit on the last days and was not before."""
    sound = np.flatnonzero(shares < limit)
    run = len(shares) - (int(sound[-1]) + 1 if len(sound) else 0)
    if run < days:
        return None
    before = shares[: len(shares) - run][-BEFORE:]
    known = len(before) >= LEAST_BEFORE
    if (needs_before and not known) or (known and middle_of(before) >= before_limit):
        return None
    middle = middle_of(before) if known else None
    return Trouble(signal, usual.days[-run], middle, float(shares[-1]), "share of rows", what)


def _flipped(signal: str, usual: DaySeries, _history: FeatureHistory) -> Trouble | None:
    """Since one step, on two days at least, the distribution is that of before in another unit."""
    values, spreads = usual.values, usual.spreads
    steps = np.abs(np.diff(values[-STEP_DAYS:]))
    if len(steps) == 0 or signal in NO_FACTOR:
        return None
    run = len(steps) - int(steps.argmax())
    before, now = values[:-run][-BEFORE:], values[-run:]
    if run < DAYS or len(before) < LEAST_BEFORE or before.min() <= now.max() <= before.max():
        return None
    middle, width = middle_of(before), middle_of(spreads[:-run][-BEFORE:])
    if signal.endswith("_c"):
        flip = 1.8 * middle + 32.0
        scatter = 1.4826 * middle_of(np.abs(before - middle))
        near = np.abs(now - flip) <= max(3.0 + 3.0 * scatter, 0.15 * abs(flip - middle))
        alike = (spreads[-run:] > 0.9 * width) | (width < 1.0)
        if middle < 0.0:  # below freezing the two scales come near each other: what warms up may look like it
            swings = spreads[1 - run :]  # the day of the change holds both
            near &= np.abs(now - flip) <= 0.25 * abs(flip - middle)
            near &= bool(((swings > SWINGS[0] * width) & (swings < SWINGS[1] * width)).all())
        range_k = float(before.max() - before.min())
        if abs(flip - middle) > max(6.0 + 6.0 * scatter, 1.5 * range_k) and bool((near & alike).all()):
            return Trouble(signal, usual.days[-run], middle, float(now[-1]), "°C", "reads as if in Fahrenheit,")
        return None
    if min(float(before.min()), float(now.min())) <= 0:
        return None
    noise = float(np.max(np.abs(np.log(before / middle)))) / 3.0
    ratios = np.log(now / middle)
    for factor in FACTORS:
        size = float(np.log(factor))
        if noise < 0.25 * abs(size) and bool((np.abs(ratios - size) <= 0.25 + 2.0 * noise).all()):
            unit = SIGNALS[signal].unit
            return Trouble(signal, usual.days[-run], middle, float(now[-1]), unit, "reads in another unit,")
    return None


def _gaps(kind: Kind, history: FeatureHistory) -> Iterator[Trouble]:
    """Two thermometers that are equal at rest, and no longer are."""
    for one, other in REST_PAIRS.get(kind, ()):
        series = history.complete(f"{GAP}.{one}.{other}")
        trouble = moved(f"{one} - {other}", series, history, GAP_K, "K", "are no longer equal at rest,")
        if trouble is not None:
            yield trouble


def _speeds(history: FeatureHistory) -> Iterator[Trouble]:
    """A fan's speed that its own switch contradicts; of a hood few rows are at work, and all others tell as well."""
    for index, what in (
        (TURNS_OFF, "is not zero while the fan is switched off,"),
        (STANDS_ON, "is zero, or not said, while the fan runs,"),
    ):
        shares = history.complete(index)
        if len(shares) and (history.today - shares.days[-1]).days <= RECENT_DAYS:
            trouble = _again("fan_rpm", shares, shares.values, what)
            if trouble is not None and trouble.expected is not None:  # not from the first days on
                yield trouble


def moved(
    signal: str, series: DaySeries, history: FeatureHistory, limit: float, unit: str, what: str, days: int = 3
) -> Trouble | None:
    """A level that has been beyond `limit` of what it was at first for `days` days in a row."""
    if len(series) < LEAST_BEFORE + days + 2 or (history.today - series.days[-1]).days > RECENT_DAYS:
        return None
    first = series.values[: max(LEAST_BEFORE + 2, min(14, len(series) - days))]
    if float(np.abs(series.values[-days:] - first[0]).max()) < 0.5 * limit:
        return None
    middle = middle_of(first)
    scatter = 1.4826 * middle_of(np.abs(first - middle))
    beyond = np.abs(series.values - middle) > limit + 4.0 * scatter
    within = np.flatnonzero(~beyond)
    run = len(series) - (int(within[-1]) + 1 if len(within) else 0)
    if run < days:
        return None
    return Trouble(signal, series.days[-run], middle, middle_of(series.values[-run:]), unit, what)


def _aligned(sparse: DaySeries, usual: DaySeries) -> Floats:
    """The values of `sparse` on the days of `usual`; zero where it was not notable."""
    by_day = dict(zip(sparse.days, sparse.values.tolist(), strict=True))
    return np.array([by_day.get(day, 0.0) for day in usual.days])
