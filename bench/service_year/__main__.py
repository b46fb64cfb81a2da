"""`python -m bench service-year [--homes N] [--technicians N] [--seed N]`: a SIMULATED year through the real system.

Faults come from the simulator's plans at real rates; detection is drawn from the report of a sealed fleet as `wellkept
evaluate` wrote it. Findings, reminders, orders, parts, offers, promises, plans, reports, grades and figures are the
product's own, in a real TimescaleDB, with its clock set forward day by day.

To take newer detection: `wellkept evaluate CASE --out DIR`, then copy `DIR/CASE/report.json` to
`bench/service_year/report.json`; `--detection DIR/CASE/report.json` tries one without keeping it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import click
import numpy as np

from bench.machine import RESULTS, describe_machine, keep
from bench.service_year.afterwards import as_table, dropped_by, left_open, travel, why_not_prevented
from bench.service_year.measured import REPORT, read_measured
from bench.service_year.people import (
    Habits,
    owners_answer,
    owners_call,
    owners_call_off,
    owners_care,
    planners_approve,
    technicians_work,
)
from bench.service_year.world import DAYS, Trouble, World, make_world
from domain.care_orders import Place
from domain.faults import Urgency, fault_of
from domain.signals import Kind
from quality.ledger import add_up, cost_ledger
from quality.services import service_figures
from scheduler.campaigns import finish_campaign_checks, give_tips
from scheduler.follow_up import follow_up_reminders
from scheduler.grade import grade_technicians
from scheduler.makers_cases import look_for_cases
from scheduler.obligations import keep_promises
from scheduler.offer import offer
from scheduler.omissions import find_omissions
from scheduler.overdue import chase_orders
from scheduler.parts import supply_parts
from scheduler.plan_days import plan_days
from scheduler.propose import propose
from scheduler.publisher import Publisher
from scheduler.remind import remind
from scheduler.settings import SchedulerSettings
from scheduler.settle import settle
from scheduler.work import Counts, Work
from store.care_seed import seed_parts
from store.database import Connection, connect
from store.findings import record_verdict
from store.migrate import migrate
from store.service_costs import read_ledger
from store.service_quality import read_omissions, read_services
from store.stock import count_stock
from wellkept.local import local_services

START = datetime(2027, 1, 4, tzinfo=UTC)
TOWN = Place(latitude=48.14, longitude=11.58)
SPREAD_DEG = 0.18
"""Half the width of the town, some 20 km."""
EVENING: tuple[Callable[[Work], Counts], ...] = (remind, follow_up_reminders, settle, propose, find_omissions)
MORNING: tuple[Callable[[Work], Counts], ...] = (supply_parts, offer, chase_orders, keep_promises)
WEEKLY: tuple[Callable[[Work], Counts], ...] = (plan_days, give_tips, finish_campaign_checks)
MONTHLY: tuple[Callable[[Work], Counts], ...] = (grade_technicians, look_for_cases)


@click.command()
@click.option("--homes", default=1000, show_default=True)
@click.option("--technicians", default=12, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--days", default=DAYS, show_default=True)
@click.option(
    *("--detection", "report_file"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=REPORT,
    help="Report of `wellkept evaluate` that detection is drawn from.",
)
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder for the report.")
def main(homes: int, technicians: int, seed: int, days: int, report_file: Path, out: Path) -> None:
    """Simulate a year of service and write its report."""
    began = monotonic()
    try:
        measured = read_measured(report_file)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    with (
        TemporaryDirectory() as folder,
        local_services(Path(folder), fast_unsafe=True) as services,
        connect(services.database_url, application="bench-year", autocommit=True) as connection,
    ):
        migrate(connection)
        world = make_world(homes, START, seed, measured)
        furnish(connection, world, technicians)
        click.echo(f"{homes} homes, {len(world.keys)} appliances, {len(world.troubles)} troubles")
        counts = live(connection, world, services.mqtt_url, days)
        report = judge(connection, world, counts, days)
    report |= {
        "simulated": True,
        "homes": homes,
        "technicians": technicians,
        "seed": seed,
        "detection": {
            "source": dict(measured.source),
            "false_per_1000": dict(measured.false_per_1000),
            "classes": {name: asdict(told) for name, told in measured.classes.items()},
            "faults": {f"{kind}.{fault}": asdict(told) for (kind, fault), told in measured.faults.items()},
        },
        "seconds": round(monotonic() - began, 1),
        "machine": describe_machine(),
    }
    show(report)
    keep("service-year", report, out)


def furnish(connection: Connection, world: World, technicians: int) -> None:
    """Homes, appliances, three outlets and their technicians, parts on the shelves."""
    rng = np.random.default_rng(7)
    seed_parts(connection)
    with connection.transaction():
        for number in range(3):
            connection.execute(
                "INSERT INTO outlet (id, name, latitude, longitude, timezone) VALUES (%s, %s, %s, %s, 'Europe/Berlin')",
                (f"outlet-{number}", f"Outlet {number}", *_somewhere(rng)),
            )
        kinds = [str(kind) for kind in Kind]
        for number in range(technicians):
            skills = [*rng.permutation(kinds)[:6], str(Kind.CIRCUIT)] if number % 3 else kinds
            connection.execute(
                "INSERT INTO technician (id, name, outlet_id, skills) VALUES (%s, %s, %s, %s)",
                (f"tech-{number:02}", f"Technician {number}", f"outlet-{number % 3}", sorted(set(skills))),
            )
        for home in world.homes:
            _add_home(connection, world, home, *_somewhere(rng))
    for (part,) in connection.execute("SELECT id FROM part").fetchall():
        for number in range(3):
            count_stock(connection, part, f"outlet:outlet-{number}", 200, actor="bench")


def _somewhere(rng: np.random.Generator) -> tuple[float, float]:
    return (
        TOWN.latitude + float(rng.uniform(-SPREAD_DEG, SPREAD_DEG)),
        TOWN.longitude + float(rng.uniform(-SPREAD_DEG, SPREAD_DEG)) * 1.5,
    )


def _add_home(connection: Connection, world: World, home: Any, latitude: float, longitude: float) -> None:
    connection.execute(
        "INSERT INTO household (id, name, latitude, longitude, timezone, created_at)"
        " VALUES (%s, %s, %s, %s, 'Europe/Berlin', %s)",
        (home.id, home.name, latitude, longitude, world.start),
    )
    for one in home.appliances:
        row = connection.execute(
            "INSERT INTO appliance (id, kind, household_id, maker, model, batch, firmware, room, installed_on,"
            " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING key",
            (
                *(one.id, one.kind, home.id, one.maker, one.model, one.batch, one.firmware, one.room),
                *(one.installed_on, world.start),
            ),
        ).fetchone()
        assert row is not None
        world.keys[one.id] = int(row[0])
        connection.execute(
            "INSERT INTO latest_values (appliance_key, first_at, at, received_at, signals)"
            " VALUES (%s, %s, %s, %s, '{}')",
            (row[0], world.start, world.start, world.start),
        )


def live(connection: Connection, world: World, mqtt_url: str, days: int) -> Counter[str]:
    """Day by day: evening judgement and care, morning planning, people's work; what was done, by word."""
    counts: Counter[str] = Counter()
    settings = SchedulerSettings(database_url="", mqtt_url=mqtt_url, link_secret="simulated", public_url="https://here")
    habits = Habits()
    with click.progressbar(range(1, days + 1), label="days") as bar:
        for day in bar:
            failing = world.fail(day)
            counts["failures"] += len(failing)
            counts["owner_calls"] += owners_call(connection, world, failing, world.moment(day), habits)
            counts["owner_care"] += owners_care(connection, world, day, habits)
            counts.update(technicians_work(connection, world, day, habits))
            _evening(connection, world, day)
            jobs = [*EVENING, *MORNING, *(WEEKLY if day % 7 == 0 else ()), *(MONTHLY if day % 30 == 0 else ())]
            for job in jobs:
                if job is offer:
                    planners_approve(connection, world.moment(day + 0.3))
                done = job(_work(connection, world.moment(day + 0.3), settings, mqtt_url))
                counts.update({f"{job.__name__}.{word}": n for word, n in done.items()})
            counts["called_off"] += owners_call_off(connection, world, world.moment(day + 0.4), habits)
            counts.update(owners_answer(connection, world, world.moment(day + 0.5), habits))
    return counts


def _work(connection: Connection, now: datetime, settings: SchedulerSettings, mqtt_url: str) -> Work:
    return Work(connection=connection, now=now, settings=settings, publisher=Publisher(mqtt_url), keep_on=lambda: True)


def _evening(connection: Connection, world: World, day: int) -> None:
    with connection.transaction():
        connection.execute("UPDATE latest_values SET at = %(at)s, received_at = %(at)s", {"at": world.moment(day)})
        for appliance_id, kind, verdict in world.verdicts(day):
            record_verdict(connection, world.keys[appliance_id], kind, verdict, raised_at=world.moment(day))


def judge(connection: Connection, world: World, counts: Counter[str], days: int) -> dict[str, Any]:
    """The year's figures: the product's own reports, and beside them what was true."""
    span = (world.start, world.moment(days + 1))
    breaking = _due(world, days, self_care=False)
    dirty = _due(world, days, self_care=True)
    prevented = sum(not trouble.failed for trouble in breaking)
    ledger = add_up(read_ledger(connection, *span))
    truth = replace(ledger, prevented_failures=prevented, breakdowns=len(breaking) - prevented)
    return {
        "truth": {
            "failures_due": len(breaking),
            "failures_prevented": prevented,
            "clogs_due": len(dirty),
            "clogs_cleaned_in_time": sum(not trouble.failed for trouble in dirty),
            "false_findings": sum(not trouble.real for trouble in world.troubles),
        },
        "figures": asdict(service_figures(read_services(connection, *span), len(read_omissions(connection, *span)))),
        "costs_as_known": cost_ledger(ledger),
        "costs_in_truth": cost_ledger(truth),
        "travel": travel(connection),
        "not_prevented": why_not_prevented(connection, world, breaking),
        "dropped": dropped_by(connection),
        "left_open": left_open(connection),
        "counts": dict(sorted(counts.items())),
        "states": _states(connection),
    }


def _due(world: World, days: int, *, self_care: bool) -> list[Trouble]:
    """Faults that would have come to their end in the year; of self-care, a quarter of the flow or capacity lost."""
    return [
        trouble
        for trouble in world.troubles
        if trouble.real
        and trouble.fails <= days
        and (fault_of(trouble.kind, trouble.fault).urgency is Urgency.SELF) is self_care
    ]


def _states(connection: Connection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for table in ("finding", "reminder", "service_order", "obligation"):
        rows = connection.execute(f"SELECT state, count(*) FROM {table} GROUP BY 1 ORDER BY 1".encode())  # noqa: S608
        found[table] = dict(rows.fetchall())
    return found


def show(report: dict[str, Any]) -> None:
    """The year in a few lines."""
    truth, figures, costs = report["truth"], report["figures"], report["costs_in_truth"]
    click.echo(f"failures due {truth['failures_due']}, prevented {truth['failures_prevented']}")
    click.echo(f"clogs due {truth['clogs_due']}, cleaned in time {truth['clogs_cleaned_in_time']}")
    for name in ("complaint_ppm", "omission_ppm", "dissatisfaction_ppm", "satisfaction", "first_visit_fix", "repeat"):
        one = figures[name]
        if one["value"] is not None:
            click.echo(f"{name}: {one['value']:.4g} ({one['low']:.4g} to {one['high']:.4g})")
    click.echo(f"travel: {report['travel']}")
    click.echo(as_table(truth, report["not_prevented"]))
    click.echo(f"dropped: {report['dropped']}")
    click.echo(f"costs: predicted {costs['predicted']}, reactive {costs['reactive']}, calendar {costs['calendar']}")


if __name__ == "__main__":
    main()
