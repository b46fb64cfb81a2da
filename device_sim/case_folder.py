"""The folder that a case is written into: nobody's files are mixed with it, and none of a half-written case stay."""

import re
import shutil
from pathlib import Path
from typing import Final

TABLES: Final = ("telemetry", "cycles")
LISTS: Final = ("appliances.csv", "events.csv", "services.csv", "truth.csv", "fleet.json")
_OURS: Final = re.compile(r"[a-z_]+\.(parquet|block\d{4}\.part\d{4})")


def make_ready(folder: Path) -> None:
    """Make `folder` an empty case; what is left of one that was not finished is removed.

    FileExistsError if it holds a finished case, or anything that is none of a case's files; nothing is touched then.
    """
    if (folder / "appliances.csv").exists():
        raise FileExistsError(f"{folder} holds a case already; choose another folder, or remove this one first")
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; a case is a folder: choose another name")
    stranger = _stranger(folder) if folder.exists() else None
    if stranger is not None:
        raise FileExistsError(f"{folder} holds {stranger.relative_to(folder)}, which is no part of a case; "
                              "choose an empty or a new folder")  # fmt: skip
    for name in TABLES:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for name in LISTS:
        (folder / name).unlink(missing_ok=True)


def _stranger(folder: Path) -> Path | None:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name in LISTS:
            continue
        if path.is_symlink() or not path.is_dir() or path.name not in TABLES:
            return path
        for inner in sorted(path.iterdir()):
            if not inner.is_file() or not _OURS.fullmatch(inner.name):
                return inner
    return None
