"""Worker, database and broker are killed at random while readings flow: nothing lost, nothing twice."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

import pytest

from store.database import Connection
from tests.chaos.harness import Stand, rage, sender_logs, senders, stand
from tests.chaos.oracle import judge, read_logs

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

READINGS = 50_000
RATE = 1_250.0
ROUNDS = 20
GROUPS = (("chaos-a1", "chaos-a2", "chaos-a3", "chaos-c1"), ("chaos-b1", "chaos-b2", "chaos-b3", "chaos-c2"))
TABLES = ("reading_unclaimed", "reading_circuit")


def claim_circuits(connection: Connection) -> None:
    """Two of the senders are known circuits, which keep safety states; the others are met as unclaimed devices."""
    connection.execute("INSERT INTO household (id, name) VALUES ('chaos-home', 'Chaos')")
    for name in ("chaos-c1", "chaos-c2"):
        connection.execute(
            "INSERT INTO appliance (id, kind, household_id) VALUES (%s, 'circuit', 'chaos-home')", (name,)
        )


def going_on(processes: list[subprocess.Popen[bytes]]) -> Callable[[], bool]:
    """Whether any sender still has something unacknowledged."""
    return lambda: any(process.poll() is None for process in processes)


def pauses(processes: list[subprocess.Popen[bytes]], rng: Random, least_s: float, most_s: float) -> Callable[[], None]:
    """A random time between two kills, cut short when a sender is done."""

    def pause() -> None:
        try:
            processes[0].wait(rng.uniform(least_s, most_s))
        except subprocess.TimeoutExpired:
            return

    return pause


def report(running: Stand, n: int) -> None:
    """What a person wants to know; shown with `pytest -s`, and copied to docs/guides/reliability.md."""
    kills = sum(n for name, n in running.kills.items() if name in {"worker", "database", "broker"})
    print(f"\n{n} readings through {kills} kills: {dict(running.kills)}")
    print("  seconds from a kill to the first commit of what arrived after it:")
    for target, times in sorted(running.recoveries_s.items()):
        print(f"    {target}: median {median(times):.1f}, worst {max(times):.1f} of {len(times)}")


def test_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    rng = Random(20_251_122)
    with stand(tmp_path, prepare=claim_circuits) as running:
        with senders(running, GROUPS, READINGS, RATE) as processes:
            rage(running, rng, ROUNDS, going_on(processes), pauses(processes, rng, 0.3, 2.0))
            codes = [process.wait() for process in processes]
        sent = read_logs(sender_logs(running))
        with running.connect() as connection:
            verdict = judge(connection, sent, TABLES)
        report(running, len(sent.values))
    assert codes == [0, 0], "a sender still waited for acknowledgements"
    assert len(sent.values) == READINGS
    assert verdict.kept, str(verdict)
    assert sent.acknowledged == {name: READINGS // 8 for group in GROUPS for name in group}
    assert running.kills["worker ended by itself"] == 0
    assert min(running.kills[target] for target in ("worker", "database", "broker")) >= 3, running.kills
