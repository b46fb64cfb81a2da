"""Made-up days of field work for the tests of planning: small, hostile, and drawn by Hypothesis."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dispatch.problem import Question
from domain.care_orders import Place
from domain.visits import DayHours, FieldTechnician, Job, Period, Visit

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 6, 1, 6, tzinfo=UTC)  # 8:00 in Berlin
SKILLS = ("dryer", "circuit", "dishwasher")

places = st.builds(
    lambda north, east: Place(latitude=52.4 + north / 1000, longitude=13.2 + east / 1000),
    st.integers(0, 200),
    st.integers(0, 300),
)
some_skills = st.sets(st.sampled_from(SKILLS), min_size=1).map(frozenset)


@st.composite
def technicians(draw: st.DrawFn, number: int) -> FieldTechnician:
    starts = draw(st.integers(8, 11))
    day = DayHours(
        weekday=0,
        starts=time(starts),
        ends=time(draw(st.integers(starts + 2, 18))),
        break_minutes=draw(st.sampled_from([0, 30, 45])),
    )
    outlet = draw(st.integers(1, 2))
    away = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3)), max_size=1))
    return FieldTechnician(
        id=f"tech-{number}",
        outlet_id=f"outlet-{outlet}",
        base=Place(latitude=52.4 + outlet / 20, longitude=13.3),
        zone=ZONE,
        skills=draw(some_skills),
        hours=(day, DayHours(weekday=1, starts=time(9), ends=time(12))),
        absences=tuple(Period(starts=hours(a), ends=hours(a + b)) for a, b in away),
        area_km=draw(st.sampled_from([None, None, 8.0, 15.0])),
        van={"duct": draw(st.integers(0, 2))},
    )


@st.composite
def jobs(draw: st.DrawFn, number: int) -> Job:
    opens = draw(st.lists(st.tuples(st.integers(-2, 30), st.integers(0, 8)), min_size=1, max_size=2))
    windows = sorted((a, a + b) for a, b in opens)
    if len(windows) == 2 and windows[1][0] <= windows[0][1]:
        windows = windows[:1]
    return Job(
        order_id=f"job-{number}",
        place=draw(places),
        minutes=draw(st.sampled_from([15, 45, 60, 120])),
        skills=frozenset({draw(st.sampled_from(SKILLS))}),
        windows=tuple(Period(starts=hours(a), ends=hours(b)) for a, b in windows),
        parts=draw(st.sampled_from([(), (), ("duct",), ("duct", "duct")])),
        due_by=draw(st.sampled_from([None, hours(3), hours(30)])),
        outlet_id=draw(st.sampled_from([None, "outlet-1", "outlet-2"])),
        technician_id=draw(st.sampled_from([None, None, None, "tech-1"])),
        prize=draw(st.sampled_from([200, 8_000, 15_000, 60_000, 1_000_000])),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    people = tuple(draw(technicians(n)) for n in range(1, draw(st.integers(1, 3)) + 1))
    work = tuple(draw(jobs(n)) for n in range(draw(st.integers(0, 7))))
    fixed = tuple(draw(booked(n, people[n % len(people)])) for n in range(draw(st.integers(0, 3))))
    return Question(
        jobs=work,
        technicians=people,
        fixed=fixed,
        now=draw(st.sampled_from([hours(-1), hours(0), hours(2.25)])),
        horizon=Period(starts=hours(-8), ends=hours(36)),
        stock={"outlet-1": {"duct": draw(st.integers(0, 2))}},
    )


@st.composite
def booked(draw: st.DrawFn, number: int, who: FieldTechnician) -> Visit:
    starts = hours(draw(st.integers(0, 18)) / 2)
    ends = starts + timedelta(minutes=draw(st.sampled_from([30, 60, 90])))
    return Visit(order_id=f"fixed-{number}", place=draw(places), technician_id=who.id, starts=starts, ends=ends)


def hours(count: float) -> datetime:
    """So many hours after the day begins."""
    return MONDAY + timedelta(hours=count)
