"""Which program this is, so that work is not shared with a process that runs another one."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_ROOMS: Final = ("domain", "ingest", "models", "scheduler", "store", "wellkept")
_READ: Final = frozenset({".py", ".sql", ".json"})


@cache
def program_digest() -> str:
    """Twelve digits of a hash over all that a worker may run or read; other code, other digits."""
    digest = sha256()
    files = (file for room in _ROOMS for file in (_ROOT / room).rglob("*") if file.suffix in _READ)
    for file in sorted(files):
        digest.update(str(file.relative_to(_ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
