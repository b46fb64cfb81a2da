"""What a visit may cost, by hand; and when a licence is used up."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.prices import PricedTask, PriceList, overcharged, quote
from quality.points import FULL, none_left

PRICES = PriceList(call_out_cents=4_000, hour_cents=6_000)
PAID = PricedTask(what="drain", minutes=45, covered=False, parts=[("pump", 1, 5_500), ("hose", 2, 300)])
FREE = PricedTask(what="seal", minutes=30, covered=True, parts=[("gasket", 1, 9_900)])
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tasks", "cents"),
    [
        ([PAID], 4_000 + 4_500 + 5_500 + 600),
        ([PAID, FREE], 14_600),
        ([FREE], 0),
        ([], 0),
        ([PricedTask(what="x", minutes=60, covered=False, parts=[("odd", 1, None)])], None),
    ],
)
def test_a_quote_is_the_call_out_the_planned_time_and_the_parts_that_no_warranty_pays(
    tasks: list[PricedTask], cents: int | None
) -> None:
    allowed = quote(tasks, PRICES)
    assert allowed.cents == cents
    assert allowed.known_cents == (10_000 if cents is None else cents), "what has a price is said all the same"
    assert allowed.without_price == (("1 x odd",) if cents is None else ())
    limit = None if cents is None else cents + 100
    assert not overcharged(10**9 if limit is None else limit, allowed)
    assert limit is None or overcharged(limit + 1, allowed)


def test_only_what_the_last_decision_did_not_know_of_suspends() -> None:
    used = [(-FULL, NOW - timedelta(days=9))]
    assert none_left(used, NOW, None)
    assert not none_left(used, NOW, NOW - timedelta(days=1))
    assert none_left([*used, (-1, NOW)], NOW, NOW - timedelta(days=1))
    assert not none_left([(-FULL, NOW - timedelta(days=365))], NOW, None), "after a year it no longer counts"
    assert not none_left([(1 - FULL, NOW)], NOW, None)
