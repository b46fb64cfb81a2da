"""Free ports, child processes that end with their parent, and the supervisor, with real small programs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wellkept.local.errors import LocalRuntimeError
from wellkept.local.processes import free_port, rotate, start_child, stop_child, tail
from wellkept.local.supervisor import RestartPolicy, Supervisor

WAIT_S = 10.0
FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition of another process, bounded; says whether it came true."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_free_port_is_kept_and_a_busy_one_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port
    assert free_port() > 0


@pytest.mark.parametrize(
    ("crashes", "delay_s"),
    [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (100, 30.0), (100_000, 30.0)],
)
def test_waits_double_up_to_the_longest(crashes: int, delay_s: float) -> None:
    assert RestartPolicy().delay_s(crashes) == delay_s


def test_a_child_that_ignores_the_polite_signal_is_killed_with_its_group(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 1000 & echo $!; while :; do wait; done"
    process = start_child(["sh", "-c", script], log_file=tmp_path / "log")
    assert until(lambda: bool(tail(tmp_path / "log")))
    grandchild = int(tail(tmp_path / "log"))
    stop_child(process, ((signal.SIGTERM, 0.2),))
    assert process.returncode == -signal.SIGKILL
    assert until(lambda: not exists(grandchild))


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, signal, pathlib; from wellkept.local.processes import start_child;"
        f"p = start_child({FOREVER!r}, log_file=pathlib.Path(sys.argv[1]));"
        "print(p.pid, flush=True); signal.pause()"
    )
    argv = [sys.executable, "-c", program, str(tmp_path / "log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        # Not while it is still the little program that asks the kernel for the signal; its words name the child too.
        assert until(lambda: Path(f"/proc/{child}/cmdline").read_bytes().startswith(sys.executable.encode()))
        parent.kill()
    assert until(lambda: not exists(child))


def test_a_grown_log_is_copied_aside_and_emptied_in_place(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * 11)
    assert not rotate(log, kept_bytes=11)
    assert rotate(log, kept_bytes=10)
    assert log.read_bytes() == b""
    assert (tmp_path / "a.log.1").read_bytes() == b"x" * 11
    assert not rotate(tmp_path / "absent")


def test_the_tail_of_a_log_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("old\none\ntwo\nthree\n")
    assert tail(tmp_path / "log", lines=2, from_byte=4) == "two | three"
    assert tail(tmp_path / "absent") == ""


def test_a_crashed_program_is_started_again_and_its_output_kept(tmp_path: Path) -> None:
    said: list[str] = []
    policy = RestartPolicy(first_s=0.0)
    log = tmp_path / "logs" / "one.log"
    with Supervisor(tmp_path / "logs", say=said.append, policy=policy) as supervisor:
        supervisor.start("one", ["sh", "-c", "echo began; exit 3"])
        deadline = time.monotonic() + WAIT_S
        ended_by = supervisor.run(lambda: log.read_text().count("began") >= 3 or time.monotonic() > deadline)
    assert ended_by is None
    assert log.read_text().count("began") >= 3
    assert said[0] == "one ended with exit code 3; starting it again in 0.0 s"


def test_parts_stop_in_reverse_order_and_one_that_fails_to_does_not_keep_the_others(tmp_path: Path) -> None:
    stopped: list[str] = []

    class Noted:
        log_file = tmp_path / "log"

        def __init__(self, name: str) -> None:
            self.name = name

        def is_running(self) -> bool:
            return True

        def restart(self) -> None:
            raise AssertionError("it never ended")

        def stop(self) -> None:
            stopped.append(self.name)
            if self.name == "second":
                raise OSError("stuck")

    said: list[str] = []
    with Supervisor(tmp_path, say=said.append) as supervisor:
        for name in ("first", "second", "third"):
            supervisor.watch(name, Noted(name))
    assert stopped == ["third", "second", "first"]
    assert said == ["second did not stop cleanly (stuck)"]


def test_a_part_that_cannot_be_started_is_tried_again_later(tmp_path: Path) -> None:
    class Broken:
        log_file = tmp_path / "log"

        def is_running(self) -> bool:
            return False

        def restart(self) -> None:
            raise LocalRuntimeError("no disk", "free some")

        def stop(self) -> None:
            return

    said: list[str] = []
    with Supervisor(tmp_path, say=said.append, policy=RestartPolicy(first_s=0.0, factor=1.0)) as supervisor:
        supervisor.watch("database", Broken())
        deadline = time.monotonic() + WAIT_S
        supervisor.run(lambda: len(said) >= 3 or time.monotonic() > deadline)
    assert said[0] == "database ended; starting it again in 0.0 s"
    assert said[1].startswith("database could not be started (no disk: free some.)")
    assert len(said) >= 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_every_child_and_handlers_come_back(number: signal.Signals, tmp_path: Path) -> None:
    before = signal.getsignal(number)
    ticks = 0

    def send_once() -> bool:
        nonlocal ticks
        ticks += 1
        if ticks == 1:
            os.kill(os.getpid(), number)
        return ticks > 100

    with Supervisor(tmp_path, say=lambda line: None) as supervisor:
        child = supervisor.start("one", FOREVER)
        assert supervisor.run(send_once) == number
    assert not child.is_running()
    assert signal.getsignal(number) is before
