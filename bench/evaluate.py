"""How fast a recorded fleet is evaluated: `python -m bench evaluate CASE`, the shipped command as people run it."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from bench.machine import describe_machine, keep
from models.evaluation.case import open_case, pieces


def measure(case: Path, jobs: int) -> dict[str, Any]:
    """Seconds on the clock and of processors, peak memory of one process, and rows of one evaluation."""
    rows = sum(piece.rows for piece in pieces(open_case(case)))
    before, started = _processor_s(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="wellkept-bench-") as out:
        command = [
            sys.executable,
            "-m",
            "wellkept.command_line",
            "evaluate",
            str(case),
            "--out",
            out,
            "--jobs",
            str(jobs),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_one_thread_each())
    took_s, used_s = time.perf_counter() - started, _processor_s() - before
    return {
        "rows": rows,
        "jobs": jobs,
        "seconds": round(took_s, 1),
        "cpu_seconds": round(used_s, 1),
        "cpu_us_per_row": round(1e6 * used_s / max(rows, 1), 2),
        "peak_mib_of_a_process": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _one_thread_each() -> dict[str, str]:
    """Several processes on as many cores: threads of numerical libraries would only be in each other's way."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@click.command()
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--jobs", default=2, show_default=True, help="processes that walk through the case")
def main(case: Path, jobs: int) -> None:
    """Evaluate CASE as one case and tell what it cost."""
    machine = describe_machine()
    result = measure(case, jobs)
    click.echo(result)
    keep("evaluate", {"machine": machine, "case": case.resolve().name, **result, "load_after": os.getloadavg()[0]})


if __name__ == "__main__":
    main()
