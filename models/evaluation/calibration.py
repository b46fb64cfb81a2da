"""How good probabilities are: a proper score and what it is made of, and the calibration error beside what chance makes
of it.

With few findings even a forecast that is calibrated perfectly shows a calibration error, because shares of few findings
scatter around what was said. So the error stands beside what such a forecast would show with the same probabilities.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.evaluation.figures import SEED, Floats

BINS: Final = 10
DRAWS: Final = 2000
"""Of a perfectly calibrated forecast: its mean error is then known to about 2 % (E)."""


class Counts(NamedTuple):
    """What a finding counts if it is true, and if it is not: what brings an enriched fleet to real base rates."""

    true: float = 1.0
    false: float = 1.0


EACH_ONE: Final = Counts()
"""Where nothing is known of base rates."""


def calibration(
    probabilities: Sequence[float], came_true: Sequence[bool], counts: Sequence[Counts] | None = None
) -> dict[str, Any]:
    """Brier score with its parts, and the expected calibration error over ten bins of equal width.

    `counts` weigh the findings; without them each counts one. `perfect` is the error that findings of the same
    probabilities would show if each was exactly as likely as it says: mean and 95 % range. `effective` is what the
    weighted findings are worth in equal ones (Kish 1965); `said` and `was` are the mean probability and the true share.
    """
    if not probabilities:
        nothing = dict.fromkeys(("said", "was", "brier", "ece", "perfect", "parts"))
        return {"n": 0, "effective": 0.0, **nothing, "bins": []}
    said = np.asarray(probabilities, dtype=np.float64)
    was = np.asarray(came_true, dtype=np.bool_)
    if_true, if_false = np.asarray(counts or [EACH_ONE] * len(said), dtype=np.float64).T
    weights = np.where(was, if_true, if_false)
    place = _bin_of(said)
    brier = float(np.average((said - was) ** 2, weights=weights))
    bins = [_bin(said[inside], was[inside], weights[inside]) for inside in _members(place) if weights[inside].sum() > 0]
    return {
        "n": len(said),
        "effective": float(weights.sum() ** 2 / (weights**2).sum()),
        "said": float(np.average(said, weights=weights)),
        "was": float(np.average(was, weights=weights)),
        "brier": brier,
        "ece": float(_errors(said, was[np.newaxis], weights[np.newaxis], place)[0]),
        "perfect": _perfect(said, if_true, if_false, place),
        "parts": _parts(brier, bins),
        "bins": [{name: one[name] for name in ("n", "said", "was")} for one in bins],
    }


def _bin_of(said: Floats) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    return found


def _members(place: NDArray[np.int64]) -> list[NDArray[np.bool_]]:
    return [place == number for number in range(BINS)]


def _bin(said: Floats, was: NDArray[np.bool_], weights: Floats) -> dict[str, Any]:
    mean, real = (float(np.average(side, weights=weights)) for side in (said, was))
    return {"n": len(said), "said": mean, "was": real, "weight": float(weights.sum())}


def _errors(said: Floats, was: NDArray[np.bool_], weights: Floats, place: NDArray[np.int64]) -> Floats:
    """The calibration error of each row of outcomes: weight of a bin times its distance, which is the sum of weighted
    differences in it."""
    gaps = weights * (said - was)
    by_bin = np.abs(gaps @ (place[:, np.newaxis] == np.arange(BINS)))
    found: Floats = by_bin.sum(axis=1) / weights.sum(axis=1)
    return found


def _perfect(said: Floats, if_true: Floats, if_false: Floats, place: NDArray[np.int64]) -> dict[str, float]:
    """Outcomes drawn as likely as said at real base rates. Among the findings that were drawn by the enriched fleet a
    true one is then more frequent by how much less it counts: its odds are those said times false over true count."""
    rng = np.random.default_rng(SEED)
    there, absent = said * np.maximum(if_false, 1e-9), (1.0 - said) * np.maximum(if_true, 1e-9)
    was = rng.random((DRAWS, len(said))) * (there + absent) < there
    errors = _errors(said, was, np.where(was, if_true, if_false), place)
    low, high = np.quantile(errors, [0.025, 0.975])
    return {"ece": float(errors.mean()), "low": float(low), "high": float(high)}


def _parts(brier: float, bins: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Brier = reliability - resolution + uncertainty + what differs within bins (Murphy 1973, Stephenson 2008).

    `skill` is the share of the uncertainty that the forecast takes away; 0 where nothing was uncertain.
    """
    weights, said, was = (np.array([one[name] for one in bins]) for name in ("weight", "said", "was"))
    base = float(np.average(was, weights=weights))
    reliability = float(np.average((said - was) ** 2, weights=weights))
    resolution = float(np.average((was - base) ** 2, weights=weights))
    uncertainty = base * (1.0 - base)
    return {
        "reliability": reliability,
        "resolution": resolution,
        "uncertainty": uncertainty,
        "within_bins": brier - reliability + resolution - uncertainty,
        "skill": 1.0 - brier / uncertainty if uncertainty > 0 else 0.0,
    }
