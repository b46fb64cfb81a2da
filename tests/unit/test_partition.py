import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Unavailable
from models.partition import on_processes


def _killed(_part: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_said_in_one_line() -> None:
    with pytest.raises(Unavailable, match="fewer processes"), on_processes(2) as apply:
        list(apply(_killed, [1]))


def _wait_long(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    threading.Event().wait(60)


def _work(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background has it ignored
    with on_processes(2) as apply:
        list(apply(_wait_long, [folder, folder]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_first_process(tmp_path: Path, number: signal.Signals) -> None:
    first = multiprocessing.get_context("spawn").Process(target=_work, args=(tmp_path,))
    first.start()
    assert first.pid is not None
    assert _within_s(30, lambda: len(list(tmp_path.iterdir())) == 2)
    os.kill(first.pid, number)
    first.join(20)
    assert first.exitcode not in (None, 0)
    assert _within_s(10, lambda: not any(_runs(int(file.name)) for file in tmp_path.iterdir()))


def _within_s(most_s: float, holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + most_s
    while not holds():
        if time.monotonic() > ends:
            return False
        threading.Event().wait(0.05)
    return True


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
