"""Which code a model was trained by."""

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOMS = ("detectors", "features", "healthy", "trained", "training")
"""What a probability depends on: other code may change without making a model stale."""


def code_version() -> str:
    """The program's version and twelve digits of a hash over the code that detects, such as 0.3.0+1a2b3c4d5e6f."""
    digest = sha256()
    root = Path(__file__).parents[1]
    for file in sorted(file for room in _ROOMS for file in (root / room).glob("*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    try:
        number = version("wellkept")
    except PackageNotFoundError:  # run from the source tree
        number = "0"
    return f"{number}+{digest.hexdigest()[:12]}"
