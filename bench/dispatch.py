"""Visit planning against the greedy baseline on the same SIMULATED days, over time, and on published instances.

`python -m bench dispatch`: the days are made up (homes around outlets of a town, skills, windows, breaks); nothing in
them was tuned after seeing a result. Every plan is judged by `dispatch.check`; one that broke a rule would end the run.
"""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import click
import pyvrp
from pyvrp.stop import MaxRuntime

from bench.machine import describe_machine, keep
from dispatch.check import broken_rules
from dispatch.greedy import plan_greedily
from dispatch.plan import plan_visits
from dispatch.problem import PlanParams, Prizes, Progress, Question, VisitPlan, prize_of
from domain.care_orders import Outlet, Place, nearest_outlet
from domain.visits import FieldTechnician, Job, Period

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
KINDS = ("air_conditioner", "refrigerator", "washing_machine", "dryer", "dishwasher", "water_heater", "circuit")
MARKS_S = (1, 2, 5, 10, 20, 30, 45, 60)


def simulated_day(seed: int, jobs: int, technicians: int, outlets: int) -> Question:
    """A day of a town some 40 km across; a fifth of the visits is agreed with the owner to the minute."""
    rng = random.Random(seed)
    places = [
        Place(latitude=52.5 + rng.uniform(-0.15, 0.15), longitude=13.4 + rng.uniform(-0.25, 0.25))
        for _ in range(outlets)
    ]
    people = tuple(
        FieldTechnician(
            id=f"tech-{n:02}",
            outlet_id=f"outlet-{n % outlets}",
            base=places[n % outlets],
            zone=ZoneInfo("Europe/Berlin"),
            skills=frozenset(rng.sample(KINDS, 4)),
        )
        for n in range(technicians)
    )
    known = [Outlet(id=f"outlet-{n}", place=place) for n, place in enumerate(places)]
    return Question(
        jobs=tuple(_job(rng, number, known) for number in range(jobs)),
        technicians=people,
        fixed=(),
        now=MIDNIGHT,
        horizon=Period(starts=MIDNIGHT, ends=MIDNIGHT + timedelta(days=1)),
    )


def _job(rng: random.Random, number: int, outlets: Sequence[Outlet]) -> Job:
    place = Place(latitude=52.5 + rng.gauss(0, 0.12), longitude=13.4 + rng.gauss(0, 0.2))
    agreed = rng.random() < 0.2
    opens, closes = rng.choice([(6.0, 15.0), (6, 15), (6, 10), (10, 15), (8, 10), (12, 14)])
    if agreed:
        opens = closes = rng.randrange(12, 26) / 2
    due = MIDNIGHT + timedelta(hours=rng.choice([10, 24, 72, 240]))
    urgency = rng.choices(["urgent", "visit", "self"], [1, 6, 3])[0]
    nearest = nearest_outlet(place, outlets)
    return Job(
        order_id=f"order-{number:03}",
        place=place,
        minutes=rng.choice([45, 45, 60, 75, 90, 120]),
        skills=frozenset({rng.choice(KINDS)}),
        windows=(Period(starts=MIDNIGHT + timedelta(hours=opens), ends=MIDNIGHT + timedelta(hours=closes)),),
        due_by=due,
        outlet_id=None if nearest is None else nearest.id,
        prize=prize_of(urgency, rng.random(), due, agreed, MIDNIGHT, Prizes()),
    )


def figures(question: Question, plan: VisitPlan) -> dict[str, float]:
    """A plan in the terms of the comparison."""
    jobs = {job.order_id: job for job in question.jobs}
    late = [v.starts - due for v in plan.visits if (due := jobs[v.order_id].due_by) is not None and v.starts > due]
    agreed = {job.order_id for job in question.jobs if job.prize >= Prizes().agreed}
    done = {visit.order_id for visit in plan.visits}
    return {
        "visits": len(done),
        "agreed_kept": len(done & agreed),
        "agreed": len(agreed),
        "travel_km": round(plan.figures.travel_m / 1000, 1),
        "travel_min_per_visit": round(plan.figures.travel_s / 60 / max(1, len(done)), 1),
        "late": len(late),
        "late_hours": round(sum(span.total_seconds() for span in late) / 3600, 1),
        "cost": plan.figures.cost,
    }


def compare(seed: int, jobs: int, technicians: int, outlets: int, seconds: float) -> dict[str, Any]:
    """One SIMULATED day both ways, with how good the plan was after how long."""
    question = simulated_day(seed, jobs, technicians, outlets)
    params = PlanParams(seconds=seconds, iterations=10_000_000, patience=10_000_000)
    curve: list[Progress] = []

    def watch(progress: Progress) -> bool:
        if not curve or progress.best < curve[-1].best:
            curve.append(progress)
        return True

    began = monotonic()
    greedy = plan_greedily(question, params)
    greedy_s = monotonic() - began
    plan = plan_visits(question, params, watch)
    for one in (greedy, plan):
        if wrong := broken_rules(question, one, params):
            raise SystemExit(f"a plan breaks its rules: {wrong[:3]}")
    best = curve[-1].best if curve else 0
    return {
        "simulated": True,
        "seed": seed,
        "jobs": jobs,
        "technicians": technicians,
        "greedy": figures(question, greedy) | {"seconds": round(greedy_s, 2)},
        "planned": figures(question, plan) | {"seconds": round(plan.seconds, 2), "iterations": plan.iterations},
        "above_final_pct": {
            str(mark): round(100 * (min(p.best for p in curve if p.seconds <= mark) / best - 1), 2)
            for mark in MARKS_S
            if any(p.seconds <= mark for p in curve) and mark <= seconds
        },
    }


def published(folder: Path | None, seconds: float) -> list[dict[str, Any]]:
    """Instances with a best-known solution beside them (`X.vrp` or `X.txt`, `X.sol`), if any are there."""
    found = []
    for solution in sorted((folder or Path("/nonexistent")).rglob("*.sol")):
        for instance in (solution.with_suffix(".vrp"), solution.with_suffix(".txt")):
            if instance.exists():
                found.append(_published(instance, solution, seconds))
                click.echo(json.dumps(found[-1]))
    return [one for one in found if one]


def _published(instance: Path, solution: Path, seconds: float) -> dict[str, Any]:
    layout = "solomon" if instance.suffix == ".txt" else None
    data = pyvrp.read(str(instance), round_func="dimacs", **({"instance_format": layout} if layout else {}))
    known = pyvrp.read_solution(str(solution), data)
    result = pyvrp.solve(data, MaxRuntime(seconds), seed=1, display=False)
    return {
        "instance": instance.stem,
        "clients": data.num_clients,
        "time_windows": data.has_time_windows(),
        "best_known": known.distance(),
        "found": result.cost() if result.is_feasible() else None,
        "gap_pct": round(100 * (result.cost() / known.distance() - 1), 3) if result.is_feasible() else None,
        "seconds": seconds,
    }


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="for the large day")
@click.option("--days", default=3, show_default=True, help="smaller days, ten seconds each")
@click.option("--instances", type=click.Path(path_type=Path, exists=True), help="folder of published instances")
def main(seconds: float, days: int, instances: Path | None) -> None:
    """Measure visit planning; the result is kept in bench/results."""
    report: dict[str, Any] = {"machine": describe_machine(), "days": []}
    for seed in range(1, days + 1):
        report["days"].append(compare(seed, 60, 8, 2, min(seconds, 10.0)))
        click.echo(json.dumps(report["days"][-1]))
    report["large_day"] = compare(1, 300, 40, 5, seconds)
    click.echo(json.dumps(report["large_day"]))
    report["published"] = published(instances, min(seconds, 20.0))
    report["load_after"] = describe_machine()["load_before"]
    keep("dispatch", report)


if __name__ == "__main__":
    main()
