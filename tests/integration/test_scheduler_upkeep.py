"""The jobs that keep the house: scoring, roll-ups, history of claimed appliances, throwing away, seed data."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.signals import Kind
from scheduler.roll_up import move_claimed_history, roll_up
from scheduler.score import score
from scheduler.tidy import tidy
from store.care_seed import seed_demo_service, seed_parts
from store.database import Connection
from tests.integration.scheduler_homes import NOW, Homes, day, everything, work_on

pytestmark = pytest.mark.integration


@pytest.fixture
def homes(connection: Connection) -> Homes:
    built = Homes(connection)
    built.household()
    return built


def test_what_an_appliance_reports_itself_becomes_a_finding_and_is_said_once(homes: Homes) -> None:
    """An air conditioner's own filter alarm, through the real models."""
    conditioner = homes.appliance(Kind.AIR_CONDITIONER)
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    homes.hear(conditioner, at)
    homes.rows(
        "INSERT INTO reading_air_conditioner (time, appliance_key, received_at, extra)"
        """ SELECT %s + n * interval '1 min', %s, %s, '{"filter_clean_alarm": true}'"""
        " FROM generate_series(0, 30) n RETURNING 1",
        at,
        conditioner.key,
        NOW - timedelta(hours=1),
    )
    work = work_on(homes.connection)
    first = score(work)
    assert first["opened"] == 1
    assert homes.rows("SELECT fault, state FROM finding") == [("filter_clog", "open")]
    before = everything(homes.connection)
    assert score(work) == {"opened": 0, "cleared": 0, "failed": 0}
    assert everything(homes.connection) == before


def test_readings_from_before_a_claim_move_and_are_rolled_up(homes: Homes) -> None:
    plug = homes.appliance(Kind.WASHING_MACHINE)
    homes.rows(
        "INSERT INTO reading_unclaimed (time, appliance_key, received_at, power_w)"
        " SELECT %s + n * interval '1 min', %s, %s, n FROM generate_series(1, 90) n RETURNING 1",
        day(0),
        plug.key,
        NOW,
    )
    work = work_on(homes.connection)
    assert move_claimed_history(work)["moved"] == 90
    assert homes.one("SELECT count(*) FROM reading_washing_machine") == 90
    assert move_claimed_history(work)["moved"] == 0
    roll_up(work)
    rolled = "SELECT hour, n FROM hourly_washing_machine ORDER BY hour"
    assert homes.rows(rolled) == [(day(0), 59), (day(0) + timedelta(hours=1), 31)]
    assert roll_up(work)["hours"] == 0


def test_old_records_go_and_young_and_waiting_ones_stay(homes: Homes) -> None:
    put = homes.connection.execute
    for age in (1, 8, 31):
        at = NOW - timedelta(days=age)
        put("INSERT INTO job_run (job, slot, started_at) VALUES ('probe', %s, %s)", (at, at))
        put("INSERT INTO outbox (channel, address, created_at, sent_at) VALUES ('owner', 'home-a', %s, %s)", (at, at))
        put("INSERT INTO outbox (channel, address, created_at) VALUES ('owner', 'home-a', %s)", (at,))
        put("INSERT INTO idempotency (key, request, created_at) VALUES (%s, 'r', %s)", (f"key-{age}", at))
    counts = tidy(work_on(homes.connection))
    assert (counts["runs"], counts["messages"], counts["answers"]) == (2, 1, 2)
    assert homes.one("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 3  # what waits is never thrown away
    again = tidy(work_on(homes.connection))
    assert not any(again.values())


def test_seeding_twice_changes_nothing_and_keeps_what_people_changed(homes: Homes) -> None:
    assert seed_parts(homes.connection) > 10
    homes.connection.execute("UPDATE part SET name = 'Our own name' WHERE id = 'gasket'")
    assert seed_parts(homes.connection) == 0
    assert homes.one("SELECT name FROM part WHERE id = 'gasket'") == "Our own name"
    for _ in range(2):
        seed_demo_service(homes.connection)
    assert homes.one("SELECT count(*) FROM outlet") == 1
    assert homes.rows("SELECT name FROM technician ORDER BY id") == [
        ("Technician A",),
        ("Technician B",),
        ("Technician C",),
    ]
