"""A home with a refrigerator that does not defrost, a technician booked for it, and parts in van, outlet and region."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from domain.faults import Urgency
from domain.field import Action
from domain.parts import store_of, van_of
from domain.signals import Kind
from domain.states import ORDER
from store.api_orders import Slot, book
from store.database import Connection
from store.moves import move
from store.stock import record_movement
from tests.integration.api_homes import NOW, add_appliance, add_finding, add_home, add_technician

VAN, STORE, REGION = van_of("tech-1"), store_of("outlet-1"), store_of("region-1")
TO_SCHEDULED = frozenset({"approved", "offered", "confirmed"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked order with one task."""

    order: UUID
    task: UUID
    appliance: int

    def action(
        self, kind: str, minutes: float = 0, technician: str = "tech-1", action_id: UUID | None = None, **body: object
    ) -> Action:
        """Something done so many minutes into the visit."""
        told = {"task_id": str(self.task), **body} if kind not in ("depart", "arrive", "complete", "note") else body
        at = NOW - timedelta(hours=2) + timedelta(minutes=minutes)
        return Action(
            id=action_id or uuid4(), technician_id=technician, order_id=self.order, kind=kind, body=told, client_at=at
        )


def add_parts(connection: Connection) -> None:
    """A technician of an outlet that a regional store supplies; heater in the van, sensor in the region only."""
    add_technician(connection, "tech-1", Kind.REFRIGERATOR)
    add_technician(connection, "tech-2", Kind.REFRIGERATOR)
    connection.execute("INSERT INTO outlet (id, name, latitude, longitude) VALUES ('region-1', 'Region', 50, 9)")
    connection.execute("UPDATE outlet SET supplied_by = 'region-1' WHERE id = 'outlet-1'")
    connection.execute(
        "INSERT INTO part (id, name, role, fits, rules) VALUES"
        " ('heater-a', 'Heater A', 'defrost_heater', '{refrigerator}', '[]'),"
        " ('heater-b', 'Heater B', 'defrost_heater', '{refrigerator}',"
        " jsonb_build_array(jsonb_build_object('kind', 'refrigerator', 'maker', 'Other'))),"
        " ('defrost_sensor', 'Sensor', NULL, '{refrigerator}', '[]'),"
        " ('bearing_kit', 'Bearing', NULL, '{washing_machine}', '[]')"
    )
    for part, place, pieces in (
        *(("heater-a", VAN, 1), ("heater-a", STORE, 2), ("heater-b", VAN, 1)),
        *(("defrost_sensor", REGION, 3), ("bearing_kit", VAN, 1)),
    ):
        record_movement(connection, part, pieces, from_place=None, to_place=place, reason="received", actor="test")


def add_visit(connection: Connection, home: str = "home-1", state: str = "scheduled", hours: float = 24) -> Visit:
    """An order for that refrigerator, walked to `state`."""
    add_home(connection, home)
    key = add_appliance(connection, f"fridge-of-{home}", Kind.REFRIGERATOR, home)
    connection.execute("UPDATE appliance SET maker = 'Acme', model = 'X210' WHERE key = %s", (key,))
    finding = add_finding(connection, key, Kind.REFRIGERATOR, "defrost_failure", Urgency.VISIT)
    order = connection.execute(
        "INSERT INTO service_order (household_id, urgency, outlet_id) VALUES (%s, 'visit', 'outlet-1') RETURNING id",
        (home,),
    ).fetchone()
    assert order is not None
    task = connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, parts, minutes)"
        " VALUES (%s, %s, 'replace_defrost_heater', '{defrost_heater,defrost_sensor}', 75) RETURNING id",
        (order[0], finding),
    ).fetchone()
    assert task is not None
    if state != "proposed":
        starts = NOW + timedelta(hours=hours)
        book(
            connection,
            order[0],
            Slot(technician_id="tech-1", starts=starts, ends=starts + timedelta(hours=2)),
            outside_hours=True,
        )
        go(connection, order[0], state)
    return Visit(order[0], task[0], key)


def go(connection: Connection, order: UUID, state: str) -> None:
    """Walk an order to a state, as people would."""
    with connection.transaction():
        move(connection, ORDER, order, state, actor="planner", reason="test", at=NOW, via=TO_SCHEDULED)
