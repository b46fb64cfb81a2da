"""How long a refrigerator runs and rests between the two temperatures at which its thermostat switches.

It needs no thermometer, so that a metering plug tells as much. With C dT/dt = UA (ambient - inside) - capacity and a
band of B kelvin, a rest takes C B / heat that comes in, and a run C B / (capacity - heat that comes in).
"""

from typing import Final

import numpy as np

from models.features.day import DayIndex, Floats, Mask, Rows, single
from models.features.stretches import changes, stretches

CYCLE_PACE: Final = "cycle_pace_per_h"
"""One over the mean run and one over the mean rest together, 1/h: capacity over C B. Kitchen, door gasket and
shopping, which move each of the two, leave their sum as it is."""
REST_PACE: Final = "rest_pace_per_h"
"""One over the mean rest, 1/h: heat that comes in over C B. A torn gasket raises it and takes a little of the cold, as
a hot kitchen does: it is the context of `CYCLE_PACE`."""
LEAST_CYCLES: Final = 2
SHORT_SHARE: Final = 0.2
"""Where more runs than this are given up it is not the thermostat that ends them (E)."""


def pace_indices(rows: Rows, on: Mask, defrost: Mask, *, gap_s: float, short_s: float) -> list[DayIndex]:
    """Both paces of a day with two whole runs and rests; what a defrost begins or ends is longer than usual.

    A silence of `gap_s` seconds hides what was between; a run of up to `short_s` seconds was given up.
    """
    cuts = changes(rows.time_s, gap_s)
    run_h = _whole_h(rows.time_s, on, defrost, cuts)
    rest_h = _whole_h(rows.time_s, ~on & ~defrost, defrost, cuts)
    cycles = min(len(run_h), len(rest_h))
    if cycles < LEAST_CYCLES or float((run_h <= short_s / 3600.0).mean()) > SHORT_SHARE:
        return []
    rest_per_h = 1.0 / float(rest_h.mean())
    return [
        *single(CYCLE_PACE, rest_per_h + 1.0 / float(run_h.mean()), cycles),
        *single(REST_PACE, rest_per_h, cycles),
    ]


def _whole_h(time_s: Floats, state: Mask, defrost: Mask, cuts: Mask) -> Floats:
    """Hours of each stretch of `state` whose start and end were seen and which no defrost began or ended."""
    return np.array(
        [
            (time_s[end] - time_s[start]) / 3600.0
            for start, end in stretches(state, cuts)
            if start > 0 and end < len(state) and not (cuts[start] or cuts[end] or defrost[start - 1] or defrost[end])
        ]
    )
