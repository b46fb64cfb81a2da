"""Parts of a fleet by what its appliances tell."""

from dataclasses import replace

import numpy as np
import pytest

from domain.signals import Kind
from models.evaluation.splits import splits
from models.features.day import Rows
from models.features.scope import tells_only_power
from tests.unit.evaluation_cases import at, fleet, watched

FRIDGES = fleet(dict.fromkeys(("plugged", "whole", "mute"), Kind.REFRIGERATOR) | {"main": Kind.CIRCUIT})


def test_what_a_plug_alone_tells_of_is_a_part_with_its_own_time() -> None:
    seen = watched(FRIDGES, 30)
    seen |= {name: replace(seen[name], only_power=True) for name in ("plugged", "main")}  # a circuit has nothing else
    (part,) = [one for one in splits(FRIDGES, seen, None) if one.name == "only power"]
    assert [part.days(one) for one in seen.values()] == [30, 0, 0, 0]
    assert [part.holds(name, at(3)) for name in seen] == [True, False, False, False]
    assert "only power" not in [one.name for one in splits(FRIDGES, watched(FRIDGES), None)]


@pytest.mark.parametrize(
    ("numbers", "cycles", "expected"),
    [
        ({"power_w": [80.0], "voltage_v": [230.0]}, 0, True),
        ({"power_w": [80.0], "fridge_c": [np.nan]}, 0, True),
        ({"power_w": [80.0], "fridge_c": [4.0]}, 0, False),
        ({"power_w": [80.0]}, 1, False),
        ({"voltage_v": [230.0]}, 0, False),
    ],
)
def test_a_plug_tells_power_and_nothing_else(numbers: dict[str, list[float]], cycles: int, expected: bool) -> None:
    rows = Rows(time_s=np.zeros(1), numbers={name: np.array(values) for name, values in numbers.items()})
    assert tells_only_power(rows, Rows(time_s=np.zeros(cycles))) is expected
