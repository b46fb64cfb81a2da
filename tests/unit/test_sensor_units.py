"""What reads in another unit does so until somebody sets it right; hot water and chance are neither broken."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain.signals import Kind
from models.detectors.meter_troubles import meter_troubles
from models.detectors.sensor_troubles import troubles
from models.features.sensors import ENERGY_GAP, USUAL
from models.history import DatedIndex, history_of
from tests.unit.synthetic_days import FIRST, evening

WASHES_C = [30.0, 24.7, 35.3] * 2 + [24.7, 35.3, 30.0] * 2
"""The middle of a wash's rows, as this home washes."""


def broken(kind: Kind, index: str, values: Sequence[float], spread: float) -> list[str]:
    """The sensors told of after one observed day of each value."""
    rows: list[DatedIndex] = [
        (FIRST + timedelta(days=number), index, value, spread, 80.0) for number, value in enumerate(values)
    ]
    history = history_of(rows, evening(len(values)))
    return [one.signal for one in (*troubles(kind, history), *meter_troubles(history))]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([59.9, 59.7], []),  # two hot washes: the coldest of this home would read 76 °F
        ([86.0, 95.5, 76.5], ["water_c"]),  # 30.0, 35.3 and 24.7 °C
    ],
)
def test_hot_washes_are_not_in_fahrenheit(now: list[float], told: list[str]) -> None:
    assert broken(Kind.WASHING_MACHINE, f"{USUAL}.water_c", WASHES_C + now, 40.0) == told


@pytest.mark.parametrize("days", [2, 12, 40])
def test_another_unit_is_told_for_as_long_as_it_lasts(days: int) -> None:
    moved = [0.7, 0.69, 0.71] * 5
    assert broken(Kind.WASHING_MACHINE, f"{USUAL}.vibration_mm_s", moved, 4.0) == []
    tenfold = [6.9 + 0.1 * (number % 3) for number in range(days)]
    assert broken(Kind.WASHING_MACHINE, f"{USUAL}.vibration_mm_s", moved + tenfold, 40.0) == ["vibration_mm_s"]


def test_what_goes_back_by_itself_is_sound_again_however_long_it_lasted() -> None:
    moved, tenfold = [0.7, 0.69, 0.71] * 5, [6.9, 7.0, 7.1] * 13
    assert broken(Kind.WASHING_MACHINE, f"{USUAL}.vibration_mm_s", moved + tenfold + moved, 4.0) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([-2.8, 0.49, 0.48], []),  # few rows at work: chance goes both ways
        ([0.52, 0.49, 0.48], ["power_w"]),
    ],
)
def test_a_meter_is_off_to_one_side(now: list[float], told: list[str]) -> None:
    assert broken(Kind.WATER_HEATER, ENERGY_GAP, [0.02, -0.03, 0.01, 0.0, -0.01, 0.02, *now], 0.0) == told
