"""One leader, standby, take-over, outages and leaving: real processes and the real database."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from domain.signals import Kind
from scheduler.process import run_scheduler
from scheduler.settings import Pace, SchedulerSettings
from store.database import Connection
from tests.conftest import with_database
from tests.integration.scheduler_homes import NOWHERE, Homes, day, until

pytestmark = pytest.mark.integration
LEADERS = b"""SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
  AND a.application_name = 'wellkept-scheduler-lead'"""
SESSIONS = b"""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
  AND application_name = 'wellkept-scheduler-lead'"""
ROOT = Path(__file__).parents[2]
STARTED_S = 90
"""How long a process may take to start on a busy machine: what is measured begins afterwards."""
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    children: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "tests.integration.scheduler_child", database_url, NOWHERE]
        children.append(subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL))
        return children[-1]

    yield start_one
    for child in children:
        child.kill()
        child.wait()


def leaders(connection: Connection) -> list[int]:
    return [row[0] for row in connection.execute(LEADERS).fetchall()]


def sessions(connection: Connection) -> int:
    row = connection.execute(SESSIONS).fetchone()
    assert row is not None
    return int(row[0])


def test_a_standby_takes_over_within_seconds_of_the_leaders_death(connection: Connection, start: Start) -> None:
    homes = Homes(connection)
    homes.household()
    first = start()
    until(lambda: len(leaders(connection)) == 1, STARTED_S)
    second = start()
    until(lambda: sessions(connection) == 2, STARTED_S)
    (old,) = leaders(connection)

    first.send_signal(signal.SIGKILL)
    took = until(lambda: leaders(connection) not in ([], [old]))
    assert took < 5
    assert len(leaders(connection)) == 1

    homes.find(homes.appliance(Kind.WASHING_MACHINE), "drain_filter_clog", day(0))
    until(lambda: homes.rows("SELECT state FROM reminder") == [("sent",)])
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=5) == 0


def test_only_the_leader_works_and_it_leaves_within_five_seconds(connection: Connection, start: Start) -> None:
    first = start()
    until(lambda: len(leaders(connection)) == 1, STARTED_S)
    second = start()
    until(lambda: sessions(connection) == 2, STARTED_S)
    runs = b"SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE application_name LIKE %s AND datname ="
    at_work = connection.execute(runs + b" current_database()", ("wellkept-scheduler-%",)).fetchone()
    doubled = connection.execute(
        b"SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'wellkept-scheduler-%'"
        b" AND application_name <> 'wellkept-scheduler-lead' AND datname = current_database()"
        b" GROUP BY 1 HAVING count(*) > 1"
    ).fetchall()
    assert at_work is not None
    assert at_work[0] > 5
    assert doubled == []
    for child in (second, first):  # standing by, then leading
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=5) == 0


def test_a_lost_connection_ends_leadership_and_it_is_won_again(connection: Connection, start: Start) -> None:
    start()
    until(lambda: len(leaders(connection)) == 1, STARTED_S)
    (old,) = leaders(connection)
    connection.execute("SELECT pg_terminate_backend(%s)", (old,))
    assert until(lambda: leaders(connection) not in ([], [old])) < 5


def test_a_database_that_is_away_is_waited_for(database_url: str) -> None:
    """Nobody may connect and all sessions are ended; when it is back, the same process goes on."""
    name = database_url.rsplit("/", 1)[1]
    stop = threading.Event()
    settings = SchedulerSettings(
        database_url=database_url, mqtt_url=NOWHERE, pace=Pace.DEMO,
        every=dict.fromkeys(("score", "roll_up", "tidy"), timedelta(days=1)),
    )  # fmt: skip
    thread = threading.Thread(target=run_scheduler, args=(settings, stop))
    allow = SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    end_all = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(with_database(database_url, "postgres"), autocommit=True) as admin:
        there = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'wellkept%%'"

        def present() -> int:
            row = admin.execute(there, (name,)).fetchone()
            assert row is not None
            return int(row[0])

        thread.start()
        until(lambda: present() > 5, 20)
        admin.execute(allow.format(Identifier(name), SQL("false")))
        admin.execute(end_all, (name,))
        until(lambda: present() == 0)
        assert thread.is_alive()
        admin.execute(allow.format(Identifier(name), SQL("true")))
        assert until(lambda: present() > 5, 10) < 10
    asked = monotonic()
    stop.set()
    thread.join(timeout=10)
    assert monotonic() - asked < 5
    assert not thread.is_alive()
