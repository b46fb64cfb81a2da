"""A fleet with stored features for `python -m bench scoring`: some simulated homes, copied inside the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from bench.recorded import store_rows
from device_sim.case import write_case
from device_sim.params import SimParams
from domain.signals import CYCLE_SIGNALS, READING_SIGNALS, Kind
from models.evaluation.arrivals import DAY_US, arrivals_of, by_appliance, day_of, read_checked
from models.evaluation.case import Case, Piece, open_case, pieces
from models.evaluation.engine import Watched
from models.evaluation.runner import load_piece
from models.history import day_start
from models.step import Remembered, step
from store.database import Connection

EVER_US: Final = 2**62
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
CELL: Final = 4
"""Copies of the simulated homes that are neighbours, and ask each other (E: some hundred appliances in 20 km)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One simulated appliance: what is remembered of it, and the rows of one more day."""

    appliance_id: str
    household_id: str
    remembered: Remembered
    day: date
    rows: pl.DataFrame
    cycles: pl.DataFrame | None

    @property
    def kind(self) -> Kind:
        return self.remembered.kind


def simulate(folder: Path, homes: int, days: int) -> list[Known]:
    """Appliances of simulated homes after `days`, some of them faulty."""
    write_case(
        SimParams(start=START, seed=5, homes=homes, faults="mixed", outfit="full", horizon_days=days),
        folder,
        days=days + 1,
        report=lambda *_: None,
    )
    case = open_case(folder)
    return [known for piece in pieces(case) for known in _known(case, piece)]


def _known(case: Case, piece: Piece) -> Iterator[Known]:
    cycles: dict[str, pl.DataFrame] = {}
    if piece.kind in case.cycles:
        catalogue = {signal.name: signal for signal in CYCLE_SIGNALS[piece.kind]}
        cycles = dict(by_appliance(read_checked(case.cycles[piece.kind], piece.appliances, catalogue)))
    for loaded in load_piece(case, piece):
        appliance, readings = loaded.appliance, arrivals_of(loaded.readings)
        days = sorted({day_of(int(number)) for number in readings.at_us // DAY_US})
        if len(days) < 30:
            continue
        watched = Watched(kind=appliance.kind, readings=readings, cycles=loaded.cycles, beside=loaded.beside)
        told = cycles.get(appliance.id)
        yield Known(
            appliance_id=appliance.id,
            household_id=appliance.household_id,
            remembered=_remembered(watched, days),
            day=days[-2],
            rows=_of_day(loaded.readings, days[-2]),
            cycles=None if told is None else _of_day(told, days[-2]),
        )


def _remembered(watched: Watched, days: Sequence[date]) -> Remembered:
    last = days[-2]

    def load(first: date, end: date) -> list[Any]:
        return watched.days([first + timedelta(days=n) for n in range((end - first).days + 1)], EVER_US)

    before = watched.days([day for day in days if day < last], EVER_US)
    return step(watched.remembered, before, load, day_start(last) - timedelta(minutes=5)).after


def _of_day(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    starts_us = (day - date(1970, 1, 1)).days * DAY_US
    return rows.filter((pl.col("time") >= starts_us) & (pl.col("time") < starts_us + DAY_US))


def fill(connection: Connection, fleet: Sequence[Known], count: int) -> datetime:
    """About `count` appliances with stored features, and one new day of each; when that had arrived."""
    newest = max(known.day for known in fleet)
    connection.execute("CREATE TEMP TABLE first (key integer, home text)")
    for known in fleet:
        connection.execute("INSERT INTO household (id, name) VALUES (%s, 'Bench') ON CONFLICT DO NOTHING",
                           [known.household_id])  # fmt: skip
        row = connection.execute(
            "INSERT INTO appliance (id, kind, household_id) VALUES (%s, %s, %s) RETURNING key",
            [known.appliance_id, known.kind, known.household_id],
        ).fetchone()
        assert row is not None
        connection.execute("INSERT INTO first VALUES (%s, %s)", [row[0], known.household_id])
        _remember(connection, row[0], known, newest)
        for prefix, signals, rows in (
            ("reading", READING_SIGNALS, known.rows),
            ("cycle", CYCLE_SIGNALS, known.cycles),
        ):
            if rows is not None and len(rows):
                shift_us = (newest - known.day).days * DAY_US
                arrived = rows.with_columns(pl.col("time") + shift_us, received_at=pl.col("time") + shift_us)
                catalogue = {signal.name: signal for signal in signals[known.kind]}
                store_rows(connection, f"{prefix}_{known.kind}", catalogue, arrived, row[0])
    _copy(connection, max(0, round(count / len(fleet)) - 1))
    connection.execute("UPDATE arrival_mark SET received_to = %s", [day_start(newest) - timedelta(minutes=1)])
    connection.execute("VACUUM ANALYZE")
    return day_start(newest) + timedelta(days=1, minutes=1)


def _remember(connection: Connection, key: int, known: Known, newest: date) -> None:
    copy = "COPY feature_day (appliance_key, day, index, value, spread, weight) FROM STDIN"
    shift = newest - known.day
    with connection.cursor() as cursor, cursor.copy(copy) as stream:
        for index, series in known.remembered.series.items():
            columns = (series.days, series.values.tolist(), series.spreads.tolist(), series.weights.tolist())
            for day, value, spread, weight in zip(*columns, strict=True):
                stream.write_row((key, day + shift, index, value, spread, weight))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO reference (appliance_key, index, learned_from, learned_to, model) VALUES (%s, %s, %s, %s, %s)",
            [(key, one.index, one.learned_from + shift, one.learned_to + shift, Jsonb(dict(one.model)))
             for one in known.remembered.references.values()],
        )  # fmt: skip
    at = day_start(newest) - timedelta(minutes=1)
    connection.execute("INSERT INTO judged (appliance_key, received_to, data_to) VALUES (%s, %s, %s)", [key, at, at])


def _copy(connection: Connection, copies: int) -> None:
    """The first homes again and again; features in order of days, scattered as they are when they come day by day."""
    connection.execute(
        "INSERT INTO household (id, name, latitude, longitude)"
        " SELECT home || '-' || n, 'Bench', 30 + 0.2 * (n / %(cell)s %% 200) + 0.1, 0.2 * (n / %(cell)s / 200) + 0.1"
        " FROM (SELECT DISTINCT home FROM first) f, generate_series(1, %(copies)s) n",
        {"cell": CELL, "copies": copies},
    )
    connection.execute("CREATE TEMP TABLE twin (was integer, key integer)")
    connection.execute(
        "WITH made AS (INSERT INTO appliance (id, kind, household_id)"
        " SELECT o.id || '-' || n, o.kind, o.household_id || '-' || n"
        " FROM first f JOIN appliance o ON o.key = f.key, generate_series(1, %(copies)s) n RETURNING key, id)"
        " INSERT INTO twin SELECT f.key, made.key FROM made"
        " JOIN appliance o ON o.id = regexp_replace(made.id, '-[0-9]+$', '') JOIN first f ON f.key = o.key",
        {"copies": copies},
    )
    kinds = [str(kind) for kind in Kind]
    filled = [f"reading_{kind}" for kind in kinds] + [f"cycle_{kind}" for kind in kinds if Kind(kind) in CYCLE_SIGNALS]
    for table in ("judged", "reference", "feature_day", *filled):
        connection.execute(_copied(connection, table))


def _copied(connection: Connection, table: str) -> Composed:
    name = Identifier(table)
    described = connection.execute(SQL("SELECT * FROM {} LIMIT 0").format(name)).description or ()
    columns = [column.name for column in described if column.name != "appliance_key"]
    order = SQL(" ORDER BY t.day, w.key") if table == "feature_day" else SQL("")
    names, values = SQL(", ").join(map(Identifier, columns)), SQL(", ").join(Identifier("t", one) for one in columns)
    copied = "INSERT INTO {0} (appliance_key, {1}) SELECT w.key, {2} FROM twin w JOIN {0} t ON t.appliance_key = w.was"
    return SQL(copied).format(name, names, values) + order
