"""What the Community edition does for us, on the real engine as WebAssembly, with the statements of production."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from psycopg.sql import SQL, Identifier

from domain.signals import READING_SIGNALS, Signal, Type
from store import community, signal_tables
from store.database import Connection
from store.editions import Edition, detect_edition
from store.migrate import migrate
from store.rollup_settings import RollupSettings
from store.rollups import apply_edition, enforce_retention, refresh
from store.signal_tables import KINDS, hourly_columns, hourly_table, reading_table
from tests.integration.community.bridge import CommunitySession, EngineError
from tests.integration.community.node_project import installed_node_project

pytestmark = pytest.mark.integration

KIND = "air_conditioner"
APACHE = Edition(community=False, version="any")
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 15
NOW = START + timedelta(days=DAYS)
KEEP = RollupSettings()


@pytest.fixture(scope="module")
def engine() -> Iterator[CommunitySession]:
    """One engine for the file, with the extension beside what each test clears away."""
    with CommunitySession(installed_node_project()) as session:
        session.execute(
            "CREATE SCHEMA beside; CREATE EXTENSION timescaledb SCHEMA beside; SET search_path = public, beside"
        )
        yield session


@pytest.fixture
def session(engine: CommunitySession) -> CommunitySession:
    """A fresh, migrated database of the Community edition."""
    engine.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    migrate(as_connection(engine))
    apply(engine)
    return engine


def as_connection(session: CommunitySession) -> Connection:
    """The session answers everything that the functions under test ask of a connection."""
    return cast("Connection", session)


def apply(session: CommunitySession, settings: RollupSettings = KEEP) -> list[str]:
    connection = as_connection(session)
    with session.transaction():
        return apply_edition(connection, detect_edition(connection), settings)


def fill(connection: Any, *, first: datetime = START, days: int = DAYS) -> None:
    """Two appliances, a reading every 30 minutes, values from the time; a gap, missing values and a counter reset."""
    connection.execute(
        """
        INSERT INTO reading_air_conditioner
            (time, appliance_key, received_at, power_w, room_c, energy_kwh, filter_h, defrost, mode)
        SELECT t, a, t, a * 100 + extract(minute FROM t), CASE WHEN extract(hour FROM t) > 3 THEN 21.5 END,
               CASE WHEN extract(minute FROM t) < 30 THEN extract(epoch FROM t - %(first)s::timestamptz) / 3600 END,
               extract(hour FROM t), extract(minute FROM t) = 30, 'cool'
        FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '30 minutes') t,
             generate_series(1, 2) a
        WHERE extract(hour FROM t) <> 7
        """,
        {"first": first, "last": first + timedelta(days=days)},
    )


def hourly(connection: Any) -> list[tuple[Any, ...]]:
    columns = SQL(", ").join(Identifier(name) for name, _, _ in hourly_columns(KIND))
    query = SQL("SELECT hour, appliance_key, n, {} FROM hourly_air_conditioner ORDER BY hour, appliance_key")
    return list(connection.execute(query.format(columns)).fetchall())


def materialise(session: CommunitySession, kind: str = KIND) -> None:
    """What the refresh policy does; run_job is the only way to run a policy here, as there are no workers."""
    run_policy(session, community.REFRESH, hourly_table(kind))


def run_policy(session: CommunitySession, procedure: str, relation: str) -> None:
    jobs = [
        job
        for name, proc, job, _ in session.execute(community._SQL["policies"])
        if (name, proc) == (relation, procedure)
    ]
    assert len(jobs) == 1
    session.execute(f"CALL run_job({jobs[0]})")


def materialised_only(session: CommunitySession, yes: bool) -> None:
    session.execute(
        f"ALTER MATERIALIZED VIEW hourly_air_conditioner SET (timescaledb.materialized_only = {str(yes).lower()})"
    )


def chunks(session: CommunitySession, table: str) -> list[bool]:
    """Whether each chunk is compressed, oldest first."""
    rows = session.execute(
        "SELECT is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = %(table)s"
        " ORDER BY range_start",
        {"table": table},
    )
    return [row[0] for row in rows]


def test_the_edition_is_detected(session: CommunitySession) -> None:
    assert detect_edition(as_connection(session)).community


def test_setting_up_again_changes_nothing(session: CommunitySession) -> None:
    assert migrate(as_connection(session)) == []
    assert apply(session) == []


def test_both_editions_give_the_same_columns(session: CommunitySession, connection: Connection) -> None:
    query = (
        "SELECT column_name::text, data_type::text FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %(table)s ORDER BY ordinal_position"
    )
    for kind in KINDS:
        ours = session.execute(query, {"table": hourly_table(kind)}).fetchall()
        assert ours
        assert ours == connection.execute(query, {"table": hourly_table(kind)}).fetchall()


def test_both_editions_give_the_same_hours_for_the_same_readings(
    session: CommunitySession, connection: Connection
) -> None:
    fill(session)
    fill(connection)
    refresh(connection, NOW, APACHE)
    real_time = hourly(session)
    materialise(session)
    materialised_only(session, True)
    stored = hourly(session)
    assert len(real_time) == 692  # (15 days x 23 hours + 1) x 2 appliances
    assert real_time == hourly(connection)
    assert stored == hourly(connection)


def test_a_late_reading_reaches_its_hour_with_the_next_refresh(
    session: CommunitySession, connection: Connection
) -> None:
    late = (
        "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, power_w)"
        " VALUES (%(time)s, 1, %(now)s, 900)"
    )
    given = {"time": START + timedelta(minutes=7), "now": NOW}
    for either in (session, connection):
        fill(either, days=2)
    refresh(connection, NOW - timedelta(days=1), APACHE)
    materialise(session)
    before = hourly(session)
    for either in (session, connection):
        either.execute(late, given)
    materialise(session)
    refresh(connection, NOW, APACHE)
    after = hourly(session)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [after[0]]
    assert after[0][2] == 3
    assert after == hourly(connection)


def test_old_readings_are_compressed_and_still_take_stragglers_but_no_duplicates(session: CommunitySession) -> None:
    fill(session)
    size = session.execute("SELECT count(*), sum(power_w) FROM reading_air_conditioner").fetchone()
    run_policy(session, community.COMPRESSION, reading_table(KIND))
    assert all(chunks(session, reading_table(KIND)))
    assert session.execute("SELECT count(*), sum(power_w) FROM reading_air_conditioner").fetchone() == size

    again = (
        "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, power_w)"
        " VALUES (%(time)s, 1, %(now)s, 1) ON CONFLICT (appliance_key, time) DO NOTHING RETURNING 1"
    )
    assert session.execute(again, {"time": START, "now": NOW}).fetchall() == []
    assert session.execute(again, {"time": START + timedelta(minutes=1), "now": NOW}).fetchall() == [(1,)]
    with pytest.raises(EngineError, match="duplicate key"):
        session.execute(again.replace("ON CONFLICT (appliance_key, time) DO NOTHING", ""), {"time": START, "now": NOW})


def test_retention_drops_readings_and_keeps_their_hours(session: CommunitySession) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    fill(session, first=now - timedelta(days=60), days=60)
    apply(session, RollupSettings(raw_days=30))
    # Told to keep 30 days, the refresh policy reaches back 30 days; what is older was materialised before by this:
    session.execute("CALL refresh_continuous_aggregate('hourly_air_conditioner', NULL, NULL)")
    before = hourly(session)

    run_policy(session, community.RETENTION, reading_table(KIND))
    materialise(session)

    oldest = session.execute("SELECT min(time) FROM reading_air_conditioner").fetchone()
    assert oldest is not None
    assert now - timedelta(days=38) < oldest[0] <= now - timedelta(days=30)  # whole chunks of 7 days
    assert hourly(session) == before


def test_policies_follow_the_settings(session: CommunitySession) -> None:
    first = apply(session, RollupSettings(raw_days=100, hourly_days=1000))
    assert f"{community.RETENTION} of {reading_table(KIND)}" in first
    assert f"{community.RETENTION} of {hourly_table(KIND)}" in first
    assert apply(session, RollupSettings(raw_days=100, hourly_days=1000)) == []
    changed = apply(session, RollupSettings(raw_days=200, hourly_days=1000))
    assert len(changed) == 4 * len(KINDS)  # retention of readings and reach of the refresh, old and new
    apply(session)
    left = {row[1] for row in session.execute(community._SQL["policies"])}
    assert left == {community.REFRESH, community.COMPRESSION}


def test_the_editions_own_policies_leave_nothing_to_the_scheduler(session: CommunitySession) -> None:
    connection = as_connection(session)
    edition = detect_edition(connection)
    assert refresh(connection, NOW, edition) == {}
    assert enforce_retention(connection, NOW, 1, 1, edition) == {}


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue has one more signal for the kind."""
    grown_signals = (*signal_tables.reading_signals(KIND), Signal(name="hum_hz", type=Type.GAUGE, high=9.0))
    catalogue = {**READING_SIGNALS, KIND: grown_signals}
    monkeypatch.setattr(signal_tables, "READING_SIGNALS", catalogue)


@pytest.mark.usefixtures("session")
def test_a_new_signal_gets_its_columns_though_chunks_are_compressed(
    engine: CommunitySession, request: pytest.FixtureRequest
) -> None:
    fill(engine)
    run_policy(engine, community.COMPRESSION, reading_table(KIND))
    materialise(engine)
    before = hourly(engine)

    request.getfixturevalue("grown")
    assert migrate(as_connection(engine))[:3] == [
        f"column {reading_table(KIND)}.hum_hz",
        f"dropped {hourly_table(KIND)}, to be made anew from the readings",
        f"continuous aggregate {hourly_table(KIND)}",
    ]
    assert apply(engine) == []
    engine.execute(
        "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, hum_hz) VALUES (%(t)s, 9, %(t)s, 5)",
        {"t": NOW},
    )
    materialise(engine)
    assert [row[:-3] for row in hourly(engine) if row[1] != 9] == before
    assert [row[-3:] for row in hourly(engine) if row[1] == 9] == [(5.0, 5.0, 5.0)]


@pytest.mark.usefixtures("session")
def test_a_new_signal_never_costs_hours_whose_readings_are_gone(
    engine: CommunitySession, request: pytest.FixtureRequest
) -> None:
    fill(engine)
    materialise(engine)
    before = hourly(engine)
    engine.execute("SELECT drop_chunks('reading_air_conditioner', older_than => %(t)s::timestamptz)", {"t": NOW})
    request.getfixturevalue("grown")
    words = f"kept hourly_{KIND} as hourly_{KIND}_before_1: its oldest readings are gone"
    assert words in migrate(as_connection(engine))
    kept = engine.execute("SELECT count(*) FROM hourly_air_conditioner_before_1").fetchone()
    assert kept == (len(before),)
    assert apply(engine) == []


def test_gaps_are_filled_where_the_edition_can(session: CommunitySession) -> None:
    fill(session, days=1)
    rows = session.execute(
        "SELECT time_bucket_gapfill('1 hour', hour, %(from)s::timestamptz, %(to)s::timestamptz) AS h, avg(power_w_avg),"
        " locf(avg(power_w_avg)) FROM hourly_air_conditioner WHERE appliance_key = 1"
        " AND hour >= %(from)s AND hour < %(to)s GROUP BY 1 ORDER BY 1",
        {"from": START, "to": START + timedelta(days=1)},
    ).fetchall()
    assert len(rows) == 24
    assert rows[7][1:] == (None, rows[6][1])  # nothing at 7 o'clock: carried forward
