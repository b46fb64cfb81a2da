"""Independent random streams, one per purpose, so that a home's life depends on the seed, itself and the day only."""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for; never renumber, or every recorded seed changes its meaning."""

    WEATHER = 1
    HEAT_WAVE = 2
    TRAITS = 3
    UNITS = 4
    LIFE = 5
    NOISE = 6
    FAULT_GROWTH = 7
    FAULT_PLAN = 8
    OWNER = 9
    MAINS = 10
    CYCLE = 11
    REPAIR = 12
    FLEET_PLAN = 13
    HOLIDAY = 14
    HABITS = 15
    FIRMWARE = 16
    MORE_NOISE = 17
    MORE_LIFE = 18
    STREET = 19
    SENSOR = 20
    ARRIVAL = 21


def stream(seed: int, purpose: Purpose, *keys: int) -> np.random.Generator:
    """Return the generator that belongs to `seed`, `purpose` and `keys` (whole numbers, not negative)."""
    numbers = (seed, int(purpose), *keys)
    # An array of words is seeded with at once, a list of numbers one by one; below 2^32 they mean the same stream.
    return np.random.default_rng(np.array(numbers, dtype=np.uint32) if max(numbers) < 2**32 else numbers)
