"""The program `wellkept`: every command, its help and its one clear line when something is wrong."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from domain.errors import BadInput, Unavailable, WellkeptError
from wellkept.care_settings import PREFIX as CARE
from wellkept.decision_settings import PREFIX
from wellkept.local.errors import LocalRuntimeError
from wellkept.logs import set_up_logs
from wellkept.models_command import models
from wellkept.settings import VARIABLES, Settings, read_settings, with_running

_ELSEWHERE = {
    "evaluate": "wellkept.evaluate",
    "export": "wellkept.export",
    "sim": "device_sim.command",
    "train": "wellkept.train",
}
"""Commands that stand in other packages, loaded only when asked for: a worker that restarts has no time for them."""


class _Program(click.Group):
    """Turns foreseen errors into one line and a non-zero exit."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (module := _ELSEWHERE.get(cmd_name)) is not None:
            command: click.Command = getattr(import_module(module), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (WellkeptError, LocalRuntimeError) as error:
            click.echo(f"wellkept: {error}", err=True)
            ctx.exit(2 if isinstance(error, BadInput) else 1)


def _settings_help() -> str:
    lines = [f"  {variable:<26}{meaning}" for variable, meaning in VARIABLES.values()]
    lines.append(f"  {'WELLKEPT_CACHE':<26}where the embedded database and broker are unpacked")
    lines.append(f"  {PREFIX + '<NAME>':<26}prices and budgets of decisions, see docs/guides/decisions.md")
    lines.append(f"  {CARE + '<NAME>':<26}how often owners are bothered, see docs/guides/decisions.md")
    return "\b\nSettings come from the environment:\n" + "\n".join(lines)


@click.group(cls=_Program, epilog=_settings_help(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wellkept")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Appliance care that acts before the failure, on the owner's own machines."""
    ctx.obj = read_settings()
    set_up_logs(ctx.obj.log_format)


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """An event that is set when the process is asked to end (Ctrl-C, SIGTERM, SIGHUP)."""
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    yield stop


def _ready(settings: Settings) -> str:
    """The database's address. One that answers must have the schema; one that is away is waited for elsewhere."""
    from store.database import NOT_MIGRATED, connect
    from store.migrate import is_current

    url = _need(settings.database_url, "WELLKEPT_DATABASE_URL")
    try:
        with connect(url, application="wellkept-start", autocommit=True) as connection:
            if not is_current(connection):
                raise BadInput(NOT_MIGRATED)
    except Unavailable as error:
        click.echo(f"wellkept: {error}; waiting for it", err=True)
    return url


def _need(url: str, variable: str) -> str:
    if not url:
        raise BadInput(f"{variable} is not set; set it, or use `wellkept up`, which starts everything itself")
    return url


@main.command()
@click.pass_obj
def ingest(settings: Settings) -> None:
    """Receive from the broker, store, judge safety rules, acknowledge."""
    from ingest.process import IngestSettings, run_ingest

    with until_stopped() as stop:
        run_ingest(
            IngestSettings(
                database_url=_ready(settings),
                mqtt_url=_need(settings.mqtt_url, "WELLKEPT_MQTT_URL"),
                client_id=settings.client_id,
                filters=settings.mqtt_filters,
            ),
            stop,
        )


@main.command()
@click.pass_obj
def scheduler(settings: Settings) -> None:
    """Run the jobs: score, remind, follow up, propose orders, deliver messages, tidy."""
    from dispatch.road_times import travel_times
    from scheduler.mailer import mail_server
    from scheduler.process import run_scheduler
    from scheduler.settings import Pace, SchedulerSettings

    with until_stopped() as stop:
        run_scheduler(
            SchedulerSettings(
                database_url=_ready(settings),
                mqtt_url=_need(settings.mqtt_url, "WELLKEPT_MQTT_URL"),
                pace=Pace(settings.pace),
                retention_days=settings.retention_days,
                dask_url=settings.dask_url,
                score_processes=settings.score_processes,
                decision=settings.decision,
                care=settings.care,
                link_secret=settings.link_secret,
                public_url=settings.public_url or f"http://127.0.0.1:{settings.api_port}",
                travel=travel_times(settings.road_times_url),
                mail=mail_server(settings.smtp_url, settings.mail_from) if settings.smtp_url else None,
            ),
            stop,
        )


@main.command()
@click.pass_obj
def api(settings: Settings) -> None:
    """Serve the HTTP API and the console."""
    from api.server import api_server
    from api.settings import ApiSettings
    from dispatch.road_times import OrByDistance, travel_times

    api_server(
        ApiSettings(
            database_url=_ready(settings),
            mqtt_url=_need(settings.mqtt_url, "WELLKEPT_MQTT_URL"),
            link_secret=settings.link_secret,
            public_url=settings.public_url,
            travel=OrByDistance(source=travel_times(settings.road_times_url)),
        ),
        host=settings.api_host,
        port=settings.api_port,
    ).run()


@main.command()
@click.option("--demo", is_flag=True, help="Add simulated homes with time running fast, in a database of their own.")
@click.option("--lan", is_flag=True, help="Open the broker to the local network; devices log in with a password.")
@click.option("--speed", type=click.FloatRange(min=1), help="Data seconds per real second of the simulated homes.")
@click.pass_obj
def up(settings: Settings, demo: bool, lan: bool, speed: float | None) -> None:
    """Run everything on this machine: database, broker, ingest, scheduler, API and console."""
    from wellkept.up import Options
    from wellkept.up import up as run

    run(settings, Options(demo=demo, lan=lan, speed=speed))


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--speed", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="Times the recorded pace; 0: as fast as the readings are acknowledged.")  # fmt: skip
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Only the first days of the recording.")
@click.pass_obj
def replay(settings: Settings, folder: Path, speed: float, days: float | None) -> None:
    """Play a recording through MQTT: a case, power recordings, or a folder of messages.

    Uses a `wellkept up` that runs here, or WELLKEPT_MQTT_URL; ends with a table of what became of it.
    """
    from wellkept.replay import Options
    from wellkept.replay import replay as run

    settings = with_running(settings)
    _need(settings.mqtt_url, "WELLKEPT_MQTT_URL")
    run(folder, settings, Options(speed=speed, days=days))


@main.group()
def db() -> None:
    """The database: bring its schema up to date."""


@db.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the schema up to date; data is kept, running it again changes nothing."""
    from store.care_seed import seed_parts
    from store.database import connect, translated
    from store.knowledge import seed_knowledge
    from store.migrate import migrate as migrate_database
    from store.rollup_settings import RollupSettings

    with (
        connect(
            _need(settings.database_url, "WELLKEPT_DATABASE_URL"), application="wellkept-migrate", autocommit=True
        ) as connection,
        translated(),
    ):
        done = migrate_database(connection, RollupSettings(raw_days=settings.retention_days))
        seed_parts(connection)
        seed_knowledge(connection)
    for line in done or ["nothing to do: the schema is up to date"]:
        click.echo(line)


@main.group()
def admin() -> None:
    """Look after an installation: devices and trained models."""


admin.add_command(models)


@admin.command()
@click.option("--unclaimed", is_flag=True, help="Only devices that nobody has claimed.")
@click.pass_obj
def devices(settings: Settings, unclaimed: bool) -> None:
    """List the devices that ever spoke, and for which appliance each speaks."""
    from store.api_devices import list_devices
    from store.database import connect, translated

    settings = with_running(settings)
    url = _need(settings.database_url, "WELLKEPT_DATABASE_URL")
    with connect(url, application="wellkept-admin", autocommit=True) as connection, translated():
        claimed = False if unclaimed else None
        after: int | None = None
        while page := list_devices(connection, after, 500, claimed=claimed, dialect=None):
            for one in page:
                last = f"{one.last_seen:%Y-%m-%d %H:%M}" if one.last_seen else "never"
                told = f"{one.readings:,} readings" if one.readings is not None else "claimed"
                click.echo(f"{one.id:>6}  {one.dialect:<14} {one.name:<32} {one.appliance_id:<48} {told:<16} {last}")
            after = page[-1].id


if __name__ == "__main__":
    sys.exit(main())
