"""Per-unit draws of several homes, stacked into one array per constant."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def stack(draws: Sequence[Mapping[str, float | bool | int]]) -> dict[str, Any]:
    """Turn a list of equally keyed draws into arrays, one entry per home."""
    return {name: np.array([draw[name] for draw in draws]) for name in draws[0]}
