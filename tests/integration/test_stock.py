"""Stock can never go below nothing, whoever takes at the same moment, and the ledger always explains the balance."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from domain.errors import Conflict
from domain.faults import Urgency
from domain.parts import store_of, van_of
from domain.signals import Kind
from domain.states import RESERVATION
from store.database import Connection, connect
from store.stock import (
    count_stock,
    free_stock,
    held_for_orders,
    outlet_stock,
    record_movement,
    reserve,
    step_reservation,
    van_stock,
)
from tests.integration.api_homes import add_appliance, add_finding, add_home, add_order, add_technician

pytestmark = pytest.mark.integration

STORE, VAN, OTHER = store_of("outlet-1"), van_of("tech-1"), van_of("tech-2")
PLACES = (STORE, VAN, OTHER)
WHO = {"actor": "test", "why": "test"}


def add_tasks(connection: Connection, count: int) -> list[UUID]:
    """Tasks of one order each, in homes of their own."""
    tasks = []
    for number in range(count):
        home = f"home-{number}"
        add_home(connection, home)
        key = add_appliance(connection, f"fridge-{number}", Kind.REFRIGERATOR, home)
        finding = add_finding(connection, key, Kind.REFRIGERATOR, "door_seal_leak", Urgency.VISIT)
        order = add_order(connection, finding, home)
        row = connection.execute("SELECT id FROM order_task WHERE order_id = %s", (order,)).fetchone()
        assert row is not None
        tasks.append(UUID(str(row[0])))
    return tasks


@pytest.fixture
def tasks(connection: Connection) -> list[UUID]:
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    add_technician(connection, "tech-2", Kind.REFRIGERATOR)
    connection.execute("INSERT INTO part (id, name, fits) VALUES ('gasket', 'Gasket', '{refrigerator}')")
    return add_tasks(connection, 4)


def fill(connection: Connection, pieces: int, place: str = STORE) -> None:
    record_movement(connection, "gasket", pieces, from_place=None, to_place=place, reason="received", actor="test")


def balances(connection: Connection) -> dict[str, tuple[int, int]]:
    found = connection.execute("SELECT place, on_hand, reserved FROM stock_balance WHERE part_id = 'gasket'")
    return {place: (on_hand, reserved) for place, on_hand, reserved in found}


def by_the_ledger(connection: Connection) -> dict[str, int]:
    """What the movements alone say lies where."""
    found = connection.execute(
        "SELECT place, sum(n)::int FROM (SELECT to_place AS place, quantity AS n FROM stock_movement"
        " UNION ALL SELECT from_place, -quantity FROM stock_movement) m WHERE place IS NOT NULL GROUP BY place"
    )
    return dict(found.fetchall())


def test_of_many_who_take_at_once_exactly_as_many_succeed_as_there_are_pieces(
    connection: Connection, database_url: str, tasks: list[UUID]
) -> None:
    fill(connection, 5)
    start = Barrier(12)

    def take(number: int) -> str:
        with connect(database_url, application="test", autocommit=True) as own:
            start.wait()
            try:
                with own.transaction():
                    if number % 3 == 0:
                        reserve(own, tasks[number // 3], "gasket", 1, STORE, **WHO)
                    else:
                        to = VAN if number % 3 == 1 else None
                        reason = "moved" if to else "scrapped"
                        record_movement(own, "gasket", 1, from_place=STORE, to_place=to, reason=reason, actor="test")
            except (Conflict, psycopg.errors.CheckViolation):
                return "refused"
            return "took"

    with ThreadPoolExecutor(12) as threads:
        done = list(threads.map(take, range(12)))
    assert done.count("took") == 5
    on_hand, reserved = balances(connection)[STORE]
    assert on_hand == reserved, "nothing is free any more"
    assert by_the_ledger(connection) == {place: held for place, (held, _) in balances(connection).items()}


def test_pieces_that_cross_between_two_vans_do_not_wait_for_each_other_for_ever(
    connection: Connection, database_url: str, tasks: list[UUID]
) -> None:
    fill(connection, 50, VAN)
    fill(connection, 50, OTHER)
    start = Barrier(2)

    def shuttle(places: tuple[str, str]) -> None:
        with connect(database_url, application="test", autocommit=True) as own:
            start.wait()
            for _ in range(20):
                with own.transaction():  # as a request does it: what was locked first stays locked
                    record_movement(
                        own, "gasket", 1, from_place=places[0], to_place=places[1], reason="moved", actor="test"
                    )

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(shuttle, [(VAN, OTHER), (OTHER, VAN)]))
    assert balances(connection) == {VAN: (50, 0), OTHER: (50, 0)}


def test_past_the_program_the_database_still_refuses(connection: Connection, tasks: list[UUID]) -> None:
    fill(connection, 1)
    for statement in (
        "INSERT INTO stock_movement (part_id, quantity, from_place, reason) VALUES ('gasket', 2, %s, 'scrapped')",
        "INSERT INTO part_reservation (task_id, part_id, quantity, place) VALUES"
        " ((SELECT id FROM order_task LIMIT 1), 'gasket', 2, %s)",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="outlet:outlet-1 has 1 free of part gasket, not 2"):
            connection.execute(statement, (STORE,))
    for statement in ("UPDATE stock_movement SET quantity = 9", "DELETE FROM stock_movement"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(statement)


def test_who_lacks_a_piece_is_told_who_has_one(connection: Connection, tasks: list[UUID]) -> None:
    fill(connection, 2, OTHER)
    with pytest.raises(Conflict, match=r"has 0 free of gasket, not 1; there are 2 at van:tech-2: ask for a transfer"):
        reserve(connection, tasks[0], "gasket", 1, VAN, **WHO)
    reserve(connection, tasks[0], "gasket", 2, OTHER, **WHO)
    with pytest.raises(Conflict, match="nobody else has any: order it"):
        reserve(connection, tasks[1], "gasket", 1, VAN, **WHO)
    with pytest.raises(Conflict, match="2 of gasket at van:tech-2 are held for tasks"):
        count_stock(connection, "gasket", OTHER, 1, actor="test")


def test_reads_for_planning_show_only_what_is_free(connection: Connection, tasks: list[UUID]) -> None:
    fill(connection, 3)
    fill(connection, 1, VAN)
    reserve(connection, tasks[0], "gasket", 1, VAN, **WHO)
    reserve(connection, tasks[1], "gasket", 1, STORE, **WHO)
    assert van_stock(connection) == {}
    assert outlet_stock(connection) == {"outlet-1": {"gasket": 2}}
    row = connection.execute("SELECT order_id FROM order_task WHERE id = %s", (tasks[0],)).fetchone()
    assert row is not None
    (held,) = held_for_orders(connection, [row[0]])[row[0]]
    assert (held.part_id, held.place, held.state) == ("gasket", VAN, "reserved")


@dataclass
class Reservation:
    task: int
    quantity: int
    place: str
    state: str = "reserved"


@dataclass
class Model:
    """What should be: pieces by place, and reservations."""

    on_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    reservations: list[Reservation] = field(default_factory=list)

    def held(self, place: str) -> int:
        return sum(r.quantity for r in self.reservations if r.place == place and r.state in RESERVATION.open_states)

    def free(self, place: str) -> int:
        return self.on_hand[place] - self.held(place)


class Warehouse(RuleBasedStateMachine):
    """Any chain of movements and reservations leaves database and model alike."""

    connection: ClassVar[Connection]
    tasks: ClassVar[list[UUID]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.ids: list[UUID] = []
        self.outer = self.connection.transaction(force_rollback=True)
        self.outer.__enter__()

    def teardown(self) -> None:
        self.outer.__exit__(None, None, None)

    @contextmanager
    def expecting(self, allowed: bool) -> Iterator[None]:
        """A step that has to be refused leaves nothing behind."""
        if allowed:
            yield
            return
        with pytest.raises(Conflict), self.connection.transaction():
            yield

    @rule(place=st.sampled_from(PLACES), quantity=st.integers(1, 5))
    def receive(self, place: str, quantity: int) -> None:
        fill(self.connection, quantity, place)
        self.model.on_hand[place] += quantity

    @rule(source=st.sampled_from(PLACES), to=st.sampled_from([*PLACES, None]), quantity=st.integers(1, 4))
    def move(self, source: str, to: str | None, quantity: int) -> None:
        if source == to:
            return
        allowed = self.model.free(source) >= quantity
        with self.expecting(allowed):
            reason = "moved" if to else "scrapped"
            record_movement(
                self.connection, "gasket", quantity, from_place=source, to_place=to, reason=reason, actor="test"
            )
        if allowed:
            self.model.on_hand[source] -= quantity
            if to:
                self.model.on_hand[to] += quantity

    @rule(place=st.sampled_from(PLACES), counted=st.integers(0, 6))
    def count(self, place: str, counted: int) -> None:
        allowed = counted >= self.model.held(place)
        with self.expecting(allowed):
            count_stock(self.connection, "gasket", place, counted, actor="test")
        if allowed:
            self.model.on_hand[place] = counted

    @rule(task=st.integers(0, 3), place=st.sampled_from(PLACES), quantity=st.integers(1, 3))
    def hold(self, task: int, place: str, quantity: int) -> None:
        if any(r.task == task and r.state in RESERVATION.open_states for r in self.model.reservations):
            return
        allowed = self.model.free(place) >= quantity
        with self.expecting(allowed):
            made = reserve(self.connection, self.tasks[task], "gasket", quantity, place, **WHO)
        if allowed:
            self.ids.append(made)
            self.model.reservations.append(Reservation(task, quantity, place))

    @precondition(lambda self: any(r.state in RESERVATION.open_states for r in self.model.reservations))
    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        index = data.draw(
            st.sampled_from([i for i, r in enumerate(self.model.reservations) if r.state in RESERVATION.open_states])
        )
        held = self.model.reservations[index]
        to = data.draw(st.sampled_from(sorted(RESERVATION.moves[held.state])))
        quantity = data.draw(st.integers(1, held.quantity))
        place = data.draw(st.sampled_from(PLACES)) if to in ("picked", "returned") else held.place
        step_reservation(
            self.connection, self.ids[index], to, actor="test", reason="test", place=place, quantity=quantity
        )
        if to in ("picked", "returned") and place != held.place:
            self.model.on_hand[held.place] -= quantity
            self.model.on_hand[place] += quantity
        if to == "consumed":
            self.model.on_hand[place] -= quantity
        self.model.reservations[index] = Reservation(held.task, quantity, place, to)

    @invariant()
    def database_and_model_agree(self) -> None:
        present, free = balances(self.connection), free_stock(self.connection)
        for place in PLACES:
            assert present.get(place, (0, 0)) == (self.model.on_hand[place], self.model.held(place))
            assert free.get(place, {}).get("gasket", 0) == self.model.free(place) >= 0
        ledger = by_the_ledger(self.connection)
        assert {place: ledger.get(place, 0) for place in PLACES} == self.model.on_hand


def test_any_chain_of_movements_and_reservations_is_kept_right(connection: Connection, tasks: list[UUID]) -> None:
    class OnThisDatabase(Warehouse):
        pass

    OnThisDatabase.connection, OnThisDatabase.tasks = connection, tasks
    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
