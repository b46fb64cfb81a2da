"""A recorded case written into the database, as ingest would have left it."""

from collections.abc import Mapping

import polars as pl
from psycopg.sql import SQL, Identifier

from domain.signals import Signal, Type
from models.evaluation.case import Case, EventRow
from store.database import Connection


def register(connection: Connection, case: Case) -> dict[str, int]:
    """Households and appliances of the case; their keys by id."""
    homes = {one.household_id for one in case.appliances.values()}
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO household (id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(home, home) for home in sorted(homes)],
        )
        cursor.executemany(
            "INSERT INTO appliance (id, kind, household_id, firmware) VALUES (%s, %s, %s, %s)",
            [(one.id, one.kind, one.household_id, one.firmware or None) for one in case.appliances.values()],
        )
    rows = connection.execute("SELECT id, key FROM appliance WHERE id = ANY(%s)", [sorted(case.appliances)])
    return dict(rows.fetchall())


def store_rows(
    connection: Connection, table: str, catalogue: Mapping[str, Signal], frame: pl.DataFrame, key: int
) -> None:
    """Rows of one appliance, checked already; `time` and `received_at` in microseconds."""
    names = [name for name in frame.columns if name in catalogue]
    whole = [name for name in names if catalogue[name].type is Type.FLAG]
    rows = frame.select(
        pl.from_epoch("time", time_unit="us"),
        pl.lit(key).alias("appliance_key"),
        pl.from_epoch("received_at", time_unit="us"),
        *(pl.col(name).cast(pl.Int8) if name in whole else pl.col(name) for name in names),
    )
    copy = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        Identifier(table), SQL(", ").join(map(Identifier, rows.columns))
    )
    with connection.cursor() as cursor, cursor.copy(copy) as stream:
        stream.write(rows.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.6f+00"))


def store_events(connection: Connection, key: int, events: list[EventRow]) -> None:
    """Edges of one appliance."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO event (time, appliance_key, received_at, code, active)"
            " VALUES (to_timestamp(%s / 1e6), %s, to_timestamp(%s / 1e6), %s, %s) ON CONFLICT DO NOTHING",
            [(one.at_us, key, one.received_us, one.code, one.active) for one in events],
        )
