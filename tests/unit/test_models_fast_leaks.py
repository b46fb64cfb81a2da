"""A leak's last weeks are fast, and still no step: what comes in a day is a valve that lost its place, or a sensor."""

from datetime import date, timedelta

import numpy as np
import pytest

from models.detectors.amplitude import Amplitudes, grows_too_fast
from models.detectors.known_faults import SIGNATURES
from models.detectors.signature import Signature

EARLY = next(one for one in SIGNATURES if (one.fault, one.stage) == ("refrigerant_leak", "early"))
CLOG = next(one for one in SIGNATURES if one.fault == "filter_clog" and one.kind == EARLY.kind)
FAST = [0.02, 0.04, 0.06, 0.09, 0.12, 0.16, 0.20, 0.24, 0.28]
"""The last half week's median is 0.22, that of the one before 0.075: two thirds of it came between them."""


def amplitudes(last: list[float]) -> Amplitudes:
    values = np.array([*[0.0] * 20, *last])
    days = tuple(date(2026, 7, 1) + timedelta(days=place) for place in range(len(values)))
    return Amplitudes(days=days, values=values, each=values, added=values, carried=False, noise=0.02, drift=0.02)


def test_a_leak_may_come_within_nine_days_and_a_clog_may_not() -> None:
    assert not grows_too_fast(EARLY, amplitudes(FAST))
    assert grows_too_fast(CLOG, amplitudes(FAST))


@pytest.mark.parametrize("signature", [EARLY, CLOG])
def test_what_comes_in_a_day_is_neither(signature: Signature) -> None:
    assert grows_too_fast(signature, amplitudes([0.2] * 7))
