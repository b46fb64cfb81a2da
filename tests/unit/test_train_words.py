"""What `wellkept train` says of its figures."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from wellkept.command_line import main
from wellkept.train import in_words


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (7, "7"),
        (None, "-"),
        (0.123456, "0.1235"),
        ("4 folds of homes", "4 folds of homes"),
        ({}, "-"),
        ({"n": 1, "bins": [{"n": 1, "was": 1.0}]}, "n 1"),
        ({"true": 4, "not_true": {"count": 0, "upper95": 62.0289}}, "true 4, not true (count 0, upper95 62.03)"),
    ],
)
def test_figures_are_read_by_people(figure: object, said: str) -> None:
    assert in_words(figure) == said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{case}", "{case}/../case"), "a case is named twice"),
        (("{case}", "--base", "{model}"), "leave one out"),
        (("{case}",), "fleet.json is not what"),
        (("{case}", "--name", ""), "a model needs a name"),
        (("{case}", "--name", "a\nb"), r"the model's name a\nb holds what cannot be printed"),
        (("{case}", "--name", 500 * "x"), "at most 200 letters, this one has 500"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_work(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    case, model = tmp_path / "case", tmp_path / "base.json"
    (case / "telemetry").mkdir(parents=True)
    (case / "appliances.csv").write_text("appliance_id,household_id,kind\nfridge-1,home-1,refrigerator\n")
    rows = "time,appliance_id,power_w\n2026-11-01T12:00:00Z,fridge-1,80\n"
    (case / "telemetry" / "refrigerator.csv").write_text(rows)
    (case / "fleet.json").write_text("{")
    model.write_text("{}")
    told = [one.format(case=case, model=model) for one in arguments]
    done = CliRunner().invoke(main, ["train", *told, "--out", str(tmp_path / "m.json")])
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert "healthy units" not in done.output


def test_an_address_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["train", "--from-database", "hello", "--out", str(tmp_path / "m.json")])
    assert done.exit_code == 2
    (last,) = [line for line in done.output.splitlines() if "no database address" in line]
    assert last.endswith("it should look like postgresql://user@host/name")
