"""Hourly roll-ups and retention by plain SQL in the Apache edition, on the real engine."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from store.database import Connection
from store.editions import Edition
from store.rollups import NIGHTLY_OVERLAP, Rolled, enforce_retention, refresh
from store.signal_tables import KINDS, hourly_columns, hourly_table, reading_signals, reading_table

pytestmark = pytest.mark.integration

APACHE = Edition(community=False, version="any")
KIND = "air_conditioner"
NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
INSERT = (
    "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, power_w, energy_kwh, defrost)"
    " VALUES (%(time)s, %(appliance_key)s, %(received_at)s, %(power_w)s, %(energy_kwh)s, %(defrost)s)"
)
HOUR_SQL = (
    "SELECT hour, n, power_w_avg, power_w_min, power_w_max, energy_kwh_last, defrost_share"
    " FROM hourly_air_conditioner WHERE appliance_key = %(key)s ORDER BY hour"
)


def arrive(
    connection: Connection,
    time: datetime,
    *,
    received_at: datetime | None = None,
    key: int = 1,
    power_w: float | None = 100.0,
    energy_kwh: float | None = None,
    defrost: bool | None = None,
) -> None:
    connection.execute(
        INSERT,
        {
            "time": time,
            "appliance_key": key,
            "received_at": received_at or time,
            "power_w": power_w,
            "energy_kwh": energy_kwh,
            "defrost": defrost,
        },
    )


def hours(connection: Connection, key: int = 1) -> list[tuple[Any, ...]]:
    return connection.execute(HOUR_SQL, {"key": key}).fetchall()


def roll(connection: Connection, now: datetime = NOW, **how: Any) -> Rolled:
    return refresh(connection, now, APACHE, **how)[KIND]


@pytest.fixture
def settled(connection: Connection) -> Connection:
    """A database in autocommit, the way the scheduler's jobs use it, rolled up to one hour before NOW."""
    connection.autocommit = True
    refresh(connection, NOW - timedelta(hours=1), APACHE)
    return connection


def test_an_hour_holds_count_average_extremes_last_counter_and_share(settled: Connection) -> None:
    hour = datetime(2026, 3, 10, 12, tzinfo=UTC)
    arrive(settled, hour, power_w=100, energy_kwh=7.0, defrost=True)
    arrive(settled, hour + timedelta(minutes=10), power_w=400, energy_kwh=7.5, defrost=False)
    arrive(settled, hour + timedelta(minutes=20), power_w=None, energy_kwh=None, defrost=None)
    arrive(settled, hour + timedelta(minutes=59, seconds=59), power_w=100, defrost=False)
    arrive(settled, hour + timedelta(hours=1), power_w=9000, received_at=NOW)  # the next hour

    assert roll(settled) == Rolled(hours=2, written=2, unfinished=False)

    # (100 + 400 + 100) / 3 = 200: a missing value counts as a row but in no average; 1 of 3 flags is set
    first = hours(settled)[0]
    assert first[:6] == (hour, 4, 200.0, 100.0, 400.0, 7.5)
    assert first[6] == pytest.approx(1 / 3, rel=1e-6)


def test_a_late_reading_changes_the_hour_it_belongs_to_and_no_other(settled: Connection) -> None:
    old = NOW - timedelta(days=40)
    arrive(settled, old, received_at=NOW - timedelta(minutes=50), power_w=100)
    arrive(settled, NOW, power_w=50)
    roll(settled)
    before = hours(settled)

    arrive(settled, old + timedelta(minutes=1), received_at=NOW + timedelta(hours=2), power_w=300)
    late = roll(settled, NOW + timedelta(hours=2, minutes=1))

    assert late.written == 1
    after = hours(settled)
    assert after[0][1:3] == (2, 200.0)
    assert after[1:] == before[1:]


def test_rolling_up_again_writes_nothing(settled: Connection) -> None:
    arrive(settled, NOW)
    assert roll(settled).written == 1
    assert roll(settled, NOW + timedelta(minutes=1)) == Rolled(hours=1, written=0, unfinished=False)
    assert roll(settled, NOW + timedelta(hours=1)).written == 0
    # By then the mark is more than the overlap past the arrival: nothing is even looked at.
    assert roll(settled, NOW + timedelta(hours=2)) == Rolled(hours=0, written=0, unfinished=False)


def test_a_row_committed_after_the_mark_passed_its_arrival_is_rolled_up(settled: Connection, database_url: str) -> None:
    with psycopg.connect(database_url) as worker:
        arrive(worker, NOW)  # stamped, written, not committed
        assert roll(settled, NOW + timedelta(minutes=10)).hours == 0
        worker.commit()
    assert roll(settled, NOW + timedelta(minutes=11)).written == 1


def test_a_row_committed_beyond_the_overlap_is_found_by_the_nightly_call(settled: Connection) -> None:
    roll(settled, NOW + timedelta(hours=12))
    arrive(settled, NOW)  # arrived 12 h before the mark: its worker was cut off from the database
    assert roll(settled, NOW + timedelta(hours=12, minutes=5)).hours == 0
    nightly = roll(settled, NOW + timedelta(hours=12, minutes=6), overlap=NIGHTLY_OVERLAP)
    assert nightly.written == 1


def test_a_clock_that_runs_ahead_does_not_hide_the_arrivals_of_others(settled: Connection) -> None:
    arrive(settled, NOW, key=1, received_at=NOW + timedelta(days=300))
    assert roll(settled).written == 1
    arrive(settled, NOW, key=2, received_at=NOW + timedelta(minutes=1))
    assert roll(settled, NOW + timedelta(minutes=2)).written == 1
    assert hours(settled, key=2)


def test_a_backlog_is_worked_off_in_slices_even_when_a_slice_is_smaller_than_the_overlap(settled: Connection) -> None:
    for i in range(7):  # one hour each, all arrived within 7 s
        arrive(settled, NOW - timedelta(hours=i), received_at=NOW + timedelta(seconds=i))
    seen: list[Rolled] = []
    for i in range(20):
        seen.append(roll(settled, NOW + timedelta(minutes=1 + i), groups=3))
        if not seen[-1].unfinished:
            break
    assert [part.written for part in seen] == [3, 3, 1]
    assert len(hours(settled)) == 7


def test_arrivals_during_a_backlog_are_not_skipped(settled: Connection) -> None:
    for i in range(4):
        arrive(settled, NOW - timedelta(hours=i), received_at=NOW + timedelta(seconds=i))
    assert roll(settled, NOW + timedelta(minutes=1), groups=2).unfinished
    arrive(settled, NOW - timedelta(hours=9), received_at=NOW + timedelta(minutes=2))
    for i in range(5):
        roll(settled, NOW + timedelta(minutes=3 + i), groups=2)
    assert len(hours(settled)) == 5


def test_arrivals_of_one_instant_are_never_split(settled: Connection) -> None:
    for i in range(5):
        arrive(settled, NOW - timedelta(hours=i), received_at=NOW)
    assert roll(settled, NOW, groups=2) == Rolled(hours=5, written=5, unfinished=True)
    assert roll(settled, NOW, groups=2) == Rolled(hours=0, written=0, unfinished=False)


def test_every_kind_is_rolled_up_with_every_signal(settled: Connection) -> None:
    for kind in KINDS:
        insert_everything(settled, kind)
    done = refresh(settled, NOW, APACHE)
    assert {kind: part.written for kind, part in done.items()} == dict.fromkeys(KINDS, 1)
    for kind in KINDS:
        columns = SQL(", ").join(Identifier(name) for name, _, _ in hourly_columns(kind))
        row = settled.execute(SQL("SELECT {} FROM {}").format(columns, Identifier(hourly_table(kind)))).fetchone()
        assert row is not None
        assert None not in row


def insert_everything(connection: Any, kind: str) -> None:
    signals = reading_signals(kind)
    value = {"gauge": 20.0, "counter": 30.0, "flag": True}
    values = [value.get(s.type, sorted(s.choices)[0] if s.choices else None) for s in signals]
    connection.execute(
        SQL("INSERT INTO {} (time, appliance_key, received_at, {}) VALUES ({}, 1, {}, {})").format(
            Identifier(reading_table(kind)),
            SQL(", ").join(Identifier(s.name) for s in signals),
            Literal(NOW),
            Literal(NOW),
            SQL(", ").join(map(Literal, values)),
        )
    )


def test_retention_drops_old_readings_and_keeps_their_hours(settled: Connection) -> None:
    old, recent = NOW - timedelta(days=60), NOW - timedelta(days=1)
    arrive(settled, old, received_at=NOW)
    arrive(settled, recent, received_at=NOW)
    roll(settled)
    assert enforce_retention(settled, NOW, 30, None, APACHE) == {reading_table(KIND): 1}
    assert settled.execute("SELECT array_agg(time) FROM reading_air_conditioner").fetchone() == ([recent],)
    assert len(hours(settled)) == 2
    assert enforce_retention(settled, NOW, 30, None, APACHE) == {}


def test_no_retention_asked_for_drops_nothing(settled: Connection) -> None:
    arrive(settled, NOW - timedelta(days=9000), received_at=NOW)
    assert enforce_retention(settled, NOW, None, None, APACHE) == {}
    assert settled.execute("SELECT count(*) FROM reading_air_conditioner").fetchone() == (1,)


def test_a_straggler_from_before_retention_does_not_overwrite_a_full_hour(settled: Connection) -> None:
    old = NOW - timedelta(days=60)
    for minute in range(10):
        arrive(settled, old + timedelta(minutes=minute), received_at=NOW, power_w=100)
    roll(settled)
    enforce_retention(settled, NOW, 30, None, APACHE)
    arrive(settled, old + timedelta(minutes=11), received_at=NOW + timedelta(minutes=1), power_w=9000)
    roll(settled, NOW + timedelta(minutes=2))
    assert hours(settled)[0][1:3] == (10, 100.0)


def test_hours_can_be_dropped_too(settled: Connection) -> None:
    arrive(settled, NOW - timedelta(days=400), received_at=NOW)
    arrive(settled, NOW)
    roll(settled)
    dropped = enforce_retention(settled, NOW, 30, 200, APACHE)
    assert dropped == {reading_table(KIND): 1, hourly_table(KIND): 1}
    assert [hour for hour, *_ in hours(settled)] == [NOW.replace(minute=0)]
