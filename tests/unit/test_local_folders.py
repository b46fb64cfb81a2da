"""Where the cache lies, what the stamp of an installed runtime notices, and the lock on a folder."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from wellkept.local.errors import LocalRuntimeError
from wellkept.local.folder_lock import lock_within, locked, note_starter, starter_is_gone, try_lock
from wellkept.local.folders import cache_folder, is_traversable_by_all
from wellkept.local.package_list import LOADER, PROGRAM_FOLDERS, WANTED_PACKAGES
from wellkept.local.stamp import STAMP_FILE, is_intact, new_stamp, read_stamp, versions_of, write_stamp
from wellkept.local.unpacking import render_wrapper


def test_the_cache_folder_follows_settings_then_home_then_the_fallback(tmp_path: Path) -> None:
    fallback = tmp_path / "project" / "cache"
    home = tmp_path / "home"
    home.mkdir()
    everything = {"WELLKEPT_CACHE": str(tmp_path / "own"), "XDG_CACHE_HOME": str(tmp_path / "xdg"), "HOME": str(home)}
    assert cache_folder(everything, fallback) == tmp_path / "own"
    assert cache_folder(everything | {"WELLKEPT_CACHE": ""}, fallback) == tmp_path / "xdg" / "wellkept"
    assert cache_folder({"HOME": str(home)}, fallback) == home / ".cache" / "wellkept"
    assert cache_folder({}, fallback) == fallback


@pytest.mark.parametrize("home", ["", "relative/home", "/proc/nobody-can-write-here", "/dev/null"])
def test_an_unusable_home_leads_to_the_fallback(home: str, tmp_path: Path) -> None:
    assert cache_folder({"HOME": home}, tmp_path) == tmp_path


def test_a_folder_below_a_private_one_is_not_traversable_by_all(tmp_path: Path) -> None:
    inner = tmp_path / "private" / "inner"
    inner.mkdir(parents=True)
    inner.chmod(0o755)
    inner.parent.chmod(0o700)
    assert not is_traversable_by_all(inner)
    assert is_traversable_by_all(Path("/"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "program").write_bytes(b"12345")
    (tmp_path / "usr" / "link").symlink_to("program")
    write_stamp(tmp_path, new_stamp(("a", "b"), ["a_1.0-1_amd64.deb", "b_1%3a2.0_amd64.deb"], tmp_path))
    return tmp_path


def test_a_stamp_reads_back_as_written_and_the_folder_is_intact(tree: Path) -> None:
    stamp = read_stamp(tree / STAMP_FILE)
    assert stamp is not None
    assert stamp.versions == {"a": "1.0-1", "b": "1:2.0"}
    assert stamp.sizes == {"usr/program": 5}
    assert is_intact(tree, stamp)


def _truncate(tree: Path) -> None:
    os.truncate(tree / "usr" / "program", 4)


def _remove(tree: Path) -> None:
    (tree / "usr" / "program").unlink()


def _grow(tree: Path) -> None:
    (tree / "usr" / "program").write_bytes(b"123456")


@pytest.mark.parametrize("damage", [_truncate, _remove, _grow])
def test_a_truncated_missing_or_grown_file_is_noticed(tree: Path, damage: Callable[[Path], None]) -> None:
    damage(tree)
    stamp = read_stamp(tree / STAMP_FILE)
    assert stamp is not None
    assert not is_intact(tree, stamp)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"layout": 1}', b"\xff\xfe"])
def test_an_unreadable_stamp_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STAMP_FILE).write_bytes(content)
    assert read_stamp(tmp_path / STAMP_FILE) is None
    assert read_stamp(tmp_path / "absent") is None


def test_versions_come_from_file_names() -> None:
    assert versions_of(["zlib1g_1%3a1.3.dfsg-1+b1_amd64.deb"]) == {"zlib1g": "1:1.3.dfsg-1+b1"}


def test_no_package_is_listed_twice() -> None:
    assert len(set(WANTED_PACKAGES)) == len(WANTED_PACKAGES)


@pytest.mark.parametrize("folder", PROGRAM_FOLDERS)
def test_a_wrapper_finds_the_loader_from_its_own_path(folder: str, tmp_path: Path) -> None:
    # A stand-in for the loader prints how it was called, from wherever the tree lies.
    loader = tmp_path / LOADER
    loader.parent.mkdir(parents=True)
    loader.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    loader.chmod(0o755)
    program = tmp_path / folder / "some-program"
    program.parent.mkdir(parents=True)
    program.write_text(render_wrapper(folder))
    program.chmod(0o755)
    with os.popen(f"'{program}' 'one word' two") as output:
        words = output.read().splitlines()
    assert words[0] == "--inhibit-cache"
    assert Path(words[2]).resolve() == loader.parent
    assert words[3:] == ["--argv0", str(program), f"{program}.program", "one word", "two"]


def test_a_lock_is_held_once_and_free_after_its_holder(tmp_path: Path) -> None:
    lock_file = tmp_path / "deep" / "lock"
    first = try_lock(lock_file)
    assert first is not None
    assert lock_within(lock_file, 0.1) is None
    with pytest.raises(LocalRuntimeError, match="another process"), locked(lock_file, 0.1):
        pass
    os.close(first)
    with locked(lock_file, 0.1):
        assert try_lock(lock_file) is None


def test_a_lock_knows_whether_its_starter_still_lives(tmp_path: Path) -> None:
    lock_file = tmp_path / "lock"
    assert not starter_is_gone(lock_file)
    descriptor = try_lock(lock_file)
    assert descriptor is not None
    note_starter(descriptor)
    assert not starter_is_gone(lock_file)
    with subprocess.Popen(["true"]) as ended:
        pass
    lock_file.write_text(str(ended.pid))
    assert starter_is_gone(lock_file)
    os.close(descriptor)
