"""The broker of the Compose file: its start script, configuration and access list, on the real Mosquitto."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wellkept.local.packages import Installed
from wellkept.local.processes import free_port
from wellkept.local.services import install_runtime

pytestmark = pytest.mark.integration

DOCKER = Path(__file__).parents[2] / "docker"
PASSWORD = "5ecret"
START_WITHIN_S = 20.0


class Broker:
    """Mosquitto started by the container's script, its paths and port turned to a test's."""

    def __init__(self, installed: Installed, folder: Path) -> None:
        self.installed = installed
        self.folder = folder
        self.port = free_port()
        self.passwords = folder / "passwords"
        text = (DOCKER / "mosquitto.conf").read_text(encoding="utf-8")
        text = text.replace("/mosquitto/data", str(folder)).replace("/wellkept/mosquitto.acl", str(folder / "acl"))
        text = text.replace("listener 1883 0.0.0.0", f"listener {self.port} 127.0.0.1")
        if os.geteuid() == 0:
            text += "user root\n"  # else it changes to an account that may not read the test's folder
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")
        (folder / "acl").write_bytes((DOCKER / "mosquitto.acl").read_bytes())
        (folder / "acl").chmod(0o600)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        programs = {self.installed.program(name).parent for name in ("mosquitto", "mosquitto_passwd")}
        process = subprocess.Popen(
            ["sh", str(DOCKER / "start-broker.sh")],
            env={
                "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
                "MOSQUITTO_DATA": str(self.folder),
                "MOSQUITTO_CONFIG": str(self.folder / "mosquitto.conf"),
                "WELLKEPT_MQTT_PASSWORD": PASSWORD,
            },
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return process
        process.kill()
        raise AssertionError("the broker did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def restart(self) -> None:
        self.stop()
        self.process = self._start()

    def add_account(self, name: str) -> None:
        """As the guide says: write the account, then let the broker read it."""
        program = str(self.installed.program("mosquitto_passwd"))
        subprocess.run([program, "-b", str(self.passwords), name, PASSWORD], check=True, capture_output=True)
        self.process.send_signal(signal.SIGHUP)

    def client(self, program: str, *words: str, account: str | None, password: str = PASSWORD) -> tuple[int, str]:
        """Exit code and output of mosquitto_pub or mosquitto_sub."""
        login = [] if account is None else ["-u", account, "-P", password]
        done = subprocess.run(
            [str(self.installed.program(program)), "-p", str(self.port), *login, *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(install_runtime(lambda _: None), tmp_path)
    yield running
    running.stop()


UPTIME = ("-t", "$SYS/broker/uptime", "-C", "1", "-W", "10")


def test_only_those_with_a_password_come_in(broker: Broker) -> None:
    assert broker.client("mosquitto_sub", *UPTIME, account="wellkept")[0] == 0  # what the health check asks
    assert broker.client("mosquitto_sub", *UPTIME, account=None)[0] != 0
    assert broker.client("mosquitto_sub", *UPTIME, account="wellkept", password="other")[0] != 0
    assert broker.passwords.stat().st_mode & 0o077 == 0
    assert PASSWORD not in broker.passwords.read_text(encoding="ascii")


def test_an_appliance_reaches_its_own_topics_only_and_outlives_a_restart(broker: Broker) -> None:
    broker.add_account("fridge-1")
    broker.restart()
    session = ("-i", "probe", "-c", "-q", "1", "-t", "wk/v1/#")
    assert broker.client("mosquitto_sub", *session, "-E", account="wellkept")[0] == 0

    def publish(topic: str) -> None:
        broker.client("mosquitto_pub", "-q", "1", "-t", topic, "-m", topic, account="fridge-1")

    for topic in ("wk/v1/fridge-2/telemetry", "wk/v1/fridge-1/ack", "tele/fridge-1/SENSOR", "wk/v1/fridge-1/telemetry"):
        publish(topic)
    code, heard = broker.client("mosquitto_sub", *session, "-C", "1", "-W", "10", account="wellkept")
    assert (code, heard) == (0, "wk/v1/fridge-1/telemetry\n")
