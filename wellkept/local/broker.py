"""An embedded Mosquitto: start, watch, stop, and start again after any kind of end."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wellkept.local.account import Account, server_account
from wellkept.local.errors import LocalRuntimeError
from wellkept.local.folder_lock import lock_within, note_starter, starter_is_gone
from wellkept.local.mosquitto_conf import Listener, render_mosquitto_conf
from wellkept.local.packages import Installed
from wellkept.local.processes import LOOPBACK, free_port, start_child, stop_child, tail

Log = Callable[[str], None]

_START_TIMEOUT_S = 30.0
_LOCK_WAIT_S = 5.0
_ENDING_WAIT_S = 30.0  # a broker whose starter died saves its store first
_POLL_S = 0.02
_PORT_TRIES = 3
_STOP_STEPS = ((signal.SIGTERM, 20.0),)
_STORE = "mosquitto.db"


class RunningBroker:
    """A Mosquitto that this process started; ``url`` stays the same over restarts."""

    def __init__(self, installed: Installed, data_dir: Path, listener: Listener, *, account: Account, log: Log) -> None:
        """Use ``start_mosquitto``; this starts the broker on exactly the listener's port."""
        self._installed = installed
        self._data_dir = data_dir
        self._listener = listener
        self._account = account
        self._log = log
        self.log_file = data_dir / "mosquitto.log"
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the broker."""
        return self._process.pid

    @property
    def port(self) -> int:
        """Port it listens on."""
        return self._listener.port

    @property
    def url(self) -> str:
        """Address for clients on this computer."""
        return f"mqtt://{self._reachable_at()}:{self.port}"

    def is_running(self) -> bool:
        """Say whether the broker lives."""
        return self._process.poll() is None

    def restart(self) -> None:
        """Start again on the same folder and port after the broker ended; does nothing while it runs."""
        if not self.is_running():
            self._process = self._start()

    def reload(self) -> None:
        """Make the broker read its password and access files again, keeping its sessions."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End the broker, which saves its store first; at most 20 s. May be called twice."""
        stop_child(self._process, _STOP_STEPS)

    def _reachable_at(self) -> str:
        return LOOPBACK if self._listener.bind in ("0.0.0.0", "::", "localhost") else self._listener.bind

    def _start(self) -> subprocess.Popen[bytes]:
        self._account.prepare(self._data_dir)
        lock_file = self._data_dir / "lock"
        lock = lock_within(lock_file, _LOCK_WAIT_S)
        if lock is None and starter_is_gone(lock_file):
            lock = lock_within(lock_file, _ENDING_WAIT_S)
        if lock is None:
            raise LocalRuntimeError(
                f"the broker's folder {self._data_dir} is already in use",
                "stop the other broker first or choose another folder",
            )
        try:
            note_starter(lock)
            conf = self._data_dir / "mosquitto.conf"
            conf.write_text(render_mosquitto_conf(self._listener, self._data_dir), encoding="utf-8")
            self._account.own(conf)
            return self._start_or_set_store_aside(conf, lock)
        finally:
            os.close(lock)  # from here on the broker holds the folder

    def _start_or_set_store_aside(self, conf: Path, lock: int) -> subprocess.Popen[bytes]:
        try:
            return self._start_once(conf, lock)
        except UnreadableStoreError:
            aside = self._data_dir / f"{_STORE}.unreadable-{int(time.time())}"
            (self._data_dir / _STORE).rename(aside)
            # Allowed, because nothing that was promised lies only here: senders keep what was not acknowledged.
            self._log(f"The broker's store could not be read; it starts empty, the old one is kept as {aside.name}")
            return self._start_once(conf, lock)

    def _start_once(self, conf: Path, lock: int) -> subprocess.Popen[bytes]:
        logged = self.log_file.stat().st_size if self.log_file.exists() else 0
        process = start_child(
            [self._installed.program("mosquitto"), "-c", conf], log_file=self.log_file,
            environ={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            account_prefix=self._account.prefix, death_signal=signal.SIGTERM, pass_fds=(lock,),
        )  # fmt: skip
        try:
            self._wait_until_ready(process, logged)
        except BaseException:
            stop_child(process, _STOP_STEPS)
            raise
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes], logged: int) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            answers = _answers(self._reachable_at(), self.port)
            if process.poll() is not None:
                reason = tail(self.log_file, from_byte=logged)
                if "Address already in use" in reason:
                    raise PortTakenError(f"port {self.port} is used by another program", "choose another port")
                if "ersist" in reason and (self._data_dir / _STORE).exists():
                    raise UnreadableStoreError("the broker's store cannot be read", "move it away")
                raise LocalRuntimeError(f"Mosquitto did not start ({reason})", f"see {self.log_file}")
            if answers:
                return
            time.sleep(_POLL_S)
        raise LocalRuntimeError(f"Mosquitto was not ready after {_START_TIMEOUT_S:.0f} s", f"see {self.log_file}")


class PortTakenError(LocalRuntimeError):
    """Another process took the port between looking and binding."""


class UnreadableStoreError(LocalRuntimeError):
    """Mosquitto refuses the file it keeps its sessions in."""


def start_mosquitto(
    installed: Installed,
    data_dir: Path,
    port: int | None = None,
    bind: str = LOOPBACK,
    password_file: Path | None = None,
    log: Log = print,
    *,
    acl_file: Path | None = None,
    account: Account | None = None,
) -> RunningBroker:
    """Start Mosquitto with its store in ``data_dir``; returns when it answers.

    A busy ``port`` is replaced by a free one, and ``log`` told. Beyond the loopback address a password file is
    needed. It ends when the calling thread ends (see ``processes.start_child``). Raises LocalRuntimeError where the
    folder is in use or the configuration unusable, or after 30 s.
    """
    data_dir = data_dir.resolve()
    account = server_account() if account is None else account
    for remaining in reversed(range(_PORT_TRIES)):
        chosen = free_port(port, bind)
        if port and chosen != port:
            log(f"Port {port} is in use: Mosquitto listens on {chosen} instead")
        listener = Listener(port=chosen, bind=bind, password_file=password_file, acl_file=acl_file)
        try:
            return RunningBroker(installed, data_dir, listener, account=account, log=log)
        except PortTakenError:
            if not remaining:
                raise
    raise AssertionError("unreachable")


def set_password(installed: Installed, file: Path, user: str, password: str) -> None:
    """Set the password of ``user`` in the password ``file`` (0600), hashed; a running broker must ``reload``.

    The password never appears among a program's arguments, where every account could read it.
    """
    if not user or set(user) & set(":\n\r") or not password or set(password) & set("\n\r"):
        raise LocalRuntimeError("a user name or password is empty or holds a colon or line break", "choose another")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        plain = Path(folder) / "one"
        plain.touch(mode=0o600)
        plain.write_text(f"{user}:{password}\n", encoding="utf-8")
        argv = [str(installed.program("mosquitto_passwd")), "-U", str(plain)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        hashed = plain.read_text(encoding="utf-8")
        if done.returncode != 0 or not hashed.startswith(f"{user}:$"):
            raise LocalRuntimeError(f"mosquitto_passwd failed ({done.stderr.strip()})", "run again")
        others = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
        new = Path(folder) / "all"
        new.touch(mode=0o600)
        new.write_text("".join(line for line in others if line.split(":")[0] != user) + hashed, encoding="utf-8")
        new.replace(file)


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1.0):
        return True
    return False
