"""A model is stale as soon as anything changes that decides a score, and not when a page changes."""

import ast
from pathlib import Path

from models.training.code import code_version, deciding_files

ROOT = Path(__file__).parents[2]


def test_all_that_decides_a_score_is_covered() -> None:
    covered = set(deciding_files())
    for name in ("normal", "peers", "step", "prognosis", "judge", "history", "ruled_out", "rows"):
        assert f"models/{name}.py" in covered
    for room in ("detectors", "features", "healthy"):
        files = {f"models/{room}/{file.name}" for file in (ROOT / "models" / room).glob("*.py")}
        unused = files - covered - {f"models/{room}/__init__.py"}
        assert unused == set()
    assert {"domain/faults.py", "models/healthy/fleet_prior.json", "models/trained/speak.py"} <= covered


def test_what_only_shows_or_carries_is_not() -> None:
    for name in ("evaluation/pages", "evaluation/plots", "picture", "partition", "scoring"):
        assert f"models/{name}.py" not in deciding_files()


def test_every_import_of_a_covered_file_is_found() -> None:
    """The walk over imports reads absolute imports only; there are no others to miss."""
    for name in deciding_files():
        if name.endswith(".py"):
            nodes = ast.walk(ast.parse((ROOT / name).read_bytes()))
            assert not any(isinstance(node, ast.ImportFrom) and node.level for node in nodes)


def test_it_names_the_version_and_twelve_digits() -> None:
    number, _, digits = code_version().partition("+")
    assert number
    assert len(digits) == 12
    assert set(digits) <= set("0123456789abcdef")
