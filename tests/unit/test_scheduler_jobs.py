"""The table of jobs and the slots they run in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.jobs import JOBS, slot_of
from scheduler.process import SlotTrigger
from scheduler.settings import Pace, SchedulerSettings

moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
lengths = st.integers(min_value=1, max_value=7 * 86_400 * 2).map(lambda halves: timedelta(seconds=halves / 2))


@pytest.mark.parametrize(
    ("moment", "every", "expected"),
    [
        (datetime(2026, 3, 1, 10, 14, 59, 999999, UTC), timedelta(minutes=15), datetime(2026, 3, 1, 10, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 10, 15, 0, 0, UTC), timedelta(minutes=15), datetime(2026, 3, 1, 10, 15, tzinfo=UTC)),
        (datetime(2026, 3, 29, 2, 30, 0, 0, UTC), timedelta(days=1), datetime(2026, 3, 29, tzinfo=UTC)),
    ],
)
def test_slots_begin_on_the_round_minute(moment: datetime, every: timedelta, expected: datetime) -> None:
    assert slot_of(moment, every) == expected


@given(moments, lengths)
def test_a_moment_lies_in_its_slot_and_the_slot_in_itself(moment: datetime, every: timedelta) -> None:
    slot = slot_of(moment, every)
    assert slot <= moment < slot + every
    assert slot_of(slot, every) == slot


@given(moments, lengths)
def test_the_clock_fires_at_once_and_then_at_the_start_of_every_next_slot(moment: datetime, every: timedelta) -> None:
    trigger = SlotTrigger(every)
    assert trigger.get_next_fire_time(None, moment) == moment
    following = trigger.get_next_fire_time(moment, moment)
    assert moment < following <= moment + every
    assert slot_of(following, every) == following
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert trigger.get_next_fire_time(elsewhere, elsewhere) == following


def test_the_table_of_jobs_is_complete_and_readable() -> None:
    assert [job.name for job in JOBS] == sorted({job.name for job in JOBS}, key=[j.name for j in JOBS].index)
    settings = SchedulerSettings(database_url="", mqtt_url="")
    for job in JOBS:
        assert job.purpose
        assert job.slotted is (job.every(settings) >= timedelta(seconds=1))
        assert timedelta(seconds=0.5) <= job.demo <= job.production


def test_an_interval_can_be_set_and_the_demo_is_faster() -> None:
    score = next(job for job in JOBS if job.name == "score")
    assert score.every(SchedulerSettings(database_url="", mqtt_url="")) == timedelta(minutes=15)
    assert score.every(SchedulerSettings(database_url="", mqtt_url="", pace=Pace.DEMO)) == timedelta(seconds=2)
    own = SchedulerSettings(database_url="", mqtt_url="", every={"score": timedelta(hours=1)})
    assert score.every(own) == timedelta(hours=1)
