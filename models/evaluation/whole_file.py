"""Results that are either whole or not there, whenever the program is ended."""

import os
import shutil
from pathlib import Path
from typing import Final

from domain.errors import BadInput

ROOM_BYTES: Final = 10 * 2**20
"""Results of the largest fleets take less."""


def writable_folder(folder: Path) -> Path:
    """`folder`, made if need be; BadInput if nothing can be written there, so that nobody waits for it in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}): choose another folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{folder} cannot be written to: choose another folder")
    room = shutil.disk_usage(folder)
    if room.total and room.free < ROOM_BYTES:  # what has no size at all is no disk
        raise BadInput(
            f"{folder} has less than {ROOM_BYTES // 2**20} MiB of room left: make room or choose another place"
        )
    return folder


def writable_file(file: Path) -> Path:
    """`file`, that can be made or written over; BadInput if not, so that nobody waits for it in vain."""
    writable_folder(file.parent)
    if file.is_dir():
        raise BadInput(f"{file} is a folder: name a file in it")
    try:
        _half(file).touch()
        _half(file).unlink()
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({error.strerror}): choose another place") from error
    return file


def write_whole(file: Path, text: str) -> Path:
    """Write `file` beside its place and move it there, so that nobody takes half of it for the whole; BadInput if it
    cannot be written."""
    half = _half(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8")
        os.replace(half, file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written ({error.strerror}): make room or choose another place") from error
    return file


def _half(file: Path) -> Path:
    return file.with_name(f".{file.name}.half")
