"""Healthy level of one daily index of one appliance, as a robust regression on the context of the same day.

    index (its logarithm, mostly) = level + sum of slope * (context - mean) + noise

Bayesian ridge with Huber weights: slopes start from the fleet prior and move as far as the unit's own days say; the
level is the unit's own, but no further from the fleet's than `LevelParams.edge` deviations, so that a fault that was
there at installation is measured from the fleet's edge instead of being learned as normal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import compress
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from models.features.day import Floats, Mask, Whole, median_of, quantiles_of
from models.features.dryer import INLET_RISE
from models.features.fan import FAN_LAW, STEPS, WATTS
from models.healthy.fleet_prior import IndexPrior
from models.healthy.reference import Reference
from models.healthy.spells import SPELLS, in_spell, usual_of
from models.history import DaySeries, FeatureHistory

EPISODIC: Final = frozenset({"circ_rough", "turbidity_ntu", "drain_s_per_l"})
"""Foam and soil push these up for a day and are gone the next: what a healthy day scatters is read off the lower
side. Faults that stay are told from such days by the days between them (`Signature.lowest_of`)."""

PUSHED_UP: Final = frozenset({"fill_s_per_l"})
"""Low mains pressure does so by far more than this scatters, in some streets on every third day: such days are no part
of what is normal."""

COUNTED: Final = MappingProxyType({"heat_duty": 0.85})
"""Shares of a day's rows, and what an imperfect repair leaves of each at the least (E): a mended relay misses a few
minutes of heating for good. What is counted on few rows scatters by chance besides (binomial)."""

BEST: Final = MappingProxyType({
    **{f"{index}_{step}": 1.0 for index in (FAN_LAW, WATTS) for step in STEPS},
    **dict.fromkeys((INLET_RISE, *PUSHED_UP), -1.0),
})  # fmt: skip
"""A filter only ever takes air away, so of a unit that never ran alike the days with most air are nearest to clean: a
fan's highest, a dryer's coolest. Low pressure and a weak valve only ever slow filling: its quickest days."""
BEST_DAYS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelParams:
    """How long is watched, and what is believed. All (E)."""

    longest_days: int = 75
    """A reference is learned from days no further apart than this."""
    edge: float = 2.5
    blocks: int = 4
    huber: float = 1.5
    dependence: float = 2.0
    """Neighbouring days are alike: variances count this many times."""
    noise_ceiling: float = 6.0
    """In noise floors: a unit more irregular than this is not judged by this index."""
    pushed: float = 4.0
    """In noise floors: further above most days than this, a day was pushed up from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far an index is from healthy by day, in its scale, with the standard deviation that is expected of a day."""

    days: tuple[date, ...]
    values: Floats
    noise: Floats
    expected: Floats
    """In the unit of the index."""
    observed: Floats
    drift: float
    ordinals: Whole
    """The days as day numbers, for arithmetic."""
    unmeasured: frozenset[str] = frozenset()
    """What it depends on and the unit does not measure."""
    alike_in: Mapping[str, Mask] = field(default_factory=dict)
    """By context index, whether it was known on the day."""
    carried: bool = False
    """Its level goes on over work on the appliance, from a few days after it."""
    rested: bool = False
    """Its thermometers were compared at rest, and what they had moved by themselves is taken off."""
    told_by: str = ""
    """The index that tells it of late, where another one does so in another mode."""

    def __len__(self) -> int:
        return len(self.days)

    def at(self, these: Mask) -> "Deviation":
        """These days of it."""
        return replace(
            self,
            days=tuple(compress(self.days, these.tolist())),
            values=self.values[these],
            noise=self.noise[these],
            expected=self.expected[these],
            observed=self.observed[these],
            ordinals=self.ordinals[these],
            alike_in={context: told[these] for context, told in self.alike_in.items()},
        )


def learn_level(prior: IndexPrior, history: FeatureHistory, params: LevelParams | None = None) -> Reference | None:
    """The reference from the earliest complete days that suffice, or None yet."""
    params = params or LevelParams()
    series = history.complete(prior.index).at_least(prior.least_weight)
    if len(series) < prior.least_days:
        return None
    first = series.days[0]
    ends = [
        number
        for number in range(prior.least_days, len(series) + 1)
        if first + timedelta(days=prior.calendar_days - 1)
        <= series.days[number - 1]
        <= first + timedelta(days=params.longest_days)
    ]
    for end in _later_and_later(ends):
        reference = _learn_from(prior, history, series, end, params)
        if reference is not None:
            return reference
    return None


def _later_and_later(ends: Sequence[int]) -> Iterator[int]:
    """The first end, then each that is half as far again: a unit that was too irregular at first may settle."""
    least = 0.0
    for end in ends:
        if end >= least:
            yield end
            least = 1.5 * end


def _learn_from(
    prior: IndexPrior, history: FeatureHistory, series: DaySeries, count: int, params: LevelParams
) -> Reference | None:
    """The reference from the first `count` days; None if they are too irregular."""
    y, x, means, told = _design(prior, history, series, slice(0, count), None)
    known = np.isfinite(y)
    if int(known.sum()) < prior.least_days:
        return None
    settled = True
    if prior.index in PUSHED_UP:
        known &= ~in_spell(prior, history, means, series.ordinals[:count])
        pushed = _pushed(y - x @ np.array([slope.mean for slope in prior.slopes]), known, prior, params)
        settled = 4 * int((known & ~pushed).sum()) >= 3 * prior.least_days
        known &= ~pushed if settled else True
    alike = known & (told | np.isnan(means)).all(axis=1)
    known = alike if 2 * int(alike.sum()) >= prior.least_days else known
    model = _fit(prior, y[known], x[known], params) if settled else None
    if model is None and prior.index in BEST and int(known.sum()) >= BEST_DAYS:
        air = BEST[prior.index] * y
        known &= air >= np.sort(air[known])[-BEST_DAYS]
        model = _fit(prior, y[known], x[known], params)
    if model is None:
        return None
    level, slopes, covariance, noise = model
    return Reference(
        index=prior.index,
        learned_from=series.days[0],
        learned_to=series.days[count - 1],
        model={
            "level": level,
            "means": [float(mean) if np.isfinite(mean) else None for mean in means],  # JSON has no NaN
            "slopes": slopes.tolist(),
            "covariance": covariance.tolist(),
            "noise": noise,
            "days": int(known.sum()),
        },
    )


def deviation_of(
    prior: IndexPrior, history: FeatureHistory, reference: Reference | None, params: LevelParams | None = None
) -> Deviation | None:
    """Deviation of the complete days after learning; before anything is learned, from the fleet's edge if it has one.

    None if neither can be said.
    """
    params = params or LevelParams()
    series = history.complete(prior.index).at_least(prior.least_weight)
    if reference is not None:
        series = series.within(reference.watched_from, reference.watched_to)
    if len(series) == 0 or (reference is None and prior.level is None):
        return None
    model: Mapping[str, Any] = {} if reference is None else reference.model
    means = None if reference is None else _usual_since(prior, history, series, model["means"])
    y, x, means, told = _design(prior, history, series, slice(None), means)
    slopes = np.asarray(model.get("slopes", [slope.mean for slope in prior.slopes]), dtype=np.float64)
    covariance = np.asarray(
        model.get("covariance", np.diag([slope.deviation**2 for slope in prior.slopes])), dtype=np.float64
    ).reshape(len(slopes), len(slopes))
    context = x @ slopes
    stepped = 0.0 if reference is None else reference.stepped(series.ordinals)
    level = _trusted_level(prior, model, y - context, stepped, params)
    noise = float(model.get("noise", prior.noise_floor))
    if 0 < prior.neighbours <= len(y):
        noise = min(noise, max(_scatter(y - context - stepped), prior.noise_floor))
    variance = noise**2 + np.einsum("ij,jk,ik->i", x, covariance, x) * params.dependence
    expected = level + context
    if prior.index in COUNTED:
        mended = reference is not None and reference.mended
        least = np.minimum(expected, COUNTED[prior.index]) if mended else expected
        expected = np.clip(y, least, expected)
        variance = np.maximum(variance, least * (1.0 - least) / series.weights)
    known = np.isfinite(y) & ~in_spell(prior, history, means, series.ordinals)
    back = np.exp if prior.log else np.asarray
    return Deviation(
        days=series.days if known.all() else tuple(compress(series.days, known.tolist())),
        values=(y - expected)[known],
        noise=np.sqrt(variance)[known],
        expected=back(expected)[known],
        observed=back(y)[known],
        drift=prior.drift,
        ordinals=series.ordinals[known],
        carried=reference is not None and reference.carried,
        alike_in={slope.context: told[known, place] for place, slope in enumerate(prior.slopes)},
    )


def _usual_since(
    prior: IndexPrior, history: FeatureHistory, series: DaySeries, means: Sequence[float | None]
) -> Floats:
    """The means that were learned, or what is usual since where that is lower: what comes in spells only ever raises,
    and the first days may have fallen into one."""
    since = [usual_of(slope, history, series.ordinals) if slope.context in SPELLS else np.nan for slope in prior.slopes]
    learned = np.asarray(means, dtype=np.float64)
    return np.where(np.asarray(since) < learned, since, learned)  # what was never learned stays unknown


def _scatter(values: Floats) -> float:
    """Standard deviation of a day by its neighbour (von Neumann 1941, by the median as a clog may be cleaned)."""
    steps = np.diff(values)
    return 1.4826 * median_of(np.abs(steps[np.isfinite(steps)])) / float(np.sqrt(2.0))


def _trusted_level(
    prior: IndexPrior, model: Mapping[str, Any], freed: Floats, stepped: Floats | float, params: LevelParams
) -> Floats:
    """The unit's own level within the fleet's range; without one, the point of that range nearest to the day."""
    if prior.level is None:
        return np.full(len(freed), float(model["level"])) + stepped
    low = prior.level[0] - params.edge * prior.level[1]
    high = prior.level[0] + params.edge * prior.level[1]
    own = np.full(len(freed), float(model["level"])) + stepped if model else freed
    return np.clip(own, low, high)


def _design(
    prior: IndexPrior, history: FeatureHistory, series: DaySeries, part: slice, means: Floats | None
) -> tuple[Floats, Floats, Floats, Mask]:
    """Index and centred context of the days, the means, and what context was told; unknown counts as its mean."""
    y = _scaled(series.values[part], prior.log)
    days = series.ordinals[part]
    columns = [_scaled(history.all_days(slope.context).at_days(days), slope.log) for slope in prior.slopes]
    x = np.column_stack(columns) if columns else np.empty((len(days), 0))
    if means is None:
        means = np.array([
            usual_of(slope, history, days) if slope.context in SPELLS else _centre(column)
            for slope, column in zip(prior.slopes, x.T, strict=True)
        ])  # fmt: skip
    centred = x - means
    told = np.isfinite(centred)
    return y, np.where(told, centred, 0.0), np.asarray(means), told


def _centre(context: Floats) -> float:
    """What an unknown day counts as: the mean, or where days are missing the median; NaN if most are."""
    known = context[np.isfinite(context)]
    if len(known) == len(context):
        return float(known.mean()) if len(known) else np.nan
    return median_of(known) if 2 * len(known) >= len(context) else np.nan


def _scaled(values: Floats, log: bool) -> Floats:
    if not log:
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def _fit(prior: IndexPrior, y: Floats, x: Floats, params: LevelParams) -> tuple[float, Floats, Floats, float] | None:
    """Level, slopes, their covariance and the noise of a day; None if the unit is too irregular."""
    level, slopes, covariance, noise = _ridge(prior, y, x, params)
    held_out = np.empty(0)
    for block in np.array_split(np.arange(len(y)), params.blocks):
        rest = np.setdiff1d(np.arange(len(y)), block)
        if len(rest) < 3:
            continue
        a, b, *_ = _ridge(prior, y[rest], x[rest], params)
        held_out = np.append(held_out, y[block] - a - x[block] @ b)
    if len(held_out):
        # The wider of the middle and the shoulder: a few bad days in ten must not make the unit look quiet.
        lower = held_out[held_out <= 0.0] if prior.index in EPISODIC else held_out
        sided = np.abs(lower if len(lower) >= 3 else held_out)
        noise = max(1.4826 * median_of(sided), quantiles_of(sided, (0.9,))[0] / 1.9)
    noise = max(noise, prior.noise_floor)
    return None if noise > params.noise_ceiling * prior.noise_floor else (level, slopes, covariance, noise)


def _pushed(values: Floats, known: Mask, prior: IndexPrior, params: LevelParams) -> Mask:
    """The days that something outside of the appliance pushed far above most of the known ones."""
    return values > (densest(values[known]) if known.any() else np.inf) + params.pushed * prior.noise_floor


def densest(values: Floats) -> float:
    """The middle of the shortest interval that holds half of the values (the shorth, Andrews et al. 1972)."""
    ordered = np.sort(values)
    half = len(ordered) // 2 + 1
    start = int(np.argmin(ordered[half - 1 :] - ordered[: len(ordered) - half + 1]))
    return median_of(ordered[start : start + half])


def _ridge(prior: IndexPrior, y: Floats, x: Floats, params: LevelParams) -> tuple[float, Floats, Floats, float]:
    """Huber-weighted ridge towards the prior slopes, level free."""
    mean = np.array([slope.mean for slope in prior.slopes])
    precision = np.diag([1.0 / slope.deviation**2 for slope in prior.slopes]).reshape(x.shape[1], x.shape[1])
    slopes, level = mean, median_of(y - x @ mean)
    noise, covariance = prior.noise_floor, np.empty((0, 0))
    for _ in range(4):
        residual = y - level - x @ slopes
        noise = max(1.4826 * median_of(np.abs(residual)), prior.noise_floor)
        weights = np.minimum(1.0, params.huber * noise / np.maximum(np.abs(residual), 1e-12))
        share = weights / weights.sum()
        centre_y, centre_x = share @ y, share @ x
        scale = noise**2 * params.dependence
        weighted = (x - centre_x) * weights[:, None] / scale
        covariance = np.linalg.inv(weighted.T @ (x - centre_x) + precision) if len(mean) else np.empty((0, 0))
        if len(mean):
            slopes = covariance @ (weighted.T @ (y - centre_y) + precision @ mean)
        level = float(centre_y - centre_x @ slopes)
    return level, slopes, covariance, noise
