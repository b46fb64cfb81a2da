"""`python -m bench figures [--homes N]`: how long the quality page's questions take, of a month and of a year.

A year of a service is written straight into a database of its own: homes with eight appliances each, findings,
reminders, orders, reports, parts and omissions at about the rates of the simulated year. Every question is asked as the
pages ask it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click

from bench.machine import RESULTS, describe_machine, keep
from store.database import Connection, connect
from store.migrate import migrate
from store.reliability import read_groups
from store.service_costs import read_finding_records, read_ledger
from store.service_quality import read_omissions, read_services
from store.technician_record import done_jobs, read_earned
from wellkept.local import local_services

END = datetime(2026, 6, 1, tzinfo=UTC)
YEAR, MONTH = timedelta(days=365), timedelta(days=31)
GOAL_S = 2.0
"""A page that takes longer is one that people turn away from (E)."""
TABLES = [
    "household",
    "appliance",
    "latest_values",
    "finding",
    "reminder",
    "service_order",
    "order_task",
    "order_finish",
    "part_reservation",
    "omission",
    "opinion",
    "rating",
    "obligation",
    "state_change",
]
FILL = Path(__file__).with_name("figures_fill.sql")
QUESTIONS: dict[str, Callable[[Connection, datetime, datetime], object]] = {
    "costs": read_ledger,
    "figures": read_services,
    "rules and models": read_finding_records,
    "omissions": read_omissions,
    "grades": done_jobs,
    "a settlement": lambda connection, _, until: read_earned(connection, "tech-0", until),
    "failure rates": lambda connection, since, until: read_groups(connection, since, until),
}


def fill(connection: Connection, homes: int) -> None:
    """A year of so many homes; without the triggers that would check every row."""
    values = {"homes": homes, "since": END - YEAR, "until": END, "span": YEAR - timedelta(days=9)}
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in FILL.read_text(encoding="utf-8").split(";"):
            connection.execute(statement.encode(), values)
    for table in TABLES:
        connection.execute(f"VACUUM ANALYZE {table}".encode())


def measure(connection: Connection) -> list[dict[str, Any]]:
    """The better of two answers to each question, of the last month and of the year."""
    kept = []
    for name, ask in QUESTIONS.items():
        took = {}
        for span, since in (("month_s", END - MONTH), ("year_s", END - YEAR)):
            tries = []
            for _ in range(2):
                began = perf_counter()
                ask(connection, since, END)
                tries.append(perf_counter() - began)
            took[span] = round(min(tries), 3)
        kept.append({"question": name, **took})
        slow = "" if took["month_s"] < GOAL_S else f"  slower than {GOAL_S:.0f} s"
        click.echo(f"{name:<20} month {took['month_s']:7.3f} s   year {took['year_s']:7.3f} s{slow}")
    return kept


@click.command()
@click.option("--homes", default=(10_000, 20_000), multiple=True, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder for the report.")
def main(homes: tuple[int, ...], out: Path) -> None:
    """Ask what the quality page asks, of a fleet with a year behind it."""
    machine, kept = describe_machine(), []
    for count in homes:
        with (
            TemporaryDirectory() as folder,
            local_services(Path(folder), fast_unsafe=True) as services,
            connect(services.database_url, application="bench-figures", autocommit=True) as connection,
        ):
            migrate(connection)
            click.echo(f"a year of {count} homes is being written")
            fill(connection, count)
            kept.append({"homes": count, "questions": measure(connection)})
    keep("figures", {"measured": kept, "machine": machine}, out)


if __name__ == "__main__":
    main()
