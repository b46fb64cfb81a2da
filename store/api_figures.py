"""Figures for the console, the metrics and the readiness report: cheap enough to ask every two seconds."""

from dataclasses import dataclass
from datetime import datetime

from domain.states import ORDER
from store.arrival import writing_since
from store.database import Connection
from store.sql import queries

_SQL = queries("api_figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much there is of everything right now.

    `readings_inserted` counts rows put into the tables of readings since the database's statistics began; it starts
    again after a crash of the database. `readings_stored` is the database's estimate of rows present.
    """

    findings_open: int
    findings_urgent: int
    reminders_open: int
    orders_open: int
    orders_proposed: int
    dead_letters: int
    appliances: int
    devices_unclaimed: int
    visits_avoided: int
    visits_held_back: int
    newest_received_at: datetime | None
    readings_inserted: int
    readings_stored: int
    kinds_fallen_back: int
    """Kinds of which the champion does not speak, because their data has drifted."""
    reviews_waiting: int


def read_figures(connection: Connection) -> Figures:
    """All figures."""
    counts = connection.execute(_SQL["counts"], {"open_orders": sorted(ORDER.open_states)}).fetchone()
    inserted = connection.execute(_SQL["inserted"], {}).fetchone()
    assert counts is not None  # aggregates always make one row
    assert inserted is not None
    names = (
        *("findings_open", "findings_urgent", "reminders_open", "orders_open", "orders_proposed"),
        *("dead_letters", "appliances", "devices_unclaimed", "newest_received_at"),
        *("visits_avoided", "visits_held_back"),
        *("kinds_fallen_back", "reviews_waiting"),
    )
    return Figures(
        **dict(zip(names, counts, strict=True)), readings_inserted=int(inserted[0]), readings_stored=int(inserted[1])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """How far scoring is behind, seconds."""

    batch_open_s: float
    """Since the oldest transaction began in which a worker of ingest stores readings; scoring waits for it."""
    scoring_behind_s: float
    """From the newest arrival that scoring has seen to the newest there is."""


def read_lags(connection: Connection) -> Lags:
    """Both, for the metrics; a worker's transaction shows to its own database role and to pg_read_all_stats only."""
    row = connection.execute(_SQL["lags"], {"writing_since": writing_since(connection)}).fetchone()
    assert row is not None  # aggregates always make one row
    return Lags(batch_open_s=float(row[0]), scoring_behind_s=float(row[1]))
