"""A slot runs once whoever runs it; a job's failure is its own."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from domain.errors import Unavailable
from scheduler.jobs import Job
from scheduler.publisher import Publisher
from scheduler.runner import JobRunner
from scheduler.settings import SchedulerSettings
from scheduler.work import Counts, Work
from store.database import Connection
from store.jobs import lock_job
from tests.integration.scheduler_homes import NOWHERE

pytestmark = pytest.mark.integration
MOMENT = datetime(2026, 11, 22, 9, 7, 30, tzinfo=UTC)
SLOT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MakeRunner = Callable[[Callable[[Work], Counts]], JobRunner]


@pytest.fixture
def make_runner(database_url: str) -> Iterator[MakeRunner]:
    made: list[JobRunner] = []
    settings = SchedulerSettings(database_url=database_url, mqtt_url=NOWHERE)

    def make(run: Callable[[Work], Counts]) -> JobRunner:
        hour = timedelta(hours=1)
        made.append(
            JobRunner(
                Job(name="probe", production=hour, demo=hour, run=run, purpose="to be watched"),
                settings,
                Publisher(NOWHERE),
                stop=threading.Event(),
                may_run=lambda: True,
                clock=lambda: MOMENT,
            )
        )
        return made[-1]

    yield make
    for runner in made:
        runner.close()


def runs(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT slot, outcome FROM job_run WHERE job = 'probe'").fetchall()


def test_a_slot_runs_once_though_many_try_at_once_and_again_later(
    connection: Connection, make_runner: MakeRunner
) -> None:
    done: list[int] = []
    start = threading.Barrier(6)

    def run(work: Work) -> Counts:
        done.append(1)
        return {"done": 1}

    def together(runner: JobRunner) -> None:
        start.wait()
        runner.run()

    threads = [threading.Thread(target=together, args=(make_runner(run),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    make_runner(run).run()
    assert len(done) == 1
    assert runs(connection) == [(SLOT, "ok: done 1")]


def test_a_slot_whose_runner_died_is_run_by_the_next(connection: Connection, make_runner: MakeRunner) -> None:
    connection.execute("INSERT INTO job_run (job, slot) VALUES ('probe', %s)", (SLOT,))
    make_runner(lambda work: {}).run()
    assert runs(connection) == [(SLOT, "ok")]


def test_a_job_that_runs_elsewhere_at_this_moment_is_left_alone(
    connection: Connection, make_runner: MakeRunner
) -> None:
    assert lock_job(connection, "probe")
    make_runner(lambda work: {"done": 1}).run()
    assert runs(connection) == []


def test_a_bug_is_logged_with_its_traceback_and_counted_and_the_next_slot_runs(
    connection: Connection, make_runner: MakeRunner
) -> None:
    def run(work: Work) -> Counts:
        work.connection.execute("CREATE TABLE half_done ()")
        raise ValueError("a bug")

    runner = make_runner(run)
    with capture_logs() as logs:
        runner.run()
    assert runs(connection) == [(SLOT, "failed: ValueError")]
    assert [(line["event"], line["job"], line["exc_info"]) for line in logs] == [("job_failed", "probe", True)]
    runner.run()
    assert len(runs(connection)) == 1


def test_a_lost_connection_is_replaced_within_the_slot(connection: Connection, make_runner: MakeRunner) -> None:
    lost: list[int] = []

    def run(work: Work) -> Counts:
        if not lost:
            lost.append(work.connection.info.backend_pid)
            connection.execute("SELECT pg_terminate_backend(%s)", (lost[0],))
        work.connection.execute("SELECT 1")
        return {"done": 1}

    make_runner(run).run()
    assert len(lost) == 1
    assert runs(connection) == [(SLOT, "ok: done 1")]


def test_a_run_that_cannot_succeed_before_the_next_slot_is_put_off(
    connection: Connection, make_runner: MakeRunner
) -> None:
    tries: list[int] = []
    runner: JobRunner

    def run(work: Work) -> Counts:
        tries.append(1)
        raise Unavailable("away")

    runner = make_runner(run)
    runner._clock = lambda: SLOT + timedelta(minutes=59, seconds=59.9)  # the next slot is nearer than the first wait
    runner.run()
    assert len(tries) == 1
    assert runs(connection) == [(SLOT, None)]  # not finished: a later leader may still take it
