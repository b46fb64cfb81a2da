"""Rows moved to an appliance that is judged already are judged too."""

from datetime import timedelta

import pytest

from domain.signals import Kind
from store.database import Connection
from store.scoring_due import note_moved
from tests.integration.test_scoring_incremental import ARRIVED, register, score, store_cycles
from tests.unit.synthetic_days import washing_day

pytestmark = pytest.mark.integration


def test_moved_rows_are_due_once_noted(connection: Connection) -> None:
    key = register(connection, "wm-1", Kind.WASHING_MACHINE)
    pace = [2.0] * 12 + [3.2] * 4
    days = [washing_day(number, value) for number, value in enumerate(pace)]
    store_cycles(connection, key, days[:12], ARRIVED)
    score(connection, ARRIVED)
    store_cycles(connection, key, days[12:], ARRIVED - timedelta(days=1))  # arrived long ago, under another name
    later = ARRIVED + timedelta(hours=1)
    assert score(connection, later) == []
    first, last = days[12].starts_s, days[15].starts_s + 80_000
    with connection.transaction():
        moved = connection.execute("SELECT to_timestamp(%s), to_timestamp(%s)", [first, last]).fetchone()
        assert moved is not None
        note_moved(connection, key, moved[0], moved[1], later)
    due = connection.execute("SELECT array_agg(day ORDER BY day) FROM day_due").fetchone()
    assert due == ([day.day for day in days[12:]],)
    assert [found.verdict.present for found in score(connection, later)] == [True]
