"""The database refuses every change of state that the table of legal moves does not hold."""

from uuid import UUID

import psycopg
import pytest

from domain.signals import Kind
from domain.states import MACHINES, Machine
from store.database import Connection
from tests.integration.scheduler_homes import Homes, day

pytestmark = pytest.mark.integration
TABLE = {
    "finding": b"finding", "reminder": b"reminder", "order": b"service_order", "reservation": b"part_reservation",
    "transfer": b"part_transfer", "case": b"quality_case", "obligation": b"obligation",
    "opinion": b"opinion", "grade": b"technician_grade",
}  # fmt: skip
TESTED = [machine for machine in MACHINES if machine.entity in TABLE]
PAIRS = [(machine, start, to) for machine in TESTED for start in machine.moves for to in machine.moves if start != to]
BESIDE = {  # what the other constraints ask for in a state, so that only the guard can refuse
    "finding": b"dismissed_for = CASE WHEN %(to)s = 'dismissed' THEN 'no' END",
    "reminder": b"snoozed_until = CASE WHEN %(to)s = 'snoozed' THEN now() END",
    "obligation": b"closed_at = CASE WHEN %(to)s IN ('met', 'void') THEN now() END",
    "order": b"completed_at = now(), technician_id = 'tec', visit_starts = now(), visit_ends = now() + interval '1 h'",
    "reservation": b"quantity = 1",
    "opinion": b"answer = 'a', answered_at = now(), content = true, verified_how = 'h', node = 'service',"
    b" fed_back = 'f'",
    "grade": b"appeal = 'a', answer = 'b'",
    "transfer": b"from_place = 'outlet:out'",
    "case": b"node = 'service', owner = 'o', fix = 'f', fixed_at = now(), effect = '{}'",
}


@pytest.fixture
def things(connection: Connection) -> dict[str, UUID]:
    homes = Homes(connection)
    homes.household()
    homes.outlet("out", 0, 0)
    homes.technician("tec", "out", [])
    finding_id = homes.find(homes.appliance(Kind.WASHING_MACHINE), "drain_filter_clog", day(0))
    reminder_id = homes.one(
        "INSERT INTO reminder (finding_id, household_id, text, sent_at, data_at, answer_by)"
        " VALUES (%s, 'home-a', 'text', now(), now(), now()) RETURNING id",
        finding_id,
    )
    order_id = homes.one("INSERT INTO service_order (household_id, urgency) VALUES ('home-a', 'visit') RETURNING id")
    connection.execute("INSERT INTO part (id, name) VALUES ('gasket', 'Gasket')")
    connection.execute(
        "INSERT INTO stock_movement (part_id, quantity, to_place, reason)"
        " VALUES ('gasket', 9, 'outlet:out', 'received')"
    )
    connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, minutes) VALUES (%s, %s, 'clean', 45)",
        (order_id, finding_id),
    )
    reservation_id = homes.one(
        "INSERT INTO part_reservation (task_id, part_id, quantity, place)"
        " SELECT id, 'gasket', 1, 'outlet:out' FROM order_task RETURNING id"
    )
    transfer_id = homes.one(
        "INSERT INTO part_transfer (part_id, quantity, to_place, asked_by, asked_at)"
        " VALUES ('gasket', 1, 'van:tec', 'tec', now()) RETURNING id"
    )
    obligation_id = homes.one(
        "INSERT INTO obligation (kind, household_id, order_id, since, due_at) VALUES ('follow_up', 'home-a', %s, now(),"
        " now()) RETURNING id",
        order_id,
    )
    case_id = homes.one(
        "INSERT INTO quality_case (kind, fault, dimension, value, found, since, opened_at)"
        " VALUES ('dryer', 'vent_clog', 'batch', 'b1', '{}', now(), now()) RETURNING id"
    )
    return {
        "finding": finding_id,
        "reminder": reminder_id,
        "order": order_id,
        "reservation": reservation_id,
        "transfer": transfer_id,
        "case": case_id,
        "grade": homes.one(
            "INSERT INTO technician_grade (technician_id, month, grade, figures, made_at)"
            " VALUES ('tec', '2026-01-01', 'B', '{}', now()) RETURNING id"
        ),
        "opinion": homes.one(
            "INSERT INTO opinion (kind, channel, household_id, text, recorded_at, answer_by)"
            " VALUES ('praise', 'phone', 'home-a', 't', now(), now()) RETURNING id"
        ),
        "obligation": obligation_id,
    }


def put(connection: Connection, machine: Machine, entity_id: UUID, state: str) -> None:
    """Set the state as any client could, past the program's own checks."""
    statement = b"UPDATE %s SET state = %%(to)s, %s WHERE id = %%(id)s" % (
        TABLE[machine.entity],
        BESIDE[machine.entity],
    )
    connection.execute(statement, {"to": state, "id": entity_id})


def test_every_pair_of_states_is_allowed_or_refused_as_the_table_says(
    connection: Connection, things: dict[str, UUID]
) -> None:
    assert len(PAIRS) == sum(len(machine.moves) * (len(machine.moves) - 1) for machine in TESTED)
    for machine, start, to in PAIRS:
        with connection.transaction(force_rollback=True):
            for step in () if start == machine.start else machine.path(machine.start, start, frozenset(machine.moves)):
                put(connection, machine, things[machine.entity], step)
            if to in machine.moves[start]:
                put(connection, machine, things[machine.entity], to)
            else:
                with pytest.raises(psycopg.errors.CheckViolation, match="cannot become"), connection.transaction():
                    put(connection, machine, things[machine.entity], to)


@pytest.mark.parametrize("machine", TESTED, ids=lambda machine: machine.entity)
def test_nothing_begins_in_any_state_but_the_first(
    connection: Connection, machine: Machine, things: dict[str, UUID]
) -> None:
    finding_id = things["finding"]
    insert = {
        "finding": b"INSERT INTO finding (appliance_key, fault, state, urgency, probability, raised_at, judged_at,"
        b" action, evidence, dismissed_for) SELECT appliance_key, 'other', %(state)s, urgency, probability, raised_at,"
        b" judged_at, action, evidence, CASE WHEN %(state)s = 'dismissed' THEN 'no' END FROM finding WHERE id = %(id)s",
        "reminder": b"INSERT INTO reminder (finding_id, household_id, state, text, sent_at, data_at, answer_by,"
        b" snoozed_until) VALUES (%(id)s, 'home-a', %(state)s, 't', now(), now(), now(),"
        b" CASE WHEN %(state)s = 'snoozed' THEN now() END)",
        "order": b"INSERT INTO service_order (household_id, state, urgency, completed_at) VALUES ('home-a', %(state)s,"
        b" 'visit', now())",
        "reservation": b"INSERT INTO part_reservation (task_id, part_id, quantity, place, state)"
        b" SELECT task_id, 'gasket', 1, place, %(state)s FROM part_reservation",
        "transfer": b"INSERT INTO part_transfer (part_id, quantity, to_place, from_place, asked_by, asked_at, state)"
        b" VALUES ('gasket', 1, 'van:tec', 'outlet:out', 'tec', now(), %(state)s)",
        "grade": b"INSERT INTO technician_grade (technician_id, month, grade, figures, made_at, state, appeal, answer)"
        b" VALUES ('tec', '2026-02-01', 'B', '{}', now(), %(state)s, 'a', 'b')",
        "opinion": b"INSERT INTO opinion (kind, channel, household_id, text, recorded_at, answer_by, state, answer,"
        b" answered_at, content, verified_how, node, fed_back) VALUES ('praise', 'phone', 'home-a', 't', now(), now(),"
        b" %(state)s, 'a', now(), true, 'h', 'service', 'f')",
        "case": b"INSERT INTO quality_case (kind, fault, dimension, value, found, since, opened_at, state, node, owner,"
        b" fix, fixed_at, effect) VALUES ('dryer', 'vent_clog', 'batch', 'b1', '{}', now(), now(), %(state)s,"
        b" 'service', 'o', 'f', now(), '{}')",
        "obligation": b"INSERT INTO obligation (kind, household_id, state, since, due_at, closed_at) VALUES"
        b" ('call_back', 'home-a', %(state)s, now(), now(), CASE WHEN %(state)s IN ('met', 'void') THEN now() END)",
    }[machine.entity]
    for state in machine.moves:
        with connection.transaction(force_rollback=True):
            if state != machine.start:  # that one is what the fixture has written
                with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                    connection.execute(insert, {"state": state, "id": finding_id})
