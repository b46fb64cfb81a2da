"""Real TimescaleDB and Mosquitto in a private folder, without root, Docker or a newer Debian.

The programs of Debian 13 need a newer C library than Debian 12 has, so they bring theirs: each is replaced by a
three-line script that starts it under its own loader. The folder may be moved; nothing outside it is changed.
"""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.apt_fetch import PrivateApt, Progress
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.folder_lock import locked
from wellkept.local.package_list import POSTGRES_MAJOR, PROGRAM_FOLDERS, WANTED_PACKAGES
from wellkept.local.stamp import STAMP_FILE, is_intact, new_stamp, read_stamp, write_stamp
from wellkept.local.unpacking import unpack_packages, wrap_programs

_INSTALL_WAIT_S = 900.0  # (E) a slow line takes 40 MB in ten minutes; the second starter waits for the first
_STAGING_PREFIX = ".staging-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The unpacked runtime: its folder and the versions of its packages."""

    root: Path
    versions: Mapping[str, str]
    postgres_major: int = POSTGRES_MAJOR

    def program(self, name: str) -> Path:
        """Return the path to start ``name`` (postgres, initdb, psql, mosquitto, ...) by.

        Raises LocalRuntimeError when the runtime has no such program.
        """
        for folder in PROGRAM_FOLDERS:
            path = self.root / folder / name
            if path.is_file():
                return path
        raise LocalRuntimeError(f"the embedded runtime has no program {name!r}", f"look in {self.root}")


def ensure_installed(cache: Path, progress: Progress, environ: Mapping[str, str] | None = None) -> Installed:
    """Return the runtime below ``cache``, fetching it first where it is missing, outdated or damaged.

    Safe to call from several processes at once: one installs, the others wait. Needs no network when the folder is
    whole. ``progress`` receives one line per step. Raises LocalRuntimeError with what to do.
    """
    _require_platform()
    environ = os.environ if environ is None else environ
    root = cache / "runtime"
    found = _installed_at(root)
    if found is not None:
        return found
    _make_folder(cache)
    with locked(cache / "install.lock", _INSTALL_WAIT_S):
        found = _installed_at(root)  # another process may have finished it while we waited
        return found if found is not None else _install(cache, root, progress, environ)


def _install(cache: Path, root: Path, progress: Progress, environ: Mapping[str, str]) -> Installed:
    began = time.monotonic()
    if root.exists():
        progress("The embedded database's folder is damaged or of another version: fetching it anew")
    for leftover in cache.glob(f"{_STAGING_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=cache))
    try:
        staging.chmod(0o755)
        progress("Asking the Debian mirror for PostgreSQL, TimescaleDB and Mosquitto (about 50 MB, once)")
        apt = PrivateApt(staging / "apt", environ)
        apt.update()
        files = apt.download(WANTED_PACKAGES, staging / "packages", progress)
        tree = staging / "tree"
        progress(f"Unpacking {len(files)} packages")
        unpack_packages(files, tree)
        wrap_programs(tree)
        write_stamp(tree, new_stamp(WANTED_PACKAGES, [file.name for file in files], tree))
        if root.exists():
            root.rename(staging / "old")  # programs still running from it keep their open files
        tree.rename(root)
    except OSError as error:
        raise LocalRuntimeError(
            f"cannot install below {cache} ({error})", "free space or set WELLKEPT_CACHE"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    found = _installed_at(root)
    if found is None:
        raise LocalRuntimeError(f"the runtime in {root} changed while it was installed", "run again")
    progress(f"The embedded database and broker are ready in {root} ({time.monotonic() - began:.0f} s)")
    return found


def _installed_at(root: Path) -> Installed | None:
    stamp = read_stamp(root / STAMP_FILE)
    if stamp is None or stamp.wanted != WANTED_PACKAGES or not is_intact(root, stamp):
        return None
    return Installed(root=root, versions=stamp.versions)


def _make_folder(cache: Path) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalRuntimeError(
            f"cannot create {cache} ({error.strerror})", "set WELLKEPT_CACHE to a folder"
        ) from error


def _require_platform() -> None:
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        raise LocalRuntimeError(
            f"the embedded database runs on Linux on x86-64, this is {sys.platform} on {platform.machine()}",
            "use another computer",
            or_elsewhere=True,
        )
