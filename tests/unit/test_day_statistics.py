"""What a day's values are summed up by is what NumPy says, to the last digit: only faster for so few."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.features.day import median_of, quantiles_of

SOME = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)
SHARES = (0.0, 0.1, 0.5, 0.85, 0.97, 1.0)


@given(SOME)
def test_quantiles_and_median_are_those_of_numpy(values: np.ndarray) -> None:
    assert quantiles_of(values, SHARES) == np.quantile(values, SHARES).tolist()
    assert median_of(values) == np.median(values)


def test_between_two_values_it_is_linear() -> None:
    # Places 0 to 3; 0.5 of the way is place 1.5, 0.9 is place 2.7: 4 + 0.7 * (8 - 4).
    assert quantiles_of(np.array([8.0, 1.0, 2.0, 4.0]), (0.5, 0.9)) == [3.0, 8.0 - 4.0 * (1.0 - (3 * 0.9 - 2))]
