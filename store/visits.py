"""Who works when, what is booked and what waits for a visit, as planning reads it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from domain.care_orders import Place
from domain.faults import Urgency
from domain.part_needs import Usage, parts_to_bring, predict_parts
from domain.parts import OUTLET, VAN
from domain.visits import USUAL_WEEK, DayHours, FieldTechnician, OrderToVisit, Period, Visit, handicap_of
from store.care import zone_of
from store.database import Connection
from store.part_supply import part_usage
from store.sql import queries

_SQL = queries("visits")
TO_PLAN: Final = ("approved", "offered", "confirmed", "scheduled")
"""States of orders whose visit is planned or may still be."""


def field_technicians(connection: Connection, period: Period) -> list[FieldTechnician]:
    """Active technicians with their hours and their absences within `period`."""
    rows = connection.execute(_SQL["technicians"], {"from": period.starts, "to": period.ends}).fetchall()
    vans = vans_of(connection)
    return [
        FieldTechnician(
            id=technician_id,
            outlet_id=outlet_id,
            base=Place(latitude=latitude, longitude=longitude),
            zone=zone_of(timezone),
            skills=frozenset(skills),
            hours=tuple(_hours(day) for day in hours) or USUAL_WEEK,
            absences=tuple(Period(starts=_moment(starts), ends=_moment(ends)) for starts, ends in absences),
            area_km=area_km,
            van=vans.get(technician_id, {}),
            handicap_min=handicap_of(grade),
        )
        for technician_id, outlet_id, latitude, longitude, timezone, skills, area_km, hours, absences, grade in rows
    ]


def _hours(day: list[Any]) -> DayHours:
    weekday, starts, ends, minutes, break_from, break_to = day
    return DayHours(
        weekday=weekday,
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends),
        break_minutes=minutes,
        break_from=time.fromisoformat(break_from),
        break_to=time.fromisoformat(break_to),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def booked_visits(connection: Connection, period: Period) -> list[Visit]:
    """Visits that are agreed or under way and touch `period`, in order of time."""
    rows = connection.execute(_SQL["booked"], {"from": period.starts, "to": period.ends}).fetchall()
    return [
        Visit(
            order_id=order_id,
            place=Place(latitude=latitude, longitude=longitude),
            technician_id=technician_id,
            starts=starts,
            ends=ends,
            state=state,
            locked=locked,
        )
        for order_id, latitude, longitude, technician_id, starts, ends, state, locked in rows
    ]


def orders_to_visit(
    connection: Connection, *, orders: Sequence[UUID] | None = None, states: Iterable[str] = TO_PLAN
) -> list[OrderToVisit]:
    """Orders in one of `states` that have a task, by number; only `orders` if given."""
    rows = connection.execute(
        _SQL["jobs"], {"orders": None if orders is None else list(orders), "states": list(states)}
    ).fetchall()
    usage = part_usage(connection) if rows else {}
    return [_order(row, usage) for row in rows]


def _order(row: tuple[Any, ...], usage: Mapping[tuple[str, str], Usage]) -> OrderToVisit:
    (order_id, number, version, state, urgency, due_by, outlet_id, technician_id, visit_starts, visit_ends, locked,
     household_name, latitude, longitude, place_known, minutes, kinds, probability, needs) = row  # fmt: skip
    lacking = [_lacking(need, usage) for need in needs]
    return OrderToVisit(
        order_id=order_id,
        number=number,
        version=version,
        state=state,
        urgency=Urgency(urgency),
        due_by=due_by,
        outlet_id=outlet_id,
        technician_id=technician_id,
        visit_starts=visit_starts,
        visit_ends=visit_ends,
        locked=locked,
        household_name=household_name,
        place=None if latitude is None else Place(latitude=latitude, longitude=longitude),
        place_known=place_known,
        minutes=minutes,
        kinds=frozenset(kinds),
        parts=tuple(role for task in lacking for role, coming in task if not coming),
        awaits_part=any(coming for task in lacking for _, coming in task),
        probability=probability,
    )


def _lacking(need: list[Any], usage: Mapping[tuple[str, str], Usage]) -> list[tuple[str, bool]]:
    """What a task should have with it and does not hold, and whether it is on its way; a part that is hardly ever used
    is neither held nor waited for."""
    kind, fault, probability, roles, coming = need
    chances = predict_parts(kind or "", fault, usage.get((kind, fault), Usage()), extra=roles)
    wanted = parts_to_bring(probability, chances)
    return [(role, role in coming) for role in roles if role in wanted]


def shelf_stock(connection: Connection) -> dict[str, dict[str, int]]:
    """Free pieces on the shelf, by outlet and by what a fault asks for."""
    return _pieces(connection, OUTLET)


def vans_of(connection: Connection) -> dict[str, dict[str, int]]:
    """Free pieces in the vans, by technician and by what a fault asks for."""
    return _pieces(connection, VAN)


def _pieces(connection: Connection, prefix: str) -> dict[str, dict[str, int]]:
    stock: dict[str, dict[str, int]] = {}
    for place, role, quantity in connection.execute(_SQL["pieces"]).fetchall():
        if place.startswith(prefix):
            stock.setdefault(place.removeprefix(prefix), {})[role] = quantity
    return stock
