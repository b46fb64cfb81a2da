"""Database and broker together, for one command or one test session."""

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.account import server_account
from wellkept.local.broker import RunningBroker, set_password, start_mosquitto
from wellkept.local.folders import cache_folder, project_folder
from wellkept.local.packages import Installed, ensure_installed
from wellkept.local.postgres import RunningPostgres, start_postgres

DATABASE_SETTING = "WELLKEPT_DATABASE_URL"
MQTT_SETTING = "WELLKEPT_MQTT_URL"
SHARED_CACHE = Path("/var/cache/wellkept")  # for root, see install_runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where database and broker are; ``postgres`` or ``broker`` is None where somebody else runs it."""

    database_url: str
    mqtt_url: str
    postgres: RunningPostgres | None
    broker: RunningBroker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanAccess:
    """Who may come in when the broker is open to the local network: Wellkept itself, and the home's devices."""

    own_password: str
    device_password: str

    @classmethod
    def kept_in(cls, folder: Path) -> "LanAccess":
        """The passwords kept in ``folder``, made at random the first time; only this user can read them."""
        file = folder / "mqtt-passwords.json"
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump({"own": secrets.token_urlsafe(18), "device": secrets.token_urlsafe(9)}, out)
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(own_password=kept["own"], device_password=kept["device"])

    def write(self, installed: Installed, file: Path) -> Path:
        """Write the broker's password file, hashed, and return it."""
        set_password(installed, file, "wellkept", self.own_password)
        set_password(installed, file, "device", self.device_password)
        return file

    def own_url(self, url: str) -> str:
        """``url`` with Wellkept's own account."""
        return url.replace("mqtt://", f"mqtt://wellkept:{self.own_password}@")


@contextmanager
def local_services(
    home: Path,
    *,
    fast_unsafe: bool = False,
    progress: Callable[[str], None] = print,
    postgres_port: int | None = None,
    mqtt_port: int | None = None,
    lan: LanAccess | None = None,
    max_connections: int = 100,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Services]:
    """Run database and broker with their data below ``home`` for the block; both are gone after it.

    A part whose address is set in the environment (``WELLKEPT_DATABASE_URL``, ``WELLKEPT_MQTT_URL``) is not started.
    With ``lan`` the broker is open to the local network, to those who have a password.
    ``fast_unsafe`` gives up durability, for tests. Raises LocalRuntimeError with what to do.
    """
    environ = os.environ if environ is None else environ
    database_url, mqtt_url = environ.get(DATABASE_SETTING, ""), environ.get(MQTT_SETTING, "")
    postgres: RunningPostgres | None = None
    broker: RunningBroker | None = None
    with ExitStack() as stack:
        if not database_url or not mqtt_url:
            installed = install_runtime(progress, environ)
        if not database_url:
            postgres = start_postgres(
                installed, home / "postgres", postgres_port, progress,
                fast_unsafe=fast_unsafe, max_connections=max_connections,
            )  # fmt: skip
            stack.callback(postgres.stop)
            database_url = postgres.url
        if not mqtt_url:
            if lan is None:
                broker = start_mosquitto(installed, home / "mosquitto", mqtt_port, log=progress)
            else:
                passwords = lan.write(installed, home / "mosquitto-passwords")
                broker = start_mosquitto(installed, home / "mosquitto", mqtt_port, "0.0.0.0", passwords, progress)
            stack.callback(broker.stop)
            mqtt_url = broker.url if lan is None else lan.own_url(broker.url)
        yield Services(database_url=database_url, mqtt_url=mqtt_url, postgres=postgres, broker=broker)


def install_runtime(progress: Callable[[str], None], environ: Mapping[str, str] | None = None) -> Installed:
    """Install the embedded runtime in the cache folder, or find it there."""
    environ = os.environ if environ is None else environ
    cache = cache_folder(environ, project_folder() / ".wellkept" / "cache")
    installed = ensure_installed(cache, progress, environ)
    if not server_account().can_enter(installed.root):
        # Root has stepped down to an account that may not look into root's, or another user's, private home.
        installed = ensure_installed(SHARED_CACHE, progress, environ)
    return installed
