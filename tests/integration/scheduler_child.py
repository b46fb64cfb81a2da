"""A scheduler in a process of its own: `python -m tests.integration.scheduler_child DATABASE_URL MQTT_URL`."""

import signal
import sys
import threading
from datetime import timedelta

from scheduler.process import run_scheduler
from scheduler.settings import Pace, SchedulerSettings


def main(database_url: str, mqtt_url: str) -> None:
    """Run until SIGTERM; scoring and roll-ups rest, they have tests of their own."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    rarely = dict.fromkeys(("score", "roll_up", "tidy"), timedelta(days=1))
    run_scheduler(SchedulerSettings(database_url=database_url, mqtt_url=mqtt_url, pace=Pace.DEMO, every=rarely), stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
