"""The embedded database and broker as real processes: cold start, crashes, damage, ports, accounts."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from paho.mqtt import publish, subscribe

from wellkept.local import (
    Installed,
    LocalRuntimeError,
    RunningPostgres,
    ensure_installed,
    install_runtime,
    local_services,
    set_password,
    start_mosquitto,
    start_postgres,
)
from wellkept.local.account import step_down_account
from wellkept.local.package_list import LIBRARY_FOLDER
from wellkept.local.postmaster import server_processes

pytestmark = pytest.mark.integration

WAIT_S = 15.0
NOBODY = 65534
HYPERTABLE = """
    CREATE EXTENSION IF NOT EXISTS timescaledb;
    CREATE TABLE IF NOT EXISTS readings (time timestamptz NOT NULL, value float8);
    SELECT create_hypertable('readings', by_range('time'), if_not_exists => true);
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another account")


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def add_reading(url: str, value: float) -> list[float]:
    """Store one reading and return all that are stored."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(HYPERTABLE)
        connection.execute("INSERT INTO readings VALUES (now(), %s)", (value,))
        rows = connection.execute("SELECT value FROM readings ORDER BY value").fetchall()
    return [float(row[0]) for row in rows]


def programs_in(folder: Path) -> list[str]:
    """Return the command lines of all processes that name ``folder`` or work in it."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line or os.readlink(entry / "cwd").startswith(str(folder)):
                found.append(line)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


@pytest.fixture(scope="module")
def installed() -> Installed:
    return install_runtime(print)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every account may pass through, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="wellkept-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def postgres(installed: Installed, tmp_path: Path) -> Iterator[RunningPostgres]:
    server = start_postgres(installed, tmp_path / "data")
    yield server
    server.stop()


def test_a_damaged_installation_is_fetched_anew_and_reaches_a_hypertable_row(
    installed: Installed, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(installed.root, cache / "runtime", symlinks=True)
    os.truncate(cache / "runtime" / LIBRARY_FOLDER / "libc.so.6", 1000)
    (cache / ".staging-left-by-a-crash").mkdir()
    told: list[str] = []
    rebuilt = ensure_installed(cache, told.append)
    assert told[0].startswith("The embedded database's folder is damaged")
    assert sorted(path.name for path in cache.iterdir()) == ["install.lock", "runtime"]
    server = start_postgres(rebuilt, tmp_path / "data", log=told.append)
    try:
        assert add_reading(server.url, 1.0) == [1.0]
    finally:
        server.stop()
    assert ensure_installed(cache, lambda line: pytest.fail(f"installed again: {line}")) == rebuilt


def test_a_mirror_that_cannot_be_reached_is_one_line_with_the_other_way(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    environ = {**os.environ, "WELLKEPT_DEBIAN_MIRROR": f"http://127.0.0.1:{port}/debian"}
    with pytest.raises(LocalRuntimeError, match=r"mirror cannot be reached.*WELLKEPT_DATABASE_URL"):
        ensure_installed(tmp_path / "cache", lambda line: None, environ)
    assert not (tmp_path / "cache" / "runtime").exists()


def test_rows_survive_a_killed_postmaster_with_a_busy_backend(postgres: RunningPostgres) -> None:
    url, data = postgres.url, postgres.data_dir
    assert add_reading(url, 1.0) == [1.0]
    busy = psycopg.connect(url, autocommit=True)
    busy.execute("BEGIN; LOCK TABLE readings; INSERT INTO readings VALUES (now(), 1.5)")
    os.kill(postgres.pid, signal.SIGKILL)
    assert until(lambda: not postgres.is_running())
    postgres.restart()
    with pytest.raises(psycopg.OperationalError):
        busy.execute("COMMIT")
    busy.close()
    assert postgres.url == url
    assert add_reading(url, 2.0) == [1.0, 2.0]
    postgres.stop()
    assert server_processes(data / "cluster") == []


def test_a_data_folder_in_use_is_refused_and_free_after_a_stop(installed: Installed, postgres: RunningPostgres) -> None:
    with pytest.raises(LocalRuntimeError, match=f"already in use by process {postgres.pid}"):
        start_postgres(installed, postgres.data_dir)
    assert postgres.is_running()
    postgres.stop()
    postgres.stop()
    again = start_postgres(installed, postgres.data_dir)
    assert add_reading(again.url, 1.0) == [1.0]
    again.stop()


def test_data_of_another_major_version_are_left_alone(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "data" / "cluster").mkdir(parents=True)
    (tmp_path / "data" / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(LocalRuntimeError, match="written by PostgreSQL 12, this is 17"):
        start_postgres(installed, tmp_path / "data")


def test_a_busy_port_is_replaced_and_said(installed: Installed, tmp_path: Path) -> None:
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        server = start_postgres(installed, tmp_path / "data", port, told.append, fast_unsafe=True)
        broker = start_mosquitto(installed, tmp_path / "broker", port, log=told.append)
    try:
        assert server.port != port != broker.port
        assert f"Port {port} is in use: PostgreSQL listens on {server.port} instead" in told
        assert f"Port {port} is in use: Mosquitto listens on {broker.port} instead" in told
        assert add_reading(server.url, 1.0) == [1.0]
    finally:
        broker.stop()
        server.stop()


def test_services_leave_no_process_behind_and_keep_their_data(tmp_path: Path) -> None:
    with local_services(tmp_path, fast_unsafe=True, environ=without_addresses()) as services:
        assert add_reading(services.database_url, 1.0) == [1.0]
        assert programs_in(tmp_path)
        assert services.postgres is not None
        assert services.broker is not None
    assert programs_in(tmp_path) == []
    with local_services(tmp_path, fast_unsafe=True, environ=without_addresses()) as services:
        assert add_reading(services.database_url, 2.0) == [1.0, 2.0]


def test_addresses_from_the_environment_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    environ = {"WELLKEPT_DATABASE_URL": "postgresql://db.test/x", "WELLKEPT_MQTT_URL": "mqtt://broker.test"}
    with local_services(tmp_path, environ=environ) as services:
        assert (services.database_url, services.mqtt_url) == ("postgresql://db.test/x", "mqtt://broker.test")
        assert services.postgres is None
        assert services.broker is None
    assert list(tmp_path.iterdir()) == []


def test_servers_end_when_the_process_that_started_them_is_killed(installed: Installed, tmp_path: Path) -> None:
    program = (
        "import sys, signal; from pathlib import Path; from wellkept.local import local_services\n"
        "with local_services(Path(sys.argv[1]), progress=lambda line: None) as services:\n"
        "    print(services.database_url, flush=True)\n"
        "    signal.pause()\n"
    )
    argv = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=without_addresses()) as starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().strip()
        assert add_reading(url, 1.0) == [1.0]
        starter.kill()
    # The next start waits for the end of the old one, or clears it away, and finds every row.
    server = start_postgres(installed, tmp_path / "postgres")
    assert add_reading(server.url, 2.0) == [1.0, 2.0]
    server.stop()
    assert until(lambda: programs_in(tmp_path) == [])


def test_the_broker_keeps_retained_messages_over_a_stop_and_starts_after_a_kill(
    installed: Installed, tmp_path: Path
) -> None:
    broker = start_mosquitto(installed, tmp_path)
    try:
        publish.single("a/status", "online", qos=1, retain=True, hostname="127.0.0.1", port=broker.port)
        broker.stop()
        assert not broker.is_running()
        broker.restart()
        message = subscribe.simple("a/status", hostname="127.0.0.1", port=broker.port)  # type: ignore[no-untyped-call]
        assert message.payload == b"online"
        os.kill(broker.pid, signal.SIGKILL)
        assert until(lambda: not broker.is_running())
        broker.restart()
        message = subscribe.simple("a/status", hostname="127.0.0.1", port=broker.port)  # type: ignore[no-untyped-call]
        assert message.payload == b"online"
    finally:
        broker.stop()


def test_a_store_the_broker_cannot_read_is_set_aside(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "mosquitto.db").write_bytes(b"not a store" * 50)
    told: list[str] = []
    broker = start_mosquitto(installed, tmp_path, log=told.append)
    broker.stop()
    assert len(list(tmp_path.glob("mosquitto.db.unreadable-*"))) == 1
    assert told[0].startswith("The broker's store could not be read")


def test_a_guarded_broker_lets_in_only_who_has_the_password(installed: Installed, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    for user, password in (("fridge-1", "first"), ("fridge-2", "second"), ("fridge-1", "changed")):
        set_password(installed, passwords, user, password)
    text = passwords.read_text()
    assert [line.split(":")[0] for line in text.splitlines()] == ["fridge-2", "fridge-1"]
    assert not any(word in text for word in ("first", "second", "changed"))
    broker = start_mosquitto(installed, tmp_path / "broker", bind="0.0.0.0", password_file=passwords)

    def enter(user: str, password: str) -> bool:
        program = str(installed.program("mosquitto_pub"))
        argv = [program, "-p", str(broker.port), "-u", user, "-P", password, "-t", "a", "-m", "x", "-q", "1"]
        return subprocess.run(argv, capture_output=True, check=False, timeout=WAIT_S).returncode == 0

    try:
        assert enter("fridge-1", "changed")
        assert enter("fridge-2", "second")
        assert not enter("fridge-1", "first")
        set_password(installed, passwords, "fridge-3", "third")
        broker.reload()
        assert until(lambda: enter("fridge-3", "third"))
    finally:
        broker.stop()


@as_root
def test_root_without_user_namespaces_steps_down_to_an_account_without_rights(
    installed: Installed, open_folder: Path
) -> None:
    shutil.copytree(installed.root, open_folder / "runtime", symlinks=True)
    copied = Installed(root=open_folder / "runtime", versions=installed.versions)
    account = step_down_account()
    server = start_postgres(copied, open_folder / "data", account=account, fast_unsafe=True)
    try:
        assert add_reading(server.url, 1.0) == [1.0]
        assert account.owner is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid == account.owner[0]
        broker = start_mosquitto(copied, open_folder / "broker", account=account)
        publish.single("a", "x", qos=1, hostname="127.0.0.1", port=broker.port)
        broker.stop()
    finally:
        server.stop()


@as_root
def test_an_account_that_cannot_reach_the_folder_is_said_so(installed: Installed, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(LocalRuntimeError, match="cannot reach"):
        start_postgres(installed, tmp_path / "data", account=step_down_account())


@as_root
def test_everything_works_as_an_ordinary_user(installed: Installed, open_folder: Path) -> None:
    shutil.copytree(installed.root, open_folder / "cache" / "runtime", symlinks=True)
    os.chown(open_folder, NOBODY, NOBODY)
    program = (
        "import json, os, sys; from pathlib import Path; import psycopg; from wellkept.local import local_services\n"
        # Loaded while still root: an interpreter in a private home could not be read afterwards.
        "import importlib.readers, encodings.ascii, encodings.idna\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with local_services(Path(sys.argv[1]) / 'home', progress=lambda line: None) as services:\n"
        "    with psycopg.connect(services.database_url) as connection:\n"
        "        connection.execute('CREATE EXTENSION timescaledb')\n"
        "    user = Path(f'/proc/{services.postgres.pid}').stat().st_uid\n"
        "    print(json.dumps([user, Path(f'/proc/{services.broker.pid}').stat().st_uid]))\n"
    )
    environ = without_addresses() | {"WELLKEPT_CACHE": str(open_folder / "cache")}
    argv = [sys.executable, "-c", program, str(open_folder)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environ, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [NOBODY, NOBODY]
    assert programs_in(open_folder) == []


def without_addresses() -> dict[str, str]:
    """Return the environment without addresses of servers that others run."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WELLKEPT_")}
