"""The node project beside this file, installed once per lock file in the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from wellkept.local.folders import cache_folder, project_folder

HERE = Path(__file__).resolve().parent
FILES = ("package.json", "package-lock.json", ".npmrc", "session.mjs")
INSTALL_TIMEOUT_S = 150.0


def installed_node_project() -> Path:
    """The folder with `session.mjs` and `node_modules`; skips the test without node, which under CI is a failure."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        reason = f"{' and '.join(missing)} not found: the Community edition and the Compose schema come through npm"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    cache = cache_folder(os.environ, project_folder() / ".wellkept" / "cache")
    folder = cache / "node" / digest
    if not folder.exists():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    """Install beside the folder and move it there whole, so that a broken install is never found."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "project"
        fresh.mkdir()
        for name in FILES:
            shutil.copy(HERE / name, fresh / name)
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=fresh,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            pytest.fail(f"npm ci failed:\n{done.stdout}\n{done.stderr}")
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.exists():  # else another test run was faster
                raise
