"""When will it fail or need care: P10, P50 and P90 of the days left, or nothing without a credible trend.

Growth of wear is irregular and seldom a straight line, and units fail at different severities. So the answer mixes
slopes of block-bootstrapped Theil-Sen lines over the last weeks with a spread of failure amplitudes, and with a
growth that may speed up or slow down. Measured on fleets, that alone was too narrow and too late where wear speeds up:
`with_time_scale` joins it with how long such faults take, and widens it to what held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from domain.faults import Fault, Urgency
from models.features.day import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PrognosisParams:
    """What a credible trend is. All (E)."""

    trend_days: int = 42
    least_days: int = 6
    least_span_days: int = 8
    blocks: int = 8
    draws: int = 120
    farthest_days: float = 365.0
    credible: float = 0.9
    """Share of drawn slopes that must rise."""
    pace: float = 1.4
    """Future over past pace, median: wear that loads the machine harder goes faster (E)."""
    pace_spread: float = 0.6
    """Standard deviation of its logarithm."""
    seed: int = 20250601
    """Same input, same answer."""


def days_until(
    days: Sequence[date],
    amplitudes: Floats,
    failure: tuple[float, float, float],
    noise: float,
    params: PrognosisParams | None = None,
) -> tuple[float, float, float] | None:
    """Days from the last day until the amplitude reaches `failure` (early, usual, late among units).

    None unless at least `credible` of the drawn slopes rise and half of the draws end within `farthest_days`.
    """
    params = params or PrognosisParams()
    at = np.array([(day - days[-1]).days for day in days], dtype=np.float64)
    recent = at >= -params.trend_days
    at, values = at[recent], np.asarray(amplitudes)[recent]
    if len(at) < params.least_days or at[-1] - at[0] < params.least_span_days:
        return None
    points = [(at[part].mean(), np.median(values[part])) for part in np.array_split(np.arange(len(at)), params.blocks)
              if len(part)]  # fmt: skip
    x, y = np.array(points).T
    rng = np.random.default_rng(params.seed)
    slopes = _drawn_slopes(x, y, noise * np.sqrt(params.blocks / len(at)), rng, params)
    if float((slopes > 0).mean()) < params.credible:
        return None
    pace = params.pace * np.exp(params.pace_spread * rng.standard_normal(params.draws))
    now = float(np.median(values[-3:]))
    spread = np.log(failure[2] / failure[0]) / 2.563  # P10 and P90 of a normal are 2.563 deviations apart
    limits = failure[1] * np.exp(spread * rng.standard_normal(params.draws))
    # A unit that is past a limit and still works has a higher one.
    limits = np.maximum(limits, now * (1.0 + 0.1 * rng.random(params.draws)))
    left = (limits - now) / np.maximum(slopes * pace, 1e-6)
    p10, p50, p90 = np.quantile(left, (0.1, 0.5, 0.9))
    if p50 > params.farthest_days:
        return None
    return float(max(p10, 0.0)), float(p50), float(min(p90, 2 * params.farthest_days))


def _drawn_slopes(x: Floats, y: Floats, noise: float, rng: np.random.Generator, params: PrognosisParams) -> Floats:
    """Median pairwise slope (Theil-Sen) of each resampled set of block medians, which also carry their own noise."""
    first, second = np.triu_indices(len(x), 1)
    drawn = rng.integers(0, len(x), size=(params.draws, len(x)))
    xs = x[drawn]
    ys = y[drawn] + noise * rng.standard_normal((params.draws, len(x)))
    run, rise = xs[:, second] - xs[:, first], ys[:, second] - ys[:, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(np.abs(run) > 0, rise / run, np.nan)
    found: Floats = np.nanmedian(slopes, axis=1)
    return found


Edges = tuple[float, float, float]
"""P10, P50 and P90 of days left over the centre of `with_time_scale`."""
SPREAD: Final[Mapping[Urgency, Edges]] = MappingProxyType(
    {Urgency.SELF: (-0.1, 0.65, 2.1), Urgency.VISIT: (-0.05, 0.45, 1.5)}
)
"""The edges that held nine in ten and the middle, for findings as they were raised on SIMULATED fleets of both physics;
those of visits anew since decision 0095.
A trained model brings its own (`spread_anew`), fitted by `wellkept train` (docs/guides/decisions.md)."""
TREND_WEIGHT: Final = 0.2
"""Of the trend beside the fault's time scale, in the logarithm: 'how long such faults take' tells more than a short
noisy slope of wear that speeds up. Fitted together with `SPREAD`."""
TREND_REACH: Final = 5.0
"""A trend counts at most as this multiple, or fraction, of the time scale (E)."""
LATEST_DAYS: Final = 10.0
"""A finding comes at most so long after what it warns of (E)."""


def with_time_scale(fault: Fault, trend: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    """Days to P10, P50 and P90 from a credible trend and the fault's own time scale; None without a trend.

    P10 to P90 is held to nine failures in ten. P10 may lie in the past: what is noticed may have failed already.
    """
    if trend is None or fault.urgency not in SPREAD:
        return None
    scale = fault.typical_days
    bounded = min(max(trend[1], scale / TREND_REACH), scale * TREND_REACH)
    centre = scale ** (1.0 - TREND_WEIGHT) * bounded**TREND_WEIGHT
    return _days(centre, SPREAD[fault.urgency])


def _days(centre: float, edges: Edges) -> tuple[float, float, float]:
    low, middle, high = edges
    return max(low * centre, -LATEST_DAYS), middle * centre, high * centre


def centre_of(urgency: Urgency, p50: datetime, p90: datetime) -> tuple[datetime, float]:
    """From which moment, and over how many days, `with_time_scale` counted: read back from what it said."""
    _, middle, high = SPREAD[urgency]
    centre = (p90 - p50) / timedelta(days=1) / (high - middle)
    return p50 - timedelta(days=middle * centre), centre


def spread_anew(urgency: Urgency, p50: datetime, p90: datetime, edges: Edges) -> tuple[datetime, datetime, datetime]:
    """P10, P50 and P90 with the edges that a trained model found to hold, instead of `SPREAD`."""
    start, centre = centre_of(urgency, p50, p90)
    low, middle, high = (start + timedelta(days=days) for days in _days(centre, edges))
    return low, middle, high
