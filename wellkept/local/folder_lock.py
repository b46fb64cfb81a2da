"""A lock on a folder that the kernel frees when its last holder is gone.

It is a flock on a file: it belongs to the open file, not to a process, so handing the descriptor to a child keeps
the folder locked for exactly as long as the child (or any grandchild that inherited it) lives, however it ends.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wellkept.local.errors import LocalRuntimeError

_POLL_S = 0.05


def try_lock(lock_file: Path) -> int | None:
    """Return a descriptor that holds the lock, or None when another holds it. The caller closes it."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise
    return descriptor


def lock_within(lock_file: Path, wait_s: float) -> int | None:
    """Like try_lock, trying for up to ``wait_s`` seconds."""
    deadline = time.monotonic() + wait_s
    while (descriptor := try_lock(lock_file)) is None and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return descriptor


def note_starter(descriptor: int) -> None:
    """Write into a held lock that this process started its holder, for ``starter_is_gone``."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def starter_is_gone(lock_file: Path) -> bool:
    """Say whether the process that started the lock's holder has ended, so that the holder is ending too."""
    try:
        starter = int(lock_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # nobody noted anything: assume the best of the holder
    return not Path(f"/proc/{starter}").exists()


@contextmanager
def locked(lock_file: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock for the block; raises LocalRuntimeError when it is not free within ``wait_s`` seconds."""
    descriptor = lock_within(lock_file, wait_s)
    if descriptor is None:
        raise LocalRuntimeError(
            f"another process has held {lock_file} for {wait_s:.0f} s", "wait for it or end it, then run again"
        )
    try:
        yield
    finally:
        os.close(descriptor)
