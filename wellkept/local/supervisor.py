"""Keeping the parts of an all-in-one run alive, and ending them all together.

A part is anything that can be asked whether it runs, started again and stopped: a program of ours, the embedded
database, the embedded broker.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from wellkept.local.child_program import ChildProgram
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.processes import rotate

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TICK_S = 0.25
_ROTATE_EVERY_S = 10.0


class Part(Protocol):
    """What the supervisor keeps alive; its output is appended to ``log_file``."""

    @property
    def log_file(self) -> Path:
        """Where its output goes; emptied into a copy beside it when it grows large."""
        ...

    def is_running(self) -> bool:
        """Say whether the part lives."""
        ...

    def restart(self) -> None:
        """Start it again after it ended."""
        ...

    def stop(self) -> None:
        """End it within a bounded time; may be called on an ended part."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """How long to wait before starting a crashed part again (E): doubling, from the start after a healthy spell."""

    first_s: float = 0.5
    factor: float = 2.0
    longest_s: float = 30.0
    healthy_after_s: float = 60.0

    def delay_s(self, crashes_in_a_row: int) -> float:
        """Return the wait in seconds after the given number of crashes (1 for the first)."""
        exponent = min(crashes_in_a_row - 1, 64)  # beyond that any factor has long passed the longest wait
        return min(self.longest_s, self.first_s * self.factor**exponent)


@dataclass(slots=True)
class _Watched:
    name: str
    part: Part
    crashes_in_a_row: int = 0
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None


class Supervisor:
    """Starts programs, starts crashed parts again, and stops all parts in reverse order at the end of its block.

    Use it from the main thread: it handles signals, and children end with the thread that started them.
    """

    def __init__(
        self, log_folder: Path, *, say: Callable[[str], None] = print, policy: RestartPolicy | None = None
    ) -> None:
        """``log_folder`` takes one log per program; ``say`` receives one line per thing a person should know."""
        self._log_folder = log_folder
        self._say = say
        self._policy = policy or RestartPolicy()
        self._watched: list[_Watched] = []
        self._stop_signal: signal.Signals | None = None
        self._interruptible = False
        self._handlers_before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Begin; parts are added inside the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all parts; further stop signals do not cut this short."""
        self._take_signals()
        try:
            self.stop()
        finally:
            for number, before in self._handlers_before.items():
                signal.signal(number, before)

    def watch(self, name: str, part: Part) -> None:
        """Keep a part that already runs alive, and stop it at the end."""
        self._watched.append(_Watched(name=name, part=part))

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        environ: Mapping[str, str] | None = None,
        *,
        stop_wait_s: float = 10.0,
    ) -> ChildProgram:
        """Start a program and keep it alive; its output goes to ``<name>.log``."""
        child = ChildProgram(argv, self._log_folder / f"{name}.log", environ, stop_wait_s)
        self.watch(name, child)
        return child

    def run(self, each_tick: Callable[[], bool] | None = None) -> signal.Signals | None:
        """Keep all parts alive until SIGINT, SIGTERM or SIGHUP, which is returned.

        ``each_tick`` is called about four times a second; when it returns True the run ends with None.
        """
        self._take_signals()
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        wakeup_before = signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        rotate_at = time.monotonic() + _ROTATE_EVERY_S
        try:
            while self._stop_signal is None:
                if each_tick is not None and each_tick():
                    return None
                self._look_after_parts()
                if time.monotonic() > rotate_at:
                    rotate_at += _ROTATE_EVERY_S
                    self._rotate_logs()
                if select.select([wake_read], [], [], _TICK_S)[0]:
                    os.read(wake_read, 512)
            return self._stop_signal
        finally:
            signal.set_wakeup_fd(wakeup_before)
            os.close(wake_read)
            os.close(wake_write)

    def stop(self) -> None:
        """Stop all parts, the last started first; a part that fails to stop does not keep the others alive."""
        while self._watched:
            watched = self._watched.pop()
            try:
                watched.part.stop()
            except Exception as error:
                self._say(f"{watched.name} did not stop cleanly ({error})")

    def _look_after_parts(self) -> None:
        now = time.monotonic()
        for watched in self._watched:
            if watched.part.is_running():
                if now - watched.started_at > self._policy.healthy_after_s:
                    watched.crashes_in_a_row = 0
            elif watched.restart_at is None:
                self._plan_restart(watched, now, _how_it_ended(watched.part))
            elif now >= watched.restart_at:
                self._restart(watched)

    def _plan_restart(self, watched: _Watched, now: float, reason: str) -> None:
        watched.crashes_in_a_row += 1
        delay_s = self._policy.delay_s(watched.crashes_in_a_row)
        watched.restart_at = now + delay_s
        self._say(f"{watched.name} {reason}; starting it again in {delay_s:.1f} s")

    def _restart(self, watched: _Watched) -> None:
        try:
            self._interruptible = True  # a database may recover for minutes: a stop signal must cut in
            watched.part.restart()
            watched.restart_at = None
            watched.started_at = time.monotonic()
        except (LocalRuntimeError, OSError) as error:
            self._plan_restart(watched, time.monotonic(), f"could not be started ({error})")
        except _StopRequested:
            return
        finally:
            self._interruptible = False

    def _rotate_logs(self) -> None:
        for watched in self._watched:
            with contextlib.suppress(OSError):  # a full disk must not end the supervisor
                rotate(watched.part.log_file)

    def _take_signals(self) -> None:
        if not self._handlers_before:
            self._handlers_before = {number: signal.signal(number, self._on_signal) for number in _STOP_SIGNALS}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_signal = signal.Signals(number)
        if self._interruptible:
            self._interruptible = False
            raise _StopRequested


class _StopRequested(BaseException):
    """A stop signal came while a part was being started."""


def _how_it_ended(part: Part) -> str:
    code = part.exit_code if isinstance(part, ChildProgram) else None
    if code is None:
        return "ended"
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
