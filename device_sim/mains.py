"""Mains voltage at the meter and mains water pressure over one day."""

import numpy as np
from numpy.typing import NDArray

from device_sim.params import DAY_MIN

Floats = NDArray[np.float64]


def voltage_day(rng: np.random.Generator, *, usual_v: float) -> Floats:
    """Upstream voltage in V at one-minute steps.

    EN 50160 allows 230 V +/-10 %; here the street sags 2-4 V in the evening, with slow noise and the odd
    transformer tap step (E).
    """
    minutes = np.arange(DAY_MIN)
    evening = -rng.uniform(2.0, 4.0) * np.exp(-(((minutes - 1170) / 130.0) ** 2))
    night = 1.5 * np.cos(2.0 * np.pi * (minutes - 210) / DAY_MIN)
    slow = np.interp(minutes, np.arange(0, 1441, 30), rng.normal(0.0, 0.9, 49))
    step = np.where(minutes >= rng.integers(0, DAY_MIN), rng.choice([-2.5, 0.0, 0.0, 2.5]), 0.0)
    return usual_v + evening + night + slow + step + rng.normal(0.0, 0.25, DAY_MIN)


def pressure_day(rng: np.random.Generator, *, usual_bar: float) -> Floats:
    """Mains water pressure in bar: lower at breakfast and dinner, one weak day in twenty (E)."""
    minutes = np.arange(DAY_MIN)
    busy = np.exp(-(((minutes - 450) / 60.0) ** 2)) + np.exp(-(((minutes - 1140) / 90.0) ** 2))
    weak = 0.55 if rng.random() < 0.05 else 1.0
    return np.clip(usual_bar * weak * (1.0 - 0.15 * busy) * rng.normal(1.0, 0.03), 0.6, 8.0)
