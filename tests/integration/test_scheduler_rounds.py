"""Properties of all jobs together: a second run changes nothing, one bad household stops nobody."""

import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import ORDER
from scheduler.alarm import alarm
from scheduler.follow_up import follow_up_reminders
from scheduler.propose import propose
from scheduler.remind import remind
from scheduler.settle import settle
from scheduler.work import Counts, Work
from store.database import Connection
from store.moves import move
from tests.integration.scheduler_homes import NOW, Homes, day, everything, work_on

pytestmark = pytest.mark.integration
CARE_JOBS = (alarm, remind, follow_up_reminders, propose, settle)


def run_all(work: Work) -> list[Counts]:
    return [job(work) for job in CARE_JOBS]


def until_still(work: Work) -> int:
    """Run all jobs until a round changes nothing; how many rounds changed something."""
    for rounds in range(6):
        before = everything(work.connection)
        run_all(work)
        if everything(work.connection) == before:
            return rounds
    raise AssertionError("the jobs keep changing things although nothing happens")


def stages(homes: Homes) -> list[str]:
    """A home with a bit of everything, brought through its life; the name of each stage."""
    homes.household()
    washer, fridge = homes.appliance(Kind.WASHING_MACHINE), homes.appliance(Kind.REFRIGERATOR)
    circuit, conditioner = homes.appliance(Kind.CIRCUIT), homes.appliance(Kind.AIR_CONDITIONER)
    work = work_on(homes.connection)
    done = []
    for stage in range(5):
        if stage == 0:
            homes.find(washer, "drain_filter_clog", day(0))
            homes.find(fridge, "condenser_dust", day(0))
            homes.find(circuit, "overload", day(0))
            homes.find(circuit, "earth_leakage", day(0), urgency=Urgency.SELF)
            homes.find(conditioner, "refrigerant_leak", day(0))
        elif stage == 1:
            homes.clear(circuit, "overload", day(0.5))
            homes.find(washer, "drain_filter_clog", day(8))
            homes.hear(fridge, day(3))
        elif stage == 2:
            order_id = homes.one("SELECT id FROM service_order")
            with homes.connection.transaction():
                homes.connection.execute("INSERT INTO outlet (id, name, latitude, longitude) VALUES ('out', 'o', 0, 0)")
                homes.connection.execute("INSERT INTO technician (id, name, outlet_id) VALUES ('tec', 't', 'out')")
                homes.connection.execute(
                    "UPDATE service_order SET technician_id = 'tec', visit_starts = now(), visit_ends = now() + '1 h'"
                )
                move(homes.connection, ORDER, order_id, "completed", actor="planner", reason="", at=NOW,
                     via=frozenset(ORDER.moves))  # fmt: skip
        elif stage == 3:
            homes.clear(conditioner, "refrigerant_leak", day(9))
            homes.clear(washer, "drain_filter_clog", day(9))
            homes.find(fridge, "condenser_dust", day(20))
        else:
            homes.hear(circuit, day(20))
            homes.clear(fridge, "condenser_dust", day(21))
        until_still(work)
        done.append(f"stage {stage}")
    return done


def test_a_second_run_of_any_job_changes_nothing(connection: Connection) -> None:
    assert len(stages(Homes(connection))) == 5
    states = connection.execute("SELECT DISTINCT state FROM service_order ORDER BY state").fetchall()
    assert ("verified",) in states
    work = work_on(connection)
    for job in CARE_JOBS:
        before = everything(connection)
        job(work)
        assert everything(connection) == before, job.__name__


def test_each_single_job_is_idempotent_on_fresh_findings(connection: Connection) -> None:
    homes = Homes(connection)
    homes.household()
    homes.find(homes.appliance(Kind.WASHING_MACHINE), "drain_filter_clog", day(0))
    homes.find(homes.appliance(Kind.CIRCUIT), "overload", day(0))
    work = work_on(connection)
    for job in CARE_JOBS:
        job(work)
        once = everything(connection)
        job(work)
        assert everything(connection) == once, job.__name__


def test_a_household_that_fails_does_not_stop_the_next(connection: Connection) -> None:
    homes = Homes(connection)
    for name in ("home-a", "home-b", "home-c"):
        homes.household(name)
        homes.find(homes.appliance(Kind.WASHING_MACHINE, name), "drain_filter_clog", day(0))
    connection.execute("UPDATE finding SET evidence = '[{}]' WHERE appliance_key ="
                       " (SELECT key FROM appliance WHERE household_id = 'home-b')")  # fmt: skip

    assert remind(work_on(connection)) == {"reminded": 2, "failed": 1}
    assert connection.execute("SELECT household_id FROM reminder ORDER BY 1").fetchall() == [("home-a",), ("home-c",)]
