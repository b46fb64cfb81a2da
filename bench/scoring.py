"""How fast appliances are judged: `python -m bench scoring`, some minutes; SIMULATED homes, a database of its own.

Three figures. From stored features: appliance-days that one core judges in an hour, in memory, with what the database
would remember, and what the process holds after the first round over the fleet and after the last. The daily run: every
appliance of a fleet has one new day, through `scheduler.score` with two processes on a real database, for fleets that
double. Memory: the peak of a process, at each size.
"""

import multiprocessing
import os
import re
import resource
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import click

from bench.machine import describe_machine, keep
from bench.scoring_fleet import Known, fill, simulate
from models.history import day_start, history_of_series
from models.trained.file import shipped
from models.trained.speakers import Speakers, hear
from scheduler.publisher import Publisher
from scheduler.score import score
from scheduler.settings import SchedulerSettings
from scheduler.work import Work
from store.database import Connection, connect
from store.migrate import migrate
from wellkept.local import local_services

FLEET = 100_000
"""Appliances of the daily run that is asked for,"""
WITHIN_S = 600.0
"""on two cores."""


def judge_stored(fleet: Sequence[Known], least_s: float) -> dict[str, Any]:
    """Judging from stored features, one core, as often as it takes `least_s` seconds of processor time."""
    speakers, done, started = Speakers(champion=shipped()), 0, time.process_time()
    held_mib: list[float] = []
    for known in cycle(fleet):
        held, now = known.remembered, day_start(known.day)
        history = history_of_series(held.series, date.min, now, speakers.priors(held.kind))
        hear(speakers, held.kind, history, held.references, now)
        done += 1
        if done % len(fleet) == 0:
            held_mib.append(_held_mib())
            if time.process_time() - started > least_s:
                break
    took_s = time.process_time() - started
    return {
        "appliance_days": done,
        "cpu_ms_each": round(1e3 * took_s / done, 3),
        "per_hour_and_core": round(3600 * done / took_s),
        "mib_after_first_round": held_mib[0],
        "mib_at_end": held_mib[-1],
    }


def _held_mib() -> float:
    """What this process holds now; the simulation before left the most of it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def daily_run(connection: Connection, url: str, now: datetime, processes: int) -> dict[str, Any]:
    """One run of the scheduler's job over everything that waits."""
    settings = SchedulerSettings(database_url=url, mqtt_url="mqtt://127.0.0.1:9", score_processes=processes)
    work = Work(connection=connection, now=now, settings=settings, publisher=Publisher(settings.mqtt_url),
                keep_on=lambda: True)  # fmt: skip
    started, judging_s, database_s = time.perf_counter(), _judging_s(), _database_s(connection)
    with _peak_of_workers() as peak:
        counts = score(work)
    took_s = time.perf_counter() - started
    judging_s, database_s = _judging_s() - judging_s, _database_s(connection) - database_s
    left = connection.execute("SELECT count(DISTINCT appliance_key) FROM day_due").fetchone()
    done = connection.execute("SELECT count(*) FROM judged WHERE data_to >= %s", [now - timedelta(days=1, minutes=1)])
    judged = (done.fetchone() or (0,))[0]
    return {
        "appliances": judged,
        "left": left[0] if left else 0,
        "seconds": round(took_s, 1),
        "ms_each": round(1e3 * took_s / max(judged, 1), 2),
        "cpu_ms_each": {"judging": round(1e3 * judging_s / judged, 2), "database": round(1e3 * database_s / judged, 2)},
        "peak_mib_of_a_worker": round(max(peak, default=_peak_mib()), 1),
        **counts,
    }


@contextmanager
def _peak_of_workers() -> Iterator[list[float]]:
    """The most memory that each worker held, MiB, looked up while they run."""
    peaks: dict[int, float] = {}
    found: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            for worker in multiprocessing.active_children():
                status = Path(f"/proc/{worker.pid}/status")
                held = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
                if held and worker.pid:
                    peaks[worker.pid] = int(held[1]) / 1024

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    yield found
    ended.set()
    looking.join()
    found += peaks.values()


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


def growth(daily: Sequence[dict[str, Any]]) -> list[str]:
    """The curve in words: each doubling, and what a whole fleet would take at the cost of an appliance at the end.

    Processor time, of workers and database together, is what counts on a machine that others use as well; seconds are
    said beside it.
    """
    lines = ["appliances  seconds  processor ms each  of it database  peak MiB of a worker"]
    for run in daily:
        spent, peak = run["cpu_ms_each"], run["peak_mib_of_a_worker"]
        all_ms, database_ms = sum(spent.values()), spent["database"]
        lines.append(f"{run['appliances']:10}  {run['seconds']:7}  {all_ms:17.2f}  {database_ms:14.2f}  {peak:20}")
    for before, after in pairwise(daily):
        more = after["appliances"] / before["appliances"]
        lines.append(f"{more:.2f} times the appliances: {after['seconds'] / before['seconds']:.2f} times the seconds, "
                     f"{_cpu_s(after) / _cpu_s(before):.2f} times the processor time")  # fmt: skip
    each_ms = sum(daily[-1]["cpu_ms_each"].values())
    lines.append(
        f"{FLEET} appliances at {each_ms:.2f} ms on two cores: {FLEET * each_ms / 2000:.0f} s of {WITHIN_S:.0f} s"
    )
    return lines


def _cpu_s(run: dict[str, Any]) -> float:
    return float(run["appliances"] * sum(run["cpu_ms_each"].values()) / 1e3)


@click.command()
@click.option("--homes", default=6, show_default=True, help="simulated homes that the fleet is copied from")
@click.option("--days", default=120, show_default=True, help="days of stored features of each appliance")
@click.option("--sizes", default="1000,2000,4000,8000", show_default=True, help="appliances of the daily runs")
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
    daily: list[dict[str, Any]] = []
    for run in runs(fleet, [int(size) for size in sizes.split(",")], processes):
        daily.append(run)
        click.echo(f"daily run: {run}")
    for line in growth(daily):
        click.echo(line)
    result = {"machine": machine, "simulated": True, "stored_features": stored, "daily": daily, "days": days,
              "processes": processes}  # fmt: skip
    keep("scoring", result)


if __name__ == "__main__":
    main()
