"""How fast homes are simulated: `python -m bench simulator`, the shipped command that writes a case."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from bench.machine import describe_machine, keep
from models.evaluation.case import count_rows, open_case

SIZES: Final = "96x5,192x5,384x5,96x20"
GOAL: Final = (1000, 180)


def measure(homes: int, days: int, jobs: int) -> dict[str, Any]:
    """Processor seconds, peak memory of one process, disk and readings of one written case, all kinds, with faults."""
    with tempfile.TemporaryDirectory(prefix="wellkept-bench-") as folder:
        case = Path(folder) / "case"
        asked = f"sim --write-case {case} --homes {homes} --days {days} --jobs {jobs} --prevalence enriched --seed 5"
        command = [sys.executable, "-m", "wellkept.command_line", *asked.split(), "--from", "2025-05-15"]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise click.ClickException(f"wellkept {asked} ended with {child.returncode}")
        cpu_s, home_days = used.ru_utime + used.ru_stime, homes * days
        return {
            "homes": homes,
            "days": days,
            "jobs": jobs,
            "readings": count_rows(open_case(case)),
            "cpu_seconds": round(cpu_s, 1),
            "home_days_per_cpu_second": round(home_days / cpu_s, 1),
            "peak_mib_of_a_process": round(used.ru_maxrss / 1024),
            "mib_on_disk": round(sum(file.stat().st_size for file in case.rglob("*.parquet")) / 2**20, 1),
        }


def _sizes(text: str) -> Sequence[tuple[int, int]]:
    try:
        return [(int(homes), int(days)) for homes, days in (one.split("x") for one in text.split(","))]
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: write homes x days with commas, such as {SIZES}") from error


@click.command()
@click.option("--sizes", default=SIZES, show_default=True, help="homes x days, one after the other")
@click.option("--jobs", default=1, show_default=True, help="processes that write each case")
def main(sizes: str, jobs: int) -> None:
    """Write cases of several sizes and tell what each cost: how it grows with homes, and with days."""
    machine, results = describe_machine(), []
    for homes, days in _sizes(sizes):
        results.append(measure(homes, days, jobs))
        click.echo(results[-1])
    best = max(one["home_days_per_cpu_second"] for one in results)
    goal_s = GOAL[0] * GOAL[1] / best
    click.echo(
        f"{GOAL[0]} homes over {GOAL[1]} days, extrapolated from the best of these: {goal_s:.0f} s of processors"
    )
    keep("simulator", {"machine": machine, "results": results, "goal_cpu_seconds_extrapolated": round(goal_s),
                       "load_after": os.getloadavg()[0]})  # fmt: skip


if __name__ == "__main__":
    main()
