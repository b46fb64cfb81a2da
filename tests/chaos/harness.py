"""Real processes under fire: database and broker with durability on, the shipped worker, senders, and a killer."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg

from domain.errors import Unavailable
from store.database import Connection, connect
from store.migrate import migrate
from wellkept.local import RunningBroker, RunningPostgres, Services, local_services
from wellkept.local.child_program import ChildProgram
from wellkept.local.processes import start_child, stop_child

SHIPPED = ("wellkept.command_line", "ingest")
"""The worker as it is shipped; the harness is also run against workers with a safeguard taken out."""
PROJECT = Path(__file__).parents[2]
WORKER, DATABASE, BROKER = "worker", "database", "broker"
RECOVERY_LIMIT_S = 40.0
"""Far above the 10 s that is promised, so that a busy machine does not decide; the figures are printed."""


def wait_for(
    what: str, condition: Callable[[], bool], limit_s: float = RECOVERY_LIMIT_S, every_s: float = 0.02
) -> float:
    """Wait until `condition` holds and say how long it took, in seconds; AssertionError after `limit_s`."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit_s:
            raise AssertionError(f"not within {limit_s:.0f} s: {what}")
        time.sleep(every_s)
    return time.monotonic() - began


@dataclass(slots=True)
class Stand:
    """Everything that runs, and what was done to it."""

    folder: Path
    services: Services
    worker: ChildProgram
    kills: Counter[str] = field(default_factory=Counter)
    recoveries_s: dict[str, list[float]] = field(default_factory=dict)

    @property
    def database(self) -> RunningPostgres:
        """The database, which is always ours here."""
        assert self.services.postgres is not None
        return self.services.postgres

    @property
    def broker(self) -> RunningBroker:
        """The broker, which is always ours here."""
        assert self.services.broker is not None
        return self.services.broker

    def kill(self, *targets: str) -> None:
        """SIGKILL, all at once."""
        parts = self._parts()
        for target in targets:
            os.kill(parts[target].pid, signal.SIGKILL)
            self.kills[target] += 1
        for target in targets:
            part = parts[target]
            wait_for(f"{target} is dead", lambda part=part: not part.is_running(), every_s=0.001)  # type: ignore[misc]

    def restart(self, *targets: str) -> None:
        """Start them again, in this order."""
        for target in targets:
            self._parts()[target].restart()

    def _parts(self) -> Mapping[str, ChildProgram | RunningPostgres | RunningBroker]:
        return {WORKER: self.worker, DATABASE: self.database, BROKER: self.broker}

    def look_after_worker(self) -> None:
        """What whoever runs the worker does: one that ended by itself is started again at once."""
        if not self.worker.is_running():
            self.kills["worker ended by itself"] += 1
            self.worker.restart()

    def connect(self) -> Connection:
        """A connection of the judge's own."""
        return connect(self.services.database_url, application="chaos", autocommit=True)

    def newest_stored_s(self) -> float:
        """When the newest committed reading arrived, in Unix seconds; 0 while the database is away."""
        try:
            with self.connect() as connection:
                row = connection.execute(
                    "SELECT extract(epoch FROM max(received_at))::float8 FROM latest_values"
                ).fetchone()
                return 0.0 if row is None or row[0] is None else float(row[0])
        except (Unavailable, psycopg.Error):
            return 0.0

    def kill_and_time(self, target: str, going_on: Callable[[], bool]) -> None:
        """Kill and restart one part; note the seconds until readings that arrived after it are committed."""
        began_s = time.time()
        self.kill(target)
        self.restart(target)

        def is_past() -> bool:
            self.look_after_worker()
            return not going_on() or self.newest_stored_s() > began_s

        wait_for(f"a commit after the {target} was killed", is_past)
        if going_on():
            self.recoveries_s.setdefault(target, []).append(time.time() - began_s)

    def log_of_worker(self) -> str:
        """Everything the worker printed."""
        return self.worker.log_file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def stand(
    folder: Path, worker: Sequence[str] = SHIPPED, prepare: Callable[[Connection], None] | None = None
) -> Iterator[Stand]:
    """Database and broker of the test's own, migrated, and a worker."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("WELLKEPT_") or "CACHE" in name}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder / "services")
        services = stack.enter_context(local_services(folder / "services", progress=lambda _: None, environ=environ))
        with connect(services.database_url, application="chaos", autocommit=True) as connection:
            migrate(connection)
            if prepare is not None:
                prepare(connection)
        child = ChildProgram(
            [sys.executable, "-m", *worker], folder / "worker.log", worker_environ(services, "chaos-worker"), 10
        )
        stack.callback(child.stop)
        yield Stand(folder, services, child)


def worker_environ(services: Services, client_id: str) -> dict[str, str]:
    """The environment of a worker."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "WELLKEPT_DATABASE_URL": services.database_url,
        "WELLKEPT_MQTT_URL": services.mqtt_url,
        "WELLKEPT_CLIENT_ID": client_id,
    }


@contextmanager
def senders(
    stand: Stand, ids: Sequence[Sequence[str]], readings: int, rate: float, limit_s: float = 240.0
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """One process per group of ids; together they say `readings` at `rate` a second."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for number, group in enumerate(ids):
            argv = [
                *(sys.executable, "-m", "tests.chaos.sender", "--mqtt", stand.services.mqtt_url),
                *("--log", str(stand.folder / f"sender-{number}.jsonl"), "--readings", str(readings // len(ids))),
                *("--rate", str(rate / len(ids)), "--limit-s", str(limit_s), *group),
            ]
            running.append(
                start_child(argv, log_file=stand.folder / f"sender-{number}.log", environ=os.environ, folder=PROJECT)
            )
        yield running
    finally:
        for process in running:
            stop_child(process, ())


def sender_logs(stand: Stand) -> list[Path]:
    """The oracle's files."""
    return sorted(stand.folder.glob("sender-*.jsonl"))


DECK = (
    *((WORKER,),) * 4,
    *((DATABASE,),) * 2,
    *((BROKER,),) * 3,
    (WORKER, DATABASE),
    (WORKER, BROKER),
    (WORKER, DATABASE, BROKER),
)
"""What is killed together; shuffled and dealt, so that a short run too has a bit of everything."""


def rage(stand: Stand, rng: Random, rounds: int, going_on: Callable[[], bool], pause: Callable[[], None]) -> None:
    """Kill at random: one part at a time or several at once, some in mid-recovery.

    It ends after `rounds`, or when the senders are done. Without an end a machine that is slower at recovering than
    this is at killing would never be done.
    """
    deck: list[tuple[str, ...]] = []
    for _ in range(rounds):
        pause()
        if not going_on():
            return
        stand.look_after_worker()
        deck = deck or rng.sample(DECK, len(DECK))
        targets = deck.pop()
        if len(targets) == 1:
            stand.kill_and_time(targets[0], going_on)
            continue
        stand.kill(*targets)
        stand.kills["several at once"] += 1
        stand.restart(*rng.sample(targets, len(targets)))
