"""A worker that cannot go on ends, so that it is started anew; a second one under the same name ends by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.harness import PROJECT, SHIPPED, sender_logs, senders, stand, wait_for, worker_environ
from tests.chaos.oracle import judge, read_logs
from tests.chaos.test_kill import TABLES
from tests.integration.ingest_line import speaking

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

ILL = 70
"""EX_SOFTWARE of sysexits.h."""


def test_a_worker_whose_network_thread_died_ends_and_nothing_is_lost(tmp_path: Path) -> None:
    with stand(tmp_path, worker=("tests.chaos.fragile_worker", str(tmp_path))) as running:
        with senders(running, (("dog-1", "dog-2"),), 2_000, 400.0) as processes:
            wait_for("readings are stored", lambda: running.newest_stored_s() > 0)
            with speaking(running.services.mqtt_url, "dog-3") as speaker:
                speaker.publish("wk/v1/dog-3/event", b"break, please")
            took_s = wait_for("the worker ends", lambda: not running.worker.is_running(), 20.0)
            assert running.worker.exit_code == ILL
            assert "the network thread has ended" in running.log_of_worker()
            running.worker.restart()
            assert [process.wait() for process in processes] == [0]
        sent = read_logs(sender_logs(running))
        with running.connect() as connection:
            verdict = judge(connection, sent, TABLES)
            [(letters,)] = connection.execute(
                "SELECT count(*) FROM dead_letter WHERE payload = 'break, please'"
            ).fetchall()
        assert verdict.kept, str(verdict)
        assert letters == 1, "the message that broke it came again and is kept"
        print(f"\nfrom the broken thread to the end of the process: {took_s:.1f} s")


def test_a_second_worker_under_the_same_name_leaves_the_first_alone(tmp_path: Path) -> None:
    with stand(tmp_path) as running, speaking(running.services.mqtt_url, "twin-1") as speaker:
        connected = "mqtt_connected"
        wait_for("the first is connected", lambda: connected in running.log_of_worker())
        second = subprocess.run(
            [sys.executable, "-m", *SHIPPED],
            env=worker_environ(running.services, "chaos-worker"),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert second.returncode == 1
        last = second.stderr.strip().splitlines()[-1]
        assert last == "wellkept: another worker runs as chaos-worker; give this one another WELLKEPT_CLIENT_ID"
        assert connected not in second.stderr
        assert "mqtt_disconnected" not in running.log_of_worker()
        speaker.say({"ts": "2026-01-01T00:00:00Z", "seq": 1, "m": {"power_w": 1.0}})
        speaker.wait_for_ack(1)
