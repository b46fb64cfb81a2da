"""A simulated year that is kept so that people can look at it: it ends now, and the console is opened on it.

It has two things more than the year that is measured: one model of washing machine with a weak part, so that the maker
has a case from its opening to the measured effect of the fix; and homes that want tips and offers.
"""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
import numpy as np
import psycopg

from bench.service_year.world import DAYS, Trouble, World
from domain.signals import Kind
from domain.states import CASE
from scheduler.settings import SchedulerSettings
from store.broken_promises import add_prices
from store.campaigns import say_consent
from store.database import Connection
from store.moves import move
from store.reliability import assign_case, list_cases, record_fix
from wellkept.kept_secret import kept_secret
from wellkept.local import Services, free_port

WEAK: Final = (Kind.WASHING_MACHINE, "CB Drum 7", "inlet_valve_weak")
WEAK_SHARE: Final = 0.25
"""Of the machines of that model fail before the fix (E): enough for a small fleet to show it."""
ASSIGNED: Final = timedelta(days=14)
FIXED: Final = timedelta(days=60)
"""What the maker takes from the opening of a case until somebody has it, and until appliances have the fix (E)."""
WEEKS_TO_FAIL: Final = 6
WANTS_WORD: Final = 0.5
"""Share of homes that want tips and offers (E)."""
PORT: Final = 8000
DATABASE: Final = "year"
_DONE: Final = "year-lived"


def was_lived(folder: Path) -> bool:
    """Whether a whole year stands in this folder."""
    return (folder / _DONE).exists()


def note_lived(folder: Path) -> None:
    """From now on the folder is only opened."""
    (folder / _DONE).touch()


def first_day(now: datetime, days: int) -> datetime:
    """So that the last day is yesterday."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days + 1)


def year_settings(folder: Path, services: Services) -> SchedulerSettings:
    """A database of the year's own; the links in its messages are good while the console is open."""
    port = free_port(PORT)
    return SchedulerSettings(
        database_url=f"{services.database_url.rsplit('/', 1)[0]}/{DATABASE}",
        mqtt_url=services.mqtt_url,
        link_secret=kept_secret(folder / "link-secret"),
        public_url=f"http://127.0.0.1:{port}",
    )


def begin_anew(services: Services) -> None:
    """What an interrupted year left is of no use."""
    with psycopg.connect(services.database_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE}")


def weaken(world: World, seed: int) -> None:
    """Give one model a weak part: some of its machines fail, each at its own time."""
    rng = np.random.default_rng(seed)
    kind, model, fault = WEAK
    for one in (one for home in world.homes for one in home.appliances if one.model == model):
        if rng.random() > WEAK_SHARE * DAYS / 180:
            continue
        onset = float(rng.uniform(0, DAYS))
        found = onset + float(rng.uniform(3, 14))
        fails = onset + WEEKS_TO_FAIL * 7
        trouble = Trouble(appliance_id=one.id, kind=kind, fault=fault, real=True, onset=onset, fails=fails, found=found)
        world.troubles.append(trouble)


def want_word(connection: Connection, world: World, seed: int) -> None:
    """Some homes want tips and offers; prices hold from the first day."""
    rng = np.random.default_rng(seed)
    with connection.transaction():
        for home in world.homes:
            if rng.random() < WANTS_WORD:
                for purpose in ("tips", "campaigns"):
                    say_consent(connection, home.id, purpose, given=True, actor="owner", at=world.start)
        prices = {"valid_from": world.start.date(), "call_out_cents": 3_900, "hour_cents": 7_200}
        add_prices(connection, {**prices, "actor": "service", "at": world.start})


def mend(connection: Connection, world: World, day: float) -> None:
    """The maker's people: a case is given to somebody, the part is changed, and no machine gets it any more."""
    now = world.moment(day)
    for case in list_cases(connection, None, 50, ["open", "assigned"]):
        if case.fault != WEAK[2] or case.dimension != "model":
            continue
        since = now - case.opened_at
        if case.state == "open" and since >= ASSIGNED:
            with connection.transaction():
                assign_case(connection, case.id, "purchase", "inlet valves")
                move(connection, CASE, case.id, "assigned", actor="quality", reason="purchase: inlet valves", at=now)
        elif case.state == "assigned" and since >= FIXED:
            fix = "inlet valve of another supplier, changed in all machines of the model"
            with connection.transaction():
                record_fix(connection, case.id, fix, now)
                move(connection, CASE, case.id, "fixed", actor="quality", reason=fix, at=now)
            world.troubles[:] = [one for one in world.troubles if one.fault != WEAK[2] or one.onset <= day]


def open_console(settings: SchedulerSettings) -> None:
    """Serve the console on this year until Ctrl-C."""
    own = {
        "WELLKEPT_DATABASE_URL": settings.database_url,
        "WELLKEPT_MQTT_URL": settings.mqtt_url,
        "WELLKEPT_API_PORT": settings.public_url.rsplit(":", 1)[1],
        "WELLKEPT_LINK_SECRET": settings.link_secret,
        "WELLKEPT_PUBLIC_URL": settings.public_url,
    }
    click.echo(f"\n  SIMULATED year: {settings.public_url}/   Ctrl-C ends it; the same command opens it again\n")
    with suppress(KeyboardInterrupt):
        command = [sys.executable, "-m", "wellkept.command_line", "api"]
        if subprocess.run(command, env=dict(os.environ) | own, check=False).returncode:
            raise click.ClickException("the console did not start or broke off; what it said stands above")
