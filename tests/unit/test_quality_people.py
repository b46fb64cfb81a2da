"""Grades, settlement, service figures and omissions by hand, and grades on people who are in truth alike."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.grades import Grade, GradeParams, JudgedJob, MonthGrade, grade_month, standing, top_tenth
from quality.omissions import OmissionParams, Seen, is_dropped, was_foretold
from quality.services import Service, by_group, service_figures
from quality.settlement import EarnedJob, Gate, settle_month

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def jobs(technician: str, mix: str, count: int, troubles: int) -> list[JudgedJob]:
    return [JudgedJob(technician=technician, mix=mix, trouble=number < troubles) for number in range(count)]


def test_whoever_takes_the_hard_jobs_is_not_graded_down_for_them() -> None:
    everybody = [
        *jobs("hard", "refrigerant_leak", 60, 18),
        *(job for n in range(6) for job in jobs(f"t{n}", "refrigerant_leak", 20, 6)),
        *(job for n in range(6) for job in jobs(f"t{n}", "filter_clog", 60, 3)),
    ]
    found = {one.technician: one for one in grade_month(everybody)}
    assert found["hard"].grade == "B"
    assert found["hard"].ratio == pytest.approx(1.0, abs=0.1)
    assert found["hard"].troubles / found["hard"].jobs > 2 * found["t0"].troubles / found["t0"].jobs


def test_a_few_bad_jobs_are_no_c_and_many_are() -> None:
    others = [job for n in range(10) for job in jobs(f"t{n}", "x", 60, 6)]
    few = {one.technician: one for one in grade_month([*others, *jobs("new", "x", 6, 4)])}
    many = {one.technician: one for one in grade_month([*others, *jobs("bad", "x", 60, 22)])}
    assert (few["new"].grade, many["bad"].grade) == ("B", "C")
    assert few["new"].ratio < 4 / few["new"].usual / 3, "a few jobs are pulled strongly towards the usual"
    good = {one.technician: one for one in grade_month([*others, *jobs("good", "x", 120, 0)])}
    assert good["good"].grade == "A"


def test_one_bad_month_is_one_c_however_long_it_is_looked_back_at() -> None:
    others = [job for n in range(10) for job in jobs(f"t{n}", "x", 60, 6)]
    bad, good = jobs("bad", "x", 60, 22), jobs("bad", "x", 20, 2)
    past = [replace(job, newest=False) for job in bad]
    graded = {one.technician: one for one in grade_month([*others, *past, *good])}["bad"]
    # 24 troubles in 80 jobs where others have 8, but 2 in 20 in the month itself, where others have 2 (20 * 60 / 600)
    assert (graded.worse > 0.9, graded.month_troubles, graded.grade) == (True, 2, "B")
    assert graded.month_usual == pytest.approx(2.0)
    assert {one.technician: one for one in grade_month([*others, *past])}["bad"].grade == "B", "nothing new, no C"


def test_of_people_who_are_alike_hardly_anybody_is_graded_down() -> None:
    rng = np.random.default_rng(3)
    down = total = 0
    for _ in range(40):
        month = [
            JudgedJob(technician=f"t{who}", mix=str(rng.integers(4)), trouble=bool(rng.random() < 0.12))
            for who in range(12)
            for _ in range(45)
        ]
        grades = [one.grade for one in grade_month(month)]
        down += grades.count("C")
        total += len(grades)
    assert down / total < 0.02


@given(st.integers(0, 30), st.integers(0, 30))
def test_more_trouble_never_means_a_better_ratio(a: int, b: int) -> None:
    others = jobs("other", "x", 200, 20)
    params = GradeParams(strength_low=10, strength_high=10)
    fewer, more = (
        next(one for one in grade_month([*others, *jobs("me", "y", 30, troubles)], params) if one.technician == "me")
        for troubles in sorted((a, b))
    )
    assert fewer.usual == more.usual == pytest.approx(3.0)
    assert fewer.ratio <= more.ratio
    assert fewer.worse <= more.worse


@pytest.mark.parametrize(
    ("grades", "expected"),
    [("", "active"), ("CB", "active"), ("CBC", "suspended"), ("CCBC", "removed"), ("ABAB", "active")],
)
def test_two_months_of_c_suspend_and_three_remove(grades: str, expected: str) -> None:
    every: dict[str, Grade] = {"A": "A", "B": "B", "C": "C"}
    given = [MonthGrade(month=date(2026, 1 + n, 1), grade=every[grade]) for n, grade in enumerate(grades)]
    assert standing(given, date(2026, 9, 1)) == expected


def test_a_c_counts_for_twelve_months_and_no_longer() -> None:
    given = [MonthGrade(month=date(2025, 3, 1), grade="C"), MonthGrade(month=date(2026, 2, 1), grade="C")]
    # On 1 March 2026 the last twelve months are March 2025 to February 2026.
    assert standing(given, date(2026, 3, 1)) == "suspended"
    assert standing(given, date(2026, 3, 31)) == "suspended"
    assert standing(given, date(2026, 4, 1)) == "active"
    assert standing([replace(one, overturned=True) for one in given], date(2026, 9, 1)) == "active"
    assert standing(given, date(2027, 9, 1)) == "active"


def test_the_top_tenth_needs_ten_people_and_an_a() -> None:
    others = [job for n in range(19) for job in jobs(f"t{n:02}", "x", 60, 8)]
    graded = grade_month([*others, *jobs("best", "x", 120, 0)])
    assert top_tenth(graded) == ["best"]
    assert top_tenth(graded[:9]) == []


APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def earned(number: int, minutes: int, proved: datetime | None = APRIL) -> EarnedJob:
    """Finished on 1 April, and all gates passed then, except perhaps the proof."""
    passed = dict.fromkeys(Gate, APRIL) | {Gate.PROVED: proved}
    return EarnedJob(order_number=number, minutes=minutes, finished_at=APRIL, passed=passed, repeats=False)


def test_a_statement_pays_what_passed_every_gate_and_keeps_the_rest() -> None:
    unproved = earned(1, 60, proved=None)
    jobs = [earned(2, 90), unproved, replace(earned(3, 60), repeats=True)]
    statement = settle_month(jobs, APRIL, NOW, points_lost=2)
    assert [(line.order_number, line.amount, line.held_by) for line in statement.lines] == [
        (1, 70.0, ("proved",)),  # 30 + 40
        (2, 90.0, ()),  # 30 + 60
        (3, 0.0, ()),
    ]
    assert (statement.earned, statement.held, statement.deducted, statement.paid) == (90.0, 70.0, 20.0, 70.0)
    assert settle_month([], APRIL, NOW, points_lost=5).paid == 0
    assert settle_month([], APRIL, NOW, points_lost=0, points_returned=2).paid == 20


def test_what_was_held_is_paid_once_in_the_month_of_its_last_gate() -> None:
    june = datetime(2026, 6, 1, tzinfo=UTC)
    late, waived = earned(1, 60, proved=NOW), replace(earned(2, 60, proved=None), waived_at=NOW + timedelta(days=3))

    def lines(since: datetime, until: datetime) -> list[tuple[int, tuple[str, ...], str]]:
        found = settle_month([late, waived], since, until, points_lost=0).lines
        return [(line.order_number, line.held_by, line.note) for line in found]

    assert lines(APRIL, NOW) == [(1, ("proved",), ""), (2, ("proved",), "")], "as it was at the end of the month"
    assert lines(NOW, june) == [(1, (), "finished in 2026-04"), (2, (), "finished in 2026-04")]
    assert lines(june, june + timedelta(days=30)) == []
    assert lines(datetime(2026, 3, 1, tzinfo=UTC), APRIL) == []


def service(number: int, **changes: object) -> Service:
    values: dict[str, object] = {
        "order_id": str(number),
        "month": date(2026, 4, 1),
        "region": "Europe/Berlin",
        "outlet": "o1",
        "technician": "t1",
        "models": ("M1",),
        "completions": 1,
        "verified": True,
        "reopened": False,
        "repeated": False,
        "outcomes": ("confirmed",),
        "stars": None,
        "complained": False,
        "discontent": False,
        "parts_used": 1,
        "parts_returned": 0,
    }
    return Service(**(values | changes))  # type: ignore[arg-type]


def test_service_figures_by_hand() -> None:
    done = [
        service(1, stars=5),
        service(2, stars=2, discontent=True, complained=True, outcomes=("other_fault", "confirmed")),
        service(3, completions=2, reopened=True),
        service(4, verified=False, outcomes=("no_fault_found",), parts_used=0, parts_returned=1),
        service(5, repeated=True, models=("M1", "M2")),
    ]
    found = service_figures(done, omissions=1)
    assert (found.services, found.complaint_ppm.value) == (5, 200_000)
    assert found.omission_ppm.value == pytest.approx(1e6 / 6)
    assert (found.satisfaction.count, found.satisfaction.of) == (1, 2)
    assert (found.first_visit_fix.count, found.first_visit_fix.of) == (2, 4)  # the fourth is not proved either way
    assert (found.misjudgement.count, found.misjudgement.of) == (2, 6)
    assert (found.false_cost.count, found.false_cost.of) == (1, 5)
    assert (found.parts_returned.count, found.parts_returned.of) == (1, 5)
    assert {model: len(group) for model, group in by_group(done, "model").items()} == {"M1": 5, "M2": 1}
    assert service_figures([], 0).complaint_ppm.value is None


@pytest.mark.parametrize(
    ("fault", "hours_before", "foretold"),
    [
        ("compressor_failing", 24, True),
        ("compressor_failing", 23, False),
        ("compressor_failing", 180 * 24 + 1, False),
        ("silent", 100, False),
    ],
)
def test_a_breakdown_was_foretold_by_the_right_finding_in_time(fault: str, hours_before: int, foretold: bool) -> None:
    earlier = Seen(fault=fault, raised_at=NOW - timedelta(hours=hours_before))
    assert was_foretold(Seen(fault="food_at_risk", raised_at=NOW), [earlier], OmissionParams()) is foretold


def test_an_order_is_dropped_when_its_promise_passed_and_nobody_is_coming() -> None:
    params, late = OmissionParams(), NOW - timedelta(days=4)
    assert is_dropped(late, None, NOW, params)
    assert not is_dropped(late, NOW + timedelta(days=1), NOW, params)
    assert is_dropped(late, late, NOW, params)
    assert not is_dropped(NOW - timedelta(days=2), None, NOW, params)
    assert not is_dropped(None, None, NOW, params)


def test_an_order_of_replayed_readings_is_dropped_by_the_clock_of_people() -> None:
    """Due on 2 March, made on 20 November: three days later it was let lie, not at its making."""
    due, made = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    last = made + timedelta(days=3)
    for now, dropped in ((made, False), (last - timedelta(seconds=1), False), (last, True)):
        assert is_dropped(due, None, now, OmissionParams(), made_at=made) is dropped
    assert not is_dropped(due, made + timedelta(days=9), last, OmissionParams(), made_at=made), "somebody is coming"


def test_what_people_tell_of_was_foretold_by_any_finding_that_names_a_cause() -> None:
    told = Seen(fault="breakdown", raised_at=NOW)
    day_before = NOW - timedelta(days=2)
    assert was_foretold(told, [Seen(fault="bearing_wear", raised_at=day_before)], OmissionParams())
    assert not was_foretold(told, [Seen(fault="silent", raised_at=day_before)], OmissionParams())
    assert not was_foretold(told, [], OmissionParams())
