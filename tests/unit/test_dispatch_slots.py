"""Slots that can be offered: by hand, and never against hours, travel, break, skill or a booking."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.days import DaysParams, job_of
from dispatch.road_times import OrByDistance, RoadTimes
from dispatch.slots import SlotParams, free_slots
from dispatch.travel import SpeedModel
from domain.care_orders import Place
from domain.faults import Urgency
from domain.visits import DayHours, FieldTechnician, Job, OrderToVisit, Period, Rest, Visit, shifts

BERLIN = ZoneInfo("Europe/Berlin")
BASE = Place(latitude=52.5, longitude=13.4)
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)  # 8:00 in Berlin is 6:00 UTC
NOON = DayHours(weekday=0, starts=time(8), ends=time(17), break_minutes=30)
NO_BREAK = DayHours(weekday=0, starts=time(8), ends=time(17))


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def technician(
    name: str = "tech-1", *, base: Place = BASE, outlet: str = "outlet-1", **more: object
) -> FieldTechnician:
    values = {"skills": frozenset({"dryer"}), "hours": (NO_BREAK,), "zone": BERLIN, **more}
    return FieldTechnician(id=name, outlet_id=outlet, base=base, **values)  # type: ignore[arg-type]


def job(minutes: int = 60, place: Place = BASE, **more: object) -> Job:
    values = {
        "skills": frozenset({"dryer"}),
        "windows": (Period(starts=MONDAY, ends=MONDAY + timedelta(days=7)),),
        "outlet_id": "outlet-1",
        **more,
    }
    return Job(order_id="new", place=place, minutes=minutes, **values)  # type: ignore[arg-type]


def visit(starts: datetime, ends: datetime, place: Place = BASE, who: str = "tech-1", order: str = "old") -> Visit:
    return Visit(order_id=order, place=place, technician_id=who, starts=starts, ends=ends)


EVERY = SlotParams(notice=timedelta(), per_day=100, apart=timedelta(), most=1000)


def test_a_shift_follows_the_outlets_clock_through_the_change_to_summer_time() -> None:
    week = (DayHours(weekday=6, starts=time(8), ends=time(12)),)
    sundays = Period(starts=datetime(2026, 3, 20, tzinfo=UTC), ends=datetime(2026, 3, 30, tzinfo=UTC))
    found = [s.starts for s in shifts(technician(hours=week), sundays)]
    assert found == [datetime(2026, 3, 22, 7, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)]


def test_an_absence_cuts_a_shift_and_the_break_stays_where_it_still_fits() -> None:
    away = Period(starts=at(10, 30), ends=at(13))  # 12:30 to 15:00 in Berlin
    day = Period(starts=at(0), ends=at(23))
    morning, afternoon = shifts(technician(hours=(NOON,), absences=(away,)), day)
    assert (morning.starts, morning.ends, morning.rest) == (
        at(6), at(10, 30), Rest(within=Period(starts=at(9, 30), ends=at(10, 30)), length=timedelta(minutes=30)),
    )  # fmt: skip
    assert (afternoon.starts, afternoon.ends, afternoon.rest) == (at(13), at(15), None)


def test_free_times_lie_between_the_bookings_of_the_day() -> None:
    # At the outlet itself, so no travel: 8-17 is 6-15 UTC; booked 7-9 and 11-14 leave starts at 6, 9, 9:30, 10 and 14.
    booked = [visit(at(7), at(9), order="a"), visit(at(11), at(14), order="b")]
    found = free_slots(job(), [technician()], booked, MONDAY, EVERY)
    assert [slot.starts for slot in found] == [at(6), at(9), at(9, 30), at(10), at(14)]
    assert {slot.ends - slot.starts for slot in found} == {timedelta(hours=1)}


def test_travel_narrows_the_gap() -> None:
    # 0.1 degrees north is 11.12 km, 15.01 km on the road: 6 km at 25 and 9.01 km at 50 km/h = 864 + 649 s, + 300 s.
    there = Place(latitude=52.6, longitude=13.4)
    assert SpeedModel().between([BASE, there]).seconds[0, 1] == pytest.approx(1813, abs=2)
    booked = [visit(at(7), at(9), there, "tech-1", "a"), visit(at(11), at(15), there, "tech-1", "b")]
    assert free_slots(job(), [technician()], booked, MONDAY, EVERY) == ()  # its last visit ends too late to be back
    booked[1] = visit(at(11), at(14), there, "tech-1", "b")
    # From 9:30:13 until 10:29:47 at the outlet: half an hour from 9:45 fits, but neither 9:30 nor 10:00 does.
    assert free_slots(job(30), [technician()], booked, MONDAY, EVERY) == ()
    quarter = replace(EVERY, grid=timedelta(minutes=15))
    assert [s.starts for s in free_slots(job(30), [technician()], booked, MONDAY, quarter)] == [at(9, 45)]


def test_a_break_is_kept_free() -> None:
    whole = [visit(at(6), at(9, 30), order="a"), visit(at(11, 30), at(15), order="b")]
    # Free from 9:30 to 11:30 UTC, which is the whole time for the break: 90 minutes fit with it, 120 do not.
    assert len(free_slots(job(90), [technician(hours=(NOON,))], whole, MONDAY, EVERY)) == 2
    assert free_slots(job(120), [technician(hours=(NOON,))], whole, MONDAY, EVERY) == ()
    assert len(free_slots(job(120), [technician()], whole, MONDAY, EVERY)) == 1


def test_a_visit_booked_by_hand_over_the_whole_break_costs_the_break_and_not_the_day() -> None:
    over_noon = [visit(at(9), at(12))]  # 11:00 to 14:00 in Berlin, where the break lies between 11:30 and 13:30
    found = free_slots(job(), [technician(hours=(NOON,))], over_noon, MONDAY, EVERY)
    assert [s.starts for s in found] == [
        at(6),
        at(6, 30),
        at(7),
        at(7, 30),
        at(8),
        at(12),
        at(12, 30),
        at(13),
        at(13, 30),
        at(14),
    ]


def test_the_responsible_outlet_is_asked_first_and_another_only_if_it_has_no_time() -> None:
    near = technician("tech-1")
    far = technician("tech-2", outlet="outlet-2", base=Place(latitude=52.7, longitude=13.4))
    assert {s.technician_id for s in free_slots(job(), [far, near], [], MONDAY, EVERY)} == {"tech-1"}
    full = [visit(at(6), at(15))]
    assert {s.technician_id for s in free_slots(job(), [far, near], full, MONDAY, EVERY)} == {"tech-2"}


def test_a_part_that_nobody_has_is_waited_for() -> None:
    week = tuple(DayHours(weekday=d, starts=time(8), ends=time(17)) for d in range(5))
    someone = technician(hours=week)
    found = free_slots(job(parts=("duct",)), [someone], [], at(5), EVERY)
    assert found[0].starts == at(6, day=2)
    stocked = free_slots(job(parts=("duct",)), [someone], [], at(5), EVERY, {"outlet-1": {"duct": 1}})
    assert stocked[0].starts == at(6)


@pytest.mark.parametrize(
    "nobody",
    [technician(skills=frozenset({"circuit"})), technician(area_km=5.0), technician(hours=())],
    ids=["skill", "area", "hours"],
)
def test_nothing_is_offered_where_nobody_can_come(nobody: FieldTechnician) -> None:
    away = Place(latitude=52.6, longitude=13.4)
    assert free_slots(job(place=away), [nobody], [], MONDAY, EVERY) == ()


def test_of_a_days_times_the_one_with_least_travel_is_offered_first_and_others_lie_apart() -> None:
    there = Place(latitude=52.6, longitude=13.4)
    # 7:00 is possible but needs both ways; from 9:30:13 on the technician has to go there anyway.
    booked = [visit(at(8, 30), at(9), order="a"), visit(at(12), at(13), there, order="b")]
    one = SlotParams(notice=timedelta(), per_day=1)
    assert [s.starts for s in free_slots(job(30, there), [technician()], booked, MONDAY, one)] == [at(10)]
    two = SlotParams(notice=timedelta(), per_day=2)
    assert [s.starts for s in free_slots(job(30, there), [technician()], booked, MONDAY, two)] == [at(10), at(13)]


WEEK = tuple(DayHours(weekday=day, starts=time(8), ends=time(17)) for day in range(5))
NEIGHBOUR = Place(latitude=52.6, longitude=13.4)


def test_a_neighbours_day_is_offered_before_an_empty_one_and_never_alone() -> None:
    # Thursday has a visit next door: no extra travel. A journey of its own is 2 x 1813 s, more than 10 minutes dearer.
    booked = [visit(at(9, day=3), at(10, day=3), NEIGHBOUR)]
    found = free_slots(job(place=NEIGHBOUR), [technician(hours=WEEK)], booked, MONDAY, SlotParams())
    days = [slot.starts.astimezone(BERLIN).weekday() for slot in found]
    assert (len(found), days.count(3), len(set(days))) == (4, 3, 2)
    assert days[0] == 0  # the other day is the first one: waiting is worth something too


def test_what_is_due_before_the_neighbours_day_is_offered_in_time() -> None:
    booked = [visit(at(9, day=3), at(10, day=3), NEIGHBOUR)]
    soon = job(place=NEIGHBOUR, due_by=at(20, day=1))
    found = free_slots(soon, [technician(hours=WEEK)], booked, MONDAY, SlotParams())
    assert len(found) >= 4
    assert all(slot.starts <= at(20, day=1) for slot in found)
    late = job(place=NEIGHBOUR, due_by=at(1))  # nobody can keep that date any more: the cheapest times all the same
    assert free_slots(late, [technician(hours=WEEK)], booked, MONDAY, SlotParams()) != ()


def test_a_hazard_is_offered_the_first_days_whatever_the_travel() -> None:
    booked = [visit(at(9, day=3), at(10, day=3), NEIGHBOUR)]
    params = SlotParams(notice=timedelta(hours=1), soonest=True)
    found = free_slots(job(place=NEIGHBOUR), [technician(hours=WEEK)], booked, MONDAY, params)
    assert [slot.starts.astimezone(BERLIN).weekday() for slot in found[:6]] == [0, 0, 0, 1, 1, 1]


def test_where_the_road_service_is_away_times_are_offered_by_distance() -> None:
    away = SlotParams(travel=OrByDistance(source=RoadTimes(url="http://127.0.0.1:9", timeout_s=0.5)))
    week = technician(hours=WEEK)
    assert free_slots(job(), [week], [], MONDAY, away) == free_slots(job(), [week], [], MONDAY, SlotParams())


places = st.builds(
    Place,
    latitude=st.floats(52.3, 52.7).map(lambda x: round(x, 3)),
    longitude=st.floats(13.1, 13.7).map(lambda x: round(x, 3)),
)
bookings = st.lists(st.tuples(st.integers(0, 17), st.integers(1, 6), places), max_size=5)


@settings(max_examples=60)
@given(bookings, places, st.integers(2, 8), st.booleans())
def test_every_slot_leaves_room_for_travel_and_hours(
    booked: list[tuple[int, int, Place]], place: Place, halves: int, with_break: bool
) -> None:
    someone = technician(hours=(NOON if with_break else NO_BREAK,))
    visits = [
        visit(at(6) + timedelta(minutes=30 * s), at(6) + timedelta(minutes=30 * (s + n)), where, order=str(i))
        for i, (s, n, where) in enumerate(booked)
    ]
    for slot in free_slots(job(15 * halves, place), [someone], visits, MONDAY, EVERY):
        day = sorted([*visits, visit(slot.starts, slot.ends, place, order="new")], key=lambda v: v.starts)
        assert slot.starts.astimezone(BERLIN).date() == date(2026, 6, 1)
        moment, here = at(6), BASE
        for one in day:  # no overlap and enough time on the way
            moment += timedelta(seconds=int(SpeedModel().between([here, one.place]).seconds[0, 1]))
            assert moment <= one.starts
            moment, here = one.ends, one.place
        assert moment + timedelta(seconds=int(SpeedModel().between([here, BASE]).seconds[0, 1])) <= at(15)


def booked_order(hours: int) -> OrderToVisit:
    return OrderToVisit(
        order_id="o-1",
        number=1,
        version=1,
        state="scheduled",
        urgency=Urgency.VISIT,
        due_by=None,
        outlet_id=None,
        technician_id="tech-1",
        visit_starts=at(8),
        visit_ends=at(8) + timedelta(hours=hours),
        locked=False,
        household_name="Home",
        place=BASE,
        place_known=True,
        minutes=45,
        kinds=frozenset({"dryer"}),
        parts=(),
        probability=0.5,
    )


SEVEN_DAYS = Period(starts=MONDAY, ends=MONDAY + timedelta(days=7))


@pytest.mark.parametrize("hours", [1, 24])
def test_a_visit_keeps_its_booked_length_however_long(hours: int) -> None:
    assert job_of(booked_order(hours), MONDAY, SEVEN_DAYS, DaysParams()).minutes == 60 * hours


def test_a_part_that_is_missing_holds_back_neither_a_promise_nor_a_hazard() -> None:
    agreed = replace(booked_order(1), parts=("duct",))
    free = replace(agreed, state="approved", visit_starts=None, visit_ends=None)
    jobs = [job_of(o, MONDAY, SEVEN_DAYS, DaysParams()) for o in (agreed, free, replace(free, urgency=Urgency.URGENT))]
    assert [job.parts for job in jobs] == [(), ("duct",), ()]


def test_what_waits_for_a_part_on_its_way_is_planned_for_when_it_is_there() -> None:
    waits = replace(booked_order(1), state="approved", visit_starts=None, visit_ends=None, awaits_part=True)
    jobs = [job_of(o, MONDAY, SEVEN_DAYS, DaysParams()) for o in (waits, replace(waits, urgency=Urgency.URGENT))]
    assert [job.windows[0].starts - MONDAY for job in jobs] == [timedelta(days=2), timedelta()]
