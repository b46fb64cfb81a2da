"""The scheduler process: stand by, lead, run the jobs by the clock, leave cleanly."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

import psycopg
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from domain.errors import Unavailable
from scheduler.heartbeat import beating
from scheduler.jobs import JOBS, Job, slot_of
from scheduler.leader import Lead, leading
from scheduler.publisher import Publisher
from scheduler.runner import JobRunner
from scheduler.settings import SchedulerSettings

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 4.0
"""Between attempts to reach the database, doubling (E): recovery is due within 10 s (design/reliability)."""
FINISH_S: Final = 2.0
"""What a running job may take to come to a step's end before its statement is cancelled (E)."""
CANCEL_S: Final = 1.0
log = structlog.get_logger("scheduler")


def run_scheduler(settings: SchedulerSettings, stop: threading.Event, jobs: Sequence[Job] = JOBS) -> None:
    """Run until told to stop, as leader or standing by; returns within 5 s of `stop`. Outages are waited for."""
    # APScheduler warns at each tick that a job is still busy, which max_instances means on purpose.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    leads = threading.Event()
    with beating(settings.database_url, lambda: "leading" if leads.is_set() else "standing by"):
        _stand_by_and_lead(settings, stop, jobs, leads)
    log.info("scheduler_stopped", text="the scheduler has stopped")


def _stand_by_and_lead(
    settings: SchedulerSettings, stop: threading.Event, jobs: Sequence[Job], leads: threading.Event
) -> None:
    publisher = Publisher(settings.mqtt_url)
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        try:
            with leading(settings.database_url, stop) as lead:
                if lead is not None:
                    wait_s = FIRST_WAIT_S
                    leads.set()
                    _lead(lead, settings, publisher, stop, jobs)
        except Unavailable as error:
            log.warning("database_away", text="will try again", seconds=wait_s, why=str(error))
            stop.wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        finally:
            leads.clear()


def _lead(
    lead: Lead, settings: SchedulerSettings, publisher: Publisher, stop: threading.Event, jobs: Sequence[Job]
) -> None:
    runners = [JobRunner(job, settings, publisher, stop=stop, may_run=lambda: not lead.lost) for job in jobs]
    clock = _clock_for(runners, settings)
    clock.start()
    try:
        lead.hold(stop)
    finally:
        lead.give_up()
        clock.shutdown(wait=False)
        _wind_down(runners)
        publisher.close()


def _clock_for(runners: Sequence[JobRunner], settings: SchedulerSettings) -> BackgroundScheduler:
    clock = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max_workers=len(runners))},
        timezone=UTC,
        daemon=True,
    )
    for runner in runners:
        every = runner.job.every(settings)
        clock.add_job(
            runner.run,
            trigger=SlotTrigger(every),
            id=runner.job.name,
            name=runner.job.purpose,
            coalesce=True,
            max_instances=1,
            # Later than one interval the next slot is due anyway; APScheduler's own default of 1 s would skip runs.
            misfire_grace_time=max(1, int(every.total_seconds())),
        )
    return clock


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 is not typed
    """Fires at once when the leader starts, then at the start of every slot, so that a new leader keeps the rhythm."""

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The instant of the next run after `now`, UTC."""
        return now if previous_fire_time is None else slot_of(now.astimezone(UTC), self._every) + self._every


def _wind_down(runners: Sequence[JobRunner]) -> None:
    """Let running jobs come to a step's end, then cancel what they wait for."""
    give_up = monotonic() + FINISH_S
    busy = [runner for runner in runners if not runner.wait_idle(give_up - monotonic())]
    for runner in busy:
        log.warning("job_cancelled", text="it did not come to an end in time", job=runner.job.name)
        try:
            runner.cancel()
        except psycopg.Error as error:
            log.warning("cancel_failed", text="its connection is closed instead", why=str(error).strip())
    give_up = monotonic() + CANCEL_S
    for runner in runners:
        runner.wait_idle(give_up - monotonic())
        runner.close()
