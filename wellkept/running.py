"""Where a running `wellkept up` is to be found: other commands on this machine need no settings then."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FILE = "running.json"
DEMO = "demo"
"""The folder of the demo below the home."""


@contextmanager
def announced(home: Path, addresses: Mapping[str, str]) -> Iterator[None]:
    """Write the addresses where only this user reads them (one holds a password), and take them away at the end."""
    file = home / FILE
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump({"pid": os.getpid(), **addresses}, out)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def find_running(home: Path) -> dict[str, str]:
    """The addresses of a running `wellkept up` on `home`; empty if none runs."""
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
        os.kill(int(found.pop("pid")), 0)
    except (OSError, ValueError, KeyError):
        return {}
    return {str(name): str(address) for name, address in found.items()}
