"""Every benchmark can be named, says what it takes, and keeps its result with the machine it ran on."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.__main__ import BENCHMARKS, main
from bench.machine import RESULTS, describe_machine, keep


def test_without_a_name_all_of_them_are_listed() -> None:
    shown = CliRunner().invoke(main, [])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in (*BENCHMARKS, "all"))


def test_an_unknown_name_is_refused() -> None:
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_each_says_what_it_can_be_asked(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: main {name}" in shown.output


def test_every_module_of_the_folder_with_a_command_is_named() -> None:
    folder = RESULTS.parent
    commands = {f"bench.{file.stem}" for file in folder.glob("*.py") if "@click.command()\n" in file.read_text("utf-8")}
    assert commands == {one.module for one in BENCHMARKS.values() if not one.module.endswith("__main__")}


def test_a_result_is_kept_with_its_machine_or_not_at_all(tmp_path: Path) -> None:
    file = keep("one", {"machine": describe_machine(), "figure": 1}, tmp_path)
    assert file.name.startswith("one-20")
    with pytest.raises(KeyError):
        keep("two", {"figure": 1}, tmp_path)
    assert [kept.name for kept in file.parent.iterdir()] == [file.name]
