"""Clocks that run ahead, of the scheduler, of a worker or of an appliance: what came meanwhile and after is judged."""

from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from domain.signals import Kind
from store.clocks import AHEAD
from store.database import Connection
from tests.integration.test_scoring_incremental import clogging, register, score, store_cooling
from tests.unit.synthetic_days import Cooling, cooling_day

pytestmark = pytest.mark.integration
ARRIVED = datetime(2025, 9, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)


def judged_days(connection: Connection, key: int) -> list[date]:
    rows = connection.execute("SELECT DISTINCT day FROM feature_day WHERE appliance_key = %s ORDER BY day", [key])
    return [day for (day,) in rows]


def test_a_scheduler_whose_clock_ran_ahead_passes_nothing_by(connection: Connection) -> None:
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    days = [clogging(number) for number in range(3)]
    store_cooling(connection, key, days[:1], ARRIVED)
    score(connection, ARRIVED + YEAR)
    store_cooling(connection, key, days[1:2], ARRIVED + HOUR)
    score(connection, ARRIVED + YEAR + HOUR)  # still ahead
    store_cooling(connection, key, days[2:], ARRIVED + 2 * HOUR)
    score(connection, ARRIVED + 3 * HOUR)  # put right
    assert judged_days(connection, key) == [day.day for day in days]


def test_when_the_whole_machine_ran_ahead_what_came_meanwhile_and_afterwards_is_judged(connection: Connection) -> None:
    right, ahead = (register(connection, name, Kind.AIR_CONDITIONER) for name in ("ac-1", "ac-2"))
    days = [clogging(number) for number in range(3)]
    store_cooling(connection, right, days[:1], ARRIVED)
    score(connection, ARRIVED + HOUR)
    store_cooling(connection, right, days[1:2], ARRIVED + YEAR)  # its own clock is right, the arrival is not
    moved = [cooling_day(number, Cooling()) for number in range(365, 367)]
    store_cooling(connection, ahead, moved, ARRIVED + YEAR)  # took the time from the machine
    score(connection, ARRIVED + YEAR + HOUR)
    assert judged_days(connection, ahead) == [day.day for day in moved]

    now = ARRIVED + timedelta(hours=5)  # put right
    store_cooling(connection, right, days[2:], now - HOUR)
    store_cooling(connection, ahead, days[2:], now - HOUR)
    with capture_logs() as logs:
        score(connection, now)
    assert [(one["event"], one["rows_stamped_anew"] > 0) for one in logs if "clock" in one["event"]] == [
        ("clock_ran_ahead", True)
    ]
    with capture_logs() as logs:
        score(connection, now + HOUR)
    assert [one for one in logs if "clock" in one["event"]] == []
    assert judged_days(connection, right) == [day.day for day in days]
    assert judged_days(connection, ahead) == [days[2].day], "days that have not come are judged by nobody"
    (newest,) = connection.execute("SELECT max(data_to) FROM judged").fetchone() or (None,)
    assert newest < now
    assert (
        connection.execute("SELECT 1 FROM reading_air_conditioner WHERE received_at > %s", [now + AHEAD]).rowcount == 0
    )


def test_a_worker_whose_clock_runs_ahead_has_its_rows_judged_now(connection: Connection) -> None:
    (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (ARRIVED,)
    key = register(connection, "ac-1", Kind.AIR_CONDITIONER)
    store_cooling(connection, key, [clogging(0)], now + YEAR)
    score(connection, now)
    assert judged_days(connection, key) == []
    score(connection, now + timedelta(seconds=10))
    assert judged_days(connection, key) == [clogging(0).day]
