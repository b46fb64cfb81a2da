"""Arrows between the rooms point inward; a simulator that shares code with the detectors would prove nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = frozenset(
    {"wellkept", "domain", "ingest", "models", "scheduler", "dispatch", "notify", "api", "store", "device_sim"}
    | {"quality", "reports", "bench", "tests"}
)
MAY_IMPORT = {
    "domain": set[str](),
    "store": {"domain"},
    "notify": {"domain"},
    "quality": {"domain"},
    "reports": {"domain"},
    "dispatch": {"domain", "store"},
    "ingest": {"domain", "store"},
    "models": {"domain", "store"},
    "device_sim": {"domain", "store"},
    # the rooms that wire others together
    "scheduler": {"domain", "store", "models", "dispatch", "notify", "quality", "reports"},
    "api": {"domain", "store", "models", "dispatch", "notify", "quality", "reports"},
}


def imported(file: Path) -> set[str]:
    """The rooms that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found & ROOMS


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong = {
        str(file.relative_to(ROOT)): sorted(bad)
        for file in files
        if (bad := imported(file) - MAY_IMPORT[room] - {room})
    }
    assert wrong == {}


def test_every_room_with_rules_is_watched() -> None:
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - {"wellkept", "bench", "tests"} == set(MAY_IMPORT)
