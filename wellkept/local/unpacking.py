"""Unpacking Debian packages without installing them, and the scripts that start their programs."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from wellkept.local.errors import LocalRuntimeError
from wellkept.local.package_list import EXCLUDED_PATHS, LIBRARY_FOLDER, LOADER, PROGRAM_FOLDERS

PROGRAM_SUFFIX = ".program"
_ELF_MAGIC = b"\x7fELF"


def unpack_packages(files: Sequence[Path], tree: Path) -> None:
    """Unpack the ``.deb`` files one over another into ``tree``; no maintainer script runs."""
    tree.mkdir(parents=True)
    excludes = [f"--exclude={pattern}" for pattern in EXCLUDED_PATHS]
    # Modes as packed, owner as ours: an account we drop to must be able to read what root unpacked.
    extract = ["tar", "-x", "-p", "--no-same-owner", *excludes, "-C", str(tree)]
    for file in files:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE) as source:
            unpacked = subprocess.run(extract, stdin=source.stdout, capture_output=True, text=True, check=False)
            if source.stdout is not None:
                source.stdout.close()
        if unpacked.returncode != 0 or source.returncode != 0:
            complaint = " ".join(unpacked.stderr.split()) or "damaged package"
            raise LocalRuntimeError(f"cannot unpack {file.name} ({complaint})", "free disk space and run again")


def wrap_programs(tree: Path) -> None:
    """Put a script in the place of every program, so that it runs under the C library it came with."""
    for folder in PROGRAM_FOLDERS:
        for path in sorted((tree / folder).iterdir()):
            if path.is_symlink() or not path.is_file() or not _is_elf(path):
                continue
            real = path.with_name(path.name + PROGRAM_SUFFIX)
            path.rename(real)
            path.write_text(render_wrapper(folder), encoding="utf-8")
            path.chmod(0o755)


def render_wrapper(folder: str) -> str:
    """Return the script for a program in ``folder`` (relative to the tree), which finds the tree from its own path.

    ``--inhibit-cache`` keeps the host's libraries out; ``--argv0`` lets PostgreSQL find its share folder and its
    sister programs relative to the script.
    """
    up = "/".join([".."] * len(Path(folder).parts))
    return (
        "#!/bin/sh\n"
        f'tree="${{0%/*}}/{up}"\n'
        f'exec "$tree/{LOADER}" --inhibit-cache --library-path "$tree/{LIBRARY_FOLDER}" '
        f'--argv0 "$0" "$0{PROGRAM_SUFFIX}" "$@"\n'
    )


def _is_elf(path: Path) -> bool:
    with open(path, "rb") as file:
        return os.access(path, os.X_OK) and file.read(4) == _ELF_MAGIC
