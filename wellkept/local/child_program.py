"""A program of ours, kept alive by the supervisor."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from wellkept.local.processes import start_child, stop_child


class ChildProgram:
    """A program of ours as a part; its output goes to ``log_file``."""

    def __init__(
        self, argv: Sequence[str | Path], log_file: Path, environ: Mapping[str, str] | None, stop_wait_s: float
    ) -> None:
        """Start it; on stop it has ``stop_wait_s`` seconds after SIGTERM."""
        self._argv = tuple(argv)
        self._log_file = log_file
        self._environ = environ
        self._stop_wait_s = stop_wait_s
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def log_file(self) -> Path:
        """Where its output goes."""
        return self._log_file

    @property
    def exit_code(self) -> int | None:
        """Exit code of the ended program (negative: the signal that ended it), None while it runs."""
        return self._process.poll()

    def is_running(self) -> bool:
        """Say whether the program lives."""
        return self._process.poll() is None

    def restart(self) -> None:
        """Start it again after it ended, first ending whatever it left behind in its process group."""
        if not self.is_running():
            stop_child(self._process, ())
            self._process = self._start()

    def stop(self) -> None:
        """End it and its process group."""
        stop_child(self._process, ((signal.SIGTERM, self._stop_wait_s),))

    def _start(self) -> subprocess.Popen[bytes]:
        return start_child(self._argv, log_file=self._log_file, environ=self._environ)
