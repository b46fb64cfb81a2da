"""The kill tests are tested: with a safeguard taken out, the same harness and oracle must see the damage."""

from pathlib import Path
from random import Random

import pytest
from psycopg.sql import SQL, Identifier

from store.database import Connection
from tests.chaos.harness import BROKER, DATABASE, WORKER, Stand, sender_logs, senders, stand, wait_for
from tests.chaos.oracle import Judgement, judge, read_logs
from tests.chaos.test_kill import TABLES, going_on, pauses

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

GROUPS = (("red-a1", "red-a2"),)
READINGS = 5_000
RATE = 600.0


def judged(running: Stand) -> Judgement:
    """The oracle's verdict; every generated reading was acknowledged, so every one counts."""
    sent = read_logs(sender_logs(running))
    assert len(sent.values) == READINGS
    with running.connect() as connection:
        return judge(connection, sent, TABLES)


def test_acknowledging_before_the_commit_is_seen_as_loss(tmp_path: Path) -> None:
    with stand(tmp_path, worker=("tests.chaos.early_ack_worker",)) as running:
        with senders(running, GROUPS, READINGS, RATE) as processes:
            wait_for("readings are stored", lambda: running.newest_stored_s() > 0)
            running.kill(DATABASE)
            wait_for("the worker holds what it cannot store", lambda: "database_away" in running.log_of_worker())
            running.kill(WORKER)
            running.restart(DATABASE, WORKER)
            assert [process.wait() for process in processes] == [0]
        verdict = judged(running)
    assert verdict.lost, "the oracle does not see lost readings"


def without_unique_keys(connection: Connection) -> None:
    """Take away what recognises a reading that came before."""
    for table in TABLES:
        rows = connection.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'u' AND conrelid = %s::regclass", (table,)
        ).fetchall()
        for (name,) in rows:
            connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))


def test_storing_without_recognising_repetitions_is_seen_as_twice(tmp_path: Path) -> None:
    rng = Random(7)
    with stand(tmp_path, prepare=without_unique_keys) as running:
        with senders(running, GROUPS, READINGS, RATE) as processes:
            is_on, pause = going_on(processes), pauses(processes, rng, 0.5, 1.0)
            for target in (BROKER, WORKER, BROKER):
                pause()
                running.kill_and_time(target, is_on)
            assert [process.wait() for process in processes] == [0]
        verdict = judged(running)
    assert verdict.twice, "the oracle does not see readings that are stored twice"
    assert not verdict.lost
