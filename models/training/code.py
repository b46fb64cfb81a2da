"""Which code a model was trained by."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_DECIDES: Final = ("models/step.py", "models/peers.py", "models/rows.py", "models/training/train.py")
"""A score is what these make of readings, with all of `models` that they import."""
_BESIDES: Final = ("domain/faults.py", "models/healthy/fleet_prior.json")
"""Time scales and urgency of faults, and beliefs about healthy units. Of the rest of `domain` a score depends on names
only."""

_CARRIES: Final = frozenset({"models/partition.py", "models/evaluation/whole_file.py"})
"""Where parts run and how files are written decides nothing."""


@cache
def code_version() -> str:
    """The program's version and twelve digits of a hash over the code that decides a score: 0.3.0+1a2b3c4d5e6f."""
    digest = sha256()
    for name in deciding_files():
        digest.update(name.encode() + (_ROOT / name).read_bytes())
    try:
        number = version("wellkept")
    except PackageNotFoundError:  # run from the source tree
        number = "0"
    return f"{number}+{digest.hexdigest()[:12]}"


def deciding_files() -> list[str]:
    """What a score depends on, as paths from the root of the program, in order of name."""
    found: set[str] = set()
    left = list(_DECIDES)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _files_of(_imported(_ROOT / name))
    return sorted({*found, *_BESIDES} - _CARRIES)


def _imported(file: Path) -> Iterator[str]:
    """Dotted names of what a file of `models` imports from `models`, of modules and of what is in them alike."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        yield from (name for name in names if name.split(".")[0] == "models")


def _files_of(names: Iterable[str]) -> list[str]:
    tried = (f"{name.replace('.', '/')}{end}" for name in names for end in (".py", "/__init__.py"))
    return [name for name in tried if (_ROOT / name).is_file()]
