"""What people do in the simulated year: owners, planners, technicians; all through the product's own functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from api.owner_visits import SlotTaken, answer_follow_up, choose_time, decline_visit
from bench.service_year.world import BREAKS, Trouble, World
from dispatch.offers import slots_for_order
from dispatch.travel import BY_DISTANCE
from domain.errors import WellkeptError
from domain.faults import Urgency, fault_of
from domain.field import Action
from domain.obligations import Promise
from domain.states import ORDER, REMINDER
from store.api_obligations import list_obligations
from store.api_orders import ShownOrder, list_orders, read_order
from store.api_reminders import list_reminders
from store.breakdowns import report_breakdown
from store.database import Connection
from store.field import take_actions
from store.moves import move
from store.obligations import close_obligation
from store.opinions import rate_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How people behave; all (E)."""

    owner_cares: float = 0.6
    """Chance that an owner follows a reminder within a week."""
    owner_books: float = 0.85
    """Chance that an owner answers an offer by the link; the others are called and book then."""
    owner_declines: float = 0.03
    repair_works: float = 0.94
    """Chance that a technician's work puts the fault right at the first visit."""
    calls_off: float = 0.5
    """Chance that an owner calls a visit off when told that the readings are back to normal."""
    calls: float = 0.8
    """Chance that an owner calls when something has broken down that telemetry does not show by itself."""
    rates: float = 0.4
    """Chance that an owner gives stars."""
    cause_seen: float = 0.97
    """Chance that a technician names the cause rightly."""


def owners_care(connection: Connection, world: World, day: float, habits: Habits) -> int:
    """Owners who follow a reminder; telemetry shows it the next evening."""
    done = 0
    for reminder in list_reminders(connection, None, 500, states=["sent", "seen"], household=None):
        trouble = world.of(reminder.appliance_id, reminder.fault)
        if trouble is None or not trouble.there(day) or world.rng.random() > habits.owner_cares / 7:
            continue
        if trouble.real:
            trouble.ends = day
        with connection.transaction():
            at = world.moment(day)
            move(
                connection, REMINDER, reminder.id, "done", actor="owner", reason="done", at=at, via=frozenset({"seen"})
            )
        done += 1
    return done


def owners_call(connection: Connection, world: World, failing: list[Trouble], now: datetime, habits: Habits) -> int:
    """Owners whose appliance has just broken down; a clog is no breakdown, and a hazard was alarmed at once."""
    told = 0
    for trouble in failing:
        sort = fault_of(trouble.kind, trouble.fault).urgency
        if sort is not Urgency.VISIT or BREAKS.get(trouble.fault) or world.rng.random() > habits.calls:
            continue
        with connection.transaction():
            report_breakdown(connection, trouble.appliance_id, "it does not work", "phone", now)
        trouble.said = True
        told += 1
    return told


def planners_approve(connection: Connection, now: datetime) -> int:
    """Whatever was proposed is approved the next morning."""
    orders = list_orders(connection, None, 500, states=["proposed", "reopened"])
    for order in orders:
        with connection.transaction():
            move(connection, ORDER, order.id, "approved", actor="planner", reason="approved", at=now)
    return len(orders)


def owners_answer(connection: Connection, world: World, now: datetime, habits: Habits) -> dict[str, int]:
    """Owners choose a time by their link, say no, or wait until somebody calls; and say how it went afterwards."""
    done = {"booked": 0, "declined": 0, "called": 0, "followed_up": 0}
    waiting = list_obligations(connection, None, 1_000, now, states=["open", "asked", "reminded", "to_call"])
    for promise in waiting:
        if promise.kind in (Promise.FOLLOW_UP, Promise.REMOTE_FOLLOW_UP):
            if promise.state in ("asked", "reminded", "to_call"):
                with connection.transaction():
                    answer_follow_up(connection, promise.id, "ok", "", now)
                done["followed_up"] += 1
            continue
        if promise.kind != Promise.CONSENT or promise.order_id is None:
            with connection.transaction():
                close_obligation(connection, promise.id, "ok", actor="service", reason="called", at=now)
            if promise.order_id is not None and read_order(connection, promise.order_id).state in (
                "approved",
                "offered",
            ):
                done["booked"] += _book(connection, world, promise.order_id, now)
            done["called"] += 1
            continue
        if promise.state != "to_call" and world.rng.random() > habits.owner_books:
            continue
        if world.rng.random() < habits.owner_declines:
            with connection.transaction():
                decline_visit(connection, promise.order_id, "no thanks", now)
            done["declined"] += 1
        elif _book(connection, world, promise.order_id, now):
            done["booked"] += 1
    return done


def owners_call_off(connection: Connection, world: World, now: datetime, habits: Habits) -> int:
    """Owners who were asked whether the visit is still wanted, and say no."""
    done = 0
    for order in list_orders(connection, None, 1_000, states=["scheduled"]):
        asked = any(choice.choice == "needed" and choice.actor == "scheduler" for choice in order.choices)
        if not asked or order.id in world.asked or order.visit_starts is None or order.visit_starts <= now:
            continue
        world.asked.add(order.id)
        if world.rng.random() < habits.calls_off:
            with connection.transaction():
                decline_visit(connection, order.id, "not needed any more", now)
            done += 1
    return done


def _book(connection: Connection, world: World, order_id: UUID, now: datetime) -> bool:
    """Any of the times that are offered, so no habit of owners shortens the way."""
    slots = slots_for_order(connection, order_id, now, BY_DISTANCE)
    if not slots:
        return False
    world.first_free[order_id] = min(slot.starts for slot in slots)
    try:
        with connection.transaction():
            choose_time(connection, order_id, slots[int(world.rng.integers(len(slots)))], now, BY_DISTANCE)
    except SlotTaken:
        return False
    return True


def technicians_work(connection: Connection, world: World, day: float, habits: Habits) -> dict[str, int]:
    """Everybody whose visit is over by this evening goes, repairs, reports."""
    now = world.moment(day)
    done = {"visits": 0, "conflicts": 0, "nothing_found": 0}
    for order in list_orders(connection, None, 1_000, states=["scheduled"]):
        if order.visit_ends is None or order.visit_starts is None or order.visit_ends > now:
            continue
        actions = list(_deeds(world, order, day, habits))
        with connection.transaction():
            results = take_actions(connection, actions, now)
        done["conflicts"] += sum(result.state == "conflict" for result in results)
        done["nothing_found"] += sum(a.body.get("outcome") == "no_fault_found" for a in actions)
        done["visits"] += 1
        _rate(connection, world, order, now, habits)
    return done


def _deeds(world: World, order: ShownOrder, day: float, habits: Habits) -> list[Action]:
    assert order.technician_id is not None
    assert order.visit_starts is not None
    assert order.visit_ends is not None
    who, starts, ends = order.technician_id, order.visit_starts, order.visit_ends

    def deed(kind: str, at: datetime, **body: object) -> Action:
        return Action(id=uuid4(), technician_id=who, order_id=order.id, kind=kind, body=body, client_at=at)

    actions = [deed("depart", starts - timedelta(minutes=20)), deed("arrive", starts)]
    met = [world.of(task.appliance_id, task.fault) for task in order.tasks]
    present = [
        one is not None and one.real and one.there(day) for one in met
    ]  # on arrival, before anything is repaired
    for task, trouble, there in zip(order.tasks, met, present, strict=True):
        outcome, repaired = _work(world, trouble if there else None, day, habits)
        if trouble is not None and not trouble.real:
            trouble.ends = min(trouble.ends or day, day)
        used = task.parts[:1] if outcome == "confirmed" else []
        actions += [deed("use_part", ends, task_id=str(task.id), part_id=part, quantity=1) for part in used]
        actions.append(deed("report", ends, task_id=str(task.id), outcome=outcome, repaired=repaired))
    return [*actions, deed("complete", ends)]


def _work(world: World, trouble: Trouble | None, day: float, habits: Habits) -> tuple[str, bool]:
    if trouble is None:
        return "no_fault_found", False
    if world.rng.random() < habits.repair_works:
        trouble.ends = min(trouble.ends or day, day)
    return "confirmed" if world.rng.random() < habits.cause_seen else "no_fault_found", True


def _rate(connection: Connection, world: World, order: ShownOrder, now: datetime, habits: Habits) -> None:
    if world.rng.random() > habits.rates:
        return
    stars = int(world.rng.choice([5, 4, 3, 2, 1], p=[0.66, 0.22, 0.07, 0.03, 0.02]))
    try:
        with connection.transaction():
            rate_order(connection, order.id, stars, "app", now, None)
    except WellkeptError:
        return
