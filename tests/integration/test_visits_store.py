"""What planning reads: technicians with hours and absences, bookings, and orders with all their tasks in one row."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from domain.care_orders import Place
from domain.signals import Kind
from domain.visits import USUAL_WEEK, DayHours, Period
from store.database import Connection
from store.part_transfers import request_transfer
from store.stock import count_stock, reserve
from store.visits import booked_visits, field_technicians, orders_to_visit, shelf_stock, vans_of
from tests.integration.api_homes import add_technician, proposed_order

pytestmark = pytest.mark.integration
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = Period(starts=MONDAY, ends=MONDAY + timedelta(days=7))


def test_technicians_come_with_their_hours_and_what_they_miss_of_the_week(connection: Connection) -> None:
    add_technician(connection, "tech-1", Kind.DRYER)
    add_technician(connection, "tech-2", Kind.DRYER)
    add_technician(connection, "tech-3", active=False)
    connection.execute("INSERT INTO technician_hours VALUES ('tech-2', 2, '09:30', '14:00', 20, '11:00', '12:30')")
    connection.execute(
        "INSERT INTO technician_absence (technician_id, starts, ends) VALUES ('tech-1', %s, %s), ('tech-1', %s, %s)",
        (MONDAY, MONDAY + timedelta(hours=9), MONDAY - timedelta(days=9), MONDAY - timedelta(days=8)),
    )
    first, second = field_technicians(connection, WEEK)
    assert (first.id, first.hours, first.base) == ("tech-1", USUAL_WEEK, Place(latitude=50, longitude=8))
    assert first.absences == (Period(starts=MONDAY, ends=MONDAY + timedelta(hours=9)),)
    assert second.hours == (
        DayHours(
            weekday=2, starts=time(9, 30), ends=time(14), break_minutes=20, break_from=time(11), break_to=time(12, 30)
        ),
    )


def test_an_order_counts_each_task_once_however_many_parts_it_needs(connection: Connection) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    connection.execute("UPDATE order_task SET parts = '{leak_kit,refrigerant}'")
    connection.execute("UPDATE service_order SET outlet_id = 'outlet-1'")
    (found,) = orders_to_visit(connection, states=["proposed"])
    assert (UUID(found.order_id), found.minutes, found.parts) == (order, 45, ("leak_kit", "refrigerant"))
    assert (found.kinds, found.place, found.place_known) == (
        frozenset({"air_conditioner"}),
        Place(latitude=50, longitude=8),
        False,
    )
    assert orders_to_visit(connection) == []
    connection.execute(
        "INSERT INTO part (id, name, role) VALUES ('kit-7', 'Leak kit', 'leak_kit'), ('refrigerant', 'Gas', NULL)"
    )
    connection.execute("INSERT INTO outlet (id, name, latitude, longitude) VALUES ('region-1', 'Region', 50, 9)")
    connection.execute("UPDATE outlet SET supplied_by = 'region-1' WHERE id = 'outlet-1'")
    for place in ("outlet:outlet-1", "van:tech-1"):
        count_stock(connection, "kit-7", place, 3, actor="planner")
    (task,) = connection.execute("SELECT id FROM order_task").fetchone() or ()
    reserve(connection, task, "kit-7", 1, "van:tech-1", actor="planner", why="for the order")
    assert shelf_stock(connection) == {"outlet-1": {"leak_kit": 3}}
    assert vans_of(connection) == {"tech-1": {"leak_kit": 2}}
    lacking = orders_to_visit(connection, states=["proposed"])[0]
    assert (lacking.parts, lacking.awaits_part) == (("refrigerant",), False)
    count_stock(connection, "refrigerant", "outlet:region-1", 1, actor="planner")
    request_transfer(connection, "refrigerant", 1, "outlet:outlet-1", task_id=task, asked_by="planner", now=MONDAY)
    coming = orders_to_visit(connection, states=["proposed"])[0]
    assert (coming.parts, coming.awaits_part) == ((), True)
    connection.execute("UPDATE part_transfer SET state = 'received'")
    connection.execute("UPDATE finding SET probability = 0.2")  # 0.2 * 0.9 is less than one visit in five
    assert orders_to_visit(connection, states=["proposed"])[0].parts == ()


def test_bookings_that_touch_the_period_are_read(connection: Connection) -> None:
    order = proposed_order(connection)
    add_technician(connection, "tech-1", Kind.AIR_CONDITIONER)
    for state in ("approved", "offered", "confirmed"):
        connection.execute("UPDATE service_order SET state = %s", (state,))
    assert booked_visits(connection, WEEK) == []
    connection.execute(
        "UPDATE service_order SET technician_id = 'tech-1', visit_starts = %s, visit_ends = %s",
        (MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=1)),
    )
    (visit,) = booked_visits(connection, WEEK)
    assert (visit.order_id, visit.technician_id, visit.state, visit.locked) == (
        str(order),
        "tech-1",
        "confirmed",
        False,
    )
    assert booked_visits(connection, Period(starts=WEEK.starts + timedelta(hours=1), ends=WEEK.ends)) == []
