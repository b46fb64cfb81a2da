"""Which folders the embedded runtime uses, and who may reach them."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str], fallback: Path) -> Path:
    """Return the folder for downloaded programs: a setting, the user's cache folder, else ``fallback``.

    The order is ``WELLKEPT_CACHE``, ``XDG_CACHE_HOME/wellkept``, ``HOME/.cache/wellkept``. A home that is unset or
    cannot be written to (a service account, a read-only container) leads to ``fallback``. Makes the folder.
    """
    if chosen := environ.get("WELLKEPT_CACHE"):
        return Path(chosen).absolute()
    if xdg := environ.get("XDG_CACHE_HOME"):
        candidates = [Path(xdg)]
    elif home := environ.get("HOME"):
        candidates = [Path(home) / ".cache"]
    else:
        candidates = []
    for candidate in candidates:
        if candidate.is_absolute() and _can_be_written(candidate / "wellkept"):
            return candidate / "wellkept"
    return fallback.absolute()


def project_folder() -> Path:
    """Return the checkout (or installation) this package lies in."""
    return Path(__file__).resolve().parents[2]


def is_traversable_by_all(folder: Path) -> bool:
    """Say whether any account may pass through ``folder`` and all its parents (the execute bit for others)."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (resolved, *resolved.parents))


def _can_be_written(folder: Path) -> bool:
    # Tried and not looked up: permission bits say nothing of read-only mounts and pseudo file systems.
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
