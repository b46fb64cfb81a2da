"""Healthy air-side temperature difference of one air conditioner, as a robust regression on its own context.

At constant capacity the difference is inversely proportional to air flow (Q = rho c V dT), so a clogging filter shows
as a growing ratio of observed to expected; domain notes: flow -25 % gives about +25 %. Capacity depends on compressor
speed and on room and outdoor temperature, so those are the context. The setpoint is left out on purpose: it acts only
through room temperature and compressor speed, and a setpoint that never changed while learning could not be
extrapolated to another one.

A unit that was watched in mild weather at one setpoint has not shown how it behaves elsewhere. So each slope starts
from a weak physical prior (`Slope`) and moves away from it only as far as the unit's own data say; the full engine
replaces these by the fleet's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from sklearn.linear_model import HuberRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

from models.features.day import Floats, Mask, Texts, Whole
from models.features.steady import Windows
from models.healthy.slopes import BEND, MARGINS, UNSETTLED, Slope, slopes_of

_USUAL_LOAD: Final = (45.0, 600.0)
"""Around which the bend is counted: Hz, or W of a unit that does not tell its speed (E)."""
_HELD: Final = " held"
"""Added to the fan level of windows in which the frost guard holds the coil: speed there is what the guard leaves."""
_OF_AIR: Final = frozenset({"air_drop_k", "coil_drop_k"})
"""Differences that the air makes: less of it makes them larger."""
LEAST_FREE: Final = 2
"""Windows without the frost guard that make up a day (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirSideParams:
    """How a reference is learned and where it may be used. All (E)."""

    least_windows: int = 20
    least_level_windows: int = 6
    """A fan level seen less often than this while learning is not compared later."""
    context_share: float = 0.8
    """A context signal known in a smaller share of the windows is not used."""
    huber_epsilon: float = 1.35
    """Huber's own value: 95 % efficiency for normal residuals."""
    window_noise: float = 0.03
    """Deviation of one window's log difference, which weighs the data against the prior slopes."""
    blocks: int = 5
    """Blocks of whole days held out in turn for the residuals that set the limits."""
    margin_share: float = 0.35
    """How far beyond the learned range, as a share of it, a window still counts as like with like."""
    noise_floor: float = 0.015
    """Residual noise of daily medians is never believed to be smaller: 1.5 %."""
    noise_ceiling: float = 0.12
    """Above this the unit is too irregular to notice 15 % in time: learn on more days."""
    guard_ceiling: float = 0.03
    """The same of a coil at its frost guard: one that is really held is steady, one that only passes by is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirSideModel:
    """log(difference in K) = level intercept + sum of slope * (context - mean)."""

    context: tuple[str, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    slopes: tuple[float, ...]
    levels: Mapping[str, float]
    """Intercept by fan level; the key `any` for a unit that does not say its level."""
    noise: float
    """Standard deviation of daily medians of the log residual, from held-out blocks of days."""
    load_is_hz: bool
    held_apart: bool = False
    """Windows at the frost guard are levels of their own; False of what was learned before they were told apart."""


def learn_air_side(days: Sequence[Windows], which: str, params: AirSideParams | None = None) -> AirSideModel | None:
    """Learn from windows of healthy days of one mode (`which`: a target of `slopes_of`); None if too few."""
    params = params or AirSideParams()
    days = [day for day in days if len(day)]
    if not days or len({day.load_is_hz for day in days}) > 1:
        return None
    columns = {name: np.concatenate([_context(day)[name] for day in days]) for name in _context(days[0])}
    target = np.concatenate([_log(getattr(day, which)) for day in days])
    day_of = np.repeat(np.arange(len(days)), [len(day) for day in days])
    believed = slopes_of(which, heating=days[0].heating)
    columns = {name: values for name, values in columns.items() if name in believed}
    apart = which != "guard_load"
    level = np.concatenate([np.array(_level_names(day, held_apart=apart), dtype="<U16") for day in days])
    names = _usable_context(columns, target, params)
    keep = np.isfinite(target) & np.all([np.isfinite(columns[name]) for name in names] or [target == target], axis=0)
    keep &= _common_levels(level, keep, params)
    if int(keep.sum()) < params.least_windows:
        return None
    x = np.column_stack([columns[name][keep] for name in names]) if names else np.empty((int(keep.sum()), 0))
    # The systems are tiny: with a thread per core the solver spends its time waiting (ten times slower, measured).
    with threadpool_limits(1):
        fitted = _fit(believed, names, x, target[keep], level[keep], params)
        noise = _block_noise(believed, names, x, target[keep], level[keep], day_of[keep], params)
    ceiling = params.guard_ceiling if which == "guard_load" else params.noise_ceiling
    if fitted is None or noise is None or noise > ceiling:
        return None
    mean, slopes, intercepts = fitted
    return AirSideModel(
        context=tuple(names),
        mean=tuple(mean.tolist()),
        low=tuple(x.min(axis=0).tolist()),
        high=tuple(x.max(axis=0).tolist()),
        slopes=tuple(slopes.tolist()),
        levels=intercepts,
        noise=max(noise, params.noise_floor),
        load_is_hz=days[0].load_is_hz,
        held_apart=apart,
    )


def told_by_air(which: str, windows: Windows, ratio: Floats, noise: float) -> Mask:
    """The windows of a day that tell of `which`, by their ratio of observed to expected (NaN: not comparable).

    At the frost guard a difference of the air side may be smaller than at the same speed without it, and never larger.
    So it is heard only on days that the guard leaves no free windows, and only if it is not the smaller.
    """
    known = np.isfinite(ratio)
    if which not in _OF_AIR or not (known & windows.held).any():
        return known
    free, held = known & ~windows.held, known & windows.held
    if free.sum() >= LEAST_FREE or not windows.load_is_hz or np.median(ratio[held]) < np.exp(-noise):
        return free
    return held


def expected_drop_k(model: AirSideModel, windows: Windows, which: str, params: AirSideParams | None = None) -> Floats:
    """Expected difference in K per window; NaN for a window that is not comparable to what was learned.

    A coil that came to its frost guard later may have done so for want of air. What it stands below the room at the
    speed that is left to it tells of the air as ever, so that it is compared with how the unit ran free.
    """
    params = params or AirSideParams()
    if windows.load_is_hz != model.load_is_hz:
        return np.full(len(windows), np.nan)
    columns = _context(windows)
    levels = dict(model.levels)
    if which in _OF_AIR:
        levels = {f"{name}{_HELD}": level for name, level in levels.items()} | levels
    names = _level_names(windows, held_apart=model.held_apart)
    expected = np.array([levels.get(name, np.nan) for name in names], dtype=np.float64)
    if UNSETTLED not in model.context:
        expected = np.where(windows.unsettled > 0.0, np.nan, expected)
    for place, name in enumerate(model.context):
        values = columns[name]
        low, high = model.low[place], model.high[place]
        margin = max(MARGINS[name], params.margin_share * (high - low))
        with np.errstate(invalid="ignore"):
            alike = (values >= low - margin) & (values <= high + margin)
        expected = np.where(alike, expected + model.slopes[place] * (values - model.mean[place]), np.nan)
    return np.exp(expected)


def model_as_json(model: AirSideModel) -> dict[str, Any]:
    """The model as plain JSON."""
    return {name: getattr(model, name) for name in AirSideModel.__slots__}


def model_from_json(stored: Mapping[str, Any]) -> AirSideModel:
    """The model back from `model_as_json`; KeyError if it was written by an incompatible version."""
    lists = ("context", "mean", "low", "high", "slopes")
    return AirSideModel(
        **{name: tuple(stored[name]) for name in lists},  # JSON has no tuples
        levels=dict(stored["levels"]),
        noise=float(stored["noise"]),
        load_is_hz=bool(stored["load_is_hz"]),
        held_apart=bool(stored.get("held_apart", False)),
    )


def _context(windows: Windows) -> dict[str, Floats]:
    log_load = _log(windows.load)
    context = {
        "log_load": log_load,
        BEND: (log_load - np.log(_USUAL_LOAD[0 if windows.load_is_hz else 1])) ** 2,
        "room_c": windows.room_c,
        "outdoor_c": windows.outdoor_c,
        "humidity_pct": windows.humidity_pct,
        "coil_in_c": windows.coil_in_c,
        UNSETTLED: windows.unsettled,
    }
    if not np.isfinite(windows.fan_level).any():
        context["log_fan_rpm"] = _log(windows.fan_rpm)
    else:
        context["log_fan_rpm"] = np.full(len(windows), np.nan)  # the level says it; a clog may move the speed itself
    return context


def _level_names(windows: Windows, *, held_apart: bool) -> list[str]:
    """Fan level by window; with `held_apart` windows that the frost guard holds are levels of their own, so that a unit
    that is asked for a colder room than ever is not compared with how it ran before."""
    names = [f"{level:g}" if isfinite(level) else "any" for level in windows.fan_level.tolist()]
    if not held_apart:
        return names
    return [f"{name}{_HELD}" if held else name for name, held in zip(names, windows.held.tolist(), strict=True)]


def _log(values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0.1, np.log(values), np.nan)


def _usable_context(columns: Mapping[str, Floats], target: Floats, params: AirSideParams) -> list[str]:
    known = np.isfinite(target)
    if not known.any():
        return []
    return [name for name, values in columns.items() if np.isfinite(values[known]).mean() >= params.context_share]


def _common_levels(level: Texts, keep: Mask, params: AirSideParams) -> Mask:
    names, counts = np.unique(level[keep], return_counts=True)
    return np.isin(level, names[counts >= params.least_level_windows])


def _fit(
    believed: Mapping[str, Slope], context: Sequence[str], x: Floats, y: Floats, level: Texts, params: AirSideParams
) -> tuple[Floats, Floats, dict[str, float]] | None:
    """Mean and slope of each context signal, and the intercept by fan level; None if the fit did not converge.

    Huber regression of what the prior slopes leave over, with every column in units of its prior deviation and the
    target in units of its noise: then the ridge penalty 1 is exactly the normal prior.
    """
    mean = x.mean(axis=0)
    prior = np.array([believed[name].mean for name in context])
    deviation = np.array([believed[name].deviation for name in context])
    left_over = (y - (x - mean) @ prior) / params.window_noise
    names = sorted(set(level.tolist()))
    if len(names) == 1 and not context:
        return mean, prior, {names[0]: float(np.median(y))}
    # Fan levels are free: a prior deviation of one is far more than a level ever changes.
    dummies = [(level == name).astype(np.float64) / params.window_noise for name in names[1:]]
    design = np.column_stack([(x - mean) * deviation / params.window_noise, *dummies])
    middle = float(np.median(left_over))
    try:
        huber = HuberRegressor(epsilon=params.huber_epsilon, alpha=1.0, max_iter=2000).fit(design, left_over - middle)
    except ValueError:  # did not converge: nothing trustworthy was learned
        return None
    slopes = prior + huber.coef_[: x.shape[1]] * deviation
    base = (float(huber.intercept_) + middle) * params.window_noise
    steps = [0.0, *huber.coef_[x.shape[1] :].tolist()]
    return mean, slopes, {name: base + step for name, step in zip(names, steps, strict=True)}


def _block_noise(
    believed: Mapping[str, Slope],
    context: Sequence[str],
    x: Floats,
    y: Floats,
    level: Texts,
    day_of: Whole,
    params: AirSideParams,
) -> float | None:
    """Robust deviation of daily medians of the residual, each from a fit that did not see its block of days.

    Blocks, not single days: neighbouring days are alike, and limits set as if they were independent fire far too
    often (domain notes, known traps).
    """
    medians: list[float] = []
    for block in _blocks(day_of, params.blocks):
        held = np.isin(day_of, block)
        fitted = (
            _fit(believed, context, x[~held], y[~held], level[~held], params)
            if (~held).sum() > x.shape[1] + 3
            else None
        )
        if fitted is None:
            return None
        mean, slopes, intercepts = fitted
        base = np.array([intercepts.get(name, np.nan) for name in level[held]])
        residual = y[held] - base - (x[held] - mean) @ slopes
        for day in block:
            known = residual[(day_of[held] == day) & np.isfinite(residual)]
            medians += [float(np.median(known))] if len(known) else []
    return 1.4826 * float(np.median(np.abs(medians))) if medians else None


def _blocks(day_of: Whole, count: int) -> Iterator[Whole]:
    yield from np.array_split(np.unique(day_of), count)
