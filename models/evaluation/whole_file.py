"""Results that are either whole or not there, whenever the program is ended."""

import os
from pathlib import Path

from domain.errors import BadInput


def writable_folder(folder: Path) -> Path:
    """`folder`, made if need be; BadInput if nothing can be written there, so that nobody waits for it in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}): choose another folder") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{folder} cannot be written to: choose another folder")
    return folder


def write_whole(file: Path, text: str) -> Path:
    """Write `file` beside its place and move it there, so that nobody takes half of it for the whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.half")
    half.write_text(text, encoding="utf-8")
    os.replace(half, file)
    return file
