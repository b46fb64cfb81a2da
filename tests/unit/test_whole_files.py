from pathlib import Path

import click
import pytest

from domain.errors import BadInput
from models.evaluation.whole_file import writable_file, writable_folder, write_whole
from wellkept.named_path import NamedPath


def test_a_folder_below_a_file_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(BadInput, match="choose another folder"):
        writable_folder(tmp_path / "a" / "b")
    assert writable_folder(tmp_path / "c" / "d").is_dir()


def test_a_text_that_cannot_be_written_leaves_the_former_file(tmp_path: Path) -> None:
    file = write_whole(tmp_path / "x" / "report.json", "whole")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half \ud800")
    assert file.read_text() == "whole"


def test_a_file_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    for place, words in ((Path("/proc/model.json"), "cannot be"), (tmp_path, "is a folder")):
        with pytest.raises(BadInput, match=words):
            writable_file(place)
    assert not list(writable_file(tmp_path / "new" / "model.json").parent.iterdir())
    with pytest.raises(BadInput, match="choose another place"):
        write_whole(Path("/proc/model.json"), "whole")


def test_a_full_disk_is_told_of_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.evaluation.whole_file.ROOM_BYTES", 2**62)
    with pytest.raises(BadInput, match="make room"):
        writable_folder(tmp_path)


def test_an_empty_name_is_not_this_folder() -> None:
    kind = NamedPath(file_okay=False)
    with pytest.raises(click.BadParameter, match="it is empty: write a name"):
        kind.convert("", None, None)
    assert kind.convert(".", None, None) == Path()
