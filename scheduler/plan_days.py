"""The coming days are planned: when a planner asks, and by itself when something has changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from dispatch.check import broken_rules
from dispatch.days import Days, DaysParams, read_days, write_days
from dispatch.plan import plan_visits
from dispatch.problem import PlanParams, Progress, VisitPlan
from dispatch.travel import BY_DISTANCE
from domain.errors import Unavailable
from domain.visits import Period
from scheduler.settings import Pace
from scheduler.work import ACTOR, Counts, Work, log
from store.visit_plans import (
    add_plan,
    discard_older_drafts,
    last_digest,
    mark_failed,
    read_plan,
    take_request,
    tell_progress,
)

QUIET: Final = timedelta(minutes=10)
"""Between two plans that nobody asked for (E): a draft that changes under the planner's eyes helps nobody."""
BY_ITSELF: Final = PlanParams(iterations=3_000, seconds=20.0, patience=1_500)
"""Of a plan that nobody waits for, so that the machine stays free for other jobs (E)."""
TELL_EVERY_S: Final = 1.0


def plan_days(work: Work) -> Counts:
    """Make the plan that was asked for, or else a draft of the coming days if anything has changed since the last."""
    asked = take_request(work.connection)
    if asked is not None:
        with _failure_told(work, asked):
            params = _asked_for(read_plan(work.connection, asked).settings, work)
            return _plan(work, read_days(work.connection, work.now, params), params, asked)
    params = DaysParams(plan=replace(BY_ITSELF, travel=work.settings.travel))
    days = read_days(work.connection, work.now, params)
    if not days.question.jobs or not _is_new(work, days):
        return {}
    period = Period(starts=work.now, ends=days.question.horizon.ends)
    settings = {"days": params.days, "seconds": params.plan.seconds, "seed": params.plan.seed}
    made = add_plan(work.connection, "days", "planning", period, settings, by=ACTOR, at=work.now)
    with _failure_told(work, made):
        return _plan(work, days, params, made)


def _asked_for(settings: dict[str, Any], work: Work) -> DaysParams:
    limits = PlanParams(seed=settings["seed"], seconds=settings["seconds"], travel=work.settings.travel)
    return DaysParams(days=settings["days"], plan=limits)


def _is_new(work: Work, days: Days) -> bool:
    last = last_digest(work.connection)
    if last is None:
        return True
    quiet = timedelta(seconds=10) if work.settings.pace is Pace.DEMO else QUIET
    return last[0] != days.digest and work.now >= last[1] + quiet


@contextmanager
def _failure_told(work: Work, plan_id: UUID) -> Iterator[None]:
    """A bug ends the plan: it would come again every minute, and no newer question would ever be heard."""
    try:
        yield
    except (psycopg.Error, Unavailable):
        raise  # taken up again by the next round
    except Exception:
        mark_failed(work.connection, plan_id, "an error of ours; it is in the log of the scheduler")
        raise


def _plan(work: Work, days: Days, params: DaysParams, plan_id: UUID) -> Counts:
    watch = _watch(work, plan_id)
    note = ""
    try:
        plan = plan_visits(days.question, params.plan, watch)
    except Unavailable as error:
        log.warning("road_times_away", text="planned by distance instead", why=str(error))
        params = replace(params, plan=replace(params.plan, travel=BY_DISTANCE))
        plan = plan_visits(days.question, params.plan, watch)
        note = "; the road-time service did not answer, so travel is by distance"
    if wrong := broken_rules(days.question, plan, params.plan):
        raise AssertionError(f"the plan breaks its own rules: {'; '.join(wrong[:3])}")
    with work.connection.transaction():
        write_days(work.connection, plan_id, days, plan, note=note)
        discard_older_drafts(work.connection, plan_id)
    return _counts(plan)


def _counts(plan: VisitPlan) -> Counts:
    return {"visits": plan.figures.visits, "left_out": plan.figures.unassigned}


def _watch(work: Work, plan_id: UUID) -> Callable[[Progress], bool]:
    """Writes down each better plan, at most once a second, and stops when the scheduler does."""
    told: dict[str, float] = {"seconds": -TELL_EVERY_S, "best": float("inf")}

    def watch(progress: Progress) -> bool:
        if progress.best < told["best"] and progress.seconds >= told["seconds"] + TELL_EVERY_S:
            told.update(seconds=progress.seconds, best=progress.best)
            step = asdict(progress)
            tell_progress(work.connection, plan_id, [[round(step["seconds"], 2), step["iteration"], step["best"]]])
        return work.keep_on()

    return watch
