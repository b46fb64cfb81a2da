"""Orders from finding to proof, on the real database."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from domain.faults import Urgency
from domain.readings import from_us
from domain.signals import Kind
from domain.states import ORDER
from ingest.safety import StaticFacts, judge
from scheduler.follow_up import follow_up_reminders
from scheduler.propose import propose
from scheduler.remind import remind
from scheduler.settle import settle
from store.api_orders import read_order
from store.database import Connection, connect
from store.moves import history, move
from store.service_quality import read_services
from tests.integration.scheduler_homes import NOW, Appliance, Homes, day, work_on

pytestmark = pytest.mark.integration
ALL_STATES = frozenset(ORDER.moves)


@pytest.fixture
def homes(connection: Connection) -> Homes:
    built = Homes(connection)
    built.household()
    return built


@pytest.fixture
def conditioner(homes: Homes) -> Appliance:
    return homes.appliance(Kind.AIR_CONDITIONER)


def take_to(homes: Homes, state: str) -> None:
    """Planner and technician bring the newest order to `state`."""
    order_id = homes.one("SELECT id FROM service_order ORDER BY number DESC LIMIT 1")
    homes.rows(
        "UPDATE service_order SET technician_id = 'technician-x', visit_starts = now(), visit_ends = now() + '1 h'"
        " WHERE id = %s RETURNING id",
        order_id,
    )
    with homes.connection.transaction():
        move(homes.connection, ORDER, order_id, state, actor="planner", reason="by hand", at=NOW, via=ALL_STATES)


@pytest.fixture
def crew(homes: Homes) -> None:
    homes.outlet("outlet-far", 48.1, 11.6)
    homes.outlet("outlet-near", 52.5, 13.4)
    homes.technician("technician-far", "outlet-far", ["air_conditioner"])
    homes.technician("technician-wet", "outlet-near", ["washing_machine"])
    homes.technician("technician-x", "outlet-near", ["air_conditioner", "washing_machine"])


@pytest.mark.usefixtures("crew")
def test_a_technicians_fault_becomes_an_order_with_reason_date_outlet_and_technician(
    homes: Homes, conditioner: Appliance
) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0), fails_p10=day(9))

    assert propose(work_on(homes.connection))["proposed"] == 1

    row = homes.rows("SELECT state, urgency, due_by, outlet_id, technician_id, explain_order(o) FROM service_order o")[
        0
    ]
    assert row[:5] == ("proposed", "visit", NOW + timedelta(days=9), "outlet-near", "technician-x")
    assert "Refrigerant is leaking" in row[5]
    assert "46.4 seconds" in row[5]
    assert "may fail from 10 March 2026 on" in row[5]
    assert homes.rows("SELECT action, parts, minutes FROM order_task") == [
        ("find_leak_and_recharge", ["leak_kit", "refrigerant"], 120)
    ]


def test_self_care_that_did_not_help_becomes_a_task(homes: Homes) -> None:
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    assert propose(work)["proposed"] == 0  # the owner is asked first
    remind(work)
    homes.find(washer, "drain_filter_clog", day(7))
    follow_up_reminders(work)

    assert propose(work)["proposed"] == 1
    assert homes.rows("SELECT urgency, due_by FROM service_order") == [("visit", NOW + timedelta(days=14))]
    assert "reminded on 1 March 2026" in homes.one("SELECT explanation FROM order_task")


def test_findings_join_the_open_order_until_its_time_is_agreed(homes: Homes, conditioner: Appliance) -> None:
    homes.outlet("outlet-near", 52.5, 13.4)
    homes.technician("technician-x", "outlet-near", ["air_conditioner", "refrigerator", "washing_machine"])
    fridge, washer = homes.appliance(Kind.REFRIGERATOR), homes.appliance(Kind.WASHING_MACHINE)
    work = work_on(homes.connection)
    homes.find(conditioner, "refrigerant_leak", day(0))
    propose(work)
    take_to(homes, "approved")
    homes.find(fridge, "compressor_failing", day(0), fails_p10=day(3))
    assert propose(work)["proposed"] == 1
    assert homes.one("SELECT due_by FROM service_order") == NOW + timedelta(days=3), "from when it was made"

    take_to(homes, "scheduled")
    homes.find(washer, "bearing_wear", day(0))
    assert propose(work)["proposed"] == 0
    homes.find(washer, "flood", day(0))
    assert propose(work)["proposed"] == 1  # a hazard does not wait: an order of its own
    assert homes.rows("SELECT state, lane, urgency, due_by FROM service_order ORDER BY number") == [
        ("scheduled", "ordinary", "visit", NOW + timedelta(days=3)),
        ("proposed", "urgent", "urgent", NOW + timedelta(days=1)),
    ]
    why = homes.one("SELECT c.why FROM present_choice c JOIN service_order o ON o.id = c.order_id"
                    " WHERE c.choice = 'lane' AND o.lane = 'urgent'")  # fmt: skip
    assert why.startswith("order 1 of this home is agreed")
    assert propose(work)["proposed"] == 0  # the bearing would make the hazard wait

    order_id = homes.one("SELECT id FROM service_order WHERE state = 'scheduled'")
    reasons = [change.reason for change in history(homes.connection, ORDER, order_id) if change.actor == "scheduler"]
    assert reasons[1:] == ["added: Compressor starts badly"]


def test_a_visit_takes_self_care_along_that_nobody_has_done_and_lapses_with_its_own_work(
    homes: Homes, conditioner: Appliance
) -> None:
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    remind(work)
    assert propose(work)["proposed"] == 0
    homes.find(conditioner, "refrigerant_leak", day(1))
    assert propose(work)["proposed"] == 2
    assert propose(work)["proposed"] == 0
    assert homes.rows("SELECT action, along FROM order_task ORDER BY along") == [
        ("find_leak_and_recharge", False),
        ("clean_drain_filter", True),
    ]
    why = homes.one("SELECT why FROM present_choice WHERE choice = 'tasks'")
    assert "Drain filter is clogging (home-a-washing-machine): taken along, soon due" in why

    homes.clear(conditioner, "refrigerant_leak", day(2))
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "cancelled"


@pytest.mark.usefixtures("crew")
def test_the_same_fault_soon_after_the_work_is_tied_to_the_first_job(homes: Homes, conditioner: Appliance) -> None:
    work = work_on(homes.connection)
    for began in (0, 40, 125, 400):  # the last one more than 90 days after the one before
        homes.find(conditioner, "refrigerant_leak", day(began))
        assert propose(work)["proposed"] == 1
        take_to(homes, "completed")
        homes.clear(conditioner, "refrigerant_leak", day(began + 2))
        settle(work)
    tasks = homes.rows(
        "SELECT t.id, t.repeats FROM order_task t JOIN service_order o ON o.id = t.order_id ORDER BY o.number"
    )
    first = tasks[0][0]
    assert [repeats for _, repeats in tasks] == [None, first, first, None]


def test_what_a_person_chose_is_left_alone_when_the_order_grows(homes: Homes, conditioner: Appliance) -> None:
    homes.outlet("outlet-near", 52.5, 13.4)
    homes.outlet("outlet-far", 48.1, 11.6)
    work = work_on(homes.connection)
    homes.find(conditioner, "refrigerant_leak", day(0))
    propose(work)
    order_id = homes.one("SELECT id FROM service_order")
    homes.connection.execute("UPDATE service_order SET due_by = %s, outlet_id = 'outlet-far'", (day(20),))
    for choice, value in (("due_by", "2026-03-21"), ("outlet", "outlet-far")):
        homes.connection.execute(
            "INSERT INTO order_choice (order_id, choice, value, why, actor, by_person)"
            " VALUES (%s, %s, %s, 'known customer', 'planner', true)",
            (order_id, choice, value),
        )
    homes.find(homes.appliance(Kind.REFRIGERATOR), "compressor_failing", day(0), fails_p10=day(3))
    assert propose(work)["proposed"] == 1
    assert homes.rows("SELECT due_by, outlet_id FROM service_order") == [(day(20), "outlet-far")]
    kept = homes.rows("SELECT choice, why FROM present_choice WHERE by_person ORDER BY choice")
    assert kept == [("due_by", "known customer"), ("outlet", "known customer")]


def test_two_schedulers_at_once_make_one_order(homes: Homes, conditioner: Appliance, database_url: str) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    homes.find(homes.appliance(Kind.REFRIGERATOR), "compressor_failing", day(0))
    start = threading.Barrier(4)
    proposed: list[int] = []

    def run() -> None:
        with connect(database_url, application="test", autocommit=True) as own:
            work = work_on(own)
            start.wait()
            proposed.append(propose(work)["proposed"])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(proposed) == [0, 0, 0, 2]
    assert homes.one("SELECT count(*) FROM service_order") == 1
    assert homes.one("SELECT count(*) FROM order_task") == 2


def test_a_planner_who_makes_an_order_at_the_same_moment_is_joined(
    homes: Homes, conditioner: Appliance, database_url: str
) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    with connect(database_url, application="test-planner") as planner:
        planner.execute("INSERT INTO service_order (household_id, urgency) VALUES ('home-a', 'visit')")
        result: list[int] = []
        thread = threading.Thread(target=lambda: result.append(propose(work_on(homes.connection))["proposed"]))
        thread.start()
        waiting = (
            b"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with connect(database_url, application="test-watch", autocommit=True) as watch:
            while watch.execute(waiting).fetchone() == (0,):  # until the scheduler waits for the planner's row
                assert thread.is_alive()
        planner.commit()
        thread.join()
    assert result == [1]
    assert homes.one("SELECT count(*) FROM service_order") == 1


def test_what_a_planner_cancelled_rests_unless_it_becomes_urgent(homes: Homes) -> None:
    circuit, fridge = homes.appliance(Kind.CIRCUIT), homes.appliance(Kind.REFRIGERATOR)
    homes.find(fridge, "compressor_failing", day(0))
    homes.find(circuit, "earth_leakage", day(0), urgency=Urgency.VISIT)
    work = work_on(homes.connection)
    propose(work)
    take_cancelled = homes.one("SELECT id FROM service_order")
    with homes.connection.transaction():
        move(homes.connection, ORDER, take_cancelled, "cancelled", actor="planner", reason="known", at=NOW)
    refused_at = homes.one("SELECT max(at) FROM state_change WHERE to_state = 'cancelled'")

    assert propose(work_on(homes.connection, refused_at + timedelta(days=13)))["proposed"] == 0
    homes.find(circuit, "earth_leakage", day(1), urgency=Urgency.URGENT)
    assert propose(work_on(homes.connection, refused_at + timedelta(days=13)))["proposed"] == 1
    assert propose(work_on(homes.connection, refused_at + timedelta(days=14)))["proposed"] == 1  # the compressor


def test_a_proposed_order_lapses_when_its_findings_are_over(homes: Homes, conditioner: Appliance) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    work = work_on(homes.connection)
    propose(work)
    homes.clear(conditioner, "refrigerant_leak", day(2))
    settle(work)

    assert homes.one("SELECT state FROM finding") == "resolved"
    assert homes.one("SELECT state FROM service_order") == "cancelled"
    order_id = homes.one("SELECT id FROM service_order")
    last = history(homes.connection, ORDER, order_id)[-1]
    assert (last.actor, "nothing left" in last.reason) == ("scheduler", True)


def test_a_hazard_that_may_come_back_stays_on_the_planners_list(homes: Homes) -> None:
    circuit = homes.appliance(Kind.CIRCUIT)
    homes.find(circuit, "overload", day(0))
    work = work_on(homes.connection)
    propose(work)
    homes.clear(circuit, "overload", day(0.01))
    homes.hear(circuit, day(5))
    settle(work)
    assert homes.one("SELECT state FROM finding") == "resolved"
    assert homes.one("SELECT state FROM service_order") == "proposed"

    homes.connection.execute(  # as a version before migration 0227 kept it: all lines with the order
        "UPDATE service_order o SET explanation = 'Something else.' || E'\\n' || explain_order(o)"
    )
    homes.connection.execute("UPDATE order_task SET explanation = ''")
    homes.find(circuit, "overload", day(6))  # the same job again, not a second task
    assert propose(work)["proposed"] == 1
    assert homes.one("SELECT f.state FROM order_task t JOIN finding f ON f.id = t.finding_id") == "open"
    first, *lines = homes.one("SELECT explain_order(o) FROM service_order o").splitlines()
    assert (first, len(lines)) == ("Something else.", 1), "nothing is told twice, nothing is lost"


@pytest.mark.usefixtures("crew")
def test_telemetry_after_the_work_verifies_the_order(homes: Homes, conditioner: Appliance) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    work = work_on(homes.connection)
    propose(work)
    take_to(homes, "completed")
    assert homes.one("SELECT completed_data_at FROM service_order") == day(0)
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "completed"
    homes.clear(conditioner, "refrigerant_leak", day(1))
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "verified"
    assert homes.one("SELECT state FROM finding") == "resolved"


@pytest.mark.usefixtures("crew")
def test_work_that_did_not_help_reopens_the_order_after_the_answer_time(homes: Homes, conditioner: Appliance) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    work = work_on(homes.connection)
    propose(work)
    homes.connection.execute("UPDATE service_order SET due_by = %s", (day(14),))
    homes.connection.execute(
        "UPDATE order_task SET outcome = 'confirmed', note = 'charged', reported_by = 'technician-x'"
    )
    take_to(homes, "completed")
    homes.find(conditioner, "refrigerant_leak", day(6.9))
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "completed"
    homes.find(conditioner, "refrigerant_leak", day(9))
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "reopened"
    assert propose(work)["proposed"] == 0  # it is still the reopened order's task

    # The second visit says its own cause code, by a date of its own; what the first one said stays tied to the task.
    assert homes.one("SELECT due_by FROM service_order") == NOW + timedelta(days=7), (
        "was day 14; the wall is ahead of day 9"
    )
    order_id = homes.one("SELECT id FROM service_order")
    (task,) = read_order(homes.connection, order_id).tasks
    assert task.outcome is None
    assert [(first["outcome"], first["technician_id"], first["note"]) for first in task.earlier] == [
        ("confirmed", "technician-x", "charged")
    ]
    homes.connection.execute("UPDATE order_task SET outcome = 'other_fault', found_fault = 'sensor_fault'")
    take_to(homes, "completed")
    (service,) = read_services(homes.connection, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (sorted(service.outcomes), service.completions) == (["confirmed", "other_fault"], 2)


@pytest.mark.usefixtures("crew")
@pytest.mark.parametrize(("after", "becomes"), [(30.0, "reopened"), (2.0, "completed")])
def test_a_hazard_that_readings_go_on_to_show_reopens_the_order(homes: Homes, after: float, becomes: str) -> None:
    """A rule speaks at the edges only: nothing is said of an overload that goes on. The other circuit was off for two
    hours and is fine since, which is not yet long enough to be over."""
    circuit, facts, state = homes.appliance(Kind.CIRCUIT), StaticFacts(breaker_rating_a=25.0), dict[str, Any]()

    def hear(hours: float, current_a: float) -> None:
        nonlocal state
        at_us = round((day(0) + timedelta(hours=hours)).timestamp() * 1e6)
        state, alarms = judge(Kind.CIRCUIT, facts, state, at_us, {"current_a": current_a})
        for alarm in alarms:
            assert alarm.on
            homes.find(circuit, "overload", from_us(alarm.at_us))
        homes.connection.execute(
            "INSERT INTO safety_state (appliance_key, state) VALUES (%s, %s)"
            " ON CONFLICT (appliance_key) DO UPDATE SET state = excluded.state",
            (circuit.key, Jsonb(state)),
        )

    for minute in range(3):
        hear(minute / 60, 30.0)
    homes.hear(circuit, day(0) + timedelta(minutes=2))
    work = work_on(homes.connection)
    propose(work)
    take_to(homes, "completed")
    hear(0.5, 30.0)
    settle(work)
    assert homes.one("SELECT state FROM service_order") == "completed", "within the hour that work on a hazard has"
    hear(2.5, after)
    homes.hear(circuit, day(0) + timedelta(hours=2.5))
    settle(work)
    assert homes.one("SELECT state FROM service_order") == becomes


@pytest.mark.usefixtures("crew")
def test_a_visit_that_nothing_is_left_for_is_asked_about_once_and_an_offer_is_taken_back(
    homes: Homes, conditioner: Appliance
) -> None:
    work = work_on(homes.connection)
    for began, state in ((0, "scheduled"), (200, "offered")):  # what went by itself is not sent for within half a year
        homes.find(conditioner, "refrigerant_leak", day(began))
        propose(work)
        take_to(homes, state)
        homes.clear(conditioner, "refrigerant_leak", day(began + 2))
        settle(work)
        assert homes.one("SELECT state FROM service_order ORDER BY number DESC LIMIT 1") == state  # not for a day yet
        homes.hear(conditioner, day(began + 3))
        settle(work)
        settle(work)
        if state == "scheduled":  # without links somebody calls; the visit stands until the owner says so
            assert homes.rows("SELECT kind, state, about FROM obligation") == [
                ("call_back", "open", "the readings are back to normal: is the visit still wanted?")
            ]
            take_to(homes, "cancelled")
    assert homes.rows("SELECT state FROM service_order ORDER BY number") == [("cancelled",), ("cancelled",)]
    told = homes.rows("SELECT payload ->> 'text' FROM outbox WHERE payload ->> 'kind' = 'not_needed'")
    assert len(told) == 1
    assert "nobody needs to come" in told[0][0]


@pytest.mark.usefixtures("crew")
def test_what_is_still_there_joins_another_open_order_instead_of_reopening(
    homes: Homes, conditioner: Appliance
) -> None:
    homes.find(conditioner, "refrigerant_leak", day(0))
    work = work_on(homes.connection)
    propose(work)
    take_to(homes, "completed")
    homes.find(homes.appliance(Kind.REFRIGERATOR), "compressor_failing", day(1))
    propose(work)
    homes.find(conditioner, "refrigerant_leak", day(8))
    settle(work)
    assert propose(work)["proposed"] == 1
    assert homes.rows("SELECT state FROM service_order ORDER BY number") == [("completed",), ("proposed",)]
    assert homes.one("SELECT count(*) FROM order_task t JOIN service_order o ON o.id = t.order_id"
                     " WHERE o.state = 'proposed'") == 2  # fmt: skip
