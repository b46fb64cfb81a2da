"""Things walked at random through their states: program, database and history agree with what is promised here."""

from itertools import pairwise
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from domain.errors import IllegalMove
from domain.signals import Kind
from domain.states import MACHINES, Machine
from store.database import Connection
from store.moves import history, move, speak_as
from tests.integration.scheduler_homes import NOW, Homes, day

pytestmark = pytest.mark.integration
CANCELLED_FROM: Final = ("proposed", "approved", "offered", "confirmed", "scheduled", "en_route", "on_site", "reopened")
CALLED_OFF: Final = ("requested cancelled", "approved cancelled")
DROPPED: Final = ("open dismissed", "assigned dismissed")
LEGAL: Final[dict[str, tuple[str, ...]]] = {
    # Written down a second time, as journeys: each word may follow the one before it, and nothing else may.
    "finding": ("open acknowledged resolved", "open resolved", "open dismissed", "acknowledged dismissed"),
    "reminder": (
        *("sent seen done verified", "seen declined verified", "seen snoozed sent", "snoozed verified"),
        *(f"{state} verified" for state in ("sent", "seen")),
        *(f"{state} escalated" for state in ("sent", "seen", "snoozed", "done", "declined")),
    ),
    "order": (
        "proposed approved offered confirmed scheduled en_route on_site completed verified",
        "completed reopened approved",
        *("proposed declined", "offered declined"),
        *("scheduled confirmed", "en_route confirmed", "on_site confirmed"),  # another time, or nobody at home
        *(f"{state} cancelled" for state in CANCELLED_FROM),
    ),
    "obligation": (
        *("open asked reminded to_call met", "open to_call void", "asked to_call"),
        *(f"{state} {end}" for state in ("open", "asked", "reminded") for end in ("met", "void")),
    ),
    "reservation": ("reserved picked consumed", "reserved released", "picked returned", "picked released"),
    "transfer": ("requested approved shipped received", "requested refused", *CALLED_OFF),
    "case": ("open assigned fixed measured closed", "fixed assigned", "measured assigned", *DROPPED),
    "opinion": ("recorded handled verified fed_back", "handled recorded"),
    "grade": ("given appealed confirmed", "appealed overturned"),
    "appeal": ("appealed confirmed", "appealed overturned"),
    "suspension": ("suspended reinstated", "suspended removed reinstated", "suspended lifted"),
    "campaign": ("draft announced closed", "draft cancelled", "announced cancelled"),
    "participation": ("invited accepted done", "invited declined", "accepted declined"),
    "model": ("candidate shadow champion retired candidate", "shadow candidate", "candidate retired", "shadow retired"),
}
TABLES: Final = {
    "order": "service_order", "reservation": "part_reservation", "transfer": "part_transfer", "case": "quality_case",
    "grade": "technician_grade", "appeal": "work_appeal", "participation": "campaign_appliance",
}  # fmt: skip
SIDES: Final = {"finding": b"dismissed_for = CASE WHEN %(to)s = 'dismissed' THEN 'no' END",
                "reminder": b"snoozed_until = CASE WHEN %(to)s = 'snoozed' THEN now() END",
                "order": b"completed_at = now()"}  # fmt: skip
"""What other constraints ask for beside a state, of the things that are walked in their own tables."""
NOWHERE: Final = "lost"


def legal_moves(entity: str) -> set[tuple[str, str]]:
    return {pair for journey in LEGAL[entity] for pair in pairwise(journey.split())}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.entity)
def test_the_machine_is_the_one_that_was_promised(machine: Machine) -> None:
    assert {(state, to) for state, following in machine.moves.items() for to in following} == legal_moves(
        machine.entity
    )


def test_every_table_with_states_is_guarded_and_recorded(connection: Connection) -> None:
    triggers = connection.execute(
        "SELECT c.relname, p.proname, encode(t.tgargs, 'escape') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE p.proname IN ('guard_state', 'record_state') AND t.tgenabled = 'O'"
    ).fetchall()
    wanted = {
        (TABLES.get(machine.entity, machine.entity), function, rf"{machine.entity}\000")
        for machine in MACHINES
        for function in ("guard_state", "record_state")
    }
    assert set(triggers) == wanted


class Walk(RuleBasedStateMachine):
    """One thing, and whoever tries to move it anywhere."""

    machine: ClassVar[Machine]
    connection: ClassVar[Connection]

    def __init__(self) -> None:
        super().__init__()
        self.entity, self.state = self.machine.entity, self.machine.start
        self.legal = legal_moves(self.entity)
        self.steps: list[tuple[str, str]] = []
        self.outer = self.connection.transaction(force_rollback=True)
        self.outer.__enter__()
        self.id = self.in_its_own_table() if self.entity in SIDES else self.in_a_bare_table()
        self.before = len(history(self.connection, self.machine, self.id))

    def teardown(self) -> None:
        self.outer.__exit__(None, None, None)

    def in_its_own_table(self) -> UUID:
        homes = Homes(self.connection)
        homes.household()
        found: Any = homes.find(homes.appliance(Kind.WASHING_MACHINE), "drain_filter_clog", day(0))
        self.table = TABLES.get(self.entity, self.entity).encode()
        if self.entity == "reminder":
            found = homes.one(
                "INSERT INTO reminder (finding_id, household_id, text, sent_at, data_at, answer_by)"
                " VALUES (%s, 'home-a', 't', now(), now(), now()) RETURNING id",
                found,
            )
        if self.entity == "order":
            homes.outlet("out", 0, 0)
            homes.technician("tec", "out", [])
            found = homes.one(
                "INSERT INTO service_order (household_id, urgency, technician_id, visit_starts, visit_ends)"
                " VALUES ('home-a', 'visit', 'tec', now(), now() + interval '1 h') RETURNING id"
            )
        return UUID(str(found))

    def in_a_bare_table(self) -> UUID:
        """Only the triggers, without what the real table's other constraints would want in each state."""
        self.table, made = b"walked", uuid4()
        self.connection.execute("CREATE TEMP TABLE walked (id uuid, state text, version integer DEFAULT 1)")
        for when, function in (("BEFORE", "guard_state"), ("AFTER", "record_state")):
            self.connection.execute(
                f"CREATE TRIGGER {function} {when} INSERT OR UPDATE ON walked FOR EACH ROW"
                f" EXECUTE FUNCTION {function}('{self.entity}')".encode()
            )
        self.connection.execute("INSERT INTO walked (id, state) VALUES (%s, %s)", (made, self.state))
        return made

    def put(self, to: str) -> None:
        """As any client of the database could, past the program."""
        beside = b", " + SIDES[self.entity] if self.entity in SIDES else b""
        statement = b"UPDATE %s SET state = %%(to)s%s WHERE id = %%(id)s" % (self.table, beside)
        self.connection.execute(statement, {"to": to, "id": self.id})

    def go(self, to: str) -> None:
        """As the program does."""
        if self.entity in SIDES:
            move(self.connection, self.machine, self.id, to, actor="somebody", reason="w", at=NOW, until=NOW)
        else:
            self.machine.check(self.state, to)
            speak_as(self.connection, "somebody", "w")
            self.put(to)

    @rule(data=st.data())
    def somebody_tries(self, data: st.DataObject) -> None:
        to = data.draw(st.sampled_from([*sorted(self.machine.moves), NOWHERE]))
        if (self.state, to) in self.legal:
            self.go(to)
            self.steps.append((self.state, to))
            self.state = to
            return
        with pytest.raises(IllegalMove, match="cannot become"):
            self.go(to)
        if to != self.state:
            with pytest.raises(psycopg.errors.CheckViolation, match="cannot become"), self.connection.transaction():
                self.put(to)

    @rule(data=st.data())
    def somebody_walks(self, data: st.DataObject) -> None:
        to = data.draw(st.sampled_from(sorted(self.machine.moves)))
        try:
            chain = self.machine.path(self.state, to, frozenset(self.machine.moves))
        except IllegalMove:
            return
        for step in chain:
            assert (self.state, step) in self.legal
            self.go(step)
            self.steps.append((self.state, step))
            self.state = step

    @invariant()
    def the_history_tells_every_step_and_nothing_else(self) -> None:
        told = history(self.connection, self.machine, self.id)[self.before :]
        assert [(one.from_state, one.to_state) for one in told] == self.steps
        assert {one.actor for one in told} <= {"somebody"}
        assert all(move in self.legal for move in self.steps)


def test_whatever_is_tried_only_promised_moves_happen_and_all_are_told(connection: Connection) -> None:
    few = settings(max_examples=6, stateful_step_count=14, deadline=None)
    for machine in MACHINES:
        walk = type(f"WalkOf{machine.entity.title()}", (Walk,), {"machine": machine, "connection": connection})
        run_state_machine_as_test(walk, settings=few)  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
