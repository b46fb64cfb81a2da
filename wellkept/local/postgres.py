"""An embedded PostgreSQL with TimescaleDB: start, watch, stop, and start again after any kind of end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from wellkept.local.account import Account, server_account
from wellkept.local.cluster import DATABASE, ROLE, ensure_cluster, ensure_password, server_environ
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.folder_lock import lock_within, note_starter, starter_is_gone
from wellkept.local.packages import Installed
from wellkept.local.postgres_conf import render_postgres_conf
from wellkept.local.postmaster import kill_leftovers, read_postmaster
from wellkept.local.processes import LOOPBACK, free_port, start_child, stop_child, tail

Log = Callable[[str], None]

_START_TIMEOUT_S = 120.0  # (E) crash recovery replays at most max_wal_size (4 GB)
_PROGRESS_EVERY_S = 5.0
_POLL_S = 0.02
_PORT_TRIES = 3
_LOCK_WAIT_S = 3.0
_SHUTDOWN_WAIT_S = 60.0
_STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))  # fast shutdown, then immediate


class RunningPostgres:
    """A PostgreSQL server that this process started; ``url`` stays the same over restarts."""

    def __init__(
        self, installed: Installed, data_dir: Path, *, port: int, max_connections: int, fast_unsafe: bool,
        account: Account, log: Log,
    ) -> None:  # fmt: skip
        """Use ``start_postgres``; this starts the server on exactly ``port``."""
        self._installed = installed
        self.data_dir = data_dir
        self._max_connections = max_connections
        self._fast_unsafe = fast_unsafe
        self._account = account
        self._log = log
        self._cluster = data_dir / "cluster"
        self.log_file = data_dir / "postgres.log"
        self.port = port
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return self._process.pid

    @property
    def url(self) -> str:
        """Address with password of the database ``wellkept``."""
        password = ensure_password(self.data_dir / "password")
        return f"postgresql://{ROLE}:{password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def is_running(self) -> bool:
        """Say whether the postmaster lives."""
        return self._process.poll() is None

    def restart(self) -> None:
        """Start again on the same folder and port after the server ended; does nothing while it runs."""
        if not self.is_running():
            self._process = self._start()

    def stop(self) -> None:
        """End the server: fast shutdown, then immediate, then kill; at most 45 s. May be called twice."""
        stop_child(self._process, _STOP_STEPS)
        kill_leftovers(self._cluster)

    def _start(self) -> subprocess.Popen[bytes]:
        self._account.prepare(self.data_dir)
        lock = _lock_data_dir(self.data_dir / "lock", self._cluster, self._log)
        try:
            note_starter(lock)
            kill_leftovers(self._cluster)
            password_file = self.data_dir / "password"
            ensure_password(password_file)
            self._account.own(password_file)
            ensure_cluster(
                self._installed, self._account, self._cluster, password_file, sync=not self._fast_unsafe, log=self._log
            )
            conf = self.data_dir / "postgresql.conf"
            conf.write_text(
                render_postgres_conf(
                    port=self.port, cluster=self._cluster,
                    max_connections=self._max_connections, fast_unsafe=self._fast_unsafe,
                ),
                encoding="utf-8",
            )  # fmt: skip
            self._account.own(conf)
            logged = self.log_file.stat().st_size if self.log_file.exists() else 0
            process = start_child(
                [self._installed.program("postgres"), "-D", self._cluster, "-c", f"config_file={conf}"],
                log_file=self.log_file, environ=server_environ(), account_prefix=self._account.prefix,
                death_signal=signal.SIGINT, pass_fds=(lock,),
            )  # fmt: skip
        finally:
            os.close(lock)  # from here on the server and its backends hold the folder
        try:
            self._wait_until_ready(process, logged)
        except BaseException:
            stop_child(process, _STOP_STEPS)
            kill_leftovers(self._cluster)
            raise
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes], logged: int) -> None:
        began = time.monotonic()
        told = began
        while True:
            postmaster = read_postmaster(self._cluster)
            if postmaster is not None and postmaster.pid == process.pid and postmaster.status == "ready":
                return
            now = time.monotonic()
            if process.poll() is not None:
                reason = tail(self.log_file, from_byte=logged)
                if "could not bind" in reason or "could not create any TCP/IP sockets" in reason:
                    raise PortTakenError(self.port)
                raise LocalRuntimeError(f"PostgreSQL did not start ({reason})", f"see {self.log_file}")
            if now - began > _START_TIMEOUT_S:
                raise LocalRuntimeError(
                    f"PostgreSQL was not ready after {_START_TIMEOUT_S:.0f} s", f"see {self.log_file}"
                )
            if now - told > _PROGRESS_EVERY_S:
                told = now
                self._log(f"PostgreSQL is starting; after a crash it first replays its log ({now - began:.0f} s)")
            time.sleep(_POLL_S)


class PortTakenError(LocalRuntimeError):
    """Another process took the port between looking and binding."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is used by another program", "end it or choose another port")


def start_postgres(
    installed: Installed,
    data_dir: Path,
    port: int | None = None,
    log: Log = print,
    *,
    fast_unsafe: bool = False,
    max_connections: int = 100,
    account: Account | None = None,
) -> RunningPostgres:
    """Start PostgreSQL on 127.0.0.1 with its data below ``data_dir`` (made on first use); returns when it is ready.

    A busy ``port`` is replaced by a free one, and ``log`` told. It ends when the calling thread ends (see
    ``processes.start_child``). Raises LocalRuntimeError where the folder is in use or unusable, or after 120 s.
    """
    data_dir = data_dir.resolve()
    account = server_account() if account is None else account
    for remaining in reversed(range(_PORT_TRIES)):
        chosen = free_port(port)
        if port and chosen != port:
            log(f"Port {port} is in use: PostgreSQL listens on {chosen} instead")
        try:
            return RunningPostgres(
                installed, data_dir, port=chosen, max_connections=max_connections, fast_unsafe=fast_unsafe,
                account=account, log=log,
            )  # fmt: skip
        except PortTakenError:
            if not remaining:
                raise
    raise AssertionError("unreachable")


def _lock_data_dir(lock_file: Path, cluster: Path, log: Log) -> int:
    """Lock the data folder, waiting for a server that is shutting down and ending what a killed one left behind."""
    lock = lock_within(lock_file, _LOCK_WAIT_S)
    if lock is not None:
        return lock
    postmaster = read_postmaster(cluster)
    is_ending = starter_is_gone(lock_file) or (postmaster is not None and postmaster.status == "stopping")
    if postmaster is not None and postmaster.is_alive and is_ending:
        log("Waiting for the previous PostgreSQL to shut down")
        lock = lock_within(lock_file, _SHUTDOWN_WAIT_S)
    elif postmaster is not None and not postmaster.is_alive:
        kill_leftovers(cluster)
        lock = lock_within(lock_file, _LOCK_WAIT_S)
    if lock is not None:
        return lock
    owner = f"process {postmaster.pid}" if postmaster is not None else "another process"
    raise LocalRuntimeError(
        f"the database in {cluster.parent} is already in use by {owner}", "stop that one first or choose another folder"
    )
