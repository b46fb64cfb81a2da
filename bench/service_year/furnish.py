"""The simulated year's town: homes with their appliances, three outlets, technicians, and parts on the shelves."""

from typing import Any

import numpy as np

from bench.service_year.world import World
from domain.care_orders import Place
from domain.signals import Kind
from store.care_seed import seed_parts
from store.database import Connection
from store.stock import count_stock

TOWN = Place(latitude=48.14, longitude=11.58)
SPREAD_DEG = 0.18
"""Half the width of the town, some 20 km."""


def furnish(connection: Connection, world: World, technicians: int) -> None:
    """Homes, appliances, three outlets and their technicians, parts on the shelves."""
    rng = np.random.default_rng(7)
    seed_parts(connection)
    with connection.transaction():
        for number in range(3):
            connection.execute(
                "INSERT INTO outlet (id, name, latitude, longitude, timezone) VALUES (%s, %s, %s, %s, 'Europe/Berlin')",
                (f"outlet-{number}", f"Outlet {number}", *_somewhere(rng)),
            )
        kinds = [str(kind) for kind in Kind]
        for number in range(technicians):
            skills = [*rng.permutation(kinds)[:6], str(Kind.CIRCUIT)] if number % 3 else kinds
            connection.execute(
                "INSERT INTO technician (id, name, outlet_id, skills) VALUES (%s, %s, %s, %s)",
                (f"tech-{number:02}", f"Technician {number}", f"outlet-{number % 3}", sorted(set(skills))),
            )
        for home in world.homes:
            _add_home(connection, world, home, *_somewhere(rng))
    for (part,) in connection.execute("SELECT id FROM part").fetchall():
        for number in range(3):
            count_stock(connection, part, f"outlet:outlet-{number}", 200, actor="bench")


def _somewhere(rng: np.random.Generator) -> tuple[float, float]:
    return (
        TOWN.latitude + float(rng.uniform(-SPREAD_DEG, SPREAD_DEG)),
        TOWN.longitude + float(rng.uniform(-SPREAD_DEG, SPREAD_DEG)) * 1.5,
    )


def _add_home(connection: Connection, world: World, home: Any, latitude: float, longitude: float) -> None:
    connection.execute(
        "INSERT INTO household (id, name, latitude, longitude, timezone, created_at)"
        " VALUES (%s, %s, %s, %s, 'Europe/Berlin', %s)",
        (home.id, home.name, latitude, longitude, world.start),
    )
    for one in home.appliances:
        row = connection.execute(
            "INSERT INTO appliance (id, kind, household_id, maker, model, batch, firmware, room, installed_on,"
            " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING key",
            (
                *(one.id, one.kind, home.id, one.maker, one.model, one.batch, one.firmware, one.room),
                *(one.installed_on, world.start),
            ),
        ).fetchone()
        assert row is not None
        world.keys[one.id] = int(row[0])
        connection.execute(
            "INSERT INTO latest_values (appliance_key, first_at, at, received_at, signals)"
            " VALUES (%s, %s, %s, %s, '{}')",
            (row[0], world.start, world.start, world.start),
        )
