"""Under which account servers run: PostgreSQL refuses root, so root's children step down first."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.errors import LocalRuntimeError

_NOBODY_UID = 65534  # Debian policy 9.2.2: nobody and nogroup
_STEP_DOWN_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How to run a server: words to put before its command, and who must own its files (None: as they are)."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    def prepare(self, folder: Path) -> None:
        """Create ``folder`` (0700) and hand it and all in it to this account.

        Raises LocalRuntimeError where that is not allowed or the account could not reach the folder.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.own(folder)
        except OSError as error:
            raise LocalRuntimeError(f"cannot use {folder} ({error.strerror})", "choose another folder") from error
        if not self.can_enter(folder):
            raise LocalRuntimeError(
                f"the database may not run as root, and the account it runs under cannot reach {folder}",
                "choose a folder every account may pass through, or run as an ordinary user",
                or_elsewhere=True,
            )

    def own(self, path: Path) -> None:
        """Hand ``path`` to this account, with all below it where it belonged to another."""
        if self.owner is None or path.lstat().st_uid == self.owner[0]:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, *self.owner, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """Say whether this account may pass through ``folder``; tried, because too many rules decide it."""
        tried = subprocess.run([*self.prefix, "test", "-x", str(folder)], capture_output=True, check=False)
        return tried.returncode == 0


def server_account() -> Account:
    """Choose the account for servers: ourselves, or for root a user namespace, or else an account without rights.

    In a user namespace the server sees itself as nobody while its files stay root's, which needs no change of owner.
    Raises LocalRuntimeError where root has neither.
    """
    if os.geteuid() != 0:
        return Account()
    return namespace_account() or step_down_account()


def namespace_account() -> Account | None:
    """Return the account inside an own user namespace, or None where the kernel or a container refuses one."""
    prefix = ("unshare", "--user", f"--map-user={_NOBODY_UID}", "--")
    if shutil.which("unshare") is None:
        return None
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return Account(prefix=prefix, owner=(0, 0)) if tried.returncode == 0 else None


def step_down_account() -> Account:
    """Return an existing account without rights, for root where user namespaces are refused."""
    for name in _STEP_DOWN_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if shutil.which("setpriv") is not None:
            ids = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
            return Account(prefix=("setpriv", *ids, "--"), owner=(entry.pw_uid, entry.pw_gid))
    raise LocalRuntimeError(
        "the database may not run as root, and neither unshare nor setpriv works here",
        "run as an ordinary user",
        or_elsewhere=True,
    )
