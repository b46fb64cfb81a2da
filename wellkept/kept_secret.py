"""A secret that is made at random at the first start and kept in a file only this user can read."""

import os
import secrets
from pathlib import Path


def kept_secret(file: Path) -> str:
    """The secret in `file`, made the first time; links signed with it stay good over restarts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return file.read_text(encoding="utf-8").strip()
