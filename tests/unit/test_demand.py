"""The forecast of demand, against hand calculation and a reference library."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.demand import BASE_RATES, Due, demand_of, distribution, share_by, to_order, yearly_rate
from domain.faults import FAULTS
from domain.part_needs import prior

NOW = datetime(2025, 6, 2, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def test_two_coins_by_hand() -> None:
    # 0.5 and 0.2: none 0.4, one 0.5 * 0.8 + 0.5 * 0.2 = 0.5, both 0.1
    assert distribution([0.5, 0.2], 0.0) == pytest.approx([0.4, 0.5, 0.1])
    found = demand_of([0.5, 0.2], 0.0)
    assert (found.mean, found.p50, found.p90) == (pytest.approx(0.7), 1, 1)
    assert demand_of([], 0.0).p90 == 0
    assert demand_of([1.0, 1.0], 0.0).p50 == 2


@given(chances=st.lists(st.floats(0, 1), min_size=1, max_size=25), mean=st.floats(0, 20))
def test_the_sum_is_the_poisson_binomial_of_the_reference_library_convolved_with_its_poisson(
    chances: list[float], mean: float
) -> None:
    found = distribution(chances, mean)
    pieces = np.arange(len(found))
    coins = stats.poisson_binom(chances).pmf(pieces)
    expected = np.convolve(coins, stats.poisson(mean).pmf(pieces))[: len(found)]
    assert np.abs(np.array(found) - expected).max() < 1e-6
    assert sum(found) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("chances", "mean"), [([1.1], 0.0), ([-0.1], 0.0), ([0.5], -1.0), ([0.5], 1e6)])
def test_what_is_no_probability_is_refused(chances: list[float], mean: float) -> None:
    with pytest.raises(ValueError, match="is not within"):
        distribution(chances, mean)


@pytest.mark.parametrize(
    ("due", "weeks", "share"),
    [
        (Due(fixed=NOW + WEEK), 1, 0.0),
        (Due(fixed=NOW + WEEK), 1.1, 1.0),
        (Due(fixed=NOW - WEEK), 0.1, 1.0),  # overdue is due now
        (Due(), 1, 0.25),
        (Due(), 9, 1.0),
        (Due(p10=NOW + 2 * WEEK, p50=NOW + 6 * WEEK, p90=NOW + 9 * WEEK), 1, 0.25),
        (Due(p10=NOW + 2 * WEEK, p50=NOW + 6 * WEEK, p90=NOW + 9 * WEEK), 4, 0.75),
        (Due(p10=NOW - 2 * WEEK, p50=NOW - WEEK, p90=NOW), 0.1, 1.0),
    ],
)
def test_when_somebody_comes(due: Due, weeks: float, share: float) -> None:
    assert share_by(NOW + weeks * WEEK, due, NOW) == pytest.approx(share)


def test_a_fleets_own_rate_outweighs_the_base_by_its_years() -> None:
    # (0.03 * 200 + 14) / (200 + 200) = 0.05
    assert yearly_rate(0.03, 14, 200.0) == pytest.approx(0.05)
    assert yearly_rate(0.03, 0, 0.0) == pytest.approx(0.03)


def test_what_is_there_or_coming_is_not_ordered_again() -> None:
    assert [to_order(5, 2, 1), to_order(2, 2, 0), to_order(1, 5, 0)] == [2, 0, 0]


def test_every_base_rate_is_of_a_fault_that_needs_a_part_and_of_nearly_all_such() -> None:
    assert all(prior(kind, fault) for kind, fault in BASE_RATES)
    assert {(str(f.kind), f.code) for f in FAULTS.values() if f.kind and f.parts} == set(BASE_RATES)
