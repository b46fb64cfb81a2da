"""`wellkept up` as a user runs it: one command, real parts, a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

LIMIT_S = 120.0
pytestmark = pytest.mark.integration


def environ(home: Path, **more: str) -> dict[str, str]:
    """The environment of a user who has set nothing but a folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WELLKEPT_")}
    kept = {name: os.environ[name] for name in ("WELLKEPT_CACHE", "WELLKEPT_DEBIAN_MIRROR") if name in os.environ}
    return own | kept | {"WELLKEPT_HOME": str(home)} | more


def wellkept(*arguments: str) -> list[str]:
    """The program as a command line."""
    return [sys.executable, "-m", "wellkept.command_line", *arguments]


def wait_for(what: str, look: Callable[[], Any], within_s: float = LIMIT_S) -> Any:
    """The first truthy answer of `look`."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {within_s:.0f} s")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """A running `wellkept up` and the addresses it announces."""
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(
            wellkept("up"), env=environ(tmp_path / "home"), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            file = tmp_path / "home" / "running.json"

            def announced() -> Any:
                assert process.poll() is None, (tmp_path / "output").read_text("utf-8")
                return file.exists() and file.stat().st_size and json.loads(file.read_text("utf-8"))

            yield process, wait_for("the address", announced)
        finally:
            process.terminate()
            process.wait(timeout=60)


def get(url: str) -> Any:
    """The JSON behind an address."""
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


def post(url: str, body: dict[str, Any]) -> Any:
    """Create something."""
    request = Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_reading_goes_the_whole_way_and_ctrl_c_leaves_nothing_behind(
    running: tuple[subprocess.Popen[bytes], dict[str, str]],
) -> None:
    process, at = running
    api = f"{at['api_url']}/api/v1"
    post(f"{api}/households", {"id": "home-1", "name": "Home"})
    post(f"{api}/appliances", {"id": "circuit-1", "household_id": "home-1", "kind": "circuit", "breaker_rating_a": 16})
    host, port = at["mqtt_url"].removeprefix("mqtt://").split(":")
    heard: dict[str, bytes] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda c, u, message: heard.__setitem__(message.topic, message.payload)
    client.connect(host, int(port))
    client.subscribe([("wk/v1/circuit-1/ack", 1), ("wk/v1/circuit-1/notice", 1)])
    client.loop_start()
    began = time.time() - 120
    for number in range(1, 9):
        reading = {"ts": began + 10 * number, "seq": number, "m": {"current_a": 20.0}}
        client.publish("wk/v1/circuit-1/telemetry", json.dumps(reading), 1)
    wait_for("the acknowledgement", lambda: json.loads(heard.get("wk/v1/circuit-1/ack", b"{}")).get("seq") == 8)
    wait_for("the notice", lambda: heard.get("wk/v1/circuit-1/notice"))
    findings = wait_for("the finding", lambda: get(f"{api}/findings")["items"])
    assert [(f["fault"], f["urgency"]) for f in findings] == [("overload", "urgent")]
    orders = wait_for("the order", lambda: get(f"{api}/orders")["items"])
    assert orders[0]["household_id"] == "home-1"
    client.disconnect()
    client.loop_stop()

    children = processes_of(process.pid)
    assert len(children) >= 5  # database, broker, ingest, scheduler, API
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    wait_for("the end of every child", lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 20)


def processes_of(pid: int) -> list[int]:
    """The children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def test_a_second_one_on_the_same_folder_says_so(
    running: tuple[subprocess.Popen[bytes], dict[str, str]], tmp_path: Path
) -> None:
    second = subprocess.run(wellkept("up"), env=environ(tmp_path / "home"), capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "is running on" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["ingest"], {}, "WELLKEPT_DATABASE_URL is not set"),
        (["ingest"], {"WELLKEPT_DATABASE_URL": "nonsense"}, "that is no database address"),
        (["db", "migrate"], {"WELLKEPT_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "the database does not answer"),
        (["up"], {"WELLKEPT_HOME": "/proc/nope"}, "cannot be written"),
        (
            ["up", "--demo"],
            {"WELLKEPT_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"},
            "a broker of its own",
        ),
        (["replay", "/proc"], {"WELLKEPT_MQTT_URL": "mqtt://127.0.0.1:1"}, "is no recording"),
        (["api"], {"WELLKEPT_API_PORT": "70000"}, "a whole number from 1 to 65535"),
    ],
)
def test_bad_settings_get_one_clear_line(
    arguments: list[str], settings: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        wellkept(*arguments), env=environ(tmp_path, **settings), capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("part", ["ingest", "scheduler", "api"])
def test_a_database_without_the_schema_is_named(part: str, services: Any, tmp_path: Path) -> None:
    name = f"empty_{part}_{os.getpid()}"
    with psycopg.connect(services.database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            url = f"{services.database_url.rsplit('/', 1)[0]}/{name}"
            more = {"WELLKEPT_DATABASE_URL": url, "WELLKEPT_MQTT_URL": services.mqtt_url}
            done = subprocess.run(
                wellkept(part), env=environ(tmp_path, **more), capture_output=True, text=True, timeout=60
            )
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
    assert done.returncode == 2
    assert "wellkept db migrate" in done.stderr
