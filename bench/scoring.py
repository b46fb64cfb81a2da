"""How fast appliances are judged: `python -m bench scoring`, some minutes; SIMULATED homes, a database of its own.

Three figures. From stored features: appliance-days that one core judges in an hour, in memory, with what the database
would remember. The daily run: every appliance of a fleet has one new day, through `scheduler.score` with two
processes on a real database, for fleets that double. Memory: the peak of a process at the smallest and the largest.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import click
import polars as pl
from psycopg.types.json import Jsonb

from bench.machine import describe_machine, keep
from bench.recorded import store_rows
from device_sim.case import write_case
from device_sim.params import SimParams
from domain.signals import READING_SIGNALS, Kind
from models.evaluation.arrivals import DAY_US, arrivals_of, day_of
from models.evaluation.case import open_case, pieces
from models.evaluation.engine import Watched
from models.evaluation.runner import load_piece
from models.history import day_start, history_of_series
from models.step import Remembered, step
from models.trained.file import shipped
from models.trained.speakers import Speakers, hear
from scheduler.publisher import Publisher
from scheduler.score import score
from scheduler.settings import SchedulerSettings
from scheduler.work import Work
from store.database import Connection, connect
from store.migrate import migrate
from wellkept.local import local_services

EVER_US = 2**62
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One simulated appliance: what is remembered of it, and the rows of one more day."""

    remembered: Remembered
    day: date
    rows: pl.DataFrame

    @property
    def kind(self) -> Kind:
        return self.remembered.kind


def simulate(folder: Path, homes: int, days: int) -> list[Known]:
    """Appliances of simulated homes after `days`, some of them faulty."""
    write_case(
        SimParams(start=START, seed=5, homes=homes, faults="mixed", outfit="full", horizon_days=days),
        folder,
        days=days + 1,
        report=lambda *_: None,
    )
    case = open_case(folder)
    return [known for piece in pieces(case) for loaded in load_piece(case, piece) if (known := _known(loaded))]


def _known(loaded: Any) -> Known | None:
    readings = arrivals_of(loaded.readings)
    watched = Watched(kind=loaded.appliance.kind, readings=readings, cycles=loaded.cycles)
    days = sorted({day_of(int(number)) for number in readings.at_us // DAY_US})
    if len(days) < 30:
        return None
    last = days[-2]

    def load(first: date, end: date) -> list[Any]:
        return watched.days([first + timedelta(days=n) for n in range((end - first).days + 1)], EVER_US)

    before = watched.days([day for day in days if day < last], EVER_US)
    remembered = step(watched.remembered, before, load, day_start(last) - timedelta(minutes=5)).after
    starts_us = (last - date(1970, 1, 1)).days * DAY_US
    rows = loaded.readings.filter((pl.col("time") >= starts_us) & (pl.col("time") < starts_us + DAY_US))
    return Known(remembered=remembered, day=last, rows=rows)


def judge_stored(fleet: Sequence[Known], least_s: float) -> dict[str, Any]:
    """Judging from stored features, one core, as often as it takes `least_s` seconds of processor time."""
    speakers, done, started = Speakers(champion=shipped()), 0, time.process_time()
    for known in cycle(fleet):
        held, now = known.remembered, day_start(known.day)
        history = history_of_series(held.series, date.min, now, speakers.priors(held.kind))
        hear(speakers, held.kind, history, held.references, now)
        done += 1
        if time.process_time() - started > least_s and done % len(fleet) == 0:
            break
    took_s = time.process_time() - started
    return {
        "appliance_days": done,
        "cpu_ms_each": round(1e3 * took_s / done, 3),
        "per_hour_and_core": round(3600 * done / took_s),
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def fill(connection: Connection, fleet: Sequence[Known], count: int) -> datetime:
    """A fleet of `count` appliances with stored features, and one new day of each; when that had arrived."""
    connection.execute("INSERT INTO household (id, name) VALUES ('bench', 'Bench') ON CONFLICT DO NOTHING")
    newest = max(known.day for known in fleet)
    for number, known in enumerate(islice(cycle(fleet), count)):
        row = connection.execute(
            "INSERT INTO appliance (id, kind, household_id) VALUES (%s, %s, 'bench') RETURNING key",
            [f"bench-{time.time_ns()}-{number}", known.kind],
        ).fetchone()
        assert row is not None
        _remember(connection, row[0], known)
        shift_us = (newest - known.day).days * DAY_US
        arrived = known.rows.with_columns(pl.col("time") + shift_us, received_at=pl.col("time") + shift_us)
        catalogue = {signal.name: signal for signal in READING_SIGNALS[known.kind]}
        store_rows(connection, f"reading_{known.kind}", catalogue, arrived, row[0])
    connection.execute("UPDATE arrival_mark SET received_to = %s", [day_start(newest) - timedelta(minutes=1)])
    connection.execute("VACUUM ANALYZE")
    return day_start(newest) + timedelta(days=1, minutes=1)


def _remember(connection: Connection, key: int, known: Known) -> None:
    copy = "COPY feature_day (appliance_key, day, index, value, spread, weight) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy) as stream:
        for index, series in known.remembered.series.items():
            columns = (series.days, series.values.tolist(), series.spreads.tolist(), series.weights.tolist())
            for day, value, spread, weight in zip(*columns, strict=True):
                stream.write_row((key, day, index, value, spread, weight))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO reference (appliance_key, index, learned_from, learned_to, model) VALUES (%s, %s, %s, %s, %s)",
            [(key, one.index, one.learned_from, one.learned_to, Jsonb(dict(one.model)))
             for one in known.remembered.references.values()],
        )  # fmt: skip
    at = day_start(known.day) - timedelta(minutes=1)
    connection.execute("INSERT INTO judged (appliance_key, received_to, data_to) VALUES (%s, %s, %s)", [key, at, at])


def daily_run(connection: Connection, url: str, now: datetime, processes: int) -> dict[str, Any]:
    """One run of the scheduler's job over everything that waits."""
    settings = SchedulerSettings(database_url=url, mqtt_url="mqtt://127.0.0.1:9", score_processes=processes)
    work = Work(connection=connection, now=now, settings=settings, publisher=Publisher(settings.mqtt_url),
                keep_on=lambda: True)  # fmt: skip
    started, judging_s, database_s = time.perf_counter(), _judging_s(), _database_s(connection)
    counts = score(work)
    took_s = time.perf_counter() - started
    judging_s, database_s = _judging_s() - judging_s, _database_s(connection) - database_s
    left = connection.execute("SELECT count(DISTINCT appliance_key) FROM day_due").fetchone()
    done = connection.execute("SELECT count(*) FROM judged WHERE data_to >= %s", [now - timedelta(days=1, minutes=1)])
    judged = (done.fetchone() or (0,))[0]
    children = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1)
    return {
        "appliances": judged,
        "left": left[0] if left else 0,
        "seconds": round(took_s, 1),
        "ms_each": round(1e3 * took_s / max(judged, 1), 2),
        "cpu_ms_each": {"judging": round(1e3 * judging_s / judged, 2), "database": round(1e3 * database_s / judged, 2)},
        "peak_mib_of_a_worker": children,
        **counts,
    }


def _judging_s() -> float:
    """Processor time of this process and of those it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _database_s(connection: Connection) -> float:
    """Processor time of the database server, with its running and its ended processes."""
    stats = {int(stat.parent.name): _stat(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    server = stats[connection.info.backend_pid][0]
    ticks = sum(own + (ended if pid == server else 0) for pid, (parent, own, ended) in stats.items()
                if server in (pid, parent))  # fmt: skip
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(file: Path) -> tuple[int, int, int]:
    """Parent, own ticks, and ticks of ended children; zeros for a process that has just ended."""
    try:
        fields = file.read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0, 0
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def runs(fleet: Sequence[Known], sizes: Sequence[int], processes: int) -> Iterator[dict[str, Any]]:
    """A fresh database for each size."""
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="wellkept-bench-") as folder,
            local_services(Path(folder), progress=lambda _: None) as services,
            connect(services.database_url, application="bench", autocommit=True) as connection,
        ):
            migrate(connection)
            now = fill(connection, fleet, size)
            yield daily_run(connection, services.database_url, now, processes)


@click.command()
@click.option("--homes", default=6, show_default=True, help="simulated homes that the fleet is copied from")
@click.option("--days", default=120, show_default=True, help="days of stored features of each appliance")
@click.option("--sizes", default="500,1000,2000", show_default=True, help="appliances of the daily runs")
@click.option("--processes", default=2, show_default=True, help="processes that judge")
@click.option("--seconds", default=20.0, show_default=True, help="processor time of the first figure")
def main(homes: int, days: int, sizes: str, processes: int, seconds: float) -> None:
    """Measure, print and keep the result."""
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="wellkept-bench-") as folder:
        fleet = simulate(Path(folder) / "case", homes, days)
    click.echo(f"{len(fleet)} simulated appliances with {days} days of features")
    stored = judge_stored(fleet, seconds)
    click.echo(f"from stored features: {stored}")
    daily = []
    for run in runs(fleet, [int(size) for size in sizes.split(",")], processes):
        daily.append(run)
        click.echo(f"daily run: {run}")
    result = {"machine": machine, "simulated": True, "stored_features": stored, "daily": daily, "days": days,
              "processes": processes}  # fmt: skip
    keep("scoring", result)


if __name__ == "__main__":
    main()
