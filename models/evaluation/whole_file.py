"""Results that are either whole or not there, whenever the program is ended."""

import os
from pathlib import Path


def write_whole(file: Path, text: str) -> Path:
    """Write `file` beside its place and move it there, so that nobody takes half of it for the whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.half")
    half.write_text(text, encoding="utf-8")
    os.replace(half, file)
    return file
