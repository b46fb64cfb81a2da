"""What the hourly roll-ups of the Apache edition cost: `python -m bench rollups`, about a minute.

Starts a database of its own (or uses WELLKEPT_DATABASE_URL, whose contents it must be free to fill).
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bench.machine import describe_machine, keep
from store.database import Connection, connect
from store.editions import Edition
from store.migrate import migrate
from store.rollups import Rolled, refresh
from wellkept.local import local_services

APACHE = Edition(community=False, version="")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FILL = """
INSERT INTO reading_air_conditioner (time, appliance_key, received_at, power_w, voltage_v, current_a, energy_kwh, mode,
    setpoint_c, room_c, coil_in_c, coil_out_c, outdoor_c, fan_rpm, humidity_pct, defrost)
SELECT t, a, %(received)s::timestamptz + (t - %(last)s::timestamptz) / %(speed)s, 800 + random() * 100, 230, 3.5,
       1000 + extract(epoch FROM t) / 1e6, 'cool', 24, 25 + random(), 8 + random(), 40, 33, 900, 50, false
FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, %(step)s::interval) t,
     generate_series(1, %(appliances)s) a
ON CONFLICT DO NOTHING
"""
SIZES = """
SELECT hypertable_size('reading_air_conditioner') / 1e6, hypertable_size('hourly_air_conditioner') / 1e6,
       (SELECT count(*) FROM reading_air_conditioner), (SELECT count(*) FROM hourly_air_conditioner)
"""


def fill(
    connection: Connection, last: datetime, span: timedelta, step_s: int, appliances: int, *, speed: float = 1
) -> None:
    """Readings of `span` up to `last`; they arrive `speed` times as fast as they were taken, the last at `last`."""
    given = {"first": last - span, "last": last, "received": last, "step": timedelta(seconds=step_s), "speed": speed}
    connection.execute(FILL, {**given, "appliances": appliances})


def timed(kept: list[dict[str, Any]], what: str, work: Callable[[], Rolled]) -> Rolled:
    """Do it, print and keep how long it took."""
    start = time.perf_counter()
    done = work()
    took_ms = (time.perf_counter() - start) * 1000
    print(f"{what:<52} {took_ms:7.0f} ms, {done.hours:6} hours looked at, {done.written:6} written")
    kept.append({"what": what, "ms": round(took_ms, 1), "hours": done.hours, "written": done.written})
    return done


def measure(connection: Connection) -> list[dict[str, Any]]:
    """Every line is one call for all ten kinds; only air conditioners have readings."""
    kept: list[dict[str, Any]] = []

    def roll(what: str, now: datetime) -> Rolled:
        return timed(kept, what, lambda: refresh(connection, now, APACHE)["air_conditioner"])

    def sizes() -> None:
        row = connection.execute(SIZES).fetchone()
        assert row is not None
        print(f"    {row[2]} readings {row[0]:.0f} MB, {row[3]} hours {row[1]:.1f} MB")

    fill(connection, NOW, timedelta(seconds=49_990), 10, 200)
    connection.execute("VACUUM ANALYZE reading_air_conditioner")
    roll("1 M readings of 200 appliances at 10 s, first call", NOW)
    roll("nothing new, arrivals within the overlap", NOW)
    roll("nothing new, mark moves on", NOW + timedelta(hours=1))
    roll("nothing new", NOW + timedelta(hours=2))
    sizes()
    later = NOW + timedelta(hours=3)
    fill(connection, later, timedelta(minutes=5), 10, 200)
    roll("5 minutes of arrivals of 200 appliances", later)
    year = NOW + timedelta(hours=12)
    fill(connection, year, timedelta(days=365), 600, 20, speed=1000)
    connection.execute("VACUUM ANALYZE reading_air_conditioner")
    while roll("a replayed year of 20 appliances at 10 min", year).unfinished:
        pass
    roll("nothing new, 53 chunks, mark moves on", year + timedelta(hours=1))
    roll("nothing new, 53 chunks", year + timedelta(hours=2))
    sizes()
    return kept


@click.command()
def main() -> None:
    """Measure the hourly roll-ups in a fresh database."""
    machine = describe_machine()
    with (
        tempfile.TemporaryDirectory(prefix="wellkept-bench-") as folder,
        local_services(Path(folder)) as services,
        connect(services.database_url, application="bench", autocommit=True) as connection,
    ):
        migrate(connection)
        keep("rollups", {"machine": machine, "calls": measure(connection)})


if __name__ == "__main__":
    main()
