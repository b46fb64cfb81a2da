"""Database and broker together, for one command or one test session."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wellkept.local.account import server_account
from wellkept.local.broker import RunningBroker, start_mosquitto
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


@contextmanager
def local_services(
    home: Path,
    *,
    fast_unsafe: bool = False,
    progress: Callable[[str], None] = print,
    postgres_port: int | None = None,
    mqtt_port: int | None = None,
    max_connections: int = 100,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Services]:
    """Run database and broker with their data below ``home`` for the block; both are gone after it.

    A part whose address is set in the environment (``WELLKEPT_DATABASE_URL``, ``WELLKEPT_MQTT_URL``) is not started.
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
            broker = start_mosquitto(installed, home / "mosquitto", mqtt_port, log=progress)
            stack.callback(broker.stop)
            mqtt_url = broker.url
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
