"""Open tables for the maker's own tools, as Parquet or CSV; no home, owner, serial number or place is in them."""

from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, Literal

import polars as pl

from store.database import Connection
from store.sql import queries

_SQL = queries("exports")
TABLES: Final = tuple(_SQL)
Format = Literal["parquet", "csv"]
FORMATS: Final[tuple[Format, ...]] = ("parquet", "csv")
_TYPES: Final[dict[int, Any]] = {
    16: pl.Boolean,
    20: pl.Int64,
    23: pl.Int32,
    700: pl.Float32,
    701: pl.Float64,
    1082: pl.Date,
    1184: pl.Datetime("us", "UTC"),
}
"""PostgreSQL's type numbers (pg_type.h) to columns; everything else is text. An empty table keeps its types so."""
Cell = str | int | float | bool | date | datetime | None


def export_table(connection: Connection, table: str, form: Format) -> bytes:
    """One table of `TABLES` as a file; times are UTC. KeyError if there is no such table."""
    cursor = connection.execute(_SQL[table])
    assert cursor.description is not None, "every statement of exports.sql is a query"
    schema = {column.name: _TYPES.get(column.type_code, pl.String) for column in cursor.description}
    frame = pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
    file = BytesIO()
    if form == "parquet":
        frame.write_parquet(file)
    else:
        frame.write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
    return file.getvalue()
