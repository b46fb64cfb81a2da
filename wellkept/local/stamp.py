"""The stamp of an installed runtime: what was asked for, what came, and how big every file must be.

It is written last, so a folder without a stamp is a half-finished one; sizes are checked at every start (some
thousand files, a few milliseconds), which finds the truncated and missing files of a crash or a full disk.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import msgspec

STAMP_FILE = "wellkept-stamp.json"
LAYOUT = 1  # raise when unpacking or wrapping changes: older folders are then rebuilt


class Stamp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``wanted`` package names, ``versions`` by package name, ``sizes`` in bytes by path below the folder."""

    layout: int
    wanted: tuple[str, ...]
    versions: dict[str, str]
    sizes: dict[str, int]


def new_stamp(wanted: Sequence[str], package_files: Sequence[str], tree: Path) -> Stamp:
    """Describe the freshly unpacked folder ``tree``; ``package_files`` are names like ``name_version_arch.deb``."""
    return Stamp(layout=LAYOUT, wanted=tuple(wanted), versions=versions_of(package_files), sizes=sizes_below(tree))


def versions_of(package_files: Sequence[str]) -> dict[str, str]:
    """Read versions from file names: ``mosquitto_2.0.21-1_amd64.deb`` gives ``{"mosquitto": "2.0.21-1"}``."""
    parts = (unquote(name).removesuffix(".deb").split("_") for name in package_files)
    return {name: version for name, version, *_ in parts}


def sizes_below(tree: Path) -> dict[str, int]:
    """Return the size in bytes of every regular file below ``tree`` (links are left to their targets)."""
    sizes: dict[str, int] = {}
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            if name != STAMP_FILE and not os.path.islink(path):
                sizes[os.path.relpath(path, tree)] = os.path.getsize(path)
    return sizes


def is_intact(tree: Path, stamp: Stamp) -> bool:
    """Say whether every file of the stamp is there with its size."""
    if stamp.layout != LAYOUT:
        return False
    try:
        return all(os.stat(tree / path).st_size == size for path, size in stamp.sizes.items())
    except OSError:
        return False


def read_stamp(path: Path) -> Stamp | None:
    """Return the stamp, or None when there is none or it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stamp)
    except (OSError, msgspec.DecodeError):
        return None


def write_stamp(tree: Path, stamp: Stamp) -> None:
    """Write the stamp and see it and all files safely on disk first."""
    os.sync()
    (tree / STAMP_FILE).write_bytes(msgspec.json.encode(stamp))
