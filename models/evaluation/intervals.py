"""Whether P10 to P90 of a prognosis holds what it promises, and how much it says: coverage beside sharpness."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from scipy.stats import binomtest

from models.evaluation.figures import spread

PROMISED: Final = 0.9
"""Share of failures that P10 to P90 is set to hold (docs/decisions/0042)."""


class Ended(NamedTuple):
    """A prognosis as it was raised, and when it failed: days from raising; negative if it had failed already."""

    p10: float
    p50: float
    p90: float
    failed: float

    @property
    def width(self) -> float:
        """Days from P10 to P90."""
        return self.p90 - self.p10


def coverage(ended: Mapping[str, Sequence[Ended]], given: int) -> dict[str, Any]:
    """By class of fault: failures within P10 to P90, on which side the others fell, and how wide the interval was.

    `given` is the number of findings with a prognosis, whether they failed or not.
    """
    return {
        "promised": PROMISED,
        "with_interval": given,
        "classes": {name: _class(some) for name, some in sorted(ended.items()) if some},
    }


def _class(some: Sequence[Ended]) -> dict[str, Any]:
    before, after = sum(one.failed < one.p10 for one in some), sum(one.failed > one.p90 for one in some)
    inside = len(some) - before - after
    exact = binomtest(inside, len(some)).proportion_ci(confidence_level=0.95, method="exact")  # Clopper, Pearson 1934
    return {
        "n": len(some),
        "inside": inside / len(some),
        "low": float(exact.low),
        "high": float(exact.high),
        "before_p10": before,
        "after_p90": after,
        "before_p50": sum(one.failed < one.p50 for one in some),
        "width_days": spread([one.width for one in some]),
        "width_over_days_left": spread([one.width / one.failed for one in some if one.failed > 0]),
        "score_days": sum(_score(one) for one in some) / len(some),
    }


def _score(one: Ended) -> float:
    """The proper score of a 90 % interval, days, lower is better: its width, and twenty times what it missed by
    (Gneiting and Raftery 2007)."""
    missed = max(0.0, one.p10 - one.failed, one.failed - one.p90)
    return one.width + 2.0 / (1.0 - PROMISED) * missed
