"""Reminders from finding to proof, on the real database."""

from datetime import timedelta

import pytest

from domain.faults import Urgency
from domain.signals import Kind
from domain.states import FINDING, REMINDER
from scheduler.alarm import alarm
from scheduler.follow_up import follow_up_reminders
from scheduler.remind import remind
from scheduler.settle import settle
from store.database import Connection
from store.homes import set_away
from store.moves import history, move
from tests.integration.scheduler_homes import NOW, Homes, day, work_on

pytestmark = pytest.mark.integration
OWNER_ROWS = "SELECT payload->>'kind' FROM outbox WHERE channel = 'owner' ORDER BY id"
NOTICES = "SELECT payload->>'kind' FROM outbox WHERE channel = 'mqtt' AND address = %s ORDER BY id"


@pytest.fixture
def homes(connection: Connection) -> Homes:
    return Homes(connection)


def owner_acts(homes: Homes, to: str, *, until: timedelta | None = None) -> None:
    """The owner taps on the only reminder."""
    reminder_id = homes.one("SELECT id FROM reminder")
    snoozed_until = None if until is None else day(0) + until
    with homes.connection.transaction():
        move(
            homes.connection, REMINDER, reminder_id, to, actor="owner", reason="tapped", at=NOW,
            via=frozenset({"seen"}), until=snoozed_until,
        )  # fmt: skip


def test_a_self_care_finding_asks_the_owner_and_shows_on_the_screen(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)

    assert remind(work)["reminded"] == 1
    assert alarm(work)["notices"] == 1

    text, data_at, answer_by = homes.rows("SELECT text, data_at, answer_by FROM reminder")[0]
    assert "46.4 seconds" in text
    assert "31 seconds" in text
    assert "1 March 2026" in text
    assert (data_at, answer_by) == (day(0), day(7))
    assert homes.rows(OWNER_ROWS) == [("reminder",)]
    topic = f"wk/v1/{washer.id}/notice"
    notice = homes.one("SELECT payload FROM outbox WHERE address = %s AND retain", topic)
    assert notice["kind"] == "clean_drain_filter"
    assert notice["since"] == day(0).isoformat()
    assert homes.rows("SELECT actor FROM state_change WHERE entity = 'reminder'") == [("scheduler",)]


def test_a_home_on_holiday_is_neither_reminded_nor_held_to_an_answer(homes: Homes) -> None:
    """Away for five days: what was asked before waits, three days beyond the return; what is new is asked then."""
    homes.household()
    washer, fridge = homes.appliance(Kind.WASHING_MACHINE), homes.appliance(Kind.REFRIGERATOR)
    homes.find(washer, "drain_filter_clog", day(0))
    remind(work_on(homes.connection))
    set_away(homes.connection, "home-a", NOW, NOW + timedelta(days=5))
    homes.find(fridge, "condenser_dust", day(3))
    homes.find(washer, "drain_filter_clog", day(8))  # seen again after the time to answer
    for days in (0.0, 4.9):
        assert remind(work_on(homes.connection, NOW + timedelta(days=days)))["reminded"] == 0
    assert remind(work_on(homes.connection, NOW + timedelta(days=5)))["reminded"] == 1
    for days, expected in ((4.9, "sent"), (7.9, "sent"), (8.0, "escalated")):
        follow_up_reminders(work_on(homes.connection, NOW + timedelta(days=days)))
        assert homes.one("SELECT r.state FROM reminder r ORDER BY sent_at LIMIT 1") == expected


def test_a_household_gets_one_new_reminder_a_day_of_data_time(homes: Homes) -> None:
    homes.household()
    washer, fridge = homes.appliance(Kind.WASHING_MACHINE), homes.appliance(Kind.REFRIGERATOR)
    homes.find(washer, "drain_filter_clog", day(0))
    homes.find(fridge, "condenser_dust", day(0.1))
    work = work_on(homes.connection)

    remind(work)
    assert homes.one("SELECT count(*) FROM reminder") == 1
    homes.hear(fridge, day(0.99))
    remind(work)
    assert homes.one("SELECT count(*) FROM reminder") == 1
    homes.hear(fridge, day(1))
    remind(work)
    assert homes.one("SELECT count(*) FROM reminder") == 2


def test_an_advisory_is_told_at_once_but_never_becomes_an_order(homes: Homes) -> None:
    homes.household()
    washer, circuit = homes.appliance(Kind.WASHING_MACHINE), homes.appliance(Kind.CIRCUIT)
    homes.find(washer, "drain_filter_clog", day(0))
    homes.find(circuit, "overload", day(0), urgency=Urgency.SELF)
    work = work_on(homes.connection)

    assert remind(work)["reminded"] == 2
    text = homes.one("SELECT text FROM reminder r JOIN finding f ON f.id = r.finding_id WHERE f.fault = 'overload'")
    assert "close to its limit" in text
    homes.find(circuit, "overload", day(30), urgency=Urgency.SELF)
    assert follow_up_reminders(work)["followed_up"] == 0


def test_telemetry_verifies_what_the_owner_did(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    finding_id = homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    remind(work)
    alarm(work)
    owner_acts(homes, "done")
    homes.clear(washer, "drain_filter_clog", day(2))

    assert settle(work)["settled"] == 0  # the reminder is closed together with its finding
    assert follow_up_reminders(work)["followed_up"] == 1
    alarm(work)

    assert homes.one("SELECT state FROM reminder") == "verified"
    assert homes.one("SELECT state FROM finding") == "resolved"
    assert homes.rows(OWNER_ROWS) == [("reminder",), ("verified",)]
    assert homes.rows(NOTICES, f"wk/v1/{washer.id}/notice") == [("clean_drain_filter",), (None,)]
    assert "back to normal since 2026-03-03" in history(homes.connection, FINDING, finding_id)[-1].reason


def test_a_verdict_from_after_the_answer_time_escalates_and_an_older_one_does_not(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    remind(work)
    homes.find(washer, "drain_filter_clog", day(6.9))
    homes.hear(washer, day(20))  # it is alive, but nobody washed: nothing says that the filter is still clogged

    assert follow_up_reminders(work)["followed_up"] == 0
    homes.find(washer, "drain_filter_clog", day(20))
    assert follow_up_reminders(work)["followed_up"] == 1
    assert homes.one("SELECT state FROM reminder") == "escalated"
    assert homes.rows(OWNER_ROWS) == [("reminder",), ("escalated",)]


def test_a_snoozed_reminder_comes_back_with_a_new_answer_time(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    remind(work)
    alarm(work)
    owner_acts(homes, "snoozed", until=timedelta(days=3))
    alarm(work)
    topic = f"wk/v1/{washer.id}/notice"
    assert homes.rows(NOTICES, topic)[-1] == (None,)  # the owner has heard it: the screen is quiet meanwhile

    homes.find(washer, "drain_filter_clog", day(2.9))
    assert follow_up_reminders(work)["followed_up"] == 0
    homes.find(washer, "drain_filter_clog", day(3))
    assert follow_up_reminders(work)["followed_up"] == 1
    alarm(work)

    assert homes.rows("SELECT state, data_at, answer_by FROM reminder") == [("sent", day(3), day(10))]
    assert homes.one("SELECT text FROM reminder").startswith("As you asked")
    assert homes.rows(NOTICES, topic)[-1] == ("clean_drain_filter",)


def test_a_declined_reminder_is_left_to_people(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    work = work_on(homes.connection)
    remind(work)
    owner_acts(homes, "declined")
    homes.find(washer, "drain_filter_clog", day(60))

    assert follow_up_reminders(work)["followed_up"] == 0
    assert homes.one("SELECT state FROM reminder") == "declined"
    homes.clear(washer, "drain_filter_clog", day(61))
    follow_up_reminders(work)
    assert homes.one("SELECT state FROM reminder") == "verified"


def test_what_clears_before_anybody_was_told_is_settled_without_a_word(homes: Homes) -> None:
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    homes.find(washer, "drain_filter_clog", day(0))
    homes.clear(washer, "drain_filter_clog", day(1))
    work = work_on(homes.connection)

    assert remind(work)["reminded"] == 0
    assert settle(work)["settled"] == 1
    assert homes.one("SELECT state FROM finding") == "resolved"
    assert homes.rows("SELECT id FROM outbox") == []


def test_the_most_pressing_finding_is_on_the_screen_and_the_next_one_after_it(homes: Homes) -> None:
    homes.household()
    fridge = homes.appliance(Kind.REFRIGERATOR)
    homes.find(fridge, "condenser_dust", day(0))
    work = work_on(homes.connection)
    remind(work)
    alarm(work)
    homes.find(fridge, "food_at_risk", day(1))
    alarm(work)
    homes.clear(fridge, "food_at_risk", day(1.2))
    alarm(work)

    assert homes.rows(NOTICES, f"wk/v1/{fridge.id}/notice") == [
        ("clean_condenser",),
        ("food_at_risk",),
        ("clean_condenser",),
    ]
    assert homes.rows(OWNER_ROWS) == [("reminder",), ("alarm",)]


def test_an_urgent_finding_stays_open_for_a_day_of_data_time_after_it_cleared(homes: Homes) -> None:
    homes.household()
    circuit = homes.appliance(Kind.CIRCUIT)
    first = homes.find(circuit, "overload", day(0))
    homes.clear(circuit, "overload", day(0.1))
    work = work_on(homes.connection)

    homes.hear(circuit, day(1.09))
    settle(work)
    again = homes.find(circuit, "overload", day(1.095))
    assert again == first  # urgent events of one circuit within 24 h are one finding
    homes.clear(circuit, "overload", day(1.1))
    homes.hear(circuit, day(2.1))
    settle(work)
    assert homes.one("SELECT state FROM finding") == "resolved"
