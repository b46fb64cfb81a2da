"""Plans: by hand, and never against a hard rule, whatever is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from dispatch.check import broken_rules
from dispatch.greedy import plan_greedily
from dispatch.plan import plan_visits
from dispatch.problem import PlanParams, Prizes, Progress, Question, prize_of
from dispatch.rules import Why
from domain.care_orders import Place
from domain.visits import DayHours, FieldTechnician, Job, Period, Visit, handicap_of
from tests.unit.dispatch_days import MONDAY, ZONE, hours, questions

QUICK = PlanParams(iterations=60, patience=60, seconds=60)
BASE = Place(latitude=52.5, longitude=13.4)
DAY = Period(starts=hours(-8), ends=hours(16))


def someone(name: str = "tech-1", base: Place = BASE, outlet: str = "outlet-1", **more: object) -> FieldTechnician:
    values = {"skills": frozenset({"dryer"}), "hours": (DayHours(weekday=0, starts=EIGHT, ends=FIVE),), **more}
    return FieldTechnician(id=name, outlet_id=outlet, base=base, zone=ZONE, **values)  # type: ignore[arg-type]


EIGHT, FIVE = MONDAY.astimezone(ZONE).time(), hours(9).astimezone(ZONE).time()


def work(name: str, place: Place = BASE, minutes: int = 60, **more: object) -> Job:
    values = {"windows": (Period(starts=hours(0), ends=hours(9)),), "prize": 15_000, "outlet_id": "outlet-1", **more}
    return Job(order_id=name, place=place, minutes=minutes, skills=frozenset({"dryer"}), **values)  # type: ignore[arg-type]


def ask(*jobs: Job, people: tuple[FieldTechnician, ...] = (someone(),), **more: object) -> Question:
    values = {"fixed": (), "now": hours(-1), "horizon": DAY, **more}
    return Question(jobs=jobs, technicians=people, **values)  # type: ignore[arg-type]


@settings(max_examples=120)
@given(questions())
def test_no_plan_breaks_a_hard_rule_and_the_same_question_gets_the_same_plan(
    question: Question,
) -> None:
    plan = plan_visits(question, QUICK)
    assert broken_rules(question, plan, QUICK) == []
    again = plan_visits(question, QUICK)
    assert (again.visits, again.unassigned, again.breaks) == (plan.visits, plan.unassigned, plan.breaks)
    assert all(v.why for v in plan.visits)
    assert all(u.why for u in plan.unassigned)


@settings(max_examples=60)
@given(questions())
def test_the_baseline_keeps_the_rules_too(question: Question) -> None:
    assert broken_rules(question, plan_greedily(question, QUICK), QUICK) == []


def test_the_judge_sees_every_sort_of_wrong() -> None:
    question = ask(work("a"), work("b", Place(latitude=52.6, longitude=13.4)), work("c"))
    plan = plan_visits(question, QUICK)
    assert broken_rules(question, plan, QUICK) == []
    first, second, third = sorted(plan.visits, key=lambda v: v.starts)

    def found(*visits: object, **more: object) -> str:
        return " ".join(broken_rules(replace(question, **more), replace(plan, visits=visits), QUICK))  # type: ignore[arg-type]

    shift = timedelta(minutes=10)
    assert "at once" in found(first, replace(second, starts=first.starts, ends=first.ends), third)
    assert "in the plan 0 times" in found(first, second)
    assert "outside its windows" in found(first, second, replace(third, starts=hours(10), ends=hours(11)))
    assert "outside the hours" in found(first, second, replace(third, starts=hours(10), ends=hours(11)))
    assert "does not last" in found(replace(first, ends=first.ends - shift), second, third)
    assert "in time" in found(replace(first, starts=first.starts + shift, ends=first.ends + shift), second, third)
    assert "not trained" in found(*plan.visits, technicians=(someone(skills=frozenset()),))
    assert "fixed to tech-9" in found(
        *plan.visits, jobs=tuple(replace(j, technician_id="tech-9") for j in question.jobs)
    )
    assert "of duct" in found(*plan.visits, jobs=tuple(replace(j, parts=("duct",)) for j in question.jobs))
    lunch = someone(hours=(DayHours(weekday=0, starts=EIGHT, ends=FIVE, break_minutes=30),))
    assert "no break" in found(*plan.visits, technicians=(lunch,))
    moved = Visit(order_id=first.order_id, place=BASE, technician_id="tech-2", starts=first.starts, ends=first.ends)
    assert "was moved" in found(*plan.visits, fixed=(moved,))


def test_a_search_finds_the_round_trip_that_one_after_the_other_misses() -> None:
    # Three homes on a line north of the outlet, 5, 10 and 15 km away: once out and back passes all of them.
    line = [Place(latitude=52.5 + km / 111.195, longitude=13.4) for km in (5, 15, 10)]
    plan = plan_visits(ask(*(work(f"job-{n}", place) for n, place in enumerate(line))), QUICK)
    assert len(plan.visits) == 3
    assert plan.figures.travel_m == pytest.approx(2 * 15_000 * 1.35, rel=0.01)


def test_what_is_worth_more_is_visited_when_the_day_is_too_short_and_the_rest_is_told_why() -> None:
    jobs = [work(f"job-{n}", minutes=240, prize=10_000 + n) for n in range(3)]
    plan = plan_visits(ask(*jobs), QUICK)
    assert {v.order_id for v in plan.visits} == {"job-1", "job-2"}
    (left,) = plan.unassigned
    assert (left.order_id, left.reason) == ("job-0", Why.OUTWEIGHED)
    assert "tech-1 could come, but their days are full of 2 visits that weigh more" in left.why


@pytest.mark.parametrize(
    ("reason", "job", "who", "words"),
    [
        (Why.SKILL, work("job"), someone(skills=frozenset({"circuit"})), "no technician is trained for dryer"),
        (Why.AREA, work("job", Place(latitude=53, longitude=13.4)), someone(area_km=20.0), "outside the area"),
        (Why.PART, work("job", parts=("duct",)), someone(), "duct; ask for a transfer"),
        (Why.TIME, work("job", windows=(Period(starts=hours(12), ends=hours(14)),)), someone(), "times allowed"),
        (Why.PINNED, work("job", technician_id="tech-9"), someone(), "tech-9 is fixed for it and is not there"),
        (Why.OUTWEIGHED, work("job", Place(latitude=52.9, longitude=13.4), prize=500), someone(), "costs more than"),
    ],
)
def test_each_reason_is_told_in_words(reason: Why, job: Job, who: FieldTechnician, words: str) -> None:
    plan = plan_visits(ask(job, people=(who,)), QUICK)
    (left,) = plan.unassigned
    assert left.reason is reason
    assert words in left.why


def test_the_responsible_outlet_comes_unless_another_saves_more_than_its_surcharge() -> None:
    home = Place(latitude=52.55, longitude=13.4)  # 5.6 km from both outlets
    people = (someone("tech-1"), someone("tech-2", Place(latitude=52.6, longitude=13.4), "outlet-2"))
    own = plan_visits(ask(work("job", home, outlet_id="outlet-2"), people=people), QUICK)
    assert [v.technician_id for v in own.visits] == ["tech-2"]
    gone = (people[0], replace(people[1], absences=(DAY,)))
    other = plan_visits(ask(work("job", home, outlet_id="outlet-2"), people=gone), QUICK)
    assert [v.technician_id for v in other.visits] == ["tech-1"]


def test_a_piece_is_given_once_to_the_visit_that_is_worth_most() -> None:
    jobs = [work("cheap", parts=("duct",), prize=9_000), work("dear", parts=("duct",), prize=20_000)]
    plan = plan_visits(ask(*jobs, stock={"outlet-1": {"duct": 1}}), QUICK)
    assert [v.order_id for v in plan.visits] == ["dear"]
    assert plan.unassigned[0].reason is Why.PART


def test_of_equal_days_the_first_is_taken_and_what_is_due_comes_before_what_is_not() -> None:
    week = tuple(DayHours(weekday=day, starts=EIGHT, ends=FIVE) for day in range(3))
    later = (Period(starts=hours(0), ends=hours(60)),)
    jobs = [work(f"job-{n}", minutes=180, windows=later, due_by=hours(9) if n == 3 else None) for n in range(4)]
    plan = plan_visits(
        ask(*jobs, people=(someone(hours=week),), horizon=Period(starts=hours(-8), ends=hours(60))), QUICK
    )
    days = sorted((v.starts - hours(0)).days for v in plan.visits)
    assert days == [0, 0, 0, 1]
    assert next(v for v in plan.visits if v.order_id == "job-3").starts < hours(9)
    assert plan.figures.late == 0


def test_the_break_may_be_taken_on_arrival_and_agreed_visits_around_noon_are_kept() -> None:
    # At noon (UTC 10:00) in a home half an hour away; the visit before ends at 10:30. Leaving only after a break from
    # 11:30 on would be too late, so the break is taken there; and the search sees that both visits go together.
    there = Place(latitude=52.6, longitude=13.4)
    lunch = someone(hours=(DayHours(weekday=0, starts=EIGHT, ends=FIVE, break_minutes=30),))
    first = work("first", windows=(Period(starts=hours(1.5), ends=hours(1.5)),), prize=1_000_000)
    noon = work("noon", there, 120, windows=(Period(starts=hours(4), ends=hours(4)),), prize=1_000_000)
    plan = plan_visits(ask(first, noon, people=(lunch,)), QUICK)
    assert [v.order_id for v in plan.visits] == ["first", "noon"]
    assert [(b.starts, b.ends) for b in plan.breaks] == [(hours(3.5), hours(4))]


def test_what_is_under_way_holds_its_technician_and_the_next_starts_from_there() -> None:
    there = Place(latitude=52.6, longitude=13.4)
    busy = Visit(order_id="old", place=there, technician_id="tech-1", starts=hours(1), ends=hours(3))
    plan = plan_visits(ask(work("job", there), fixed=(busy,), now=hours(2)), QUICK)
    found = {v.order_id: v for v in plan.visits}
    assert (found["job"].starts, found["job"].travel_s) == (hours(3), 0)
    assert found["old"].why == "under way"


def test_whoever_watches_hears_of_progress_and_can_end_it_with_the_best_so_far() -> None:
    heard: list[Progress] = []

    def enough(progress: Progress) -> bool:
        heard.append(progress)
        return progress.iteration < 10

    jobs = [work(f"job-{n}", Place(latitude=52.5 + n / 50, longitude=13.4)) for n in range(4)]
    plan = plan_visits(ask(*jobs), replace(QUICK, iterations=10_000), enough)
    assert len(plan.visits) == 4
    assert plan.iterations < 100
    assert [p.best for p in heard] == sorted((p.best for p in heard), reverse=True)


def test_fractions_of_a_second_are_refused_rather_than_rounded_into_a_promise() -> None:
    odd = timedelta(microseconds=1)
    for wrong in ({"now": hours(0) + odd}, {"horizon": Period(starts=DAY.starts + odd, ends=DAY.ends)}):
        with pytest.raises(ValueError, match="whole seconds"):
            ask(**wrong)  # type: ignore[arg-type]


def test_a_promise_outweighs_everything_and_risk_and_date_do_the_rest() -> None:
    now = hours(0)
    far, soon = now + timedelta(days=30), now + timedelta(days=7)
    usual = prize_of("visit", 1.0, far, False, now, Prizes())
    assert usual == 15_000
    assert prize_of("visit", 1.0, soon, False, now, Prizes()) == 22_500  # half of the 14 days are over
    assert prize_of("visit", 1.0, now - timedelta(days=99), False, now, Prizes()) == 30_000
    assert prize_of("visit", 0.5, far, False, now, Prizes()) == 11_250
    assert prize_of("urgent", 0.0, None, False, now, Prizes()) == 30_000
    assert prize_of("self", 0.1, far, True, now, Prizes()) == 1_000_000


def test_whoever_has_no_grade_yet_counts_as_usual() -> None:
    assert [handicap_of(grade) for grade in ("A", "B", None, "C")] == [0, 5, 5, 20]


@pytest.mark.parametrize(("handicapped", "comes"), [("tech-1", "tech-2"), ("tech-2", "tech-1")])
def test_of_two_who_could_come_alike_the_one_with_the_better_grade_does(handicapped: str, comes: str) -> None:
    people = tuple(someone(name, handicap_min=20 if name == handicapped else 0) for name in ("tech-1", "tech-2"))
    plan = plan_visits(ask(work("job", Place(latitude=52.55, longitude=13.4)), people=people), QUICK)
    assert [visit.technician_id for visit in plan.visits] == [comes]


def test_a_grade_does_not_send_somebody_from_far_away() -> None:
    near = someone("near", handicap_min=20)
    far = someone("far", base=Place(latitude=53.2, longitude=13.4))
    plan = plan_visits(ask(work("job"), people=(far, near)), QUICK)
    assert [visit.technician_id for visit in plan.visits] == ["near"]
