"""Precision, notice and costs are added up from rows, and the groups of a cut add up to the whole."""

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.service_record import Done, FindingRecord, LedgerRow
from quality.cuts import Dimension, rows_by, rows_of
from quality.detectors import by_detector, detector_figures
from quality.ledger import add_up, cost_ledger

PLACE = {"region": "North", "outlet": "o1", "technician": "t1", "model": "A 1", "month": "2026-03"}
NAMES = st.sampled_from(("a", "b", "none"))
COUNTS = st.integers(0, 50)
ROWS = st.builds(
    LedgerRow,
    **dict.fromkeys(PLACE, NAMES),
    done=st.builds(Done, **{field.name: COUNTS for field in fields(Done)}),  # whole numbers, so that sums are exact
)


def finding(*, confirmed: bool = False, wrong: bool = False, days: float | None = None, **place: str) -> FindingRecord:
    return FindingRecord(
        **{**PLACE, **place}, kind="dryer", fault="vent_clog", detector="rule 1", confirmed=confirmed, wrong=wrong,
        days_before_work=days,
    )  # fmt: skip


def test_precision_and_notice_of_some_findings() -> None:
    some = [finding(confirmed=True, days=days) for days in (1.0, 3.0, 11.0)]
    some += [finding(confirmed=True), finding(wrong=True), finding()]
    found = detector_figures(some)
    assert (found.findings, found.confirmed, found.wrong, found.precision.value) == (6, 4, 1, 0.8)
    # Ten per cent of the way through three values lies at 0.2 of the step from the first to the second: 1 + 0.2 x 2.
    assert (found.days_p10, found.days_before_work, found.days_p90) == pytest.approx((1.4, 3.0, 9.4))
    nothing = detector_figures([finding()])
    assert (nothing.precision.value, nothing.days_before_work) == (None, None)
    assert list(by_detector(some)) == [("dryer", "vent_clog", "rule 1")]


def test_rows_are_narrowed_and_parted() -> None:
    some = [finding(region="North"), finding(region="South"), finding(region="South", outlet="o2")]
    assert [len(rows) for rows in rows_by(some, "region").values()] == [1, 2]
    assert len(rows_of(some, {"region": "South", "outlet": None})) == 2
    assert rows_of(some, {"region": "South", "outlet": "o1"}) == [some[1]]


@given(st.lists(ROWS, max_size=12), st.sampled_from(get_args(Dimension)))
def test_the_groups_of_every_cut_add_up_to_the_whole(rows: list[LedgerRow], by: Dimension) -> None:
    whole = add_up(rows)
    groups = [add_up(some) for some in rows_by(rows, by).values()]
    for field in fields(Done):
        assert sum(getattr(group, field.name) for group in groups) == getattr(whole, field.name)


def test_a_group_costs_what_its_own_rows_say() -> None:
    done = Done(
        visits=0.5,
        reminders=2,
        avoided_visits=1,
        prevented_failures=1,
        breakdowns=0,
        parts_cost=10.0,
        parts_without_price=3,
        months=12.0,
    )
    costs = cost_ledger(add_up([LedgerRow(**PLACE, done=done)]))
    assert costs["missing"] == {"parts_without_price": 3}
    assert costs["predicted"] == 0.5 * 120 + 2 * 1 + 10
    assert costs["reactive"] == 1 * 320 + 1 * 120 + 10
    assert costs["calendar"] == pytest.approx(12 / 12 * 80 + 0.7 * (320 + 120) + 10)
