"""Cutting what happened by region, outlet, technician, model or month. Pure."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from domain.service_record import Placed

Dimension = Literal["region", "outlet", "technician", "model", "month"]
Row = TypeVar("Row", bound=Placed)


def rows_of(rows: Iterable[Row], only: Mapping[Dimension, str | None]) -> list[Row]:
    """The rows that have the wanted value in every dimension; None wants nothing."""
    wanted = [(dimension, value) for dimension, value in only.items() if value is not None]
    return [row for row in rows if all(getattr(row, dimension) == value for dimension, value in wanted)]


def rows_by(rows: Iterable[Row], dimension: Dimension) -> dict[str, list[Row]]:
    """Rows by the value of a dimension, in order of the values."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, dimension), []).append(row)
    return dict(sorted(groups.items()))
