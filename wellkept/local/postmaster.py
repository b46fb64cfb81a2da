"""Looking at a PostgreSQL data folder from outside: whose server is it, and what did a killed one leave running."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.unpacking import PROGRAM_SUFFIX

_GONE_WAIT_S = 10.0
_POLL_S = 0.02
_PROGRAM = f"/postgres{PROGRAM_SUFFIX}".encode()
_STATUS_LINE = 7  # of postmaster.pid, counted from 0; PostgreSQL 10 and later


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What ``postmaster.pid`` says: process id and status (``starting``, ``ready``, ``stopping``, or empty)."""

    pid: int
    status: str
    is_alive: bool


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Return the server of ``cluster`` by its pid file; a pid that now belongs to another program is not alive."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
    return Postmaster(pid=pid, status=status, is_alive=pid in server_processes(cluster))


def server_processes(cluster: Path) -> list[int]:
    """Return the PostgreSQL processes of ``cluster``: they, and not a shell someone left there, work in that folder."""
    found: list[int] = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{entry.name}/cwd") == str(cluster) and _is_postgres(entry.name):
                    found.append(int(entry.name))
    return found


def _is_postgres(process: str) -> bool:
    # The process name is the loader's, so the command line is looked at; it names the program's real path.
    words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    return any(word.endswith(_PROGRAM) for word in words)


def kill_leftovers(cluster: Path) -> None:
    """Kill what a killed postmaster left running in ``cluster``. Only for the holder of the folder's lock."""
    deadline = time.monotonic() + _GONE_WAIT_S
    while (left := server_processes(cluster)) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_S)
