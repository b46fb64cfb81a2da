"""A dust sensor that reads ten times what it did: its last digit tells, whatever the air is like."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from domain.signals import Kind
from models.detectors.sensor_fault import DETECTORS
from models.features import daily_indices
from models.features.day import Day, Floats, Rows
from models.history import DatedIndex, history_of
from tests.unit.synthetic_days import FIRST, evening

LAST, WRONG_FROM = 16, 14
ROWS = 288
By = Callable[[int, Floats], Floats]
JUDGE = next(one for one in DETECTORS if Kind.AIR_PURIFIER in one.kinds).judge


def day_of(number: int, said: By) -> Day:
    """A day at five minutes: 3 or 4 whole micrograms, and after cooking 150, a fifth less with each row."""
    rng = np.random.default_rng(number)
    dust = rng.integers(3, 5, ROWS) + np.round(150.0 * 0.8 ** (np.arange(ROWS) % 100))
    midnight_s = evening(number).timestamp() - 23 * 3600.0
    numbers = {"fan_level": np.ones(ROWS), "pm25_ugm3": said(number, dust.astype(np.float64))}
    rows = Rows(time_s=midnight_s + 300.0 * np.arange(ROWS), numbers=numbers)
    return Day(day=FIRST + timedelta(days=number), readings=rows)


def is_said(said: By, *, today: int = LAST) -> bool:
    rows: list[DatedIndex] = [
        (day.day, one.index, one.value, one.spread, one.weight)
        for day in (day_of(number, said) for number in range(today))
        for one in daily_indices(Kind.AIR_PURIFIER, day)
    ]
    verdict = JUDGE(history_of(rows, evening(today)), {}, evening(today))
    return verdict is not None and verdict.present


@pytest.mark.parametrize(("said", "present"), [
    (lambda n, dust: dust * (10.0 if n >= WRONG_FROM else 1.0), True),
    (lambda n, dust: dust * (10.0 if n == WRONG_FROM else 1.0), False),
    (lambda n, dust: np.round(dust, -1) * 1.0, False),
    (lambda n, dust: dust + (60.0 if n >= WRONG_FROM else 0.0), False),
    (lambda n, dust: np.where(np.arange(ROWS) < 10, 10.0, 0.0) if n >= WRONG_FROM else dust, False),
], ids=["two days of tenfold", "one day", "always in tens", "a week of smog", "too few that are not zero"])  # fmt: skip
def test_only_tens_where_it_said_ones_is_another_unit(said: By, present: bool) -> None:
    assert is_said(said) is present
