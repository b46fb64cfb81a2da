"""Water heaters as planned care looks at them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from domain.planned_care import Tank
from store.database import Connection
from store.sql import queries

_SQL = queries("planned_care")


class KnownTank(NamedTuple):
    """A water heater; `data_at` is its clock, its newest telemetry."""

    appliance_key: int
    data_at: datetime
    tank: Tank


def known_tanks(connection: Connection) -> list[KnownTank]:
    """All water heaters whose age is known and that have spoken, but not of their anode's current."""
    return [_known(*row) for row in connection.execute(_SQL["tanks"]).fetchall()]


def _known(
    key: int,
    installed_on: date,
    data_at: datetime,
    signals: dict[str, Any],
    hardness_dh: float | None,
    renewed_at: datetime | None,
    found_sound_at: datetime | None,
) -> KnownTank:
    tank = Tank(
        installed_on=installed_on, renewed_at=renewed_at, hardness_dh=hardness_dh, top_c=_top_c(signals),
        found_sound_at=found_sound_at,
    )  # fmt: skip
    return KnownTank(key, data_at, tank)


def _top_c(signals: dict[str, Any]) -> float | None:
    said = signals.get("top_c")
    value = said.get("value") if isinstance(said, dict) else said
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
