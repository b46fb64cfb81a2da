"""Making a PostgreSQL cluster (its data folder) in one step that either happened or did not."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from wellkept.local.account import Account
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.packages import Installed
from wellkept.local.processes import dies_with_parent

ROLE = "wellkept"
DATABASE = "wellkept"
_PASSWORD_BYTES = 24
_NEW_PREFIX = ".new-"
_INITDB_TIMEOUT_S = 180.0


def server_environ() -> dict[str, str]:
    """Return the environment of a server: no locale of the host and none of its PG* variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def ensure_password(file: Path) -> str:
    """Return the database password kept in ``file`` (0600), inventing it the first time."""
    try:
        if password := file.read_text(encoding="utf-8").strip():
            return password
    except FileNotFoundError:
        pass
    new = file.with_name(file.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(secrets.token_urlsafe(_PASSWORD_BYTES) + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    return file.read_text(encoding="utf-8").strip()


def ensure_cluster(
    installed: Installed,
    account: Account,
    cluster: Path,
    password_file: Path,
    *,
    sync: bool,
    log: Callable[[str], None],
) -> None:
    """Make the cluster with role and database ``wellkept`` where there is none; check the version of one there is.

    Without ``sync`` the new files are not forced to disk, which tests can do without. Raises LocalRuntimeError on
    a data folder of another major version, or when PostgreSQL's initdb fails.
    """
    version_file = cluster / "PG_VERSION"
    if version_file.exists():
        major = version_file.read_text(encoding="utf-8").strip()
        if major != str(installed.postgres_major):
            raise LocalRuntimeError(
                f"the data in {cluster} were written by PostgreSQL {major}, this is {installed.postgres_major}",
                f"dump them with PostgreSQL {major} and load them anew, or choose another folder",
            )
        return
    if cluster.exists() and any(cluster.iterdir()):
        raise LocalRuntimeError(f"{cluster} holds files but no database", "move them away or choose another folder")
    log("Creating the database (once)")
    for leftover in cluster.parent.glob(f"{_NEW_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=_NEW_PREFIX, dir=cluster.parent))
    account.own(new)
    try:
        _fill_cluster(installed, account, new, password_file, sync=sync)
        if cluster.exists():
            cluster.rmdir()
        new.rename(cluster)
        if sync:
            _sync_folder(cluster.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _fill_cluster(installed: Installed, account: Account, new: Path, password_file: Path, *, sync: bool) -> None:
    begin = [*account.prefix, *dies_with_parent(signal.SIGKILL)]
    options = [
        "--pgdata", str(new), "--username", ROLE, "--pwfile", str(password_file), "--auth", "scram-sha-256",
        # The built-in locale provider sorts the same on every computer and with every C library.
        "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        "--no-instructions", *([] if sync else ["--no-sync"]),
    ]  # fmt: skip
    _run([*begin, str(installed.program("initdb")), *options], "")
    sql = files("wellkept.local").joinpath("create_database.sql").read_text(encoding="utf-8")
    single = ["--single", "-D", str(new), *([] if sync else ["-c", "fsync=off"]), "postgres"]
    _run([*begin, str(installed.program("postgres")), *single], _statements(sql))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _statements(sql: str) -> str:
    """Return SQL for single-user mode, which takes one line as one statement and knows no comments before one."""
    return "".join(f"{line}\n" for line in sql.splitlines() if not line.startswith("--"))


def _run(argv: list[str], standard_input: str) -> None:
    try:
        done = subprocess.run(
            argv, input=standard_input, capture_output=True, text=True, check=False,
            env=server_environ(), timeout=_INITDB_TIMEOUT_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LocalRuntimeError("making the database took over 180 s", "look at the disk and run again") from error
    # Single-user mode leaves with 0 after a failed statement, so its complaints are looked at as well.
    if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        complaint = " | ".join((done.stderr or done.stdout).split("\n")[-4:]).strip(" |")
        raise LocalRuntimeError(f"making the database failed ({complaint})", "free disk space and run again")
