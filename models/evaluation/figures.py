"""The arithmetic of honest figures: shares with intervals over appliances, rates with exact bounds."""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Floats = NDArray[np.float64]
RESAMPLES: Final = 1000
MONTH_DAYS: Final = 365.25 / 12
SEED: Final = 20_240_101
"""Of the resampling; any number does, one number always gives the same interval."""


def share(hits: Sequence[float], out_of: Sequence[float]) -> dict[str, Any]:
    """`sum(hits) / sum(out_of)` with its 95 % interval, resampling whole appliances (one entry each).

    Appliances, not events: what happens in one appliance is alike (Efron's percentile bootstrap). None where there is
    nothing to divide by; an interval of width zero from very few appliances means little, so the counts go with it.
    """
    numerators, denominators = np.asarray(hits, dtype=np.float64), np.asarray(out_of, dtype=np.float64)
    total = float(denominators.sum())
    found: dict[str, Any] = {"hits": float(numerators.sum()), "of": total, "value": None, "low": None, "high": None}
    if total <= 0:
        return found
    rng = np.random.default_rng(SEED)
    counts = rng.multinomial(len(numerators), np.full(len(numerators), 1 / len(numerators)), size=RESAMPLES)
    tops, bottoms = counts @ numerators, counts @ denominators
    shares = tops[bottoms > 0] / bottoms[bottoms > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    return found | {"value": float(numerators.sum() / total), "low": float(low), "high": float(high)}


def rate_per_1000(count: int, months: float) -> dict[str, Any]:
    """Events per 1000 appliance-months with the exact one-sided 95 % upper Poisson bound (Garwood 1936)."""
    if months <= 0:
        return {"count": count, "months": months, "per_1000": None, "upper95": None}
    upper = float(chi2.ppf(0.95, 2 * (count + 1))) / 2
    return {
        "count": count,
        "months": round(months, 2),
        "per_1000": 1000 * count / months,
        "upper95": 1000 * upper / months,
    }


def spread(values: Sequence[float]) -> dict[str, Any]:
    """P10, P50 and P90 of `values` (linear interpolation), None where there are none."""
    if not values:
        return {"n": 0, "p10": None, "p50": None, "p90": None}
    p10, p50, p90 = np.quantile(np.asarray(values, dtype=np.float64), [0.1, 0.5, 0.9])
    return {"n": len(values), "p10": float(p10), "p50": float(p50), "p90": float(p90)}


def spread_of_all(values: Sequence[float | None]) -> dict[str, Any]:
    """P10, P50 and P90 (lower of two neighbours) where None is below every number, as a fault that nobody found is.

    A quantile that falls among those is None itself; `n` counts all, `found` the numbers.
    """
    found = sorted(value for value in values if value is not None)
    missed = len(values) - len(found)
    days: dict[str, float | None] = {}
    for name, part in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        place = ceil(part * len(values)) - 1 - missed
        days[name] = found[place] if 0 <= place < len(found) else None
    return {"n": len(values), "found": len(found), **days}


def recall_curve(scores: Sequence[float | None], false_scores: Sequence[float], months: float) -> list[dict[str, Any]]:
    """Recall against false findings per 1000 appliance-months as the least probability to be heard falls.

    `scores` has one entry per fault: the probability with which it was found, None if it was not.
    """
    limits = sorted({score for score in (*scores, *false_scores) if score is not None}, reverse=True)
    curve = []
    for limit in limits:
        hits = sum(score is not None and score >= limit for score in scores)
        false = sum(score >= limit for score in false_scores)
        curve.append(
            {
                "limit": limit,
                "recall": hits / len(scores) if scores else None,
                "false_per_1000": 1000 * false / months if months > 0 else None,
            }
        )
    return curve


def recall_at_budget(curve: Sequence[dict[str, Any]], budget: float) -> float | None:
    """The best recall whose false findings stay within `budget` per 1000 appliance-months; 0 if none does."""
    if not curve or curve[0]["recall"] is None or curve[0]["false_per_1000"] is None:
        return None
    within = [float(point["recall"]) for point in curve if point["false_per_1000"] <= budget]
    return max(within, default=0.0)
