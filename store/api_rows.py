"""Reading rows into dataclasses, whose fields are named as the columns are."""

from collections.abc import Mapping
from typing import Any, LiteralString, TypeVar

from psycopg.rows import class_row

from store.database import Connection

Row = TypeVar("Row")


def rows(connection: Connection, into: type[Row], statement: LiteralString, params: Mapping[str, Any]) -> list[Row]:
    """Every row of `statement` as an `into`."""
    with connection.cursor(row_factory=class_row(into)) as cursor:
        return cursor.execute(statement, params).fetchall()


def row(connection: Connection, into: type[Row], statement: LiteralString, params: Mapping[str, Any]) -> Row | None:
    """The first row of `statement` as an `into`, or None."""
    with connection.cursor(row_factory=class_row(into)) as cursor:
        return cursor.execute(statement, params).fetchone()
