"""What all tests share: one real TimescaleDB and one real Mosquitto per session, a fresh database per test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.sql import SQL, Identifier

from store.database import Connection, connect
from store.migrate import migrate
from wellkept.local import Services, local_services

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("wellkept", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wellkept")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
MEMORY, MEMORY_NEEDED_BYTES = Path("/dev/shm"), 4 * 2**30
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return f"{url.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The recordings beside the project. Without them a test is skipped, but in CI their absence is a failure."""
    if not SHARED_DATA.is_dir():
        (pytest.fail if IN_CI else pytest.skip)("the recordings are not there: ../shared/data")
    return SHARED_DATA


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The real database and broker; durability is off here, the chaos tests run their own with it on.

    Their files lie in memory where there is room: a database of one's own is a thousand files to make and delete.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED_BYTES
    with (
        TemporaryDirectory(dir=MEMORY if roomy else tmp_path_factory.getbasetemp(), prefix="wellkept-") as folder,
        local_services(Path(folder), fast_unsafe=True, max_connections=200) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def template(services: Services) -> str:
    """A migrated database to copy from: copying takes a tenth of a second, migrating several."""
    name = f"template_{uuid4().hex[:8]}"
    with psycopg.connect(services.database_url, autocommit=True) as admin:
        admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        with connect(with_database(services.database_url, name), application="test-template", autocommit=True) as fresh:
            migrate(fresh)
            # A background worker of the extension would keep the template busy, and nobody may copy it then.
            fresh.execute("SELECT _timescaledb_functions.stop_background_workers()")
        admin.execute(SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(Identifier(name)))
    return name


@pytest.fixture
def database_url(services: Services, template: str) -> Iterator[str]:
    """A fresh, migrated database of the test's own."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(services.database_url, autocommit=True) as admin:
        copy = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        admin.execute(copy.format(Identifier(name), Identifier(template)))
        yield with_database(services.database_url, name)
        admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A connection to the test's own database; every statement commits by itself."""
    with connect(database_url, application="test", autocommit=True) as opened:
        yield opened


@pytest.fixture
def mqtt_url(services: Services) -> str:
    """The real broker, shared by all tests: use appliance ids of your own."""
    return services.mqtt_url


@pytest.fixture
def appliance_id() -> str:
    """An appliance id that no other test uses."""
    return f"test-{uuid4().hex[:12]}"
