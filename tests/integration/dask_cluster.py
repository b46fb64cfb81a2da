"""A real Dask scheduler and its workers, each a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from distributed import Client

START_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where the scheduler is, and the processes."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "tuple[subprocess.Popen[bytes], ...]"


@contextmanager
def dask_cluster(folder: Path, workers: int, program: Path | None = None) -> Iterator[Running]:
    """A cluster whose workers run the program in `program`, or this one."""
    told = folder / "scheduler.json"
    started = ["--scheduler-file", str(told), "--no-dashboard"]
    worker = ["distributed.cli.dask_worker", *started, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
    scheduler = ["distributed.cli.dask_scheduler", *started, "--host", "127.0.0.1", "--port", "0"]
    with ExitStack() as running:
        first = _start(running, scheduler, None)
        give_up = monotonic() + START_S
        while not told.is_file():
            assert monotonic() < give_up, "the scheduler did not start"
            sleep(0.05)
        others = tuple(_start(running, worker, program) for _ in range(workers))
        address = json.loads(told.read_text(encoding="utf-8"))["address"]
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(workers, timeout=START_S)
        yield Running(address=address, scheduler=first, workers=others)


def _start(running: ExitStack, words: list[str], program: Path | None) -> "subprocess.Popen[bytes]":
    paths = [*([] if program is None else [str(program)]), *sys.path]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    process = subprocess.Popen([sys.executable, "-P", "-m", *words], env=environ, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    running.callback(process.wait, START_S)
    running.callback(process.terminate)
    return process
