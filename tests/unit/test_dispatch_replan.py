"""Emergencies and overruns: what was agreed is touched as little as can be."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check import broken_rules
from dispatch.plan import plan_visits
from dispatch.problem import PlanParams, Question
from dispatch.replan import Replan, Touch, after_overrun, insert_urgent
from domain.care_orders import Place
from domain.visits import FieldTechnician, Job, Period, Slot, Visit
from tests.unit.dispatch_days import hours
from tests.unit.test_dispatch_plan import BASE, DAY, ask, someone, work

PARAMS = PlanParams(iterations=0)
WHOLE = (Period(starts=hours(0), ends=hours(9)),)
FAR = Place(latitude=52.6, longitude=13.4)  # 1813 s away


def visit(name: str, starts: float, ends: float, who: str = "tech-1", place: Place = BASE) -> Visit:
    return Visit(order_id=name, place=place, technician_id=who, starts=hours(starts), ends=hours(ends))


def urgent(until: float = 9, **more: object) -> Job:
    return work("urgent", windows=(Period(starts=hours(0), ends=hours(until)),), prize=60_000, **more)


def movable(*visits: Visit) -> dict[str, Job]:
    """What is agreed, worth less than an emergency, with the whole day as its other times."""
    return {
        v.order_id: work(v.order_id, v.place, round((v.ends - v.starts).total_seconds() / 60), prize=20_000)
        for v in visits
    }


def slot(who: str, starts: float, ends: float) -> Slot:
    return Slot(technician_id=who, starts=hours(starts), ends=hours(ends))


def test_an_emergency_takes_the_first_gap_and_moves_nothing() -> None:
    booked = (visit("a", 0, 2), visit("b", 3, 9))
    found = insert_urgent(ask(fixed=booked), urgent(), movable(*booked), PARAMS)
    assert found == Replan(slot=slot("tech-1", 2, 3), moved=(), why="there is room for it beside everything agreed")


def test_if_nobody_else_can_the_agreed_visit_moves_as_little_as_possible_in_time() -> None:
    booked = (visit("a", 0, 4), visit("b", 6, 9))
    found = insert_urgent(ask(fixed=booked), urgent(1), movable(*booked), PARAMS)
    assert found.slot == slot("tech-1", 0, 1)
    (moved,) = found.moved
    assert (moved.order_id, moved.slot, moved.touch) == ("a", slot("tech-1", 1, 5), Touch.TIME)


def test_an_emergency_displaces_the_agreed_visit_that_somebody_else_can_take_over() -> None:
    people = (someone("tech-1", skills=frozenset({"dryer", "circuit"})), someone("tech-2"))
    shock = replace(urgent(1), skills=frozenset({"circuit"}))  # only tech-1 can do it, who is booked all day
    booked = (visit("a", 0, 2), visit("b", 2, 9))
    found = insert_urgent(ask(people=people, fixed=booked), shock, movable(*booked), PARAMS)
    assert found.slot == slot("tech-1", 0, 1)
    (moved,) = found.moved
    assert (moved.order_id, moved.slot, moved.touch) == ("a", slot("tech-2", 0, 2), Touch.TECHNICIAN)
    assert moved.why == "tech-2 comes in place of tech-1, at the agreed time"
    locked = insert_urgent(ask(people=people, fixed=booked), shock, {}, PARAMS)
    assert (locked.slot, locked.moved) == (None, ())
    dear = {name: replace(job, prize=60_000) for name, job in movable(*booked).items()}
    assert insert_urgent(ask(people=people, fixed=booked), shock, dear, PARAMS).slot is None


def test_after_an_overrun_only_what_cannot_be_reached_changes() -> None:
    people = (someone("tech-1"), someone("tech-2"))
    late = (visit("a", 0, 3), visit("b", 2, 3), visit("c", 4, 5))  # a was to end at 2
    question = ask(people=people, fixed=late, now=hours(1))
    found = after_overrun(question, "a", movable(*late[1:]), PARAMS)
    assert [(m.order_id, m.slot, m.touch) for m in found.moved] == [("b", slot("tech-2", 2, 3), Touch.TECHNICIAN)]
    alone = after_overrun(replace(question, technicians=people[:1]), "a", movable(*late[1:]), PARAMS)
    assert [(m.order_id, m.slot, m.touch) for m in alone.moved] == [("b", slot("tech-1", 3, 4), Touch.TIME)]
    assert alone.moved[0].why == "tech-1 comes 60 min later than agreed; ask the owner"
    in_time = ask(people=people, fixed=(visit("a", 0, 2), *late[1:]), now=hours(1))
    assert after_overrun(in_time, "a", movable(*late[1:]), PARAMS).moved == ()
    by_hand = (visit("d", 3, 5, "tech-2"), visit("e", 4, 6, "tech-2"))  # somebody booked tech-2 twice at once
    beside = replace(question, fixed=(*late, *by_hand))
    changed = after_overrun(beside, "a", movable(*late[1:], *by_hand), PARAMS)
    assert [m.order_id for m in changed.moved] == ["b"], "what is wrong elsewhere has nothing to do with it"
    full = (visit("a", 0, 6), visit("b", 2, 6), visit("c", 6, 9))
    lost = after_overrun(ask(fixed=full, now=hours(1)), "a", movable(*full[1:]), PARAMS)
    assert [(m.order_id, m.slot, m.touch) for m in lost.moved] == [("b", None, Touch.LOST)]


@st.composite
def agreed_days(draw: st.DrawFn) -> Question:
    """Two technicians with visits that can be kept, as planning made them."""
    people: tuple[FieldTechnician, ...] = (someone("tech-1"), someone("tech-2"))
    some = st.tuples(st.integers(0, 200), st.sampled_from([45, 90, 150]))
    homes = [
        work(f"job-{n}", Place(latitude=52.4 + north / 1000, longitude=13.4), minutes)
        for n, (north, minutes) in enumerate(draw(st.lists(some, min_size=1, max_size=9)))
    ]
    plan = plan_visits(ask(*homes, people=people), PARAMS)
    place = {job.order_id: job.place for job in homes}
    fixed = tuple(
        Visit(order_id=v.order_id, place=place[v.order_id], technician_id=v.technician_id, starts=v.starts, ends=v.ends)
        for v in plan.visits
    )
    return ask(people=people, fixed=fixed)


@settings(max_examples=60)
@given(agreed_days(), st.integers(1, 9), st.integers(0, 200))
def test_after_an_emergency_the_day_still_keeps_every_rule(question: Question, until: int, north: int) -> None:
    job = replace(urgent(until), place=Place(latitude=52.4 + north / 1000, longitude=13.4))
    found = insert_urgent(question, job, movable(*question.fixed), PARAMS)
    assert len(found.moved) <= 1
    _judge(question, job, found)


def _judge(question: Question, job: Job, found: Replan) -> None:
    """The new day as a question whose every visit is fixed: what cannot be kept would show."""
    new = {m.order_id: m.slot for m in found.moved} | {job.order_id: found.slot}
    kept = [v for v in question.fixed if v.order_id not in new]
    places = {v.order_id: v.place for v in question.fixed} | {job.order_id: job.place}
    moved = [
        Visit(order_id=o, place=places[o], technician_id=s.technician_id, starts=s.starts, ends=s.ends)
        for o, s in new.items()
        if s is not None
    ]
    assert found.slot is None or any(w.starts <= found.slot.starts <= w.ends for w in job.windows)
    everything = [*kept, *moved]
    jobs = tuple(
        replace(work(v.order_id, v.place), minutes=round((v.ends - v.starts).total_seconds() / 60),
                windows=(Period(starts=v.starts, ends=v.starts),), technician_id=v.technician_id, prize=1_000_000)
        for v in everything
    )  # fmt: skip
    after = replace(question, jobs=jobs, fixed=(), horizon=DAY)
    plan = plan_visits(after, PARAMS)
    assert plan.unassigned == ()
    assert broken_rules(after, plan, PARAMS) == []
