"""`wellkept up`: database, broker, ingest, scheduler and API on one machine, kept alive, ended together."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from domain.errors import BadInput, Conflict, Unavailable, WellkeptError
from store.database import Connection, connect
from store.migrate import migrate
from store.overview import news, totals
from store.rollup_settings import RollupSettings
from store.workers import workers
from wellkept.kept_secret import kept_secret
from wellkept.local import LanAccess, Services, Supervisor, free_port, local_services
from wellkept.running import DEMO, announced
from wellkept.screen import Screen
from wellkept.settings import Settings

DEMO_DATABASE = "demo"
START_S = 180.0
"""On a busy machine reading the program alone took 55 s (measured); what ended meanwhile is told by its supervisor."""
MQTT_PORT = 1883


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line adds to the settings."""

    demo: bool = False
    lan: bool = False
    """Open the embedded broker to the local network, with a password for the home's devices."""
    speed: float | None = None


def up(settings: Settings, options: Options) -> None:
    """Run everything until told to stop; prints where to look and what happens."""
    screen = Screen()
    home = settings.home.resolve()
    if options.demo:
        if settings.database_url or settings.mqtt_url:
            raise BadInput(
                "--demo starts a database and a broker of its own, so that simulated homes never mix with real ones; "
                "unset WELLKEPT_DATABASE_URL and WELLKEPT_MQTT_URL, or use `wellkept sim` against them"
            )
        home /= DEMO  # a broker of its own too: sessions and retained messages outlive a run
    with ExitStack() as stack:
        stack.enter_context(_only_one(home))
        screen.say("starting TimescaleDB and Mosquitto (the first time they are fetched; that takes a minute)")
        lan = LanAccess.kept_in(home) if options.lan else None
        services = stack.enter_context(local_services(home, progress=screen.say, mqtt_port=MQTT_PORT, lan=lan))
        database_url = _fresh_demo(services) if options.demo and services.postgres else services.database_url
        for line in _migrate(settings, database_url):
            screen.say(f"  {line}")
        port = free_port(settings.api_port)
        if port != settings.api_port:
            screen.say(f"port {settings.api_port} is in use; the API takes {port}")
        supervisor = stack.enter_context(Supervisor(home / "log", say=screen.say))
        if services.postgres:
            supervisor.watch("postgres", services.postgres)
        if services.broker:
            supervisor.watch("mosquitto", services.broker)
        environ = _environ(settings, services, database_url, port, demo=options.demo)
        for name in ("ingest", "scheduler", "api"):
            supervisor.start(name, [sys.executable, "-m", "wellkept.command_line", name], environ)
        api = f"http://127.0.0.1:{port}"
        _await_api(api, home / "log")
        if options.demo:
            _start_demo(supervisor, api, environ, options)
        addresses = {"database_url": database_url, "mqtt_url": services.mqtt_url, "api_url": api}
        stack.enter_context(announced(home, addresses))
        _say_where(screen, api, services.mqtt_url, home, demo=options.demo)
        if lan is not None:
            screen.say(f"  devices of this network log in to MQTT as user device, password {lan.device_password}\n")
        watch = _Watch(database_url, screen)
        try:
            supervisor.run(watch.tick)
        finally:
            screen.leave()
            screen.say("stopping")
            watch.close()
    screen.say("stopped")


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Two of them on the same folder would fight for the data."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        opened = (home / "up.lock").open("a+")
    except OSError as error:
        raise BadInput(f"{home} cannot be written ({error.strerror}); set WELLKEPT_HOME to another folder") from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"Wellkept is running on {home} already; stop it first, or set WELLKEPT_HOME to another folder"
            ) from error
        yield


def _fresh_demo(services: Services) -> str:
    """The demo begins anew each time, in a database of its own: simulated homes never mix with real ones."""
    with psycopg.connect(services.database_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DEMO_DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DEMO_DATABASE}")
    return f"{services.database_url.rsplit('/', 1)[0]}/{DEMO_DATABASE}"


def _migrate(settings: Settings, database_url: str) -> list[str]:
    from store.care_seed import seed_parts
    from store.knowledge import seed_knowledge

    with connect(database_url, application="wellkept-migrate", autocommit=True) as connection:
        done = migrate(connection, RollupSettings(raw_days=settings.retention_days))
        seed_parts(connection)
        seed_knowledge(connection)
    return [f"database ready: {len(done)} changes to its schema"] if done else []


def _environ(settings: Settings, services: Services, database_url: str, port: int, *, demo: bool) -> dict[str, str]:
    own = {
        "WELLKEPT_DATABASE_URL": database_url,
        "WELLKEPT_MQTT_URL": services.mqtt_url,
        "WELLKEPT_API_PORT": str(port),
        "WELLKEPT_CLIENT_ID": f"{settings.client_id}-demo" if demo else settings.client_id,
        "WELLKEPT_PACE": "demo" if demo else settings.pace,
        "WELLKEPT_SMTP_URL": "" if demo else settings.smtp_url,  # nobody gets mail about homes that are not there
        "WELLKEPT_LINK_SECRET": settings.link_secret or kept_secret(settings.home / "link-secret"),
        "WELLKEPT_PUBLIC_URL": settings.public_url or f"http://127.0.0.1:{port}",
    }
    return dict(os.environ) | own


def _await_api(api: str, logs: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urlopen(f"{api}/healthz", timeout=2):
                return
        except (URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"the API did not start within {START_S:.0f} s; its log is {logs / 'api.log'}"
                ) from error
            time.sleep(0.1)


def _start_demo(supervisor: Supervisor, api: str, environ: dict[str, str], options: Options) -> None:
    from store.care_seed import seed_demo_service
    from wellkept.demo import demo_homes, demo_start, register_homes, sim_arguments

    start = demo_start(datetime.now(UTC))
    homes = demo_homes(start)
    with connect(environ["WELLKEPT_DATABASE_URL"], application="wellkept-demo", autocommit=True) as connection:
        seed_demo_service(connection, homes[0].latitude, homes[0].longitude, homes[0].timezone)  # near enough to come
    register_homes(f"{api}/api/v1", homes)
    arguments = sim_arguments(start) + (["--speed", str(options.speed)] if options.speed else [])
    supervisor.start("sim", [sys.executable, "-m", "wellkept.command_line", "sim", *arguments], environ)


def _say_where(screen: Screen, api: str, mqtt_url: str, home: Path, *, demo: bool) -> None:
    screen.say()
    screen.say(f"  console    {api}/")
    screen.say(f"  API        {api}/api/v1/   (described in {api}/openapi.json; this machine only, no log-in yet)")
    screen.say(f"  MQTT       {mqtt_url.rsplit('@', 1)[-1].removeprefix('mqtt://')}")
    screen.say(f"  logs       {home / 'log'}")
    screen.say()
    for what in ("findings", "reminders", "orders"):
        screen.say(f"  curl -s {api}/api/v1/{what}")
    screen.say()
    if demo:
        screen.say(
            "  simulated homes live 75 days in about two minutes, then go on by the clock; Ctrl-C ends everything"
        )
        screen.say()


class _Watch:
    """Polls the database for what the terminal shows; a database that is away is simply asked again."""

    def __init__(self, database_url: str, screen: Screen) -> None:
        self._url, self._screen = database_url, screen
        self._connection: Connection | None = None
        self._seen = 0
        self._at = 0.0

    def tick(self) -> bool:
        """Look once a second; never ends the run."""
        if time.monotonic() - self._at >= 1.0:
            self._at = time.monotonic()
            try:
                self._look()
            except (psycopg.Error, WellkeptError):
                self.close()
        return False

    def _look(self) -> None:
        if self._connection is None:
            self._connection = connect(self._url, application="wellkept-up", autocommit=True)
        for item in news(self._connection, self._seen):
            self._screen.tell(item, datetime.now().astimezone())
            self._seen = item.id
        rows = sum(w.counters.get("rows_new", 0) for w in workers(self._connection))
        self._screen.show_figures(totals(self._connection), rows, time.strftime("%H:%M:%S"))

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
