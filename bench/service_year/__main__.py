"""`python -m bench service-year [--homes N] [--technicians N] [--seed N]`: a SIMULATED year through the real system.

Faults come from the simulator's plans at real rates; detection is drawn from the report of a sealed fleet as `wellkept
evaluate` wrote it. Findings, reminders, orders, parts, offers, promises, plans, reports, grades and figures are the
product's own, in a real TimescaleDB, with its clock set forward day by day.

To take newer detection: `wellkept evaluate CASE CASE --out DIR`, then copy `DIR/report.json` (of one case
`DIR/CASE/report.json`) to `bench/service_year/report.json`; `--detection FILE` tries one without keeping it.

To look at a year: `--keep FOLDER` lets it end now, keeps it and opens the console on it (kept.py).
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import click

from bench.machine import RESULTS, describe_machine, keep
from bench.service_year.afterwards import as_table, dropped_by, in_rows, left_open, travel, why_not_prevented
from bench.service_year.furnish import furnish
from bench.service_year.kept import (
    begin_anew,
    first_day,
    mend,
    note_lived,
    open_console,
    want_word,
    was_lived,
    weaken,
    year_settings,
)
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
from domain.faults import Urgency, fault_of
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
from store.database import Connection, connect
from store.findings import record_verdict
from store.knowledge import seed_knowledge
from store.migrate import migrate
from store.service_costs import read_ledger
from store.service_quality import read_omissions, read_services
from wellkept.local import local_services

START = datetime(2027, 1, 4, tzinfo=UTC)
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
@click.option(
    *("--keep", "kept"),
    type=click.Path(file_okay=False, path_type=Path),
    help="Let the year end now, keep it and its report here, open the console on it; one that is here already is "
    "only opened.",
)
def main(homes: int, technicians: int, seed: int, days: int, report_file: Path, out: Path, kept: Path | None) -> None:
    """Simulate a year of service and write its report."""
    began = monotonic()
    try:
        measured = read_measured(report_file)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    with ExitStack() as stack:
        folder = kept.resolve() if kept else Path(stack.enter_context(TemporaryDirectory()))
        services = stack.enter_context(local_services(folder, fast_unsafe=True))
        if kept is None:
            settings = SchedulerSettings(
                database_url=services.database_url, mqtt_url=services.mqtt_url, link_secret="simulated",
                public_url="https://here",
            )  # fmt: skip
            world = make_world(homes, START, seed, measured)
        else:
            settings = year_settings(folder, services)
            if was_lived(folder):
                open_console(settings)
                return
            world = make_world(homes, first_day(datetime.now(UTC), days), seed, measured)
            weaken(world, seed)
            begin_anew(services)
        report = _year(world, settings, technicians, days, seed if kept else None)
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
        keep("service-year", report, folder if kept else out)
        if kept:
            note_lived(folder)
            open_console(settings)


def _year(
    world: World, settings: SchedulerSettings, technicians: int, days: int, kept_seed: int | None
) -> dict[str, Any]:
    """The year's report; `kept_seed` says that it is one to be looked at, and draws what only that one has."""
    with connect(settings.database_url, application="bench-year", autocommit=True) as connection:
        migrate(connection)
        furnish(connection, world, technicians)
        click.echo(f"{len(world.homes)} homes, {len(world.keys)} appliances, {len(world.troubles)} troubles")
        if kept_seed is None:
            counts = live(connection, world, settings, days, lambda day: None)
        else:
            want_word(connection, world, kept_seed)
            seed_knowledge(connection)
            counts = live(connection, world, settings, days, lambda day: mend(connection, world, day))
        return judge(connection, world, counts, days)


def live(
    connection: Connection, world: World, settings: SchedulerSettings, days: int, each_day: Callable[[int], None]
) -> Counter[str]:
    """Day by day: evening judgement and care, morning planning, people's work; what was done, by word."""
    counts: Counter[str] = Counter()
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
                done = job(_work(connection, world.moment(day + 0.3), settings))
                counts.update({f"{job.__name__}.{word}": n for word, n in done.items()})
            counts["called_off"] += owners_call_off(connection, world, world.moment(day + 0.4), habits)
            counts.update(owners_answer(connection, world, world.moment(day + 0.5), habits))
            each_day(day)
    return counts


def _work(connection: Connection, now: datetime, settings: SchedulerSettings) -> Work:
    publisher = Publisher(settings.mqtt_url)
    return Work(connection=connection, now=now, settings=settings, publisher=publisher, keep_on=lambda: True)


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
    """The year as the tables of README.md and docs/guides/quality.md."""
    click.echo(in_rows(report))
    click.echo(f"\n{as_table(report['truth'], report['not_prevented'])}")


if __name__ == "__main__":
    main()
