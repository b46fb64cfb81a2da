"""Healthy air-side temperature difference of one air conditioner, as a robust regression on its own context.

At constant capacity the difference is inversely proportional to air flow (Q = rho c V dT), so a clogging filter shows
as a growing ratio of observed to expected; domain notes: flow -25 % gives about +25 %. Capacity depends on compressor
speed and on room and outdoor temperature, so those are the context. The setpoint is left out on purpose: it acts only
through room temperature and compressor speed, and a setpoint that never changed while learning could not be
extrapolated to another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import HuberRegressor

from models.features.day import Floats, Mask, Whole
from models.features.steady import Windows


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
    ridge: float = 1.0
    """Keeps coefficients of nearly constant context small (context is standardised)."""
    blocks: int = 5
    """Blocks of whole days held out in turn for the residuals that set the limits."""
    margin_share: float = 0.35
    """How far beyond the learned range, as a share of it, a window still counts as like with like."""
    margin_least: float = 2.0
    """The same in K, or in percent of humidity; compressor and fan speed use `margin_log`."""
    margin_log: float = 0.10
    noise_floor: float = 0.015
    """Residual noise of daily medians is never believed to be smaller: 1.5 %."""
    noise_ceiling: float = 0.12
    """Above this the unit is too irregular to notice 15 % in time: learn on more days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirSideModel:
    """log(difference in K) = level intercept + sum of coefficient * (context - mean) / scale."""

    context: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    coefficients: tuple[float, ...]
    levels: Mapping[str, float]
    """Intercept by fan level; the key `any` for a unit that does not say its level."""
    noise: float
    """Standard deviation of daily medians of the log residual, from held-out blocks of days."""
    load_is_hz: bool


def learn_air_side(days: Sequence[Windows], which: str, params: AirSideParams | None = None) -> AirSideModel | None:
    """Learn from windows of healthy days (`which`: `air_drop_k` or `coil_drop_k`); None if they do not suffice."""
    params = params or AirSideParams()
    days = [day for day in days if len(day)]
    if not days or len({day.load_is_hz for day in days}) > 1:
        return None
    columns = {name: np.concatenate([_context(day)[name] for day in days]) for name in _context(days[0])}
    target = np.concatenate([_log(getattr(day, which)) for day in days])
    day_of = np.repeat(np.arange(len(days)), [len(day) for day in days])
    level = np.concatenate([_levels(day) for day in days])
    names = _usable_context(columns, target, params)
    keep = np.isfinite(target) & np.all([np.isfinite(columns[name]) for name in names] or [target == target], axis=0)
    keep &= _common_levels(level, keep, params)
    if int(keep.sum()) < params.least_windows:
        return None
    x = np.column_stack([columns[name][keep] for name in names]) if names else np.empty((int(keep.sum()), 0))
    fitted = _fit(x, target[keep], level[keep], params)
    noise = _block_noise(x, target[keep], level[keep], day_of[keep], params)
    if fitted is None or noise is None or noise > params.noise_ceiling:
        return None
    mean, scale, coefficients, intercepts = fitted
    return AirSideModel(
        context=tuple(names),
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        low=tuple(x.min(axis=0).tolist()),
        high=tuple(x.max(axis=0).tolist()),
        coefficients=tuple(coefficients.tolist()),
        levels=intercepts,
        noise=max(noise, params.noise_floor),
        load_is_hz=days[0].load_is_hz,
    )


def expected_drop_k(model: AirSideModel, windows: Windows, params: AirSideParams | None = None) -> Floats:
    """Expected difference in K per window; NaN for a window that is not comparable to what was learned."""
    params = params or AirSideParams()
    if windows.load_is_hz != model.load_is_hz:
        return np.full(len(windows), np.nan)
    columns = _context(windows)
    expected = np.array([model.levels.get(str(level), np.nan) for level in _levels(windows)], dtype=np.float64)
    for place, name in enumerate(model.context):
        values = columns[name]
        low, high = model.low[place], model.high[place]
        least = params.margin_log if name.startswith("log_") else params.margin_least
        margin = max(least, params.margin_share * (high - low))
        with np.errstate(invalid="ignore"):
            alike = (values >= low - margin) & (values <= high + margin)
        step = model.coefficients[place] * (values - model.mean[place]) / model.scale[place]
        expected = np.where(alike, expected + step, np.nan)
    return np.exp(expected)


def model_as_json(model: AirSideModel) -> dict[str, Any]:
    """The model as plain JSON."""
    return {name: getattr(model, name) for name in AirSideModel.__slots__}


def model_from_json(stored: Mapping[str, Any]) -> AirSideModel:
    """The model back from `model_as_json`; KeyError if it was written by an incompatible version."""
    lists = ("context", "mean", "scale", "low", "high", "coefficients")
    return AirSideModel(
        **{name: tuple(stored[name]) for name in lists},  # JSON has no tuples
        levels=dict(stored["levels"]),
        noise=float(stored["noise"]),
        load_is_hz=bool(stored["load_is_hz"]),
    )


def _context(windows: Windows) -> dict[str, Floats]:
    context = {
        "log_load": _log(windows.load),
        "room_c": windows.room_c,
        "outdoor_c": windows.outdoor_c,
        "humidity_pct": windows.humidity_pct,
    }
    if not np.isfinite(windows.fan_level).any():
        context["log_fan_rpm"] = _log(windows.fan_rpm)
    else:
        context["log_fan_rpm"] = np.full(len(windows), np.nan)  # the level says it; a clog may move the speed itself
    return context


def _levels(windows: Windows) -> np.ndarray[Any, np.dtype[np.str_]]:
    return np.array([f"{level:g}" if np.isfinite(level) else "any" for level in windows.fan_level], dtype="<U16")


def _log(values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0.1, np.log(values), np.nan)


def _usable_context(columns: Mapping[str, Floats], target: Floats, params: AirSideParams) -> list[str]:
    known = np.isfinite(target)
    if not known.any():
        return []
    return [name for name, values in columns.items() if np.isfinite(values[known]).mean() >= params.context_share]


def _common_levels(level: np.ndarray[Any, np.dtype[np.str_]], keep: Mask, params: AirSideParams) -> Mask:
    names, counts = np.unique(level[keep], return_counts=True)
    return np.isin(level, names[counts >= params.least_level_windows])


def _fit(
    x: Floats, y: Floats, level: np.ndarray[Any, np.dtype[np.str_]], params: AirSideParams
) -> tuple[Floats, Floats, Floats, dict[str, float]] | None:
    """Mean and scale of the context, its coefficients, and the intercept by fan level."""
    mean = x.mean(axis=0)
    scale = np.maximum(x.std(axis=0), 1e-3)
    names = sorted(set(level.tolist()))
    dummies = np.column_stack([(level == name).astype(np.float64) for name in names[1:]] or [np.empty((len(y), 0))])
    design = np.hstack([(x - mean) / scale, dummies])
    if design.shape[1] == 0:
        return mean, scale, np.empty(0), {names[0]: float(np.median(y))}
    try:
        huber = HuberRegressor(epsilon=params.huber_epsilon, alpha=params.ridge, max_iter=1000).fit(design, y)
    except ValueError:  # did not converge: nothing trustworthy was learned
        return None
    steps = [0.0, *huber.coef_[x.shape[1] :].tolist()]
    intercepts = {name: float(huber.intercept_) + step for name, step in zip(names, steps, strict=True)}
    return mean, scale, huber.coef_[: x.shape[1]], intercepts


def _block_noise(
    x: Floats, y: Floats, level: np.ndarray[Any, np.dtype[np.str_]], day_of: Whole, params: AirSideParams
) -> float | None:
    """Robust deviation of daily medians of the residual, each from a fit that did not see its block of days.

    Blocks, not single days: neighbouring days are alike, and limits set as if they were independent fire far too
    often (domain notes, known traps).
    """
    medians: list[float] = []
    for block in _blocks(day_of, params.blocks):
        held = np.isin(day_of, block)
        fitted = _fit(x[~held], y[~held], level[~held], params) if (~held).sum() > x.shape[1] + 3 else None
        if fitted is None:
            return None
        mean, scale, coefficients, intercepts = fitted
        base = np.array([intercepts.get(name, np.nan) for name in level[held]])
        residual = y[held] - base - ((x[held] - mean) / scale) @ coefficients
        for day in block:
            known = residual[(day_of[held] == day) & np.isfinite(residual)]
            medians += [float(np.median(known))] if len(known) else []
    return 1.4826 * float(np.median(np.abs(medians))) if medians else None


def _blocks(day_of: Whole, count: int) -> Iterator[Whole]:
    yield from np.array_split(np.unique(day_of), count)
