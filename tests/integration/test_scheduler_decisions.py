"""Decisions about findings on the real database: stored with reasons, acted upon, within the visit budget."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.decision_params import DecisionParams
from domain.services import Service
from domain.signals import Kind
from scheduler.follow_up import follow_up_reminders
from scheduler.propose import propose
from scheduler.remind import remind
from scheduler.settle import settle
from scheduler.work import Work
from store.database import Connection
from store.decisions import read_decision
from store.services import note_service
from tests.integration.scheduler_homes import NOW, Homes, day, work_on

pytestmark = pytest.mark.integration


@pytest.fixture
def homes(connection: Connection) -> Homes:
    return Homes(connection)


def priced(homes: Homes, params: DecisionParams, days: float = 0) -> Work:
    work = work_on(homes.connection, NOW + timedelta(days=days))
    return replace(work, settings=replace(work.settings, decision=params))


def test_a_visit_and_its_reasons_are_stored_and_told_to_the_planner(homes: Homes) -> None:
    homes.household()
    unit = homes.appliance(Kind.AIR_CONDITIONER)
    finding = homes.find(unit, "refrigerant_leak", day(0))

    assert propose(work_on(homes.connection))["proposed"] == 1
    decided = read_decision(homes.connection, finding)
    assert decided is not None
    assert decided.option == "visit_now"
    assert [one.option for one in decided.weighed] == ["visit_now", "visit_bundled", "nothing"]
    assert decided.reason in homes.one("SELECT explanation FROM order_task")
    assert [(one.from_option, one.to_option) for one in decided.changes] == [(None, "visit_now")]


def test_what_is_too_dear_is_watched_until_it_is_worth_it(homes: Homes) -> None:
    homes.household()
    unit = homes.appliance(Kind.AIR_CONDITIONER)
    finding = homes.find(unit, "refrigerant_leak", day(0))

    dear = priced(homes, DecisionParams(visit=5000))
    assert propose(dear)["proposed"] == 0
    assert propose(dear)["proposed"] == 0
    assert propose(priced(homes, DecisionParams()))["proposed"] == 1  # weighed with new prices
    decided = read_decision(homes.connection, finding)
    assert decided is not None
    assert [one.to_option for one in decided.changes] == ["nothing", "visit_now"]
    assert homes.one("SELECT count(*) FROM order_task") == 1


@pytest.mark.parametrize(("worked_on", "proposed"), [(False, 0), (True, 1)])
def test_nobody_is_sent_again_for_what_went_by_itself(homes: Homes, worked_on: bool, proposed: int) -> None:
    homes.household()
    unit = homes.appliance(Kind.AIR_CONDITIONER)
    homes.find(unit, "refrigerant_leak", day(0))
    homes.connection.execute(
        "INSERT INTO decision (finding_id, option, reason, weighed, saving, judged_at, decided_at)"
        " SELECT id, 'visit_now', '', '[]', 0, judged_at, raised_at FROM finding"
    )
    homes.clear(unit, "refrigerant_leak", day(5))
    settle(work_on(homes.connection, NOW + timedelta(days=20)))
    assert homes.one("SELECT state FROM finding") == "resolved"
    if worked_on:
        note_service(homes.connection, unit.key, Service(NOW + timedelta(days=1), "refrigerant_charged"), "technician")

    homes.find(unit, "refrigerant_leak", day(30))
    assert propose(work_on(homes.connection))["proposed"] == proposed
    said = homes.one("SELECT reason FROM decision ORDER BY judged_at DESC LIMIT 1")
    assert ("went by itself" in said) is not worked_on


def test_a_remote_step_comes_before_the_visit_and_the_visit_comes_if_it_did_not_help(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "inlet_valve_weak", day(0))
    work = work_on(homes.connection)

    assert propose(work)["proposed"] == 0
    assert remind(work)["reminded"] == 1
    assert "rinse the sieve" in homes.one("SELECT text FROM reminder")
    homes.find(washer, "inlet_valve_weak", day(6.9))
    assert follow_up_reminders(work)["followed_up"] == 0
    assert propose(work)["proposed"] == 0
    homes.find(washer, "inlet_valve_weak", day(7))
    assert follow_up_reminders(work)["followed_up"] == 1
    assert propose(work)["proposed"] == 1


def test_the_budget_holds_back_what_saves_least_but_never_a_hazard(homes: Homes) -> None:
    tight = DecisionParams(least_visits=1, visits_per_1000_months=0, day_share=1)
    work = priced(homes, tight)
    for name, fault, kind in (
        ("home-a", "refrigerant_leak", Kind.AIR_CONDITIONER),
        ("home-b", "limescale", Kind.WATER_HEATER),
        ("home-c", "flood", Kind.WASHING_MACHINE),
    ):
        homes.household(name)
        homes.find(homes.appliance(kind, name), fault, day(0))

    assert propose(work)["proposed"] == 2
    assert homes.rows("SELECT household_id FROM service_order ORDER BY 1") == [("home-a",), ("home-c",)]
    assert homes.one("SELECT count(*) FROM decision WHERE held_back") == 1
    month = priced(homes, tight, days=31)
    homes.find(homes.appliance(Kind.REFRIGERATOR, "home-a"), "food_at_risk", day(1))
    propose(month)
    assert homes.one("SELECT count(*) FROM decision WHERE held_back") == 0


def test_a_job_that_waits_for_company_goes_with_the_next_one_of_the_home(homes: Homes) -> None:
    homes.household()
    heater = homes.appliance(Kind.WATER_HEATER)
    homes.find(heater, "limescale", day(0))
    work = work_on(homes.connection)
    assert propose(work)["proposed"] == 0
    assert homes.one("SELECT option FROM decision") == "visit_bundled"

    homes.find(homes.appliance(Kind.AIR_CONDITIONER), "refrigerant_leak", day(1))
    assert propose(work)["proposed"] == 2
    assert homes.one("SELECT count(*) FROM service_order") == 1


def test_a_household_is_not_asked_more_than_twice_a_week(homes: Homes) -> None:
    homes.household()
    work = work_on(homes.connection)
    for number, (kind, fault) in enumerate(
        [(Kind.WASHING_MACHINE, "drain_filter_clog"), (Kind.REFRIGERATOR, "condenser_dust"),
         (Kind.DRYER, "vent_clog")]
    ):  # fmt: skip
        homes.find(homes.appliance(kind), fault, day(number))
        remind(work)
    dryer = homes.rows("SELECT key FROM appliance WHERE kind = 'dryer'")[0][0]
    assert homes.one("SELECT count(*) FROM reminder") == 2
    homes.connection.execute("UPDATE latest_values SET at = %s WHERE appliance_key = %s", (day(7), dryer))
    remind(work)
    assert homes.one("SELECT count(*) FROM reminder") == 3
