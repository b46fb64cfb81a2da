"""Monthly grades of technicians, and what follows from them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Final

from quality.grades import GradeParams, JudgedJob, MonthGrade, Standing, grade_month, standing, top_tenth
from scheduler.work import ACTOR, Counts, Work
from store.database import translated
from store.suspensions import suspend
from store.technician_record import (
    add_grade,
    begin_month,
    done_jobs,
    read_grades,
    ungraded_months,
)

WHY: Final[Mapping[Standing, str]] = {"suspended": "two were C", "removed": "three were C"}
WAIT = timedelta(days=14)
"""After the end of a month before it is graded: most work is proved by telemetry by then (E)."""


def grade_technicians(work: Work) -> Counts:
    """Grade every month that is ripe and was not graded, oldest first; suspend and remove."""
    with translated():
        months = ungraded_months(work.connection, _ripe_month(work.now))
    graded = 0
    for month in months:
        if not work.keep_on():
            break
        with translated(), work.connection.transaction():
            if begin_month(work.connection, month, work.now):
                graded += _grade(work, month, GradeParams())
    return {"graded": graded}


def _ripe_month(now: datetime) -> date:
    """First day of the newest month that ended at least `WAIT` ago."""
    return first_of_month(first_of_month((now - WAIT).date()) - timedelta(days=1))


def first_of_month(day: date) -> date:
    """The month that a day belongs to."""
    return day.replace(day=1)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _grade(work: Work, month: date, params: GradeParams) -> int:
    first = month
    for _ in range(params.months - 1):
        first = first_of_month(first - timedelta(days=1))
    until = first_of_month(month + timedelta(days=31))
    jobs = [
        JudgedJob(technician=job.technician, mix=job.mix, trouble=job.trouble, newest=job.at >= _moment(month))
        for job in done_jobs(work.connection, _moment(first), _moment(until))
    ]
    graded = grade_month(jobs, params)
    best = set(top_tenth(graded))
    for one in graded:
        figures = asdict(one) | {"from": first.isoformat(), "to": until.isoformat(), "settings": asdict(params)}
        add_grade(
            work.connection,
            one.technician,
            month,
            one.grade,
            promoted=one.technician in best,
            figures=figures,
            made_at=work.now,
        )
        if one.grade == "C" and (follows := _standing(work, one.technician, until)) != "active":
            why = f"{follows} after the grades of twelve months up to {month:%Y-%m}: {WHY[follows]}"
            suspend(work.connection, one.technician, "grades", why, actor=ACTOR, at=work.now)
    return len(graded)


def _standing(work: Work, technician_id: str, today: date) -> Standing:
    given = read_grades(work.connection, technician_id)
    return standing(
        (MonthGrade(month=one.month, grade=one.grade, overturned=one.state == "overturned") for one in given), today
    )
