"""Child processes that end with their parent, and free network ports."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LOG_KEPT_BYTES = 20_000_000  # (E) per log file; one older file is kept beside it


def free_port(preferred: int | None = None, host: str = LOOPBACK) -> int:
    """Return ``preferred`` when it is free on ``host``, else a free port of the kernel's choice.

    Another process may take it before it is used: whoever starts a server must be ready to try again.
    """
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            # As servers bind: a port in the waiting state after a restart counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {host}")


def start_child(
    argv: Sequence[str | Path],
    *,
    log_file: Path,
    environ: Mapping[str, str] | None = None,
    account_prefix: Sequence[str] = (),
    death_signal: signal.Signals = signal.SIGKILL,
    pass_fds: Sequence[int] = (),
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its output appended to ``log_file``.

    The kernel sends it ``death_signal`` when the *thread* that called this ends, however it ends, so call it from a
    thread that lives as long as the child shall. A terminal's Ctrl-C does not reach it: its starter stops it.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    rotate(log_file)
    with log_file.open("ab") as log:
        return subprocess.Popen(
            [*account_prefix, *dies_with_parent(death_signal), *map(str, argv)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ), cwd=folder, pass_fds=tuple(pass_fds),
            start_new_session=True,
        )  # fmt: skip


def rotate(log_file: Path, kept_bytes: int = _LOG_KEPT_BYTES) -> bool:
    """Copy a log that grew past ``kept_bytes`` to ``.1`` and empty it in place; its writer only ever appends."""
    try:
        if log_file.stat().st_size <= kept_bytes:
            return False
        shutil.copyfile(log_file, log_file.with_name(log_file.name + ".1"))
        os.truncate(log_file, 0)
    except FileNotFoundError:
        return False
    return True


def stop_child(
    process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]], *, whole_group: bool = True
) -> None:
    """End ``process``: each signal of ``steps`` in turn with its wait in seconds, then SIGKILL.

    With ``whole_group`` whatever is left of its session's process group is killed too.
    """
    for step, wait_s in steps:
        if process.poll() is not None:
            break
        process.send_signal(step)
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()
    if whole_group:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def tail(log_file: Path, lines: int = 5, from_byte: int = 0) -> str:
    """Return the last ``lines`` of a log written since ``from_byte``, joined for a one-line message."""
    try:
        with log_file.open("rb") as file:
            file.seek(from_byte)
            text = file.read()[-8192:].decode("utf-8", errors="replace")
    except OSError:
        return ""
    return " | ".join(line.strip() for line in text.splitlines()[-lines:])


def dies_with_parent(death_signal: signal.Signals) -> tuple[str, ...]:
    """Return the words before a command that make the kernel end it with the thread that starts it."""
    # Through a tiny program and not a pre-exec hook: running Python between fork and exec is unsafe beside threads.
    # Innermost, because changing account clears the request.
    if shutil.which("setpriv") is None:
        return ()
    return ("setpriv", f"--pdeathsig={death_signal.name.removeprefix('SIG')}", "--")
