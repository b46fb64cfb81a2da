"""A home over time, on the real database: whatever planners and findings do, the promises about its orders hold."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.errors import WellkeptError
from domain.signals import Kind
from domain.states import ORDER, REMINDER
from scheduler.obligations import keep_promises
from scheduler.plan_care import plan_care
from scheduler.propose import propose
from scheduler.settings import Pace
from scheduler.settle import settle
from store.api_orders import read_order
from store.database import Connection, translated
from store.moves import move
from store.order_edits import choose, merge_orders, split_order
from tests.integration.scheduler_homes import NOW, Appliance, Homes, day, work_on

pytestmark = pytest.mark.integration
FAULTS = (
    (Kind.AIR_CONDITIONER, "refrigerant_leak"),
    (Kind.REFRIGERATOR, "compressor_failing"),
    (Kind.WASHING_MACHINE, "bearing_wear"),
    (Kind.WASHING_MACHINE, "flood"),
    (Kind.CIRCUIT, "overload"),
)
EVERY = frozenset(ORDER.moves)


class Home(RuleBasedStateMachine):
    """Findings come and go; planners approve, part, join, overrule and complete; the scheduler runs in between."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.connection = connection
        self.homes = Homes(connection)
        self.today = 0.0
        self.chosen: dict[UUID, object] = {}
        self.life = ExitStack()  # one transaction that is undone: the next example finds the database as it was
        self.life.enter_context(connection.transaction(force_rollback=True))

    def teardown(self) -> None:
        self.life.close()

    @initialize()
    def an_empty_home(self) -> None:
        self.homes.household()
        self.homes.outlet("outlet-1", 52.5, 13.4)
        self.homes.technician("technician-x", "outlet-1", [str(kind) for kind, _ in FAULTS])
        self.things: dict[Kind, Appliance] = {kind: self.homes.appliance(kind) for kind in dict(FAULTS)}

    def orders(self) -> list[UUID]:
        found = self.homes.rows("SELECT id FROM service_order WHERE state = ANY(%s) ORDER BY number",
                                sorted(ORDER.open_states))  # fmt: skip
        return [row[0] for row in found]

    @rule(which=st.sampled_from(FAULTS), gone=st.booleans())
    def a_finding_comes_or_goes(self, which: tuple[Kind, str], gone: bool) -> None:
        kind, fault = which
        if not gone:
            self.homes.find(self.things[kind], fault, day(self.today))
        elif self.homes.rows("SELECT 1 FROM finding WHERE fault = %s AND state = 'open' AND cleared_at IS NULL", fault):
            self.homes.clear(self.things[kind], fault, day(self.today))

    @rule()
    def the_scheduler_runs(self) -> None:
        self.today += 2
        work = work_on(self.connection, NOW + timedelta(days=self.today))
        assert settle(work)["failed"] == 0
        assert propose(work)["failed"] == 0
        assert propose(work)["proposed"] == 0, "running twice changes nothing"

    @rule(pick=st.integers(0, 2), to=st.sampled_from(["approved", "confirmed", "scheduled", "completed", "cancelled"]))
    def a_planner_moves_an_order(self, pick: int, to: str) -> None:
        if not (found := self.orders()):
            return
        order = found[pick % len(found)]
        self.connection.execute(
            "UPDATE service_order SET technician_id = 'technician-x', visit_starts = %s, visit_ends = %s WHERE id = %s",
            (day(self.today + 40 * pick), day(self.today + 40 * pick + 0.1), order),
        )
        self.attempt(lambda: move(self.connection, ORDER, order, to, actor="p", reason="p", at=NOW, via=EVERY))

    @rule(pick=st.integers(0, 2))
    def a_planner_overrules(self, pick: int) -> None:
        if found := self.orders():
            order = read_order(self.connection, found[pick % len(found)])
            due = day(30 + pick)
            choose(self.connection, order, {"due_by": due}, actor="p", why="agreed by phone")
            self.chosen[order.id] = due

    @rule()
    def a_planner_parts_or_joins(self) -> None:
        found = [read_order(self.connection, order) for order in self.orders()]
        if len(found) > 1:
            first, second = found[:2]
            self.attempt(lambda: merge_orders(self.connection, first, second, actor="p", why="w", at=NOW))
        elif found and len(found[0].tasks) > 1:
            task = found[0].tasks[-1].id
            self.attempt(lambda: split_order(self.connection, found[0], [task], actor="p", why="w"))

    def attempt(self, change: Callable[[], object]) -> None:
        """What is refused is refused as a whole, by an error of ours."""
        with suppress(WellkeptError), translated(), self.connection.transaction():
            change()

    @invariant()
    def each_lane_has_one_open_order(self) -> None:
        lanes = self.homes.rows("SELECT lane FROM service_order WHERE state = ANY(%s)", sorted(ORDER.open_states))
        assert len(lanes) == len(set(lanes))

    @invariant()
    def no_finding_is_in_two_open_orders(self) -> None:
        assert not self.homes.rows(
            "SELECT t.finding_id FROM order_task t JOIN service_order o ON o.id = t.order_id WHERE o.state = ANY(%s)"
            " GROUP BY t.finding_id HAVING count(*) > 1",
            sorted(ORDER.open_states),
        )

    @invariant()
    def what_a_planner_chose_stays(self) -> None:
        kept = dict(self.homes.rows("SELECT id, due_by FROM service_order"))
        assert all(kept[order] == due for order, due in self.chosen.items() if order in kept)

    @invariant()
    def every_change_has_a_name(self) -> None:
        assert not self.homes.rows("SELECT 1 FROM state_change WHERE entity = 'order' AND actor = ''")


def test_a_home_keeps_its_promises_whatever_happens(connection: Connection) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        lambda: Home(connection), settings=settings(max_examples=8, stateful_step_count=14, deadline=None)
    )


def test_an_old_anode_is_planned_and_taken_off_the_list_when_it_is_renewed(connection: Connection) -> None:
    homes = Homes(connection)
    homes.household()
    heater = homes.appliance(Kind.WATER_HEATER)
    connection.execute(
        "UPDATE appliance SET installed_on = '2022-01-01', facts = '{\"water_hardness_dh\": 22}' WHERE id = %s",
        (heater.id,),
    )
    homes.hear(heater, day(0))
    assert plan_care(work_on(connection)) == {"raised": 1, "over": 0}
    assert plan_care(work_on(connection)) == {"raised": 0, "over": 0}
    assert homes.one("SELECT evidence -> 0 ->> 'signal' FROM finding") == "anode_age"
    connection.execute(
        "INSERT INTO service (appliance_key, at, action, part, told_by)"
        " VALUES (%s, %s, 'part_replaced', 'anode-500', 'technician')",
        (heater.key, day(1)),
    )
    homes.hear(heater, day(2))
    assert plan_care(work_on(connection)) == {"raised": 0, "over": 1}


def test_an_anode_that_was_found_sound_is_off_the_list(connection: Connection) -> None:
    """Nothing in the readings ever would take it off, so the same technician was sent again and again."""
    homes = Homes(connection)
    homes.household()
    heater = homes.appliance(Kind.WATER_HEATER)
    connection.execute("UPDATE appliance SET installed_on = '2015-01-01' WHERE id = %s", (heater.id,))
    homes.hear(heater, day(0))
    assert plan_care(work_on(connection)) == {"raised": 1, "over": 0}
    order = homes.one("INSERT INTO service_order (household_id, urgency, state) VALUES ('home-a', 'visit', 'proposed')"
                      " RETURNING id")  # fmt: skip
    connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, minutes, outcome)"
        " SELECT %s, id, 'replace_anode', 30, 'no_fault_found' FROM finding",
        (order,),
    )
    homes.hear(heater, day(1))
    assert plan_care(work_on(connection)) == {"raised": 0, "over": 0}  # nobody was there yet
    homes.outlet("outlet-1", 52.5, 13.4)
    homes.technician("technician-x", "outlet-1", ["water_heater"])
    connection.execute(
        "UPDATE service_order SET technician_id = 'technician-x', outlet_id = 'outlet-1', visit_starts = %s,"
        " visit_ends = %s, completed_data_at = %s WHERE id = %s",
        (day(1), day(1.1), day(1), order),
    )
    with connection.transaction():
        move(connection, ORDER, order, "completed", actor="technician-x", reason="r", at=NOW, via=EVERY)
    homes.hear(heater, day(2))
    assert plan_care(work_on(connection)) == {"raised": 0, "over": 1}
    homes.hear(heater, day(310))  # a year less 60 days after the look
    plan_care(work_on(connection))
    assert homes.one("SELECT cleared_at IS NULL FROM finding")


def test_the_age_of_an_anode_that_is_measured_says_nothing(connection: Connection) -> None:
    """Its current does: two voices on one fault raised a finding every day and ended it every night."""
    homes = Homes(connection)
    homes.household()
    heater = homes.appliance(Kind.WATER_HEATER)
    connection.execute("UPDATE appliance SET installed_on = '2015-01-01' WHERE id = %s", (heater.id,))
    homes.hear(heater, day(0))
    connection.execute('UPDATE latest_values SET signals = \'{"anode_ma": {"value": 7.0}}\'')
    assert plan_care(work_on(connection)) == {"raised": 0, "over": 0}
    connection.execute('UPDATE latest_values SET signals = \'{"top_c": {"value": 55.0}}\'')
    assert plan_care(work_on(connection)) == {"raised": 1, "over": 0}


def test_who_was_guided_is_asked_within_half_an_hour_unless_the_readings_tell(connection: Connection) -> None:
    homes = Homes(connection)
    homes.household()
    washer = homes.appliance(Kind.WASHING_MACHINE)
    finding = homes.find(washer, "drain_filter_clog", day(0))
    reminder = homes.one(
        "INSERT INTO reminder (finding_id, household_id, text, sent_at, data_at, answer_by)"
        " VALUES (%s, 'home-a', 't', now(), now(), now()) RETURNING id",
        finding,
    )
    with connection.transaction():
        move(connection, REMINDER, reminder, "done", actor="owner", reason="r", at=NOW, via=frozenset({"seen"}))
    done_at = homes.one("SELECT at FROM state_change WHERE to_state = 'done'")

    def later(minutes: float) -> dict[str, int]:
        work = work_on(connection, done_at + timedelta(minutes=minutes))
        wanted = replace(work.settings, pace=Pace.PRODUCTION, link_secret="s" * 32, public_url="https://care.test")
        return dict(keep_promises(replace(work, settings=wanted)))

    assert later(0)["begun"] == 1
    assert homes.one("SELECT due_at FROM obligation") == done_at + timedelta(minutes=30)
    assert later(10)["asked"] == 1
    assert later(25)["to_call"] == 1
    with connection.transaction():
        move(connection, REMINDER, reminder, "verified", actor="scheduler", reason="r", at=NOW)
    assert later(26)["closed"] == 1
    assert homes.rows("SELECT state, answer FROM obligation") == [("met", "verified")]
    assert later(27)["begun"] == 0
